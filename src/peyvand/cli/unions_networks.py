"""`peyvand unions networks`: which sets of bilateral agreements would hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, print_json, progress_bar, show_table
from peyvand.cli.unions_options import among_option, asked_union, deficits_option, world_option
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    from peyvand.unions.networks import NetworkRow, Networks

SHOWN = 10
LANGUAGE = language_option()


@click.command("networks")
@click.argument("scenario")
@among_option
@world_option
@deficits_option
@LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
def networks(
    scenario: str, among: str | None, world_name: str | None, deficits: Any, language: Language, as_json: bool
) -> None:
    """Which sets of bilateral agreements among up to six members of SCENARIO would hold?

    What the file says between members holds between two that have an agreement. A set holds if nobody gains by ending
    one of its agreements, and no two without one would sign (Jackson and Wolinsky 1996).
    """
    from peyvand.trade import CaliendoParro
    from peyvand.unions.networks import search_networks
    from peyvand.world import World

    union = asked_union(scenario, among)
    world = World.open(world_name) if world_name else World.embedded(union.world)
    with progress_bar(text("unions.networks.running", language)) as progress:
        found = search_networks(world, union, model=CaliendoParro(deficit_rule=deficits), progress=progress)
    rows = found.rows()
    holding = sorted((row for row in rows if row.holds), key=lambda row: -row.members_gain_musd)
    if as_json:
        told = {
            "candidates": list(found.game.players),
            "networks": len(rows),
            "holding": [_plain(row) for row in holding],
            "all_agreements": _plain(rows[-1]),
        }
        print_json(told)
        return
    _show(found, holding, title=union.title[language], language=language)


def _plain(row: NetworkRow) -> dict[str, Any]:
    """A row of JSON."""
    return {
        "agreements": [list(pair) for pair in row.agreements],
        "members_gain_musd": row.members_gain_musd,
        "gain_percent": row.gain_percent,
    }


def _show(found: Networks, holding: list[NetworkRow], *, title: str, language: Language) -> None:
    """The sets that hold, the largest gain first, and what breaks the one of all agreements."""
    from rich.console import Console

    from peyvand.unions.deviations import words
    from peyvand.unions.summary import names_of_world

    console, names = Console(), names_of_world(found.terms.world, language)
    table = new_table(title)
    table.caption = text("unions.networks.caption", language)
    table.add_column(text("unions.networks.agreements", language))
    table.add_column(text("unions.columns.members_gain", language), justify="right")
    table.add_column(text("unions.columns.worst_member", language), justify="right")
    for row in holding[:SHOWN]:
        pairs = [f"{names[one]}–{names[other]}" for one, other in row.agreements]
        worst = min(row.gain_percent, key=lambda code: row.gain_percent[code])
        table.add_row(
            text("unions.comma", language).join(pairs) or text("unions.networks.none", language),
            number(row.members_gain_musd, language, sign=True),
            f"{names[worst]} {number(row.gain_percent[worst], language, decimals=2, sign=True)}",
        )
    show_table(table, language)
    sizes = {"count": number(len(holding), language), "total": number(len(found.welfare_hat), language)}
    said = [text("unions.networks.holding", language, **sizes)]
    deviation = found.game.deviation(len(found.welfare_hat) - 1)
    if deviation is not None:
        said.append(text("unions.networks.breaks", language, how=words(deviation, found.game, language, names)))
    for line in said:
        console.print(f"• {line}", soft_wrap=True, highlight=False)
