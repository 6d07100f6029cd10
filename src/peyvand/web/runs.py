"""What is a run on the server? A union file and how to solve it, named by their content; its results are a folder."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from peyvand import __version__
from peyvand.corridors import Network
from peyvand.corridors.measures import after_transit
from peyvand.errors import NotFoundError, ScenarioError, did_you_mean
from peyvand.gravity import Thickness
from peyvand.registry import Registry
from peyvand.registry.facts import facts
from peyvand.reports.page.template import pages_of
from peyvand.reports.tables import tables
from peyvand.reports.write import FILES, outputs
from peyvand.run import Run
from peyvand.scenarios import Effect, Facts, Union
from peyvand.web import queue
from peyvand.web.form import DEFAULT_DRAWS
from peyvand.web.settings import Settings
from peyvand.web.show import REPORT, WEB, environment
from peyvand.world import World

KIND = "run"
CODE = re.compile(r"[0-9a-f]{20}")
VIEW = "view-{}.html"
MOST_DRAWS = 500
MOST_MEMBERS, MOST_PROVISIONS = 40, 40


def ask_run(
    registry: Registry, settings: Settings, *, union: Union, world: World, client: str, draws: int = DEFAULT_DRAWS
) -> queue.Work:
    """Ask for a run, once it is clear that it can be read; the same question gives the same run.

    Raises
    ------
    ScenarioError, DataError
        If the union does not fit the World, or is larger than the server takes.
    BusyError
        If the line is full.
    """
    effect = effect_of(union, world=world, registry=registry)  # what is not clear is said now, not after waiting
    asked = {"scenario": union.to_toml(), "draws": min(max(draws, 0), MOST_DRAWS), "seed": 0}
    title = {"en": union.title["en"], "fa": union.title["fa"]}
    return queue.ask(
        registry.engine, code=run_code(asked, world, effect.facts), kind=KIND, asked=asked, title=title,
        client=client, most=settings.most_waiting, most_each=settings.most_waiting_each,
    )  # fmt: skip


def effect_of(union: Union, *, world: World, registry: Registry, borders: Thickness | None = None) -> Effect:
    """A union set into the server's World, under what is in force by its register; nothing is solved.

    Raises
    ------
    ScenarioError, DataError
        If it does not fit: a name, a clash, another World, more than the server takes.
    """
    if union.world != world.name:
        hint = f'world = "{world.name}"'
        raise ScenarioError(f"this server holds the World {world.name}, not {union.world!r}", hint=hint)
    if len(union.members) > MOST_MEMBERS or len(union.provisions) > MOST_PROVISIONS:
        raise ScenarioError(f"a union here has up to {MOST_MEMBERS} members and {MOST_PROVISIONS} provisions")
    effect = union.effect(world, facts=facts(registry), borders=borders)
    after_transit(Network.embedded(), effect.transit)
    _ = effect.warnings
    return effect


def run_code(asked: dict[str, Any], world: World, bound: Facts) -> str:
    """The name of a run: it changes with the question, the data, what is in force and the program."""
    held = json.dumps([asked, world.data_hash, bound.data_hash, __version__], sort_keys=True)
    return sha256(held.encode()).hexdigest()[:20]


def save(run: Run, settings: Settings, code: str) -> None:
    """Write a run's files and its page in both languages: all of it, or nothing."""
    settings.runs.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".run-", dir=settings.runs))
    try:
        for name, content in (outputs(run) | views(run)).items():
            (fresh / name).write_bytes(content)
        shutil.rmtree(settings.runs / code, ignore_errors=True)
        fresh.rename(settings.runs / code)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def views(run: Run) -> dict[str, bytes]:
    """What the result's page shows in each language: the sections of the report, without its frame."""
    found = tables(run)
    drawn, pages = pages_of(run, found)
    template = environment(REPORT, WEB).get_template("view.html.j2")
    scenario = run.scenario.to_toml()
    return {
        VIEW.format(page.voice.language): template.render(
            page=page, v=page.voice, map=drawn, first=True, scenario_text=scenario
        ).encode()
        for page in pages
    }


def result_file(settings: Settings, code: str, name: str) -> Path:
    """The path of one file of a run.

    Raises
    ------
    NotFoundError
        If it is no name that a run's folder holds, or the run is not there.
    """
    if name not in FILES:
        raise NotFoundError(f"a run has no file {name!r}", hint=did_you_mean(name, sorted(FILES)))
    return _held(settings, code, name)


def view(settings: Settings, code: str, language: str) -> str:
    """The sections of a run's page in one language.

    Raises
    ------
    NotFoundError
        If the result was removed.
    """
    return _held(settings, code, VIEW.format(language)).read_text(encoding="utf-8")


def clean_up(engine: Engine, settings: Settings) -> None:
    """Remove old runs, and folders that no run claims any more."""
    queue.remove_old(engine, keep_days=settings.keep_days, keep=settings.keep_runs)
    if not settings.runs.is_dir():
        return
    held = [place for place in settings.runs.iterdir() if CODE.fullmatch(place.name)]
    known = queue.states(engine, {place.name for place in held})
    for place in held:
        if place.name not in known:
            shutil.rmtree(place, ignore_errors=True)


def _held(settings: Settings, code: str, name: str) -> Path:
    place = settings.runs / code / name
    if not CODE.fullmatch(code) or not place.is_file():
        raise NotFoundError(f"no result {code!r}", hint="results are kept for some weeks; run it again from its file")
    return place
