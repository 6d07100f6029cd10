"""What are the steps of a journey?  A network unfolded into states, so that every stop has its hours and dollars.

A state is a place entered (`in`) or left (`out`) on a layer: road, sea, ferry, or rail of one gauge. Steps are links,
passing a place (`pass`), changing layer there (`transfer`), and setting out and arriving (`hub`).
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

    @property
    def states(self) -> int:
        return len(self.place)

    @cached_property
    def centres(self) -> Index:
        """Rows of the places with a centre weight."""
        return np.flatnonzero(self.network.nodes["centre_weight"].to_numpy(dtype=float) > 0)

    def owned_by_node(self, row: int) -> NDArray[np.bool_]:
        """The steps in which a place is passed, or changed at."""
        return np.asarray(np.isin(self.kind, (PASS, TRANSFER)) & (self.owner == row))


def unfold(network: Network) -> Graph:
    """The graph of a network's open links."""
    return _Builder(network).build()


class _Builder:
    """Collects states and steps, then turns them into arrays."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.place: list[int] = []
        self.layer: list[str] = []
        self.steps: list[tuple[int, int, float, float, int, int]] = []
        self.doors: dict[tuple[int, str], tuple[int, int]] = {}

    def build(self) -> Graph:
        self._links()
        hubs = [(self._state(row, ""), self._state(row, "")) for row in range(len(self.network))]
        by_place: dict[int, list[str]] = {row: [] for row in range(len(self.network))}
        for row, layer in self.doors:
            by_place[row].append(layer)
        for row, node in enumerate(self.network.nodes.to_dict("records")):
            self._stop(row, node, by_place[row], hubs[row])
        tail, head, hours, usd, kind, owner = (np.array(column) for column in zip(*self.steps, strict=True))
        return Graph(
            network=self.network,
            tail=tail.astype(np.int64),
            head=head.astype(np.int64),
            hours=hours.astype(float),
            usd_per_t=usd.astype(float),
            kind=kind.astype(np.int64),
            owner=owner.astype(np.int64),
            place=np.array(self.place),
            layer=tuple(self.layer),
            sources=np.array([source for source, _ in hubs]),
            sinks=np.array([sink for _, sink in hubs]),
        )

    def _links(self) -> None:
        links = self.network.links
        hours = links["hours"] + waiting_h(links["departures_per_week"])
        for row, link in enumerate(links.assign(hours=hours).to_dict("records")):
            if not link["open"]:
                continue
            layer = f"rail {link['gauge_mm']:g}" if link["mode"] == "rail" else str(link["mode"])
            ends = [self._door(self.network.place[str(link[side])], layer) for side in ("from_node", "to_node")]
            for (_, leave), (enter, _) in (ends, ends[::-1]):
                self.steps.append((leave, enter, link["hours"], link["usd_per_t"], LINK, row))

    def _stop(self, row: int, node: Mapping[Hashable, Any], layers: list[str], hub: tuple[int, int]) -> None:
        """Passing, changing, setting out and arriving at one place.

        The hub of a port is its gate on land, so that goods pay the port between it and the water.
        """
        source, sink = hub
        pass_h, pass_usd = float(node["pass_h"]), float(node["pass_usd_per_t"])
        change = float(node["transfer_h"]), float(node["transfer_usd_per_t"])
        gauge_usd = float(node["gauge_change_usd_per_t"])
        for layer in layers:
            enter, leave = self.doors[row, layer]
            self.steps.append((enter, leave, pass_h, pass_usd, PASS, row))
            port = change if layer in ON_WATER and not np.isnan(change[0]) else (0.0, 0.0)
            kind = TRANSFER if layer in ON_WATER else HUB
            self.steps.append((source, leave, *port, kind, row))
            self.steps.append((enter, sink, *port, kind, row))
            for other in layers:
                if other == layer:
                    continue
                if layer.startswith("rail") and other.startswith("rail"):
                    cost = (pass_h, pass_usd + gauge_usd)
                elif not np.isnan(change[0]):
                    cost = (pass_h + change[0], pass_usd + change[1])
                else:
                    continue
                self.steps.append((enter, self.doors[row, other][1], *cost, TRANSFER, row))

    def _door(self, row: int, layer: str) -> tuple[int, int]:
        if (row, layer) not in self.doors:
            self.doors[row, layer] = self._state(row, layer), self._state(row, layer)
        return self.doors[row, layer]

    def _state(self, row: int, layer: str) -> int:
        self.place.append(row)
        self.layer.append(layer)
        return len(self.place) - 1
