"""What is a search of unions on the server? A question that ships, or candidates and terms; its answer is a folder."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from peyvand import __version__
from peyvand.errors import NotFoundError, ScenarioError, did_you_mean
from peyvand.locale import LANGUAGES
from peyvand.reports.unions.write import contents_of, views, voice_of
from peyvand.scenarios import BorderCost, Tariff, Union, parse_scenario
from peyvand.trade import CaliendoParro
from peyvand.unions.draws import draw_unions
from peyvand.unions.questions import Answer, Question, SearchAnswer, ask, question, shipped
from peyvand.unions.searches import search
from peyvand.unions.terms import terms_of
from peyvand.web import queue
from peyvand.web.runs import CODE, VIEW
from peyvand.web.show import REPORT, WEB, environment
from peyvand.web.site import Site
from peyvand.world import World

KIND = "unions"
MOST_CANDIDATES, MOST_DRAWS = 10, 50
FADES = (0.0, 0.1, 0.25, 0.5)
FILES = ("unions.html", "unions.json", "ranking-all.csv", "ranking-tariffs.csv", "options.csv")


def union_of_terms(members: list[str], *, fade_share: float, farm_goods: bool, site: Site) -> Union:
    """A union of plain terms: tariffs between members go, farm goods by half or too, and borders fade.

    Raises
    ------
    ScenarioError
        If there are too few or too many candidates, or terms that the page does not offer.
    """
    if fade_share not in FADES:
        raise ScenarioError(f"borders cannot fade by {fade_share}", hint=f"one of {', '.join(map(str, FADES))}")
    provisions: list[Tariff | BorderCost] = [Tariff(kind="tariff", cut_share=1.0)]
    if not farm_goods:
        provisions = [
            Tariff(kind="tariff", cut_share=1.0, except_sectors=("agriculture_food",)),
            Tariff(kind="tariff", cut_share=0.5, sectors=("agriculture_food",)),
        ]
    if fade_share:
        provisions.append(BorderCost(kind="border_cost", fade_share=fade_share))
    codes = site.today.world.resolve_economies(members)
    named = {language: [site.today.names[language][code] for code in codes] for language in LANGUAGES}
    title = {"en": ", ".join(named["en"]), "fa": "، ".join(named["fa"])}
    return Union(title=title, members=codes, provisions=tuple(provisions), world=site.today.world.name)


def ask_search(site: Site, *, client: str, named: str = "", union: Union | None = None, draws: int = 0) -> queue.Work:
    """Put a search into the line, once it is clear that it can be read.

    Raises
    ------
    NotFoundError
        If no such question ships.
    ScenarioError
        If the union does not fit the World, or has more candidates than the server takes.
    BusyError
        If the line is full.
    """
    asked: dict[str, Any] = {"draws": min(max(draws, 0), MOST_DRAWS)}
    if union is None:
        if named not in shipped():
            raise NotFoundError(f"no question {named!r}", hint=did_you_mean(named, shipped()))
        asked["question"], title = named, dict(question(named).title)
    else:
        if len(union.members) > MOST_CANDIDATES:
            raise ScenarioError(
                f"{len(union.members)} candidates", hint=f"up to {MOST_CANDIDATES} here, more by command"
            )
        terms_of(site.today.world, union)
        asked["scenario"], title = union.to_toml(), dict(union.title)
    name = json.dumps([KIND, asked, site.today.world.data_hash, __version__], sort_keys=True)
    return queue.ask(
        site.registry.engine, code=sha256(name.encode()).hexdigest()[:20], kind=KIND, asked=asked,
        title={"en": title["en"], "fa": title["fa"]}, client=client, most=site.settings.most_waiting,
        most_each=site.settings.most_waiting_each,
    )  # fmt: skip


def answer_of(asked: dict[str, Any], *, world: World, progress: Callable[[str], None]) -> Answer:
    """Solve what a worker was given."""
    progress("unions")
    draws = int(asked["draws"])
    if "question" in asked:
        return ask(asked["question"], world=world, draws=draws)
    union = parse_scenario(asked["scenario"])
    model = CaliendoParro()
    found = search(world, union, model=model)
    drawn = {"all": draw_unions(found, draws=draws, model=model, workers=1)} if draws else {}
    put = Question(title=union.title, kind="search", scenario="")
    return SearchAnswer(question=put, landscapes={"all": found}, draws=drawn)  # type: ignore[arg-type]


def save_answer(answer: Answer, runs: Path, code: str) -> None:
    """Write the answer's files and its sections in both languages: all of it, or nothing."""
    runs.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".unions-", dir=runs))
    template = environment(REPORT, WEB).get_template("unions_view.html.j2")
    try:
        for name, content in contents_of(answer).items():
            (fresh / name).write_bytes(content)
        for language in LANGUAGES:
            kind = answer.question.kind
            page = template.render(v=voice_of(answer, language), views=views(answer, language), kind=kind)
            (fresh / VIEW.format(language)).write_text(page, encoding="utf-8")
        shutil.rmtree(runs / code, ignore_errors=True)
        fresh.rename(runs / code)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def answer_file(runs: Path, code: str, name: str) -> Path:
    """The path of one file of an answer.

    Raises
    ------
    NotFoundError
        If an answer has no such file, or it was removed.
    """
    if name not in FILES:
        raise NotFoundError(f"an answer has no file {name!r}", hint=did_you_mean(name, FILES))
    place = runs / code / name
    if not CODE.fullmatch(code) or not place.is_file():
        raise NotFoundError(
            f"no answer {code!r} with a file {name!r}", hint="ask again: answers are kept for some weeks"
        )
    return place
