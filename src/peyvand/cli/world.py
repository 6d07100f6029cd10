"""`peyvand world`: what is the World today, is it sound, and how is it compiled?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import language_option
from peyvand.cli.sensitivity import sensitivity
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from rich.table import Table

    from peyvand.locale import Language
    from peyvand.world import World

DEFAULT_WORLD = "eurasia-2019"
_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_WORLD = click.option(
    "--world", "world_name", default=DEFAULT_WORLD, show_default=True, help="A World's file, or one that ships."
)


@click.group()
def world() -> None:
    """Explain, check and build the World; which of its borders matters most?"""


world.add_command(sensitivity)


@world.command()
@_WORLD
@_LANGUAGE
@_JSON
def info(world_name: str, language: Language, as_json: bool) -> None:
    """What a World holds: its economies with GDP, trade and the part of trade that is estimated."""
    from rich.console import Console

    from peyvand.locale import number, text
    from peyvand.world.summary import economies_table

    held = _sound(world_name)
    frame = economies_table(held)
    if as_json:
        rows = json.loads(frame.reset_index().to_json(orient="records"))
        print_json(_head(held) | {"economies": rows})
        return
    numbers = [column for column in frame.columns if column.endswith("_musd")]
    table = _table(
        text("world.info.title", language, **_head(held)), ["economy", *numbers, "estimated_share"], language
    )
    for code, row in frame.iterrows():
        name = row.get(f"name_{language}", code)
        shown = [_billion(row[column], language) for column in numbers]
        part = number(100 * row["estimated_share"], language) if "estimated_share" in frame else ""
        table.add_row(f"{code}  {name}", *shown, part)
    console = Console()
    show_table(table, language)
    console.print(text("world.info.caption", language), soft_wrap=True)


@world.command()
@click.argument("world_name", default=DEFAULT_WORLD)
@_LANGUAGE
@_JSON
def check(world_name: str, language: Language, as_json: bool) -> None:
    """Whether a World keeps every accounting rule. WORLD_NAME is a file, or one that ships.

    Exit code 0: sound; 2: it breaks a rule, and the rows that break it are named.
    """
    from peyvand.locale import text
    from peyvand.world.checks import RULES, check, problems

    held = _open(world_name)
    if as_json:
        broken = [{"rule": problem.rule, "rows": problem.rows} for problem in problems(held)]
        print_json(_head(held) | {"sound": not broken, "problems": broken})
        click.get_current_context().exit(2 if broken else 0)
    check(held)
    click.echo(text("world.check.sound", language, name=held.name, rules=len(RULES)))


@world.command()
@click.argument("economies", nargs=-1, required=True)
@_WORLD
@_LANGUAGE
@_JSON
def show(economies: tuple[str, ...], world_name: str, language: Language, as_json: bool) -> None:
    """One economy's sectors, or the trade of two: `show IRN`, `show IRN KAZ`.

    Codes or names, in English or Persian.
    """
    from rich.console import Console

    from peyvand.locale import text

    if len(economies) > 2:
        raise click.UsageError("one economy or two, such as: peyvand world show IRN KAZ")
    held = _sound(world_name)
    codes = held.resolve_economies(economies)
    frame = _shown(held, codes)
    if as_json:
        rows = json.loads(frame.reset_index().to_json(orient="records"))
        print_json(_head(held) | {"shown": list(codes), "sectors": rows} | _ties(held, codes))
        return
    title = " – ".join(_name(held, code, language) for code in codes)
    console = Console()
    table = _pair(title, frame, codes, language) if len(codes) == 2 else _sectors(title, frame, language)
    show_table(table, language)
    if len(codes) == 2:
        console.print(text("world.show.caption", language), soft_wrap=True)
    for key, value in _ties(held, codes).items():
        console.print(text(f"world.show.{key}", language, value=_tie(value, language)), soft_wrap=True)
    for line in _sources(held, codes, language):
        console.print(line, soft_wrap=True, style="dim", markup=False, highlight=False)


@world.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="Folder with one folder per source.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; eurasia-2019.nc.gz here by default.")
@click.option("--held-out", is_flag=True, help="Compile nothing: split TUR, KAZ, PAK again and show the errors.")
@_LANGUAGE
@_JSON
def build(data: Path, out: Path | None, held_out: bool, language: Language, as_json: bool) -> None:
    """Compile the embedded World from the publishers' files.

    The same files give the same World. With --held-out the economies that ICIO reports are hidden and split out of its
    rest of the world like the others; the errors are shown, and written as CSV with --out.
    """
    from rich.console import Console

    from peyvand.locale import text
    from peyvand.world.compile import build_eurasia, held_out_table

    if not data.is_dir():
        raise click.BadParameter(f"no folder {data}", param_hint="--data")
    notes = Console(stderr=True)
    if held_out:
        with notes.status(text("world.build.held_out", language)):
            errors = held_out_table(data)
        _show_errors(errors, out, language, as_json=as_json)
        return
    with notes.status(text("world.build.running", language)):
        made = build_eurasia(data)
        target = out or Path(f"{made.name}.nc.gz")
        made.save(target)
    if as_json:
        print_json(_head(made) | {"file": str(target), "bytes": target.stat().st_size})
        return
    click.echo(text("world.build.written", language, file=target, **_head(made)))


def _show_errors(errors: pd.DataFrame, out: Path | None, language: Language, *, as_json: bool) -> None:

    from peyvand.locale import text

    if out is not None:
        errors.to_csv(out, index=False, lineterminator="\n")
    if as_json:
        print_json(errors.to_dict("records"))
        return
    table = _table(text("world.build.errors", language), list(errors.columns), language)
    for row in errors.itertuples(index=False):
        table.add_row(*map(str, row))
    show_table(table, language)


def _open(name: str) -> World:
    """A World by file, or one that ships."""
    from peyvand.world import World

    return World.open(name)


def _sound(name: str) -> World:
    """A World by file, or one that ships; refused where it breaks a rule."""
    from peyvand.world.checks import check

    held = _open(name)
    check(held)
    return held


def _shown(held: World, codes: tuple[str, ...]) -> pd.DataFrame:
    from peyvand.world.summary import pair_table, sectors_table

    return pair_table(held, *codes) if len(codes) == 2 else sectors_table(held, codes[0])


def _sectors(title: str, frame: pd.DataFrame, language: Language) -> Table:
    """One row per sector of an economy."""
    from peyvand.locale import catalogue

    table = _table(title, ["sector", *frame.columns], language)
    words = catalogue(language)
    for sector, row in frame.iterrows():
        cells = [_cell(column, row[column], language) for column in frame.columns]
        table.add_row(words.get(f"sectors.{sector}", str(sector)), *cells)
    return table


def _pair(title: str, frame: pd.DataFrame, codes: tuple[str, ...], language: Language) -> Table:
    """Two rows per sector of a pair, one for each way: they stay legible in 80 columns."""
    from peyvand.locale import catalogue

    shown = ("exports_musd", "tariff_rate", "status", "cv")
    held = [column for column in shown if column in frame.columns]
    heads = ["flow_musd" if column == "exports_musd" else column for column in held]
    table = _table(title, ["sector", "way", *heads], language)
    words = catalogue(language)
    for sector, row in frame.iterrows():
        name = words.get(f"sectors.{sector}", str(sector))
        there = [_cell(column, row[column], language) for column in held]
        back = [_cell(column, row[f"{column}_back"], language) for column in held]
        table.add_row(name, f"{codes[0]} – {codes[1]}", *there)
        table.add_row("", f"{codes[1]} – {codes[0]}", *back, end_section=True)
    return table


def _head(held: World) -> dict[str, Any]:
    return {
        "name": held.name,
        "base_year": held.base_year,
        "count": len(held.economies),
        "sectors_count": len(held.sectors),
        "data_hash": held.data_hash,
    }


def _ties(held: World, codes: tuple[str, ...]) -> dict[str, float | bool | str]:
    """What is known of a pair beside its trade."""
    from peyvand.world.summary import agreement_between

    if len(codes) != 2:
        return {}
    at = {"exporter": codes[0], "importer": codes[1]}
    names = [name for name in ("distance_km", "contiguous", "language_proximity", "sanctioned") if name in held.data]
    values = {name: float(held[name].sel(at)) for name in names}
    ties = {name: bool(value) if name in ("contiguous", "sanctioned") else value for name, value in values.items()}
    bound = agreement_between(held, *codes)
    return ties | ({"agreement": bound.kind} if bound else {})


def _tie(value: float | bool | str, language: Language) -> str:
    from peyvand.locale import number, text

    if isinstance(value, str):
        return text(f"agreement_kinds.{value}", language)
    if isinstance(value, bool):
        return text("world.show.yes" if value else "world.show.no", language)
    return number(value, language, decimals=0 if value > 2 else 2)


def _sources(held: World, codes: tuple[str, ...], language: Language) -> Iterator[str]:
    """Of the economies shown: how each figure is known, and below it from whom, titles as they were published."""
    from peyvand.locale import catalogue, text
    from peyvand.locale.said import noted

    words, comma = catalogue(language), text("report.list.comma", language)
    for row in held.provenance[held.provenance["economy"].isin(codes)].to_dict("records"):
        figures = comma.join(words.get(f"variables.{name}", name) for name in row["variable"].split())
        note = f" – {noted(row['note'], language)}" if row["note"] else ""
        yield f"{_name(held, row['economy'], language)}: {figures} [{text('status.' + row['status'], language)}]{note}"
        yield f"    {row['source']}"


def _name(held: World, code: str, language: Language) -> str:
    name = f"name_{language}"
    return str(held[name].sel(economy=code).item()) if name in held.data else code


def _table(title: str, columns: list[str], language: Language) -> Table:

    from peyvand.locale import text

    found = new_table(title)
    for number, column in enumerate(columns):
        words = text(f"world.columns.{column}", language)
        if number == 0:
            found.add_column(words, min_width=16)
        else:
            found.add_column(words, justify="right", no_wrap=True)
    return found


def _billion(musd: float, language: Language) -> str:
    from peyvand.locale import number

    return number(musd / 1e3, language, decimals=1 if abs(musd) < 1e5 else 0)


def _cell(column: str, value: Any, language: Language) -> str:
    from peyvand.locale import number, text

    if column.startswith("status"):
        return text(f"status.{value}", language)
    if column.startswith("tariff_rate"):
        return number(100 * value, language, decimals=1)
    decimals = 2 if column.startswith("cv") or column.endswith("_share") else 1 if abs(value) < 100 else 0
    return number(value, language, decimals=decimals)
