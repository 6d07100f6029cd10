"""`peyvand run`: simulate a union, show who gains, write the report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import (
    OneOf,
    barrier_option,
    deficits_option,
    draws_option,
    facts_in,
    language_option,
    registry_option,
    rent_keeper_option,
    seed_option,
)
from peyvand.cli.run_tables import VIEWS, view
from peyvand.cli.terminal import new_table, print_json, show_table
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    from rich.table import Table

    from peyvand.run import Run
    from peyvand.trade.barriers import Barrier, RentKeeper
    from peyvand.trade.deficits import DeficitRule

DEFAULT_SCENARIO = "eco-ten"


@click.command()
@click.argument("scenario", default=DEFAULT_SCENARIO)
@click.option("--out", type=click.Path(path_type=Path), default=Path("peyvand-out"), show_default=True, help="Folder.")
@click.option("--world", "world_name", help="A World's file, or one that ships, instead of the scenario's.")
@deficits_option(
    "Who pays for a deficit afterwards; fixed_nominal goes with --numeraire.",
    "fixed", "fixed_nominal", "multiplicative", "eliminated",
)  # fmt: skip
@click.option("--numeraire", metavar="CODE", help="The economy in whose wage fixed_nominal deficits are kept.")
@barrier_option
@rent_keeper_option
@draws_option("Draw elasticities, estimates and flows so many times: every figure gets an interval.")
@seed_option
@click.option(
    "--show",
    type=OneOf(["income", *VIEWS]),
    default="income",
    show_default=True,
    help="The table here: real income; the ladder of partial, conditional and full answers; sources of the gain; trade "
    "created and diverted. The report holds them all.",
)
@registry_option
@language_option("Of the table here.")
@click.option("--json", "as_json", is_flag=True, help="Print the table of economies as JSON, nothing else.")
def run(
    scenario: str,
    out: Path,
    world_name: str | None,
    deficits: DeficitRule,
    numeraire: str | None,
    barrier: Barrier,
    rent_keeper: RentKeeper,
    draws: int,
    seed: int,
    show: str,
    register: str | None,
    language: Language,
    as_json: bool,
) -> None:
    """Simulate SCENARIO, a union file or one that ships (`peyvand scenario list`), and write its report.

    The folder gets report.html (English and Persian, opens offline), an Excel workbook, tidy CSV and Parquet tables and
    run.json. A folder that peyvand did not write is never touched.
    """
    from rich.console import Console

    from peyvand.cli.people import people_table
    from peyvand.reports.tables import economies, tables
    from peyvand.reports.write import output_place, write
    from peyvand.run import simulate
    from peyvand.scenarios import explain_caution
    from peyvand.trade import CaliendoParro
    from peyvand.world import World

    console, notes = Console(), Console(stderr=True)
    output_place(out)  # refused before the work, not after it
    world = World.open(world_name) if world_name else None
    with notes.status("") as status:
        done = simulate(
            scenario,
            world=world,
            model=CaliendoParro(deficit_rule=deficits, numeraire=numeraire, barrier=barrier, rent_keeper=rent_keeper),
            draws=draws,
            seed=seed,
            facts=facts_in(register),
            progress=lambda step: status.update(text(f"steps.{step}", language)),
        )
        status.update(text("steps.report", language))
        page = write(done, out)
    if as_json:
        print_json(economies(done).to_dict("records"))
        return
    title = done.scenario.title[language]
    moved = done.people if done.people is not None and done.people.moved else None
    if show != "income":
        show_table(view(show, tables(done), title=title, language=language), language)
    elif moved is None or done.effect.moves_trade or done.effect.transit:
        show_table(_table(done, language), language)
    else:
        console.print(text("run.no_trade", language, title=title), soft_wrap=True)
    if show == "income" and moved is not None:
        show_table(people_table(moved, language), language)
    for caution in done.warnings:
        notes.print(f"! {explain_caution(caution, done.effect, language)}", style="yellow")
    console.print(text("run.written", language, report=page), soft_wrap=True)


def _table(done: Run, language: Language) -> Table:
    """Real income, money, exports of the members and of the outsiders that notice, the largest gain first."""

    from peyvand.reports.rows import records
    from peyvand.reports.tables import economies
    from peyvand.reports.variants import NOTICEABLE_PERCENT

    frame = economies(done)
    frame = frame.sort_values(["member", "real_income_change_percent"], ascending=False)
    title = done.scenario.title[language]
    if done.draws is not None:
        count, failed = (number(size, language) for size in (done.draws.data.sizes["draw"], len(done.draws.failed)))
        title = text("run.drawn", language, title=title, draws=count, failed=failed)
    deficits = text(f"report.closure.{done.trade.deficit_rule}", language)
    outsiders = frame[~frame["member"] & (frame["real_income_change_percent"].abs() >= NOTICEABLE_PERCENT)]
    caption = text("run.closure" if len(outsiders) else "run.quiet", language, deficits=deficits)
    table = new_table(title, caption)
    table.add_column(text("run.columns.economy", language))
    drawn = done.draws is not None
    for name in ("income", *(("interval", "gain") if drawn else ()), "money", "exports"):
        table.add_column(text(f"run.columns.{name}", language), justify="right", no_wrap=True)
    shown = [frame[frame["member"]], outsiders.head(3), outsiders.iloc[3:].tail(3)]
    for group in shown:
        for row in records(group):
            table.add_row(
                row[f"name_{language}"],
                number(row["real_income_change_percent"], language, decimals=2, sign=True),
                *(_sureness(row, language) if drawn else ()),
                number(row["real_income_change_musd"], language, sign=True),
                number(row["exports_change_percent"], language, decimals=1, sign=True),
            )
        table.add_section()
    return table


def _sureness(row: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """`low … high` of real income, and the share of the draws with a gain; per cent."""
    low, high = (number(row[f"real_income_{end}_percent"], language, decimals=2, sign=True) for end in ("low", "high"))
    return f"{low} … {high}", number(100 * row["gain_probability_share"], language)
