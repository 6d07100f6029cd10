"""`peyvand mobility match`: one balanced exchange round, from an office's two files to its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from peyvand.cli.options import OneOf, language_option
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    import pandas as pd

    from peyvand.locale import Language
    from peyvand.mobility import ExchangeRound
    from peyvand.mobility.exchange_files import Repair

_SHOWN = 12
"""So many rows of a table, and repairs, are printed; files and JSON hold all."""


@click.command("match")
@click.argument("universities_file", type=click.Path(path_type=Path))
@click.argument("students_file", type=click.Path(path_type=Path))
@click.option("--seed", default=0, show_default=True, help="Of the lottery that breaks ties; publish it beforehand.")
@click.option(
    "--method",
    type=OneOf(["cycles", "deferred"]),
    default="cycles",
    show_default=True,
    help="Balanced trading cycles, or deferred acceptance to compare.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for placements, universities and countries as CSV."
)
@language_option()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def match_command(
    universities_file: Path,
    students_file: Path,
    seed: int,
    method: str,
    out: Path | None,
    language: Language,
    as_json: bool,
) -> None:
    """Place the students of an exchange round, so that no university sends more than it takes.

    Two-sided tolerable top trading cycles (Dur and Ünver 2019): nobody gains by a false list. UNIVERSITIES_FILE has
    university, country, export_quota, import_quota, tolerated_imbalance; STUDENTS_FILE has student, home,
    internal_rank, choices (best first, `;` between).
    """
    from peyvand.mobility import match, read_students, read_universities

    universities = read_universities(universities_file)
    students, repairs = read_students(students_file, universities)
    found = match(universities, students, seed=seed, method="cycles" if method == "cycles" else "deferred")
    if out is not None:
        _write(found, out)
    if as_json:
        print_json(_content(found, repairs))
    else:
        _show(found, repairs, out, language)


def _write(found: ExchangeRound, folder: Path) -> None:
    from peyvand.errors import OutputError

    tables = {"placements": found.placements, "universities": found.universities, "countries": found.countries}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    except OSError as error:
        hint = "name a folder that you may write to"
        raise OutputError(f"cannot write to {folder}: {error.strerror}", hint=hint) from error


def _content(found: ExchangeRound, repairs: tuple[Repair, ...]) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "method": found.method,
        "seed": found.seed,
        "placed": found.placed_count,
        "largest_imbalance": found.largest_imbalance,
        "placements": found.placements.to_dict("records"),
        "universities": found.universities.to_dict("records"),
        "countries": found.countries.to_dict("records"),
        "repairs": [asdict(repair) for repair in repairs],
    }


def _show(found: ExchangeRound, repairs: tuple[Repair, ...], out: Path | None, language: Language) -> None:
    from dataclasses import asdict

    from peyvand.locale import localise_digits, number, text

    counts = {
        "placed": found.placed_count,
        "students": len(found.placements),
        "universities": len(found.universities),
        "imbalance": found.largest_imbalance,
    }
    words = "summary" if found.method == "cycles" else "summary_deferred"
    shown = {name: number(value, language) for name, value in counts.items()}
    click.echo(text(f"mobility.match.{words}", language, **shown))
    click.echo(text("mobility.match.seed", language, seed=localise_digits(str(found.seed), language)))
    _grid("balance", found.universities.sort_values("balance", key=abs, ascending=False, kind="stable"), language)
    _grid("countries", found.countries, language)
    click.echo(text("mobility.match.unplaced", language, count=number(len(found.unplaced), language)))
    for reason, count in found.unplaced["reason"].value_counts().items():
        click.echo(f"  {number(int(count), language)}: {text(f'mobility.match.reason.{reason}', language)}")
    if repairs:
        click.echo(text("mobility.match.repairs", language))
    for repair in repairs[:_SHOWN]:
        said = asdict(repair) | {"line": number(repair.line, language)}
        click.echo("  " + text(f"mobility.match.repair.{said.pop('kind')}", language, **said))
    _more(len(repairs), language)
    if out is not None:
        click.echo(text("mobility.match.written", language, folder=out))


def _grid(title: str, table: pd.DataFrame, language: Language) -> None:

    from peyvand.locale import number, text

    grid = new_table(text(f"mobility.match.{title}", language))
    for column in table.columns:
        worded = text(f"mobility.match.columns.{column}", language)
        grid.add_column(worded, justify="left" if column in ("university", "country") else "right")
    for row in table.head(_SHOWN).itertuples(index=False):
        cells = zip(table.columns, row, strict=True)
        grid.add_row(
            *(
                str(value) if isinstance(value, str) else number(value, language, sign=column == "balance")
                for column, value in cells
            )
        )
    show_table(grid, language)
    _more(len(table), language)


def _more(count: int, language: Language) -> None:
    from peyvand.locale import number, text

    if count > _SHOWN:
        click.echo("  " + text("mobility.match.more", language, count=number(count - _SHOWN, language)))
