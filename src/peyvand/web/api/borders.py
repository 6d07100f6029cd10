"""How thick are borders today?"""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from peyvand.errors import NotFoundError
from peyvand.registry.between import KINDS, between
from peyvand.reports.history import pair_years
from peyvand.reports.rows import Row, records
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.site import site_of
from peyvand.world.summary import agreement_between

router = APIRouter(tags=["borders"])
_FIGURES = ("exports_musd", "imports_musd", "thickness_log_points")


class Border(BaseModel):
    """One pair of economies. Thickness is null where no trade is recorded both ways."""

    economy: str
    partner: str
    thickness_log_points: float | None
    thickness_percent: float | None
    movable_log_points: float | None = Field(description="Tariff, and up to a cap what no measured cause explains.")
    parts_log_points: dict[str, float | None] = Field(description="By cause; they sum to the thickness.")
    trade_musd: float
    recorded: bool
    sanctioned: bool


class BorderInSector(BaseModel):
    """One sector of a border."""

    sector: str
    thickness_log_points: float | None
    parts_log_points: dict[str, float | None]
    weight_share: float | None
    recorded: bool


class PairYearOut(BaseModel):
    """Goods trade of one year by one record; first to second and second to first."""

    year: int
    record: str = Field(description="icio, comtrade or baci; world is this server's base year.")
    exports_musd: float | None
    imports_musd: float | None
    thickness_log_points: float | None = Field(description="Of goods; with the yearly input-output tables only.")
    status: str
    doubtful: bool = Field(description="More likely a gap in the record than in trade.")


class Dated(BaseModel):
    """Something that happened between the two."""

    day: str = Field(description="As precise as it was published: year, month or day.")
    kind: str = Field(examples=list(KINDS))
    code: str
    title: dict[str, str]
    party: str
    status: str


class History(BaseModel):
    """How a border came to be what it is."""

    economy: str
    partner: str
    years: list[PairYearOut]
    happened: list[Dated]


class Profile(BaseModel):
    """One border, and each of its sectors."""

    border: Border
    part_intervals_log_points: dict[str, tuple[float, float]] = Field(
        description="95 % by cause; a cause that counts as known has both ends the same. Empty without recorded trade."
    )
    agreement_kind: str | None = Field(description="What binds the two in the base year; null where it is not known.")
    agreement_status: str | None
    sectors: list[BorderInSector]


@router.get("/borders")
def borders(
    request: Request, limit: Limit = 100, offset: Offset = 0, economy: str | None = None
) -> Paged[Border]:  # fmt: skip
    """Every pair of economies, or those of one."""
    today = site_of(request).today
    table = today.pairs
    if economy is not None:
        code = today.world.economy(economy)
        table = table[(table["economy"] == code) | (table["partner"] == code)]
    rows = [_border(row, today.borders.components) for row in records(table.iloc[offset : offset + limit])]
    return paged(request, rows, total=len(table), limit=limit, offset=offset)


@router.get("/borders/{economy}/{partner}")
def border(request: Request, economy: str, partner: str) -> Profile:
    """One pair and its sectors, by codes or names."""
    today = site_of(request).today
    first, second = today.world.resolve_economies([economy, partner])
    if first == second:
        raise NotFoundError(f"{first} has no border with itself", hint="choose two different economies")
    table, sectors, parts = today.pairs, today.by_sector, today.borders.components
    row = records(table[table["economy"].isin((first, second)) & table["partner"].isin((first, second))])[0]
    here = records(sectors[(sectors["economy"] == first) & (sectors["partner"] == second)])
    intervals = {name: today.borders.part_interval(first, second, name)[1:] for name in parts}
    bound = agreement_between(today.world, first, second)
    return Profile(
        border=_border(row, parts),
        part_intervals_log_points={name: ends for name, ends in intervals.items() if math.isfinite(ends[0])},
        agreement_kind=bound.kind if bound else None,
        agreement_status=bound.status if bound else None,
        sectors=[
            BorderInSector(
                sector=one["sector"],
                thickness_log_points=known(one["thickness_log_points"]),
                parts_log_points={name: known(one[f"{name}_log_points"]) for name in parts},
                weight_share=known(one["weight_share"]),
                recorded=one["recorded"],
            )
            for one in here
        ],
    )


@router.get("/borders/{economy}/{partner}/history")
def history(request: Request, economy: str, partner: str) -> History:
    """Trade and thickness of one pair over the years, and what happened between the two."""
    site = site_of(request)
    first, second = site.today.world.resolve_economies([economy, partner])
    if first == second:
        raise NotFoundError(f"{first} has no border with itself", hint="choose two different economies")
    with site.registry.reading() as connection:
        happened = between(connection, first, second, on=datetime.now(UTC).date())
    years = [asdict(year) for year in pair_years(first, second, world=site.today.world)]
    return History(
        economy=first,
        partner=second,
        years=[PairYearOut(**year | {name: known(year[name]) for name in _FIGURES}) for year in years],
        happened=[Dated(**asdict(one)) for one in happened],
    )


def known(value: float) -> float | None:
    """The number, or null for one that is not known."""
    return float(value) if math.isfinite(value) else None


def _border(row: Row, parts: tuple[str, ...]) -> Border:
    return Border(
        economy=row["economy"],
        partner=row["partner"],
        thickness_log_points=known(row["thickness_log_points"]),
        thickness_percent=known(row["thickness_percent"]),
        movable_log_points=known(row["movable_log_points"]),
        parts_log_points={name: known(row[f"{name}_log_points"]) for name in parts},
        trade_musd=row["trade_musd"],
        recorded=bool(row["recorded"]),
        sanctioned=bool(row["sanctioned"]),
    )
