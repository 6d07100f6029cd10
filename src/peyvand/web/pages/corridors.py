"""Which way do goods go, how long and how dear, and what is an hour at a crossing worth?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd
from fastapi import APIRouter, Request
from starlette.responses import Response

from peyvand.corridors import Network, Route, routes
from peyvand.corridors.routes import BYS, T_PER_TEU, By, spoken_mode
from peyvand.corridors.value import PLACE, WAY
from peyvand.errors import DataError, UnknownNameError
from peyvand.locale import Language, error_title
from peyvand.reports.corridors import steps_of
from peyvand.reports.map.geometry import Frame
from peyvand.reports.map.projection import on_page
from peyvand.reports.page.corridors import Panel, panels
from peyvand.reports.rows import Row, records
from peyvand.waiting import whose_hours
from peyvand.web.pictures import WorldMap, world_map
from peyvand.web.show import show
from peyvand.web.site import language_of, site_of, voice_of

router = APIRouter()
MOST_ROUTES = 5
VALUES_SHOWN = 30
EXAMPLE = ("Almaty", "Bandar Abbas")
"""What the empty form proposes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A link on the map, by its ends in English."""

    ends: frozenset[str]
    mode: str
    path: str
    open: bool


@router.get("/corridors")
def corridors(
    request: Request, origin: str = "", destination: str = "", by: By = "generalised", via: str = "", avoid: str = ""
) -> Response:
    """The network's map, a form for routes, and the routes that were asked for."""
    site, voice, language = site_of(request), voice_of(request), language_of(request)
    network, drawn = Network.embedded(), world_map(site.today)
    found, problem = None, None
    if origin and destination:
        try:
            found = routes(
                origin, destination, by=by, k=MOST_ROUTES, via=_listed(via), avoid=_listed(avoid), network=network
            )
        except (UnknownNameError, DataError) as error:
            problem = error
    ways = found.routes if found else ()
    diagrams: tuple[Panel, ...] = ()
    if ways:
        steps = [steps_of(way, network).assign(when=f"route-{rank}") for rank, way in enumerate(ways, start=1)]
        order = [f"route-{rank}" for rank in range(1, len(ways) + 1)]
        drawn_first = panels(pd.concat(steps, ignore_index=True), order=order, voice=voice)
        diagrams = tuple(replace(panel, curves=panel.curves[::-1]) for panel in drawn_first)  # the best lies on top
    called = _called(network, language)
    ends = {"origin": origin, "destination": destination}
    if found:
        ends = {"origin": called[found.origin], "destination": called[found.destination]}
    return show(
        request, "corridors.html.j2", drawn=drawn, lines=network_lines(drawn.frame), dots=_dots(network, drawn),
        ways=ways, of_route=_of_route(ways), panels=diagrams, found=found, problem=problem, bys=BYS,
        problem_title=error_title(problem.key, language) if problem else "",
        asked=ends | {"by": by, "via": via, "avoid": avoid},
        places=_names(network, language), called=called, teu=T_PER_TEU,
        mode=spoken_mode, example=EXAMPLE,
    )  # fmt: skip


@router.get("/corridors/value")
def value(request: Request, of: str = "", links: bool = False) -> Response:
    """What an hour less is worth at the crossings and ports, or on the links: to ECO, to all or to one economy."""
    site, language = site_of(request), language_of(request)
    world, held = site.today.world, site.today.hours
    economy = of if of in ("", "all") else world.economy(of)
    whose = {"": whose_hours(world), "all": None}.get(economy, [economy])
    ranking = held.ranking(whose)
    ranking = ranking[(ranking["owner"] == (WAY if links else PLACE))].head(VALUES_SHOWN)
    rows: list[Row] = []
    for at, row in zip(ranking.index, records(ranking), strict=True):
        gains = held.by_economy(int(at))
        best = records(gains[gains["economy"].isin(whose or gains["economy"])].head(3))
        rows.append(row | {"place": row["name_fa" if language == "fa" else "name"] or row["name"], "best": best})
    return show(request, "corridors_value.html.j2", rows=rows, economy=economy, links=links)


@lru_cache(maxsize=4)
def network_lines(view: Frame) -> tuple[Line, ...]:
    """The links of the network that ships, on a frame of the map."""
    network = Network.embedded()
    at = _positions(network)
    found = []
    for link in network.links.itertuples():
        start, end = at.get(str(link.from_node)), at.get(str(link.to_node))
        if start is None or end is None:
            continue
        (x0, y0), (x1, y1) = start, end
        if view.meets((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))):
            path = f"M{x0} {y0}L{x1} {y1}"
            both = frozenset((str(link.from_node), str(link.to_node)))
            found.append(Line(ends=both, mode=str(link.mode), path=path, open=bool(link.open)))
    return tuple(found)


def _positions(network: Network) -> dict[str, tuple[float, float]]:
    """Places of the map's hemisphere on the page."""
    nodes = network.nodes
    nodes = nodes[nodes["longitude_deg"].between(0, 150) & nodes["latitude_deg"].between(0, 75)]
    x, y = on_page(nodes["longitude_deg"].to_numpy(), nodes["latitude_deg"].to_numpy())
    return {str(name): (round(float(a), 1), round(float(b), 1)) for name, a, b in zip(nodes["name"], x, y, strict=True)}


def _dots(network: Network, drawn: WorldMap) -> list[Row]:
    """Crossings, ports and centres that the map shows."""
    at = _positions(network)
    shown = network.nodes[network.nodes["name"].isin(at) & ~network.nodes["kind"].isin(["sea", "city"])]
    return [
        row | {"x": at[row["name"]][0], "y": at[row["name"]][1]}
        for row in records(shown)
        if drawn.frame.holds(*at[row["name"]])
    ]


def _of_route(ways: tuple[Route, ...]) -> dict[frozenset[str], int]:
    """Rank of the best route that takes a link, by the link's ends."""
    found: dict[frozenset[str], int] = {}
    for rank, way in enumerate(ways, start=1):
        for leg in way.legs:
            if leg.kind == "link":
                found.setdefault(frozenset((leg.at, leg.to)), rank)
    return found


def _names(network: Network, language: Language) -> list[str]:
    """What may be asked for, in the reader's language."""
    nodes = network.nodes[~network.nodes["kind"].isin(["sea"])]
    return sorted(_called(network, language)[str(name)] for name in nodes["name"])


@lru_cache(maxsize=2)
def _called(network: Network, language: Language) -> dict[str, str]:
    """Names of all places in one language, by their English ones."""
    said = network.nodes["name_fa" if language == "fa" else "name"]
    return {str(name): str(called) or str(name) for name, called in zip(network.nodes["name"], said, strict=True)}


def _listed(words: str) -> tuple[str, ...]:
    """`a, b؛ c` as its parts."""
    parts = words.replace("،", ",").replace("؛", ",").replace(";", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())
