"""Places, links, routes and the worth of an hour."""

from __future__ import annotations

import math
from typing import Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from peyvand.corridors import Network
from peyvand.corridors import routes as find_routes
from peyvand.corridors.freight import DEFAULT_SECTOR
from peyvand.corridors.routes import By
from peyvand.reports.rows import Row, records
from peyvand.web.paging import Limit, Offset, Paged, paged
from peyvand.web.site import site_of

router = APIRouter(tags=["corridors"])


class Place(BaseModel):
    """A place of the network. `pass_` is paid by all that comes through, `transfer_` by what changes mode there."""

    name: str
    name_fa: str
    economy: str
    kind: str
    latitude_deg: float
    longitude_deg: float
    pass_h: float | None
    pass_usd_per_t: float | None
    transfer_h: float | None
    transfer_usd_per_t: float | None
    stop_status: str


class Link(BaseModel):
    """A link of the network, both ways."""

    from_node: str
    to_node: str
    mode: str
    gauge_mm: float | None
    length_km: float
    hours: float
    usd_per_t: float
    open: bool
    travel_status: str


class Leg(BaseModel):
    """A link travelled, or a stop."""

    kind: Literal["link", "stop"]
    at: str
    to: str
    mode: str
    length_km: float
    hours: float
    usd_per_t: float
    status: str
    source: str


class Point(BaseModel):
    """Of the time/cost–distance diagram."""

    km: float
    hours: float
    usd_per_t: float
    place: str


class Way(BaseModel):
    """One route."""

    hours: float
    days: float
    stop_hours: float
    usd_per_t: float
    usd_per_teu: float
    length_km: float
    cost: float = Field(description="What was made small: hours, USD per tonne, or a share of value in logs.")
    assumed_hours_share: float
    places: list[str]
    legs: list[Leg]
    diagram: list[Point]


class Answer(BaseModel):
    """The best routes; none of them with the reason why."""

    origin: str
    destination: str
    by: By
    reason: str
    routes: list[Way]


class HourValue(BaseModel):
    """What an hour less at a place or link is worth, M USD a year, with its 95 % interval."""

    owner: Literal["place", "link"]
    name: str
    name_fa: str
    kind: str
    hours: float
    direct_musd: float
    gain_musd: float
    low_musd: float
    high_musd: float


@router.get("/corridors/places")
def places(request: Request, limit: Limit = 100, offset: Offset = 0) -> Paged[Place]:
    """Every place of the network."""
    nodes = Network.embedded().nodes
    rows = [Place(**_known(row, Place)) for row in records(nodes.iloc[offset : offset + limit])]
    return paged(request, rows, total=len(nodes), limit=limit, offset=offset)


@router.get("/corridors/links")
def links(request: Request, limit: Limit = 100, offset: Offset = 0) -> Paged[Link]:
    """Every link of the network."""
    held = Network.embedded().links
    rows = [Link(**_known(row, Link)) for row in records(held.iloc[offset : offset + limit])]
    return paged(request, rows, total=len(held), limit=limit, offset=offset)


@router.get("/corridors/routes")
def routes(
    origin: str,
    destination: str,
    by: By = "generalised",
    k: int = Query(default=3, ge=1, le=10),
    via: list[str] = Query(default=[]),  # noqa: B008
    avoid: list[str] = Query(default=[]),  # noqa: B008
    sector: str = DEFAULT_SECTOR,
) -> Answer:
    """The k best routes between two places, in English or Persian."""
    found = find_routes(origin, destination, by=by, k=k, via=via, avoid=avoid, sector=sector)
    return Answer.model_validate(found.as_dict())


@router.get("/corridors/value")
def value(
    request: Request,
    owner: Literal["place", "link"] = "place",
    economy: str | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Paged[HourValue]:
    """What an hour less is worth to everyone or to one economy, the most first."""
    today = site_of(request).today
    ranking = today.hours.ranking(None if economy is None else [today.world.economy(economy)])
    ranking = ranking[ranking["owner"] == owner]
    rows = [HourValue(**_known(row, HourValue)) for row in records(ranking.iloc[offset : offset + limit])]
    return paged(request, rows, total=len(ranking), limit=limit, offset=offset)


def _known(row: Row, model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model from a table's row; what is not a number is null."""
    held = {name: row[name] for name in model.model_fields}
    return {
        name: None if isinstance(found, float) and not math.isfinite(found) else found for name, found in held.items()
    }
