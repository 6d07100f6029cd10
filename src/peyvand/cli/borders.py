"""`peyvand borders`: how thick is each border, and of what?"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import click

from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, show_table

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from peyvand.gravity import DirectedThickness, Thickness
    from peyvand.locale import Language
    from peyvand.world import World

_ROOMY = 110
"""Columns from which on every heading stands in one line."""
_WIDE = 120
SHADES = " ░▒▓█"
NOT_RECORDED = "×"
SANCTIONED = "§"
"""Marks a border whose unexplained part holds sanctions."""


@click.command()
@click.option("--pair", nargs=2, metavar="A B", help="One pair, by sector: codes or names.")
@click.option("--sector", "sectors", multiple=True, help="Only these sectors (again for more).")
@click.option(
    "--world", "world_name", default="eurasia-2019", show_default=True, help="A World's file, or one that ships."
)
@click.option("--estimate", default="icio-2011-2019", show_default=True, help="The shipped estimate behind the causes.")
@click.option("--agreements", help="Another shipped estimate for the part of the agreement: agreements-1964-2016.")
@click.option("--directed", is_flag=True, help="Each way, from tariff and fitted causes, with 95 % intervals.")
@click.option("--heatmap", is_flag=True, help="A square of all economies, darker where the border is thicker.")
@click.option("--part", help="With --heatmap: of one part alone, such as agreement or unexplained.")
@language_option()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, thickness and parts in log points.")
def borders(
    pair: tuple[str, str] | None,
    sectors: tuple[str, ...],
    world_name: str,
    estimate: str,
    agreements: str | None,
    directed: bool,
    heatmap: bool,
    part: str | None,
    language: Language,
    as_json: bool,
) -> None:
    """Thickness of borders in per cent of cost, split by cause in log points.

    Example: peyvand borders --pair IRN KAZ
    """

    from peyvand.errors import IdentificationError
    from peyvand.gravity import directed_thickness, known_causes, shipped_estimate, thickness
    from peyvand.waiting import with_waiting
    from peyvand.world import World, check

    held = World.open(world_name)
    check(held)
    if not shipped_estimate(estimate).causes:
        raise IdentificationError(
            f"the estimate {estimate!r} explains no border", hint="peyvand gravity estimates", name=estimate
        )
    if agreements and directed:
        raise click.UsageError("--agreements splits the thickness: leave out --directed")
    if heatmap and (pair or sectors or as_json or directed):
        raise click.UsageError("--heatmap shows all borders: leave out --pair, --sector, --directed and --json")
    if pair and len(set(held.resolve_economies(pair))) < 2:
        raise click.UsageError("--pair names two economies")
    if part and not heatmap:
        raise click.UsageError("--part is of a --heatmap; the tables show every part")
    if directed:
        each_way = directed_thickness(held, estimate)
        _print_directed(_chosen(each_way.to_frame(), held, pair, sectors), each_way, language, as_json=as_json)
        return
    found = thickness(held, causes=known_causes(held, estimate, agreements=agreements))
    found = with_waiting(found, held)
    if heatmap:
        click.echo(_heatmap(found, part))
        return
    frame = found.to_frame("sector" if pair or sectors else "pair")
    frame = _chosen(frame, held, pair, sectors)
    if as_json:
        answer: dict[str, object] = {"world": held.name, "estimate": estimate, "unit": "log points"}
        answer["causes"] = list(found.components)
        if pair:
            total, low, high = found.interval(*held.resolve_economies(pair))
            answer["thickness_log_points"] = None if total != total else total
            answer["low_log_points"], answer["high_log_points"] = (None, None) if total != total else (low, high)
            answer |= _of_pair(found, held, held.resolve_economies(pair))
        answer["borders"] = json.loads(frame.to_json(orient="records"))
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    _print_table(frame.drop(columns=["economy", "partner"]) if pair else frame, found, language)
    if pair and not sectors:
        _print_total(found, held, held.resolve_economies(pair), language)


def _chosen(frame: pd.DataFrame, world: World, pair: tuple[str, str] | None, sectors: tuple[str, ...]) -> pd.DataFrame:
    """The rows of one pair and of some sectors."""
    first, second = [name for name in ("economy", "exporter", "partner", "importer") if name in frame]
    if pair:
        both = world.resolve_economies(pair)
        frame = frame[frame[first].isin(both) & frame[second].isin(both)]
    return frame[frame["sector"].isin(world.resolve_sectors(sectors))] if sectors else frame


def _print_directed(frame: pd.DataFrame, found: DirectedThickness, language: Language, *, as_json: bool) -> None:
    """A row per exporter, importer and sector, thickness and interval in per cent of cost."""
    from peyvand.locale import number, text

    if as_json:
        answer = {"estimate": found.estimate, "unit": "log points", "causes": list(found.components)}
        answer["borders"] = json.loads(frame.to_json(orient="records"))
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    table = new_table()
    for key in ("exporter", "importer", "sector"):
        table.add_column(text(f"gravity.borders.{key}", language), no_wrap=key != "sector")
    for name in ("thickness", "interval"):
        table.add_column(text(f"gravity.borders.{name}", language), justify="right", no_wrap=True)
    for name in found.components:
        table.add_column(
            text(f"gravity.borders.{name}", language), justify="right", max_width=_part_width(4), overflow="fold"
        )
    for _, row in frame.dropna(subset=["thickness_log_points"]).iterrows():
        middle, low, high = (
            number(100 * math.expm1(row[f"{name}_log_points"]), language) for name in ("thickness", "low", "high")
        )
        parts = [number(100 * row[f"{part}_log_points"], language, sign=True) for part in found.components]
        ends = (str(row[key]) for key in ("exporter", "importer"))
        table.add_row(*ends, _sector(row["sector"], language), middle, f"{low}…{high}", *parts)
    show_table(table, language, _wide_enough())


def _of_pair(found: Thickness, world: World, pair: tuple[str, ...]) -> dict[str, object]:
    """The parts of a pair's whole border with their intervals, its agreement and whether it is under sanctions."""
    from peyvand.world.summary import agreement_between

    parts = {}
    for name in found.components:
        middle, low, high = found.part_interval(pair[0], pair[1], name)
        known = math.isfinite(middle)
        parts[name] = dict(
            zip(("log_points", "low", "high"), (middle, low, high) if known else (None,) * 3, strict=True)
        )
    at = {"exporter": pair[0], "importer": pair[1]}
    answer: dict[str, object] = {"parts": parts, "sanctioned": bool(found["sanctioned_pair"].sel(at))}
    bound = agreement_between(world, *pair)
    return answer | ({"agreement": bound._asdict()} if bound else {})


def _print_total(found: Thickness, world: World, pair: tuple[str, ...], language: Language) -> None:
    """The whole border of a pair and its parts with their intervals, and what binds or parts the two."""
    from peyvand.locale import localise_digits, number, text
    from peyvand.world.summary import agreement_between

    values = found.interval(pair[0], pair[1])
    if all(math.isfinite(value) for value in values):
        middle, low, high = (number(100 * math.expm1(value), language) for value in values)
        click.echo(
            text("gravity.borders.total", language, economy=pair[0], partner=pair[1], middle=middle, low=low, high=high)
        )
        for name in found.components:
            click.echo(f"  {_part_in_words(found, pair, name, language)}")
    bound = agreement_between(world, *pair)
    if bound:
        kind, status = text(f"agreement_kinds.{bound.kind}", language), text(f"status.{bound.status}", language)
        click.echo(
            text(
                "gravity.borders.bound",
                language,
                year=localise_digits(str(world.base_year), language),
                kind=kind,
                status=status,
            )
        )


def _wide_enough() -> Console:
    """A terminal's own width; what is written to a file or a pipe has room for every column."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)


def _part_width(narrow: int) -> int | None:
    """So wide a column of a part may be where the terminal is narrow: the sectors' names keep their room."""
    return narrow if _wide_enough().width < _ROOMY else None


def _part_in_words(found: Thickness, pair: tuple[str, ...], name: str, language: Language) -> str:
    """One part of a pair's border, log points ×100, with its interval unless it counts as known."""
    from peyvand.locale import number, text

    middle, low, high = found.part_interval(pair[0], pair[1], name)
    shown = {key: number(100 * value, language, decimals=1, sign=True)
             for key, value in (("middle", middle), ("low", low), ("high", high))}  # fmt: skip
    key = "part" if high > low else "part_known"
    return text(f"gravity.borders.{key}", language, part=text(f"gravity.borders.{name}", language), **shown)


def _print_table(frame: pd.DataFrame, found: Thickness, language: Language) -> None:
    """A row per border; where no trade is recorded it says so instead of a number."""
    from peyvand.locale import number, text

    keys = [key for key in ("economy", "partner", "sector") if key in frame]
    table = new_table()
    for key in keys:
        table.add_column(text(f"gravity.borders.{key}", language), no_wrap=key != "sector")
    for name in ("thickness", *found.components):
        table.add_column(
            text(f"gravity.borders.{name}", language), justify="right", max_width=_part_width(6), overflow="fold"
        )
    for _, row in frame.sort_values("thickness_log_points").iterrows():
        labels = [_sector(row[key], language) if key == "sector" else str(row[key]) for key in keys]
        if not row["recorded"]:
            table.add_row(*labels, text("gravity.borders.not_recorded", language))
            continue
        parts = [number(100 * row[f"{part}_log_points"], language, sign=True) for part in found.components]
        percent = number(row["thickness_percent"], language) + ("٪" if language == "fa" else "%")
        percent += SANCTIONED if row["sanctioned"] else ""
        table.add_row(*labels, percent, *parts)
    show_table(table, language, _wide_enough())
    if frame["sanctioned"].any():
        click.echo(f"{SANCTIONED} {text('gravity.borders.holds_sanctions', language)}")


def _sector(code: str, language: Language) -> str:
    """What a sector is called; its code where it has no name here."""
    from peyvand.locale import catalogue

    return catalogue(language).get(f"sectors.{code}", code)


def _heatmap(found: Thickness, part: str | None) -> str:
    """Five shades from the thinnest to the thickest border, or of one part; × where no trade is recorded."""
    import numpy as np

    from peyvand.errors import UnknownNameError, did_you_mean

    if part and part not in found.components:
        raise UnknownNameError(f"a border has no part {part!r}", hint=did_you_mean(part, found.components), name=part)
    shown = found["pair_thickness_part"].sel(component=part) if part else found["pair_thickness"]
    values = shown.transpose("exporter", "importer").values
    abroad = values[~np.eye(len(values), dtype=bool)]
    low, high = np.nanquantile(abroad, [0.02, 0.98])
    step = np.clip((values - low) / (high - low or 1.0) * len(SHADES), 0, len(SHADES) - 1)
    lines = []
    for code, row, raw in zip(found.economies, step, values, strict=True):
        cells = [NOT_RECORDED if value != value else SHADES[int(shade)] for shade, value in zip(row, raw, strict=True)]
        lines.append(f"{code:>4} {''.join(2 * cell for cell in cells)}")
    return "\n".join(lines)
