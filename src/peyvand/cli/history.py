"""`peyvand gravity history`: what did two economies trade in other years, and how thick was their border?"""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from peyvand.cli.answers import plain
from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    from peyvand.locale import Language
    from peyvand.reports.history import PairYear


@click.command("history")
@click.argument("first", required=False)
@click.argument("second", required=False)
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of the source data: rebuild."
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write what is rebuilt to.")
@language_option()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history(
    first: str | None, second: str | None, data: Path | None, out: Path | None, language: Language, as_json: bool
) -> None:
    """Goods trade of FIRST and SECOND over the years, and the thickness of their border where it is known.

    Example: peyvand gravity history KAZ RUS
    """
    from peyvand.gravity.history import FILE
    from peyvand.reports.history import pair_years
    from peyvand.world import World

    if data is not None:
        from peyvand.gravity.history.build import build_history

        target = out or Path(FILE)
        build_history(data).save(target)
        click.echo(target)
        return
    if not (first and second):
        raise click.UsageError("two economies, such as: peyvand gravity history KAZ RUS")
    world = World.embedded()
    one, other = world.resolve_economies([first, second])
    years = pair_years(one, other, world=world)
    if as_json:
        rows = plain([asdict(year) for year in years])
        print_json({"economy": one, "partner": other, "years": rows})
        return
    _show(years, [str(world[f"name_{language}"].sel(economy=code).item()) for code in (one, other)], language)


def _show(years: tuple[PairYear, ...], names: list[str], language: Language) -> None:
    from rich.console import Console

    from peyvand.locale import localise_digits, number, text

    def said(value: float, decimals: int) -> str:
        return number(value, language, decimals=decimals) if math.isfinite(value) else "–"

    words = "web.border.history"
    table = new_table(" – ".join(names))
    table.add_column(text(f"{words}.year", language))
    for name in names:
        table.add_column(text("web.border.exports", language, first=name), justify="right")
    table.add_column(text(f"{words}.wall", language), justify="right")
    table.add_column(text(f"{words}.by", language))
    for year in years:
        wall = said(100 * math.expm1(year.thickness_log_points), 0)
        record = f"{text(f'{words}.record.{year.record}', language)} · {text(f'status.{year.status}', language)}"
        doubt = f" ({text(f'{words}.doubtful', language)})" if year.doubtful else ""
        figures = (said(year.exports_musd, 1), said(year.imports_musd, 1), wall)
        table.add_row(localise_digits(str(year.year), language), *figures, record + doubt)
    console = Console()
    show_table(table, language)
    console.print(text(f"{words}.note", language), soft_wrap=True)
