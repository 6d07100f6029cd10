"""`peyvand trade`: which border matters most, and how sure is an answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from peyvand.cli.counterfactual import counterfactual
from peyvand.cli.options import language_option, seed_option
from peyvand.cli.sensitivity import sensitivity
from peyvand.cli.solve import solve
from peyvand.cli.terminal import new_table, show_table
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    import pandas as pd


_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
_WORLD = click.option("--world", "world_name", help="A World's file, or one that ships.")


@click.group()
def trade() -> None:
    """Which border matters most, how sure is an answer, and what of data of your own?"""


trade.add_command(solve)
trade.add_command(counterfactual)
trade.add_command(sensitivity)


@trade.command()
@click.argument("name_or_file", default="eco-ten")
@_WORLD
@click.option("--draws", default=500, show_default=True, type=click.IntRange(min=2), help="How many.")
@seed_option
@click.option("--level", default=0.9, show_default=True, help="Of the interval, between 0 and 1.")
@_LANGUAGE
@_JSON
def draws(
    name_or_file: str, world_name: str | None, draws: int, seed: int, level: float, language: Language, as_json: bool
) -> None:
    """How sure is the gain of every economy in NAME_OR_FILE, a shipped scenario or a union file?

    Elasticities, flows and gravity coefficients are drawn together: those of agreement provisions, and those by which
    borders that fade were measured. Stated cuts stay what they are.
    """
    from peyvand.run import estimates_behind
    from peyvand.scenarios import open_scenario
    from peyvand.trade import CaliendoParro, draw, faded_borders
    from peyvand.world import World

    union = open_scenario(name_or_file)
    asked, solver = World.open(world_name or union.world), CaliendoParro()
    today = union.effect(asked).baseline(lambda before, change: solver.solve(before, change).counterfactual)
    effect = union.effect(today)
    found = draw(
        today,
        effect.shock(),
        draws=draws,
        seed=seed,
        gravity=estimates_behind(effect),
        faded=faded_borders(effect),
        model=solver,
    )
    table = found.intervals(level).sort_values("central_percent", ascending=False)
    if as_json:
        click.echo(table.to_json(orient="records", indent=2))
        return
    shown = ["central_percent", "low_percent", "high_percent", "probability_of_gain"]
    title = text("trade.draws", language, draws=number(draws, language), failed=number(len(found.failed), language))
    _show(table[["economy", *shown]], shown, language, title=title, decimals=2)


def _show(frame: pd.DataFrame, figures: list[str], language: Language, *, title: str, decimals: int) -> None:
    """A table on the terminal, its columns named in the reader's language."""

    table = new_table(title)
    for name in frame.columns:
        table.add_column(text(f"trade.columns.{name}", language), justify="right" if name in figures else "left")
    for row in frame.to_dict("records"):
        table.add_row(
            *(number(row[name], language, decimals=decimals) if name in figures else str(row[name]) for name in frame)
        )
    show_table(table, language)
