"""Small networks for the tests: a grid with a border, random ones, and changes to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from peyvand.corridors import Network
from peyvand.corridors.formats import _network as network_of_tables


def network_of(nodes: list[dict], links: list[dict], name: str = "test") -> Network:
    """A network from the few columns that matter; the rest is filled as for a file that does not say."""
    spread = [{"latitude_deg": 1.0 * at, "longitude_deg": 2.0 * at} | node for at, node in enumerate(nodes)]
    return network_of_tables(name, pd.DataFrame(spread), pd.DataFrame(links))


def two_ways() -> Network:
    """A and D in two economies: by rail through a crossing with a queue, or a longer way round by road."""
    return network_of(
        [
            {
                "name": "A",
                "economy": "AAA",
                "kind": "centre",
                "centre_weight": 1.0,
                "transfer_h": 5.0,
                "transfer_usd_per_t": 2.0,
            },
            {
                "name": "B",
                "kind": "rail_crossing",
                "pass_h": 20.0,
                "pass_usd_per_t": 3.0,
                "gauge_change_usd_per_t": 4.0,
            },
            {"name": "C", "kind": "city", "transfer_h": 5.0, "transfer_usd_per_t": 2.0},
            {
                "name": "D",
                "economy": "DDD",
                "kind": "centre",
                "centre_weight": 1.0,
                "transfer_h": 5.0,
                "transfer_usd_per_t": 2.0,
            },
            {"name": "E", "economy": "EEE", "kind": "centre", "centre_weight": 1.0},
        ],
        [
            {
                "from_node": "A",
                "to_node": "B",
                "mode": "rail",
                "gauge_mm": 1435,
                "length_km": 300,
                "hours": 7,
                "usd_per_t": 18,
            },
            {
                "from_node": "B",
                "to_node": "D",
                "mode": "rail",
                "gauge_mm": 1520,
                "length_km": 700,
                "hours": 15,
                "usd_per_t": 40,
            },
            {"from_node": "A", "to_node": "C", "mode": "road", "length_km": 500, "hours": 30, "usd_per_t": 37},
            {"from_node": "C", "to_node": "D", "mode": "road", "length_km": 800, "hours": 49, "usd_per_t": 60},
            {"from_node": "D", "to_node": "E", "mode": "road", "length_km": 400, "hours": 25, "usd_per_t": 30},
            {"from_node": "C", "to_node": "E", "mode": "road", "length_km": 600, "hours": 37, "usd_per_t": 45},
        ],
    )


def random_edges(seed: int, places: int = 12, extra: int = 20):
    """A connected directed graph with positive costs: (tail, head, cost)."""
    rng = np.random.default_rng(seed)
    ring = np.arange(places)
    tail = np.concatenate([ring, (ring + 1) % places, rng.integers(0, places, extra)])
    head = np.concatenate([(ring + 1) % places, ring, rng.integers(0, places, extra)])
    kept = tail != head
    return tail[kept], head[kept], rng.uniform(0.02, 0.3, kept.sum())


def shuffled(network: Network, seed: int) -> Network:
    """The same network with places and links in another order, and every link the other way round."""
    rng = np.random.default_rng(seed)
    nodes, links = (frame.iloc[rng.permutation(len(frame))] for frame in (network.nodes, network.links))
    return network.with_tables(
        nodes=nodes, links=links.rename(columns={"from_node": "to_node", "to_node": "from_node"})
    )
