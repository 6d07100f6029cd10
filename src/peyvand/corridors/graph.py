"""What are the steps of a journey?  A network unfolded into states, so that every stop has its hours and dollars.

A state is the end of a link in one direction, just arrived or about to leave. Steps are links, stops between two links
(passing a place, changing mode or gauge there), and setting out from and arriving at a place's hub. Goods do not turn
back on the link they came by: such turns would make every short link a free loop and drown all else in the sum over
paths.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peyvand.corridors.network import Network, waiting_h

Array = NDArray[np.float64]
Index = NDArray[np.int64]

LINK, PASS, TRANSFER, HUB = range(4)
"""Kinds of steps; `owner` is the row of a link or, for the others, of a place."""
ON_WATER = ("sea", "ferry")


@dataclass(frozen=True, eq=False)
class Graph:
    """The unfolded network: E steps among n states.

    Parameters
    ----------
    network : Network
    tail, head : array (E,)
        States.
    hours, usd_per_t : array (E,)
        What a step takes and costs.
    kind, owner : array (E,)
        What the step is, see `LINK`, and whose row.
    place, layer : tuple
        Of each state: row of its place, and the layer's name (empty at a hub).
    sources, sinks : array (places,)
        The states where a journey from and to each place begins and ends.
    sign : array (E,)
        −1 for steps that take paths out again, see `peyvand.corridors.folded`; else 1.
    """

    network: Network
    tail: Index
    head: Index
    hours: Array
    usd_per_t: Array
    kind: Index
    owner: Index
    place: Index
    layer: tuple[str, ...]
    sources: Index
    sinks: Index
    sign: Array

    @property
    def states(self) -> int:
        return len(self.place)

    @cached_property
    def centres(self) -> Index:
        """Rows of the places with a centre weight."""
        return np.flatnonzero(self.network.nodes["centre_weight"].to_numpy(dtype=float) > 0)

    @cached_property
    def stops(self) -> NDArray[np.bool_]:
        """(E,) the steps that a place handles: all that pass a crossing or a canal, elsewhere what changes mode."""
        watched = self.network.nodes["kind"].isin(["rail_crossing", "road_crossing", "sea"]).to_numpy()
        handled = (self.kind == TRANSFER) | ((self.kind == PASS) & watched[np.where(self.kind == LINK, 0, self.owner)])
        return np.asarray(handled)

    def stops_at(self, row: int) -> NDArray[np.bool_]:
        """(E,) the steps that one place handles."""
        return np.asarray(self.stops & (self.owner == row))


def unfold(network: Network, *, turning: bool = False) -> Graph:
    """The graph of a network's open links.

    Parameters
    ----------
    network : Network
    turning : bool
        Whether goods may turn back at a place on the link that they came by.
    """
    return _Builder(network).build(turning=turning)


def layer_of(link: Mapping[Hashable, Any]) -> str:
    """What goods must change to leave by another link: the mode, rail with its gauge."""
    return f"rail {link['gauge_mm']:g}" if link["mode"] == "rail" else str(link["mode"])


class _Builder:
    """Collects states and steps, then turns them into arrays."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.place: list[int] = []
        self.layer: list[str] = []
        self.steps: list[tuple[int, int, float, float, int, int]] = []
        self.doors: list[list[Door]] = [[] for _ in range(len(network))]

    def build(self, *, turning: bool) -> Graph:
        self._links()
        hubs = [(self._state(row, ""), self._state(row, "")) for row in range(len(self.network))]
        for row, node in enumerate(self.network.nodes.to_dict("records")):
            self._stops(row, Stop.of(node), turning=turning)
            self._hub(row, Stop.of(node), *hubs[row])
        tail, head, hours, usd, kind, owner = (np.array(column) for column in zip(*self.steps, strict=True))
        return Graph(
            network=self.network,
            tail=tail.astype(np.int64),
            head=head.astype(np.int64),
            hours=hours.astype(float),
            usd_per_t=usd.astype(float),
            kind=kind.astype(np.int64),
            owner=owner.astype(np.int64),
            place=np.array(self.place, dtype=np.int64),
            layer=tuple(self.layer),
            sources=np.array([source for source, _ in hubs], dtype=np.int64),
            sinks=np.array([sink for _, sink in hubs], dtype=np.int64),
            sign=np.ones(len(self.steps)),
        )

    def _links(self) -> None:
        links = self.network.links
        hours = links["hours"] + waiting_h(links["departures_per_week"])
        for row, link in enumerate(links.assign(hours=hours).to_dict("records")):
            if not link["open"]:
                continue
            ends = [
                self._door(self.network.place[str(link[side])], layer_of(link)) for side in ("from_node", "to_node")
            ]
            for start, end in (ends, ends[::-1]):
                self.steps.append((start.leave, end.enter, link["hours"], link["usd_per_t"], LINK, row))

    def _stops(self, row: int, stop: Stop, *, turning: bool) -> None:
        """From every link that ends at a place to every other that leaves it, where goods can change so."""
        for came in self.doors[row]:
            for goes in self.doors[row]:
                if came is goes and not turning:
                    continue
                kind, cost = stop.between(came.layer, goes.layer)
                if cost is not None:
                    self.steps.append((came.enter, goes.leave, *cost, kind, row))

    def _hub(self, row: int, stop: Stop, source: int, sink: int) -> None:
        """Setting out and arriving."""
        for door in self.doors[row]:
            kind, cost = stop.at_gate(door.layer)
            self.steps.append((source, door.leave, *cost, kind, row))
            self.steps.append((door.enter, sink, *cost, kind, row))

    def _door(self, row: int, layer: str) -> Door:
        door = Door(layer, self._state(row, layer), self._state(row, layer))
        self.doors[row].append(door)
        return door

    def _state(self, row: int, layer: str) -> int:
        self.place.append(row)
        self.layer.append(layer)
        return len(self.place) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """Where one link meets a place: the states of entering by it and leaving by it."""

    layer: str
    enter: int
    leave: int


@dataclass(frozen=True, slots=True)
class Stop:
    """(hours, USD per tonne) of passing a place, changing mode there, and the dollars of a change of gauge."""

    passing: tuple[float, float]
    change: tuple[float, float] | None
    gauge_usd: float

    @classmethod
    def of(cls, node: Mapping[Hashable, Any]) -> Stop:
        change = (float(node["transfer_h"]), float(node["transfer_usd_per_t"]))
        return cls(
            (float(node["pass_h"]), float(node["pass_usd_per_t"])),
            None if np.isnan(change).any() else change,
            float(node["gauge_change_usd_per_t"]),
        )

    def between(self, came: str, goes: str) -> tuple[int, tuple[float, float] | None]:
        """The kind of stop from one layer to another, and its cost; None where goods cannot change."""
        hours, usd = self.passing
        if came == goes:
            return PASS, self.passing
        if came.startswith("rail") and goes.startswith("rail"):
            return TRANSFER, (hours, usd + self.gauge_usd)
        if self.change is None:
            return TRANSFER, None
        return TRANSFER, (hours + self.change[0], usd + self.change[1])

    def at_gate(self, layer: str) -> tuple[int, tuple[float, float]]:
        """The kind and cost of setting out or arriving: a port's gate is on land, goods pay the port to the water."""
        port = self.change if layer in ON_WATER and self.change is not None else (0.0, 0.0)
        return (TRANSFER if any(port) else HUB), port
