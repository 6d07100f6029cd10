"""Which are the k cheapest paths?  Yen (1971) on a graph of states, guided by exact distances to the end.

Removing edges never shortens a path, so distances on the whole graph are a lower bound for every search within Yen's
method: A* then looks at little more than the path itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Path = tuple[int, ...]
"""Edges in their order."""

TINY = 1e-12
"""Added to every edge, so that a free one still counts as an edge."""


def distances(*, tail: Index, head: Index, weight: Array, places: int, starts: Index) -> Array:
    """(starts, places) cost of the best path from each start; infinite where there is none."""
    return np.asarray(dijkstra(_matrix(tail, head, weight, places), indices=starts))


def best_paths(
    *, tail: Index, head: Index, weight: Array, places: int, start: int, end: int, count: int
) -> list[tuple[float, Path]]:
    """The `count` cheapest paths without loops, cheapest first; fewer if there are fewer, none if unreachable.

    Parameters
    ----------
    tail, head, weight : array (E,)
        Edges and what they cost, nowhere negative.
    places : int
        Number of states.
    start, end : int
        States.
    count : int
        At least 1.
    """
    ahead = np.asarray(dijkstra(_matrix(head, tail, weight, places), indices=[end]))[0]
    if not np.isfinite(ahead[start]):
        return []
    leaving = _leaving(tail, places)
    search = _Search(head=head, weight=weight, leaving=leaving, ahead=ahead, end=end)
    first = search.path(start, set(), set())
    assert first is not None
    found: list[tuple[float, Path]] = [first]
    waiting: list[tuple[float, Path]] = []
    seen = {first[1]}
    while len(found) < count:
        _branch(found, waiting, seen, search, start)
        if not waiting:
            break
        found.append(heapq.heappop(waiting))
    return found


def _branch(
    found: list[tuple[float, Path]],
    waiting: list[tuple[float, Path]],
    seen: set[Path],
    search: _Search,
    start: int,
) -> None:
    """Yen's step: leave the last path at each of its states by an edge that no path with the same root takes."""
    last = found[-1][1]
    root_cost, state, passed = 0.0, start, set[int]()
    for step in range(len(last)):
        root = last[:step]
        taken = {path[step] for _, path in found if len(path) > step and path[:step] == root}
        spur = search.path(state, taken, passed)
        if spur is not None and (candidate := root + spur[1]) not in seen:
            seen.add(candidate)
            heapq.heappush(waiting, (root_cost + spur[0], candidate))
        passed.add(state)
        root_cost += float(search.weight[last[step]])
        state = int(search.head[last[step]])


class _Search:
    """A* towards one end over arrays of edges."""

    def __init__(self, *, head: Index, weight: Array, leaving: list[Index], ahead: Array, end: int) -> None:
        self.head, self.weight, self.leaving, self.ahead, self.end = head, weight, leaving, ahead, end

    def path(self, start: int, banned: Collection[int], passed: Collection[int]) -> tuple[float, Path] | None:
        """The cheapest path that takes no banned edge and comes through no passed state."""
        frontier: list[tuple[float, float, int, Any]] = [(float(self.ahead[start]), 0.0, start, ())]
        done: set[int] = set()
        while frontier:
            _, cost, state, edges = heapq.heappop(frontier)
            if state == self.end:
                return cost, _unrolled(edges)
            if state in done:
                continue
            done.add(state)
            for edge in self.leaving[state].tolist():
                following = int(self.head[edge])
                if edge in banned or following in done or following in passed or not np.isfinite(self.ahead[following]):
                    continue
                spent = cost + float(self.weight[edge])
                heapq.heappush(frontier, (spent + float(self.ahead[following]), spent, following, (edges, edge)))
        return None


def _unrolled(edges: Any) -> Path:
    """((…, e1), e2) → (e1, e2)."""
    found: list[int] = []
    while edges:
        edges, last = edges
        found.append(last)
    return tuple(reversed(found))


def _leaving(tail: Index, places: int) -> list[Index]:
    order = np.argsort(tail, kind="stable")
    starts = np.searchsorted(tail[order], np.arange(places + 1))
    return [order[starts[state] : starts[state + 1]] for state in range(places)]


def _matrix(tail: Index, head: Index, weight: Array, places: int) -> csr_array:
    """The cheapest of parallel edges; a free edge keeps its place by TINY."""
    order = np.lexsort((weight, head, tail))
    pair = tail[order] * places + head[order]
    first = np.concatenate([[True], pair[1:] != pair[:-1]]) if len(order) else np.zeros(0, dtype=bool)
    kept = order[first]
    return csr_array((weight[kept] + TINY, (tail[kept], head[kept])), shape=(places, places))
