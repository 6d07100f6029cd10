"""`peyvand unions`: which union is best, for whom, and which one would hold?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import OneOf, draws_option, language_option, seed_option
from peyvand.cli.terminal import new_table, print_json, progress_bar, show_table
from peyvand.cli.unions_networks import networks
from peyvand.cli.unions_options import among_option, asked_union, deficits_option, world_option
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from peyvand.trade import CaliendoParro
    from peyvand.unions import Landscape, UnionDraws
    from peyvand.unions.game import Rule
    from peyvand.unions.questions import Answer

DEFAULT_SCENARIO = "eco-ten"
_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")


@click.group()
def unions() -> None:
    """Which union is best, for whom, and which one would hold?"""


@unions.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@among_option
@world_option
@deficits_option
@click.option(
    "--rule",
    type=OneOf(["stay", "dissolve", "best_reply"]),
    default="stay",
    show_default=True,
    help="What those left behind do after a member walked out.",
)
@draws_option("Draw elasticities and flows so many times: how often does each union hold?")
@seed_option
@click.option("--top", default=10, show_default=True, help="Rows of the table.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for tables of all unions.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that keeps what is solved; goes on from there.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A Dask scheduler to hand the work to.")
@_LANGUAGE
@_JSON
def search(
    scenario: str, among: str | None, world_name: str | None, deficits: Any, rule: Any, draws: int, seed: int, top: int,
    out: Path | None, cache: Path | None, workers: int, scheduler: str | None, language: Language, as_json: bool,
) -> None:  # fmt: skip
    """Solve every union among the members of SCENARIO, rank them and say which would hold.

    SCENARIO is a union file or one that ships; its members are the candidates. Up to 20 candidates all unions are
    solved; beyond, a search looks for good ones and says that it is a search.
    """
    from peyvand.trade import CaliendoParro
    from peyvand.unions import draw_unions
    from peyvand.unions.summary import summary

    model = CaliendoParro(deficit_rule=deficits)
    found = _searched(
        scenario, among, world_name, model, cache=cache, workers=workers, scheduler=scheduler, language=language
    )
    drawn = None
    if draws:
        words = text("unions.search.drawing", language, count=number(draws, language))
        with _executor(scheduler) as executor, progress_bar(words) as progress:
            drawn = draw_unions(
                found, draws=draws, seed=seed, model=model, store=cache, executor=executor, workers=workers,
                progress=progress,
            )  # fmt: skip
    told = summary(found, rule=rule, top=top, language=language, draws=drawn)
    if out is not None:
        _write_tables(found, drawn, rule, out)
    if as_json:
        print_json(told)
        return
    _show(found, told, language)


@unions.command()
@click.argument("name", required=False)
@world_option
@deficits_option
@draws_option("Draws of elasticities and flows, for probabilities.")
@seed_option
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("peyvand-unions"), show_default=True, help="Folder."
)
@_LANGUAGE
@_JSON
def ask(
    name: str | None, world_name: str | None, deficits: Any, draws: int, seed: int, out: Path, language: Language,
    as_json: bool,
) -> None:  # fmt: skip
    """Answer a question that ships, and write its page; without NAME, list the questions.

    The folder gets unions.html (English and Persian, opens offline), unions.json and tables.
    """
    from peyvand.reports.unions import write_answer
    from peyvand.reports.unions.write import told
    from peyvand.trade import CaliendoParro
    from peyvand.unions.questions import ask as ask_question
    from peyvand.unions.questions import question, shipped
    from peyvand.world import World

    if name is None:
        titles = {held: dict(question(held).title) for held in shipped()}
        if as_json:
            print_json(titles)
            return
        for held, title in titles.items():
            click.echo(f"{held}: {title[language]}")
        return
    with progress_bar(text("unions.ask.running", language)) as progress:
        answer = ask_question(
            name, world=World.open(world_name) if world_name else None, draws=draws, seed=seed,
            model=CaliendoParro(deficit_rule=deficits), progress=progress,
        )  # fmt: skip
    page = write_answer(answer, out)
    if as_json:
        print_json(told(answer))
        return
    for line in _lines(answer, language):
        click.echo(line)
    click.echo(text("unions.ask.written", language, page=page))


@unions.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@among_option
@world_option
@deficits_option
@_LANGUAGE
@_JSON
def join(
    scenario: str, among: str | None, world_name: str | None, deficits: Any, language: Language, as_json: bool
) -> None:
    """In which order could the members of SCENARIO join, so that everyone present accepts each step?

    And what would keep the union of all together, if it does not hold: transfers, or a smaller provision.
    """
    from peyvand.trade import CaliendoParro
    from peyvand.unions.advice import advice, advice_words

    model = CaliendoParro(deficit_rule=deficits)
    found = _searched(scenario, among, world_name, model, language=language)
    given = advice(found, model=model)
    if as_json:
        print_json(given.to_dict())
        return
    for line in advice_words(given, language):
        click.echo(line)


@unions.command()
@click.argument("economies", nargs=-1, required=True)
@click.option("--world", "world_name", default="eurasia-2019", show_default=True, help="A World's file, or its name.")
@deficits_option
@_LANGUAGE
@_JSON
def tariffs(economies: tuple[str, ...], world_name: str, deficits: Any, language: Language, as_json: bool) -> None:
    """The tariffs that one economy would set alone, or Nash tariffs of two to four, and what they give.

    One tariff a goods sector on everybody, from 0 to 300 %.
    """
    from rich.console import Console

    from peyvand.locale import catalogue
    from peyvand.trade import CaliendoParro
    from peyvand.unions.tariffs import nash_tariffs
    from peyvand.world import World

    world = World.open(world_name)
    with progress_bar(text("unions.tariffs.running", language)) as progress:
        points = nash_tariffs(world, economies, model=CaliendoParro(deficit_rule=deficits), progress=progress)
    if as_json:
        rows = [
            {
                "tariff": {
                    code: {sector: float(rate) for sector, rate in row.items()} for code, row in point.tariff.iterrows()
                },
                "welfare_hat": {code: float(point.welfare_hat[code]) for code in point.tariff.index},
                "from_starts": list(point.from_starts),
                "settled": point.settled,
                "improvable_share": {code: float(share) for code, share in point.improvable.items()},
            }
            for point in points
        ]
        print_json(rows)
        return
    console, words = Console(), catalogue(language)
    for point in points:
        starts = text("unions.comma", language).join(
            text(f"unions.tariffs.start.{name}", language) for name in point.from_starts
        )
        table = new_table(text("unions.tariffs.title", language, starts=starts))
        table.add_column(text("unions.tariffs.sector", language))
        for code in point.tariff.index:
            table.add_column(code, justify="right")
        for sector in point.tariff.columns:
            shown = [number(100 * float(rate), language, decimals=1) for rate in point.tariff[sector]]
            table.add_row(words.get(f"sectors.{sector}", sector), *shown)
        table.add_section()
        gains = [
            number(100 * (float(point.welfare_hat[code]) - 1), language, decimals=3, sign=True)
            for code in point.tariff.index
        ]
        table.add_row(text("unions.tariffs.gain", language), *gains)
        show_table(table, language)
        if not point.settled:
            console.print(text("unions.tariffs.unsettled", language), style="yellow")


unions.add_command(networks)


def _lines(answer: Answer, language: Language) -> list[str]:
    """What an answer says, in a few lines."""
    from peyvand.reports.unions.view import JoinView
    from peyvand.reports.unions.write import voice_of
    from peyvand.unions.questions import JoinAnswer
    from peyvand.unions.summary import sentences, stabilities

    title = answer.question.title[language]
    if isinstance(answer, JoinAnswer):
        view = JoinView(answer, voice_of(answer, language))
        return [title, *(f"• {said.striptags()}" for said in (view.headline, *view.refusals))]
    found = [title]
    for name, landscape in answer.landscapes.items():
        found.append(text(f"report.unions.variant.{name}", language))
        found += [f"• {line}" for line in sentences(landscape, stabilities(landscape, rule="stay"), language)]
    return found


def _searched(
    scenario: str, among: str | None, world_name: str | None, model: CaliendoParro, *, language: Language,
    cache: Path | None = None, workers: int = 2, scheduler: str | None = None,
) -> Landscape:  # fmt: skip
    """The search of a scenario with a progress bar."""
    from peyvand.unions import search as search_unions
    from peyvand.world import World

    union = asked_union(scenario, among)
    world = World.open(world_name) if world_name else World.embedded(union.world)
    words = text("unions.search.running", language, count=2 ** len(union.members))
    with _executor(scheduler) as executor, progress_bar(words) as progress:
        return search_unions(
            world, union, model=model, store=cache, executor=executor, workers=workers, progress=progress
        )


@contextmanager
def _executor(scheduler: str | None) -> Iterator[Executor | None]:
    """A Dask cluster's executor, or none."""
    if scheduler is None:
        yield None
        return
    from peyvand.unions.cluster import cluster

    with cluster(scheduler) as executor:
        yield executor


def _write_tables(found: Landscape, drawn: UnionDraws | None, rule: Rule, folder: Path) -> None:
    """All unions as Parquet, and their ranking as CSV, with the shares of the draws where there are any."""
    from peyvand.errors import unwritable
    from peyvand.unions.rankings import ranking

    try:
        folder.mkdir(parents=True, exist_ok=True)
        table = ranking(found).table
        if drawn is not None:
            at = table["union"].to_numpy()
            table = table.assign(
                holds_share=drawn.probability_of_stability("individual", rule=rule)[at],
                everyone_gains_share=drawn.everyone_gains()[at],
            )
        table.to_csv(folder / "ranking.csv", index=False, lineterminator="\n")
        found.frame().to_parquet(folder / "unions.parquet", index=False)
    except OSError as error:
        raise unwritable(folder, error, say=", with --out") from error


def _show(found: Landscape, told: dict[str, Any], language: Language) -> None:
    from rich.console import Console

    console = Console()
    title = told["title"][language]
    table = new_table(title)
    table.caption = text("unions.caption", language)
    table.add_column(text("unions.columns.union", language))
    drawn = "draws" in told
    for column in ("members_gain", "world_gain", "worst_member", "holds", *(("share",) if drawn else ())):
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
            *((number(100 * row["holds_share"], language),) if drawn else ()),
        )
    show_table(table, language)
    for line in told["words"]:
        console.print(f"• {line}", soft_wrap=True, highlight=False)
    if found.failed:
        console.print(text("unions.search.failed", language, count=len(found.failed)), style="yellow")
