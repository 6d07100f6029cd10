"""Best routes and costs over all paths: on the network that ships, and on 2,000 places and 6,000 links.

Peer for the best route of all pairs: scgraph, where it is installed; the table says when it is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from peyvand.corridors import AllenArkolakis, Network, kernels, routes
from peyvand.corridors.search import distances
from peyvand.world import World

SIZES = {"toy": (200, 600, 20), "full": (2000, 6000, 200)}


def main(size: str) -> None:
    places, links, centres = SIZES["toy" if size == "toy" else "full"]
    tail, head, cost = random_network(places, links)
    at = np.arange(centres)
    shape = {"tail": tail, "head": head, "edge_cost": cost, "places": places}
    mu = kernels.dispersion_of_radius(**shape, radius=0.8)
    weight = np.ones((centres, centres))

    def solve() -> None:
        found = kernels.paths(**shape, dispersion=mu, sources=at, sinks=at)
        kernels.edge_use(found, tail=tail, head=head, edge_cost=cost, weight=weight)

    ours = show(
        f"best route of all pairs of {centres} centres",
        lambda: distances(tail=tail, head=head, weight=cost, places=places, starts=at),
    )
    peer(tail, head, cost, places, at, ours)
    show("routing dispersion of radius 0.8", lambda: kernels.dispersion_of_radius(**shape, radius=0.8))
    show(f"costs and intensities over all paths, {centres} centres", solve)
    network, sectors = Network.embedded(), World.embedded().sectors
    show("five best routes, Nhava Sheva to Moscow", lambda: routes("Nhava Sheva", "Moscow", k=5, network=network))
    held = AllenArkolakis().cost(network, sectors)
    show("a shock solved again on the network that ships, eight sectors", lambda: held.again(network))


def show(what: str, job: Callable[[], object], repeats: int = 3) -> float:
    """Print the best of a few runs, seconds."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - started)
    print(f"{what:62} {min(seconds):8.3f} s")
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
    print(f"{'  ratio':62} {theirs / ours:8.1f} ×")


def random_network(places: int, links: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A ring with random chords, both ways; costs between 0.02 and 0.3."""
    rng = np.random.default_rng(seed)
    ring = np.arange(places)
    one = np.concatenate([ring, rng.integers(0, places, links - places)])
    other = np.concatenate([(ring + 1) % places, rng.integers(0, places, links - places)])
    kept = one != other
    cost = rng.uniform(0.02, 0.3, kept.sum())
    return np.concatenate([one[kept], other[kept]]), np.concatenate([other[kept], one[kept]]), np.tile(cost, 2)
