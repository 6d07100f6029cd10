"""`peyvand unions`: which union is best, for whom, and which one would hold?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import language_option
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from peyvand.scenarios import Union
    from peyvand.trade import CaliendoParro
    from peyvand.unions import Landscape

DEFAULT_SCENARIO = "eco-ten"
_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
_WORLD = click.option("--world", "world_name", help="A World's file, or one that ships, instead of the scenario's.")
_DEFICITS = click.option(
    "--deficits", default="fixed", show_default=True, help="Closure: fixed, multiplicative or eliminated."
)
_AMONG = click.option("--among", help="Candidates, by code or name with commas, instead of the scenario's members.")


@click.group()
def unions() -> None:
    """Which union is best, for whom, and which one would hold?"""


@unions.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@_AMONG
@_WORLD
@_DEFICITS
@click.option(
    "--rule",
    type=click.Choice(["stay", "dissolve", "best_reply"]),
    default="stay",
    show_default=True,
    help="What those left behind do after a member walked out.",
)
@click.option("--top", default=10, show_default=True, help="Rows of the table.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for tables of all unions.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that keeps what is solved; goes on from there.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask scheduler to hand the work to.")
@_LANGUAGE
@_JSON
def search(
    scenario: str, among: str | None, world_name: str | None, deficits: Any, rule: Any, top: int, out: Path | None,
    cache: Path | None, workers: int, scheduler: str | None, language: Language, as_json: bool,
) -> None:  # fmt: skip
    """Solve every union among the members of SCENARIO, rank them and say which would hold.

    SCENARIO is a union file or one that ships; its members are the candidates. Up to 20 candidates all unions are
    solved; beyond, a search looks for good ones and says that it is a search.
    """
    from peyvand.trade import CaliendoParro
    from peyvand.unions.summary import summary

    model = CaliendoParro(deficit_rule=deficits)
    found = _searched(
        scenario, among, world_name, model, cache=cache, workers=workers, scheduler=scheduler, language=language
    )
    told = summary(found, rule=rule, top=top, language=language)
    if out is not None:
        _write_tables(found, out)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _show(found, told, language)


def _searched(
    scenario: str, among: str | None, world_name: str | None, model: CaliendoParro, *, language: Language,
    cache: Path | None = None, workers: int = 2, scheduler: str | None = None,
) -> Landscape:  # fmt: skip
    """The search of a scenario with a progress bar."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from peyvand.unions import search as search_unions
    from peyvand.world import World

    union = _asked(scenario, among)
    world = World.open(world_name) if world_name else World.embedded(union.world)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with (
        _executor(scheduler) as executor,
        Progress(*columns, console=Console(stderr=True), transient=True) as bar,
    ):
        task = bar.add_task(text("unions.search.running", language, count=2 ** len(union.members)), total=1.0)
        return search_unions(
            world,
            union,
            model=model,
            store=cache,
            executor=executor,
            workers=workers,
            progress=lambda share: bar.update(task, completed=share),
        )


def _asked(scenario: str, among: str | None) -> Union:
    from peyvand.scenarios import open_scenario

    union = open_scenario(scenario)
    if among is None:
        return union
    return union.with_members(name.strip() for name in among.split(",") if name.strip())


@contextmanager
def _executor(scheduler: str | None) -> Iterator[Executor | None]:
    """A Dask cluster's executor, or none."""
    if scheduler is None:
        yield None
        return
    from peyvand.unions.cluster import cluster

    with cluster(scheduler) as executor:
        yield executor


def _write_tables(found: Landscape, folder: Path) -> None:
    """All unions as Parquet, and their ranking as CSV."""
    from peyvand.errors import unwritable
    from peyvand.unions.rankings import ranking

    try:
        folder.mkdir(parents=True, exist_ok=True)
        ranking(found).table.to_csv(folder / "ranking.csv", index=False, lineterminator="\n")
        found.frame().to_parquet(folder / "unions.parquet", index=False)
    except OSError as error:
        raise unwritable(folder, error, say=", with --out") from error


def _show(found: Landscape, told: dict[str, Any], language: Language) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console()
    title = told["title"][language]
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.caption = text("unions.caption", language)
    table.add_column(text("unions.columns.union", language), min_width=26)
    for column in ("members_gain", "world_gain", "worst_member", "holds"):
        table.add_column(text(f"unions.columns.{column}", language), justify="right")
    for row in told["ranking"]:
        worst = f"{row['worst_member']} {number(row['worst_member_percent'], language, decimals=2, sign=True)}"
        holds = {True: "yes", False: "no", None: "unknown"}[row["individual"]]
        table.add_row(
            row["described"],
            number(row["members_gain_musd"], language, sign=True),
            number(row["world_gain_musd"], language, sign=True),
            worst,
            text(f"unions.holds.{holds}", language),
        )
    console.print(table)
    for line in told["words"]:
        console.print(f"• {line}", soft_wrap=True, highlight=False)
    if found.failed:
        console.print(text("unions.search.failed", language, count=len(found.failed)), style="yellow")
