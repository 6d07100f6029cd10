"""Which way from here to there, how long and how dear?  The k best routes with their stops.

Unreachable is an answer: `Routes` is then empty and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from peyvand.corridors.freight import DEFAULT_SECTOR, freight
from peyvand.corridors.graph import LINK, Graph, unfold
from peyvand.corridors.network import MODES, Network
from peyvand.corridors.search import Path, best_paths
from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.locale import Language, localise_digits, text

By = Literal["time", "cost", "generalised"]
BYS: tuple[By, ...] = ("time", "cost", "generalised")
T_PER_TEU = 12.0

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One step of a route: a link travelled, or a stop.

    Parameters
    ----------
    kind : {"link", "stop"}
    at : str
        Where a stop is, or where the link begins.
    to : str
        Where the link ends; for a stop, the same place.
    mode : str
        Of the link, rail with its gauge; for a stop, what changes, `rail 1435 → rail 1520`, or what passes.
    length_km, hours, usd_per_t : float
    status, source : str
        How the hours and dollars are known.
    """

    kind: Literal["link", "stop"]
    at: str
    to: str
    mode: str
    length_km: float
    hours: float
    usd_per_t: float
    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way, leg by leg."""

    legs: tuple[Leg, ...]
    cost: float

    @property
    def hours(self) -> float:
        return sum(leg.hours for leg in self.legs)

    @property
    def usd_per_t(self) -> float:
        return sum(leg.usd_per_t for leg in self.legs)

    @property
    def length_km(self) -> float:
        return sum(leg.length_km for leg in self.legs)

    @property
    def places(self) -> tuple[str, ...]:
        """Every place in the order of the route."""
        links = [leg for leg in self.legs if leg.kind == "link"]
        return (*(leg.at for leg in links), links[-1].to) if links else tuple(leg.at for leg in self.legs[:1])

    @property
    def stop_hours(self) -> float:
        """Hours that stand still."""
        return sum(leg.hours for leg in self.legs if leg.kind == "stop")

    @property
    def assumed_hours_share(self) -> float:
        """Share of the hours that is assumed, not reported."""
        return sum(leg.hours for leg in self.legs if leg.status == "assumed") / self.hours if self.hours else 0.0

    def diagram(self) -> tuple[tuple[float, float, float, str], ...]:
        """The time/cost–distance diagram: (km, hours, USD per tonne, place) at the start and after every leg.

        Stops are steps: hours and dollars rise while the kilometres stand.
        """
        points = [(0.0, 0.0, 0.0, self.legs[0].at if self.legs else "")]
        for leg in self.legs:
            km, hours, usd, _ = points[-1]
            points.append((km + leg.length_km, hours + leg.hours, usd + leg.usd_per_t, leg.to))
        return tuple(points)

    def as_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        legs = [{name: getattr(leg, name) for name in Leg.__slots__} for leg in self.legs]
        return {
            "hours": self.hours,
            "days": self.hours / 24,
            "stop_hours": self.stop_hours,
            "usd_per_t": self.usd_per_t,
            "usd_per_teu": self.usd_per_t * T_PER_TEU,
            "length_km": self.length_km,
            "cost": self.cost,
            "assumed_hours_share": self.assumed_hours_share,
            "places": self.places,
            "legs": legs,
            "diagram": [
                dict(zip(("km", "hours", "usd_per_t", "place"), point, strict=True)) for point in self.diagram()
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The answer to a question for routes.

    Parameters
    ----------
    origin, destination : str
    by : str
        What was made small; `cost` of a route is in its unit: hours, USD per tonne, or a share of value in logs.
    routes : tuple of Route
        Best first; empty if there is none.
    reason : str
        Why there is none; empty otherwise.
    """

    origin: str
    destination: str
    by: By
    routes: tuple[Route, ...]
    reason: str = ""

    def __len__(self) -> int:
        return len(self.routes)

    def __getitem__(self, at: int) -> Route:
        return self.routes[at]

    def as_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return {
            "origin": self.origin,
            "destination": self.destination,
            "by": self.by,
            "reason": self.reason,
            "routes": [route.as_dict() for route in self.routes],
        }


def routes(
    origin: str,
    destination: str,
    *,
    by: By = "generalised",
    k: int = 1,
    via: Sequence[str] = (),
    avoid: Iterable[str] = (),
    sector: str = DEFAULT_SECTOR,
    network: Network | None = None,
) -> Routes:
    """The k best routes.

    Parameters
    ----------
    origin, destination : str
        Places of the network, in English or Persian.
    by : {"time", "cost", "generalised"}
        Hours, dollars per tonne, or both as a share of the value of `sector`'s goods.
    k : int
        How many, at most.
    via : sequence of str
        Places to come through, in this order.
    avoid : iterable of str
        Places, economies (ISO alpha-3), modes, corridors, or links written `Baku > Tbilisi`.
    sector : str
        Whose value density and value of time `generalised` uses.
    network : Network, optional
        The one that ships, by default.

    Raises
    ------
    UnknownNameError
        If a name is unknown, with the nearest.
    DataError
        If `by` or `k` make no sense.

    Examples
    --------
    >>> found = routes("Altynkol", "Alat Port", by="time")
    >>> found[0].places[:2]
    ('Altynkol', 'Almaty')
    """
    if by not in BYS:
        raise DataError(f"no measure {by!r}", hint=did_you_mean(by, BYS))
    if k < 1:
        raise DataError(f"k is {k}: at least one route can be asked for")
    held = network or Network.embedded()
    start, end = held.resolve_one(origin), held.resolve_one(destination)
    stages = [held.resolve(name) for name in via]
    avoided = tuple(avoid)
    kept = without(held, avoided, keep=(start, end))
    answer = Routes(origin=str(held.nodes["name"][start]), destination=str(held.nodes["name"][end]), by=by, routes=())
    if start == end and not stages:
        return replace(answer, reason="the journey begins where it ends")
    graph = unfold(kept, turning=bool(stages))
    found = _search(graph, _weight(graph, by, sector), start, end, stages, k)
    if not found:
        return replace(answer, reason=_reason(held, start, end, stages, avoided, via))
    return replace(answer, routes=tuple(Route(legs=_legs(graph, path), cost=cost) for cost, path in found))


def spoken_mode(mode: str, language: Language) -> str:
    """`rail 1435 → rail 1520` in the reader's words.

    >>> spoken_mode("rail 1435 → road", "en")
    'rail 1435 → road'
    """
    parts = []
    for layer in mode.split(" → "):
        kind, _, gauge = layer.partition(" ")
        parts.append(
            " ".join(filter(None, (text(f"corridors.modes.{kind}", language), localise_digits(gauge, language))))
        )
    return (" ← " if language == "fa" else " → ").join(parts)


def without(network: Network, avoid: Iterable[str], *, keep: Sequence[int] = ()) -> Network:
    """The network with what is avoided closed; `keep` are rows of places that stay.

    Raises
    ------
    UnknownNameError
        If a name is no place, economy, mode, corridor or link.
    """
    links, nodes = network.links, network.nodes
    open_ = links["open"].to_numpy(dtype=bool).copy()
    corridors = {name for names in links["corridors"] for name in names.split()}
    economies = set(nodes["economy"]) | set(nodes["neighbour"]) - {""}
    stay = {str(nodes["name"][row]) for row in keep}
    for name in avoid:
        if " > " in name:
            one, _, other = name.partition(" > ")
            open_[list(network.links_between(one, other))] = False
        elif name in MODES:
            open_ &= (links["mode"] != name).to_numpy()
        elif name in corridors:
            open_ &= np.array([name not in names.split() for names in links["corridors"]])
        else:
            if name in economies:
                closed = set(nodes.loc[(nodes["economy"] == name) | (nodes["neighbour"] == name), "name"])
            else:
                closed = {str(nodes["name"][row]) for row in _known(network, name, economies | corridors)}
            at = links["from_node"].isin(closed - stay) | links["to_node"].isin(closed - stay)
            open_ &= ~at.to_numpy()
    return network.with_tables(links=links.assign(open=open_))


def _known(network: Network, name: str, others: set[str]) -> tuple[int, ...]:
    try:
        return network.resolve(name)
    except UnknownNameError as error:
        choices = [*network.nodes["name"], *others, *MODES]
        raise UnknownNameError(
            f"no place, economy, mode or corridor {name!r}", hint=did_you_mean(name, choices), name=name
        ) from error


def _weight(graph: Graph, by: By, sector: str) -> Array:
    if by == "time":
        return graph.hours
    if by == "cost":
        return graph.usd_per_t
    return freight(sector).cost(hours=graph.hours, usd_per_t=graph.usd_per_t)


def _search(
    graph: Graph, weight: Array, start: int, end: int, stages: Sequence[tuple[int, ...]], k: int
) -> list[tuple[float, Path]]:
    """Paths over as many copies of the graph as there are places to come through: entering one leads to the next."""
    n, last = graph.states, len(stages)
    tail = np.concatenate([graph.tail + stage * n for stage in range(last + 1)])
    head = np.concatenate([graph.head + stage * n for stage in range(last + 1)])
    for stage, rows in enumerate(stages):
        entered = slice(stage * len(graph.tail), (stage + 1) * len(graph.tail))
        reaches = np.isin(graph.place[graph.head], rows) & (graph.kind == LINK)
        head[entered] += n * reaches
    found = best_paths(
        tail=tail, head=head, weight=np.tile(weight, last + 1), places=n * (last + 1),
        start=int(graph.sources[start]), end=int(graph.sinks[end]) + last * n, count=k,
    )  # fmt: skip
    return [(cost, tuple(edge % len(graph.tail) for edge in path)) for cost, path in found]


def _legs(graph: Graph, path: Path) -> tuple[Leg, ...]:
    """Links, and the stops that take time or money."""
    names, links, nodes = graph.network.nodes["name"], graph.network.links, graph.network.nodes
    legs = []
    for edge in path:
        tail, head, owner = int(graph.tail[edge]), int(graph.head[edge]), int(graph.owner[edge])
        figures = {"hours": float(graph.hours[edge]), "usd_per_t": float(graph.usd_per_t[edge])}
        at, to = (str(names[int(graph.place[state])]) for state in (tail, head))
        if graph.kind[edge] == LINK:
            row = links.iloc[owner]
            legs.append(
                Leg(kind="link", at=at, to=to, mode=graph.layer[tail], length_km=float(row["length_km"]), **figures,
                    status=str(row["travel_status"]), source=str(row["travel_source"]))
            )  # fmt: skip
        elif any(figures.values()):
            layers = [layer for layer in (graph.layer[tail], graph.layer[head]) if layer]
            stop = nodes.iloc[owner]
            legs.append(
                Leg(kind="stop", at=at, to=to, mode=" → ".join(dict.fromkeys(layers)), length_km=0.0, **figures,
                    status=str(stop["stop_status"]), source=str(stop["stop_source"]))
            )  # fmt: skip
    return tuple(legs)


def _reason(
    network: Network, start: int, end: int, stages: Sequence[tuple[int, ...]], avoid: Sequence[str], via: Sequence[str]
) -> str:
    """Why no route was found: what was avoided, what is closed, or that nothing joins the two."""
    names = network.nodes["name"]
    pair = f"{names[start]} and {names[end]}"
    through = f" by way of {', '.join(via)}" if via else ""
    graph = unfold(network, turning=True)
    if avoid and _search(graph, graph.hours, start, end, stages, 1):
        return f"every open route between {pair}{through} needs something of what is avoided: {', '.join(avoid)}"
    opened = unfold(network.with_tables(links=network.links.assign(open=True)), turning=True)
    found = _search(opened, opened.hours, start, end, stages, 1)
    if found:
        shut = [
            f"{opened.network.links['from_node'][row]} – {opened.network.links['to_node'][row]}"
            for row in dict.fromkeys(int(opened.owner[edge]) for edge in found[0][1] if opened.kind[edge] == LINK)
            if not network.links["open"][row]
        ]
        return f"{pair}{through} are joined only by links that are closed: {', '.join(shut)}"
    return f"no links join {pair}{through}, open or closed"
