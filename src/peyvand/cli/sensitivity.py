"""`peyvand world sensitivity`: which border matters most, to whom, and how far does a first-order answer carry?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from peyvand.cli.options import barrier_option, language_option, rent_keeper_option
from peyvand.cli.terminal import new_table, print_json, show_table
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from peyvand.scenarios import Union
    from peyvand.trade import BorderSensitivity, CaliendoParro
    from peyvand.trade.barriers import Barrier, RentKeeper
    from peyvand.world import World

DEFAULT_WORLD = "eurasia-2019"
_DECIMALS = {"gain_musd": 1, "union_gain_musd": 1}
_QUIET_PERCENT = 0.005


@click.command()
@click.argument("economies", nargs=-1)
@click.option("--union", "union_name", help="Also what each border is worth to this union's members; see below.")
@click.option("--world", "world_name", help="A World's file, or one that ships.")
@click.option("--top", default=15, show_default=True, type=click.IntRange(min=1), help="Rows.")
@click.option("--by-sector", is_flag=True, help="Each sector of a pair by itself.")
@barrier_option
@rent_keeper_option
@language_option()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
def sensitivity(
    economies: tuple[str, ...],
    union_name: str | None,
    world_name: str | None,
    top: int,
    by_sector: bool,
    barrier: Barrier,
    rent_keeper: RentKeeper,
    language: Language,
    as_json: bool,
) -> None:
    """What 1 % less cost at each border is worth to ECONOMIES together, M USD a year; to everybody by default.

    First-order: derivatives of the equilibrium with fixed deficits. With --union, a shipped scenario or a union file,
    borders are ranked for ECONOMIES (its members by default) with their worth to the union beside, and a second table
    puts the first-order answer to the whole union beside the exact one: large changes are not the sum of small ones.
    """
    from peyvand.scenarios import open_scenario
    from peyvand.trade import CaliendoParro, border_sensitivity
    from peyvand.world import World

    model = CaliendoParro(barrier=barrier, rent_keeper=rent_keeper)
    union = open_scenario(union_name) if union_name else None
    world = _of_the_day(union, World.open(world_name or (union.world if union else DEFAULT_WORLD)), model)
    found = border_sensitivity(world, economies=economies or None if union is None else None, model=model)
    table = _ranking(found, economies, union, by="cell" if by_sector else "pair", top=top)
    beside = None if union is None else found.beside_exact(union.effect(world).shock())
    if as_json:
        said = json.loads(table.to_json(orient="records"))
        if beside is not None:
            said = {"ranking": said, "beside_exact": json.loads(beside.to_json(orient="records"))}
        print_json(said)
        return
    show_table(_shown(table, text("trade.sensitivity", language), language), language)
    if beside is not None and union is not None:
        noticed = beside[beside["exact_percent"].abs() >= _QUIET_PERCENT].sort_values("exact_percent", ascending=False)
        title = text("trade.beside", language, union=union.title[language])
        show_table(_shown(noticed, title, language), language)


def _of_the_day(union: Union | None, world: World, solver: CaliendoParro) -> World:
    """The World on the union's day."""
    if union is None:
        return world
    return union.effect(world).baseline(lambda before, change: solver.solve(before, change).counterfactual)


def _ranking(
    found: BorderSensitivity, economies: tuple[str, ...], union: Union | None, *, by: str, top: int
) -> pd.DataFrame:
    """The borders that matter most to some economies, with their worth to the union where one is named."""
    if union is None:
        return found.ranking(by=by, top=top)
    members = union.effect(found.world).members
    whole = found.ranking(members, by=by, top=None).rename(columns={"gain_musd": "union_gain_musd"})
    if not economies:
        return whole.head(top)
    keys = [name for name in whole.columns if name != "union_gain_musd"]
    return found.ranking(economies, by=by, top=top).merge(whole, on=keys)


def _shown(frame: pd.DataFrame, title: str, language: Language) -> Table:

    table = new_table(title)
    figures = [name for name in frame.columns if name.endswith(("_musd", "_percent"))]
    for name in frame.columns:
        table.add_column(text(f"trade.columns.{name}", language), justify="right" if name in figures else "left")
    for row in frame.to_dict("records"):
        cells = (
            number(row[name], language, decimals=_DECIMALS.get(str(name), 3), sign=True)
            if name in figures
            else str(row[name])
            for name in frame.columns
        )
        table.add_row(*cells)
    return table
