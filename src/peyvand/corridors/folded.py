"""How are all paths of a network summed with few steps?  Stops meet in hubs, and turning back is taken out again.

`unfold` has a step from every link that ends at a place to every other that leaves it, d² of them where d links meet.
Here all links of one kind share a hub at each place, and for every link a step of sign −1 takes out the paths that came
by it and would leave by it. The sums over paths and their derivatives are those of the unfolded graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from peyvand.corridors.graph import HUB, LINK, PASS, Graph, Stop, layer_of
from peyvand.corridors.network import Network, waiting_h

Index = NDArray[np.int64]


def fold(network: Network) -> Graph:
    """The graph of a network's open links for sums over all paths; a best path on it may turn back."""
    ends = _ends(network)
    steps = _Steps()
    steps.add(ends.leave, np.roll(ends.enter, len(ends.link) // 2), LINK, ends.link, *ends.link_cost)
    steps.add(ends.enter, ends.before[ends.hub], HUB, ends.place)
    steps.add(ends.after[ends.hub], ends.leave, HUB, ends.place)
    stops = [Stop.of(node) for node in network.nodes.to_dict("records")]
    hours, usd_per_t = np.array([stop.passing for stop in stops]).T
    steps.add(ends.enter, ends.leave, PASS, ends.place, hours[ends.place], usd_per_t[ends.place], sign=-1.0)
    _stops_at_hubs(steps, ends, stops)
    tail, head, hours, usd_per_t, kind, owner, sign = (
        np.concatenate(column) for column in zip(*steps.parts, strict=True)
    )
    return Graph(
        network=network, tail=tail, head=head, hours=hours, usd_per_t=usd_per_t, kind=kind, owner=owner, sign=sign,
        place=np.concatenate([ends.place, ends.place, ends.hub_place, ends.hub_place, *2 * [np.arange(len(network))]]),
        layer=tuple(np.concatenate([*2 * [ends.hub_layer[ends.hub]], *2 * [ends.hub_layer], 2 * len(network) * [""]])),
        sources=ends.sources, sinks=ends.sinks,
    )  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class _Ends:
    """Both ends of every open link, first those where links begin, and the states of the folded graph.

    Parameters
    ----------
    link, place, hub : array (2 links,)
        Rows of the end's link and place, and its hub: all ends of one layer at one place.
    link_cost : tuple of array (2 links,)
        Hours and dollars per tonne of the link.
    hub_place, hub_layer : array (hubs,)
    enter, leave : array (2 links,)
        States: just arrived by the link, about to leave by it.
    before, after : array (hubs,)
        States of the hub, before and after the stop.
    sources, sinks : array (places,)
    """

    link: Index
    place: Index
    hub: Index
    link_cost: tuple[NDArray[np.float64], NDArray[np.float64]]
    hub_place: Index
    hub_layer: NDArray[np.str_]
    enter: Index
    leave: Index
    before: Index
    after: Index
    sources: Index
    sinks: Index


def _ends(network: Network) -> _Ends:
    links = network.links[network.links["open"].astype(bool)]
    kinds = pd.MultiIndex.from_frame(links[["mode", "gauge_mm"]].fillna({"gauge_mm": 0.0}))
    layer, found = kinds.factorize()
    names = np.array([layer_of({"mode": mode, "gauge_mm": gauge}) for mode, gauge in found], dtype=str)
    rows = pd.Index(network.nodes["name"].to_numpy(dtype=str))
    place = np.concatenate([rows.get_indexer(links[side].to_numpy(dtype=str)) for side in ("from_node", "to_node")])
    hubs, hub = np.unique(place * max(len(names), 1) + np.tile(layer, 2), return_inverse=True)
    hours = links["hours"] + waiting_h(links["departures_per_week"])
    sizes = [len(place), len(place), len(hubs), len(hubs), len(network), len(network)]
    enter, leave, before, after, sources, sinks = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    return _Ends(
        link=np.tile(links.index.to_numpy(dtype=np.int64), 2), place=place, hub=hub,
        link_cost=(np.tile(hours.to_numpy(dtype=float), 2), np.tile(links["usd_per_t"].to_numpy(dtype=float), 2)),
        hub_place=hubs // max(len(names), 1), hub_layer=names[hubs % max(len(names), 1)],
        enter=enter, leave=leave, before=before, after=after, sources=sources, sinks=sinks,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Steps:
    """Collects steps: tail, head, hours, USD per tonne, kind, owner, sign."""

    parts: list[tuple[NDArray[Any], ...]] = field(default_factory=list)

    def add(
        self,
        tail: Index,
        head: Index,
        kind: ArrayLike,
        owner: ArrayLike,
        hours: ArrayLike = 0.0,
        usd_per_t: ArrayLike = 0.0,
        *,
        sign: float = 1.0,
    ) -> None:
        self.parts.append(np.broadcast_arrays(tail, head, hours, usd_per_t, kind, owner, sign))


def _stops_at_hubs(steps: _Steps, ends: _Ends, stops: list[Stop]) -> None:
    """Passing and changing between the hubs of every place, setting out and arriving."""
    found: list[tuple[int, int, float, float, int, int]] = []
    layers = ends.hub_layer.tolist()
    bounds = np.searchsorted(ends.hub_place, np.arange(len(stops) + 1))
    for row, stop in enumerate(stops):
        hubs = range(bounds[row], bounds[row + 1])
        for came in hubs:
            for goes in hubs:
                kind, cost = stop.between(layers[came], layers[goes])
                if cost is not None:
                    found.append((ends.before[came], ends.after[goes], *cost, kind, row))
            kind, cost = stop.at_gate(layers[came])
            found.append((ends.sources[row], ends.after[came], *cost, kind, row))
            found.append((ends.before[came], ends.sinks[row], *cost, kind, row))
    columns = np.array(found, dtype=float).reshape(-1, 6)
    tail, head, kind, owner = columns[:, [0, 1, 4, 5]].T.astype(np.int64)
    steps.add(tail, head, kind, owner, columns[:, 2], columns[:, 3])
