"""How thick is a border, and of what? A map of all, and a profile of any pair: one layer below the other.

To add a layer to the profile (transit, travel, students, …), write a function of the site, the pair and the voice that
gives what its template partial shows, and add one line to `LAYERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peyvand.errors import NotFoundError
from peyvand.locale import Language, localise_digits, text
from peyvand.reports.rows import Row, records
from peyvand.reports.voice import Voice
from peyvand.web.layers import everything, history, institutions, transit, travel
from peyvand.web.pictures import world_map
from peyvand.web.show import show
from peyvand.web.site import Site, language_of, site_of, voice_of
from peyvand.world import STATUSES
from peyvand.world.summary import agreement_between

router = APIRouter()
Pair = tuple[str, str]
Layer = Callable[[Site, Pair, Voice], dict[str, Any] | None]

LAYERS: dict[str, Layer] = {
    "everything": everything.layer,
    "transit": transit.layer,
    "travel": travel.layer,
    "institutions": institutions.layer,
    "history": history.layer,
}
"""By the name of its partial `templates/layers/<name>.html.j2`; a layer that knows nothing of the pair gives None."""


@dataclass(frozen=True, slots=True)
class Part:
    """One cause of a border's thickness, with its 95 % interval: both ends are the middle where it counts as known."""

    name: str
    log_points: float
    low: float
    high: float
    width: float


@router.get("/borders")
def borders(request: Request, first: str = "", second: str = "") -> Response:
    """The map, a way to choose a pair, and every pair of the map's region."""
    site, language = site_of(request), language_of(request)
    if first and second:
        pair = _resolved(site, first, second)
        return RedirectResponse(f"/{language}/borders/{pair[0]}-{pair[1]}", status_code=303)
    drawn = world_map(site.today)
    table = site.today.pairs
    shown = table[table["economy"].isin(drawn.region) & table["partner"].isin(drawn.region)]
    rows = records(shown.sort_values("thickness_log_points", na_position="last"))
    return show(request, "borders.html.j2", drawn=drawn, rows=rows, as_percent=as_percent)


@router.get("/borders/{pair}")
def border(request: Request, pair: str) -> Response:
    """Everything known about one border."""
    site, voice, language = site_of(request), voice_of(request), language_of(request)
    first, _, second = pair.partition("-")
    if not second:
        raise NotFoundError(f"no border {pair!r}", hint="two codes, as in IRN-KAZ")
    both = _resolved(site, first, second)
    if f"{both[0]}-{both[1]}" != pair:
        return RedirectResponse(f"/{language}/borders/{both[0]}-{both[1]}", status_code=307)
    layers = {name: found for name, make in LAYERS.items() if (found := make(site, both, voice))}
    return show(
        request,
        "border.html.j2",
        pair=both,
        row=pair_row(site, both),
        parts=pair_parts(site, both),
        sectors=sector_rows(site, both),
        components=site.today.borders.components,
        bound=bound_in_words(site, both, language),
        layers=layers,
        as_percent=as_percent,
    )


def pair_row(site: Site, pair: Pair) -> Row:
    """The pair's row of the table of pairs, in whichever order it stands there."""
    table = site.today.pairs
    here = table["economy"].isin(pair) & table["partner"].isin(pair)
    return records(table[here])[0]


def pair_parts(site: Site, pair: Pair) -> list[Part]:
    """The causes of the pair's thickness; widths of the positive ones sum to 100."""
    row = pair_row(site, pair)
    sizes = {name: float(row[f"{name}_log_points"]) for name in site.today.borders.components}
    whole = sum(size for size in sizes.values() if size > 0) or 1.0
    return [
        Part(name, *site.today.borders.part_interval(*pair, name), 100 * max(size, 0.0) / whole)
        for name, size in sizes.items()
    ]


def bound_in_words(site: Site, pair: Pair, language: Language) -> str:
    """The agreement of the two in the base year and how it is known; empty where the World knows of none."""
    world = site.today.world
    bound = agreement_between(world, *pair)
    if bound is None:
        return ""
    kind, status = text(f"agreement_kinds.{bound.kind}", language), text(f"status.{bound.status}", language)
    year = localise_digits(str(world.base_year), language)
    return text("gravity.borders.bound", language, year=year, kind=kind, status=status)


def sector_rows(site: Site, pair: Pair) -> list[Row]:
    """A row a sector: thickness and causes, and, for both ways, trade, tariff and how the flow is known."""
    world, table = site.today.world, site.today.by_sector
    here = records(table[(table["economy"] == pair[0]) & (table["partner"] == pair[1])])
    ways = (("exports", *pair), ("imports", pair[1], pair[0]))
    for row in here:
        for name, exporter, importer in ways:
            cell = {"exporter": exporter, "importer": importer, "sector": row["sector"]}
            row[f"{name}_musd"] = float(world["trade_flow"].sel(cell))
            row[f"{name}_tariff_percent"] = 100 * float(world["tariff_rate"].sel(cell))
            known = "trade_flow_status" in world.data
            row[f"{name}_status"] = STATUSES[int(world["trade_flow_status"].sel(cell))] if known else "assumed"
    return sorted(here, key=lambda row: -(row["exports_musd"] + row["imports_musd"]))


def as_percent(log_points: float) -> float:
    """The ad valorem cost of a thickness: 100 (exp(h) − 1)."""
    return float(100 * np.expm1(log_points))


def _resolved(site: Site, first: str, second: str) -> Pair:
    a, b = site.today.world.resolve_economies([first, second])
    if a == b:
        raise NotFoundError(f"{a} has no border with itself", hint="choose two different economies")
    return a, b
