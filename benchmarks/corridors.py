"""Best routes and costs over all paths: on the network that ships, and on 2,000 places and 6,000 links.

The large networks are drawn: places joined to those near them, as railways and roads do, and joined at random, which is
the hardest case for sums over paths. Stops, changes of mode and the ban on turning back count, as on the network that
ships.
Peer for the best route of all pairs: scgraph, where it is installed; the table says when it is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import xarray as xr
from scipy.spatial import Delaunay

from peyvand.corridors import AllenArkolakis, Network, routes
from peyvand.corridors.search import distances
from peyvand.world import World

SIZES = {"toy": (200, 600, 20), "full": (2000, 6000, 200)}


def main(size: str) -> None:
    places, links, centres = SIZES["toy" if size == "toy" else "full"]
    best_routes(places, links, centres)
    for name, near in (("near places", True), ("places at random", False)):
        all_paths(drawn_network(places, links, centres, near=near), f"{centres} centres, {name} joined")
    network, world = Network.embedded(), World.embedded()
    show("five best routes, Nhava Sheva to Moscow", lambda: routes("Nhava Sheva", "Moscow", k=5, network=network))
    held = AllenArkolakis().cost(network, world.sectors)
    show("a shock solved again on the network that ships, eight sectors", lambda: held.again(network))


def best_routes(places: int, links: int, centres: int) -> None:
    """Best routes of all pairs of centres, beside the peer."""
    tail, head, cost = random_edges(places, links)
    at = np.arange(centres)
    ours = show(
        f"best route of all pairs of {centres} centres",
        lambda: distances(tail=tail, head=head, weight=cost, places=places, starts=at),
    )
    peer(tail, head, cost, places, at, ours)


def all_paths(network: Network, label: str) -> None:
    """Costs with intensities, and a shock, of one sector over all paths."""
    routing, sectors = AllenArkolakis(), ("machinery_equipment",)
    held = routing.cost(network, sectors)
    codes = list(held.economies)
    tonnes = xr.DataArray(
        np.ones((len(codes), len(codes), 1)), {"exporter": codes, "importer": codes, "sector": list(sectors)}
    )
    show(f"costs and intensities, {label}", lambda: routing.cost(network, sectors).use(tonnes), repeats=2)
    show(f"a shock solved again, {label}", lambda: held.again(network).between_economies(), repeats=2)


def show(what: str, job: Callable[[], object], repeats: int = 3) -> float:
    """Print the best of a few runs, seconds of the processor: everything here runs in one thread."""
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        job()
        seconds.append(time.process_time() - started)
    print(f"{what:66} {min(seconds):8.3f} s")
    return min(seconds)


def peer(tail: np.ndarray, head: np.ndarray, cost: np.ndarray, places: int, at: np.ndarray, ours: float) -> None:
    """The same best routes by scgraph's Dijkstra from each centre, and the ratio."""
    try:
        from scgraph.graph import Graph
    except ImportError:
        print("scgraph is not installed: no ratio")
        return
    near: list[dict[int, float]] = [{} for _ in range(places)]
    for one, other, price in zip(tail.tolist(), head.tolist(), cost.tolist(), strict=True):
        near[one][other] = min(price, near[one].get(other, np.inf))
    graph = Graph(near) if callable(Graph) else Graph
    theirs = show(
        "  scgraph, shortest path tree of each centre",
        lambda: [graph.get_shortest_path_tree(origin_id=int(start)) for start in at],
        repeats=1,
    )
    print(f"{'  ratio':66} {theirs / ours:8.1f} ×")


def random_edges(places: int, links: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A ring with random chords, both ways; costs between 0.02 and 0.3."""
    one, other = chords(places, links, np.random.default_rng(seed))
    cost = np.random.default_rng(seed).uniform(0.02, 0.3, len(one))
    return np.concatenate([one, other]), np.concatenate([other, one]), np.tile(cost, 2)


def chords(places: int, links: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ends of a ring's links and of random chords, each pair once."""
    ring = np.arange(places)
    one = np.concatenate([ring, rng.integers(0, places, links - places)])
    other = np.concatenate([(ring + 1) % places, rng.integers(0, places, links - places)])
    ends = np.unique(np.sort(np.stack([one, other], axis=1), axis=1), axis=0)
    return tuple(ends[ends[:, 0] != ends[:, 1]].T)


def drawn_network(places: int, links: int, centres: int, *, near: bool, seed: int = 0) -> Network:
    """Places drawn on the map, joined by rail and road to their neighbours, or to anyone."""
    rng = np.random.default_rng(seed)
    at = rng.uniform((20.0, 20.0), (60.0, 120.0), (places, 2))
    one, other = neighbours(at, links) if near else chords(places, links, rng)
    name = np.array([f"p{place}" for place in range(places)])
    nodes = pd.DataFrame(
        {
            "node_id": name, "y_coord": at[:, 0], "x_coord": at[:, 1], "kind": "city", "transfer_h": 20.0,
            "transfer_usd_per_t": 10.0, "economy": [f"E{place % (centres // 4):02d}" for place in range(places)],
            "centre_weight": np.where(np.arange(places) < centres, 1.0, np.nan),
        }
    )  # fmt: skip
    mode = np.where(rng.random(len(one)) < 0.5, "rail", "road")
    ways = pd.DataFrame(
        {
            "from_node_id": name[one], "to_node_id": name[other], "allowed_uses": mode, "length": 500.0,
            "gauge_mm": np.where(mode == "rail", 1520.0, np.nan), "hours": rng.uniform(5, 40, len(one)),
            "usd_per_t": rng.uniform(5, 40, len(one)),
        }
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        nodes.to_csv(Path(folder) / "node.csv", index=False)
        ways.to_csv(Path(folder) / "link.csv", index=False)
        return Network.load(folder)


def neighbours(at: np.ndarray, links: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the sides of the triangles among the places, the shortest first."""
    corners = Delaunay(at).simplices
    ends = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    order = np.argsort(np.linalg.norm(at[ends[:, 0]] - at[ends[:, 1]], axis=1))
    return tuple(ends[order[:links]].T)
