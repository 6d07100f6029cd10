"""Published examples solved again: Yen's k paths, Braess's paradox, Sioux Falls, journeys that were timed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peyvand.corridors import kernels, routes
from peyvand.corridors.congestion import ALPHA, BETA, delayed, settle
from peyvand.corridors.routes import T_PER_TEU
from peyvand.corridors.search import best_paths, distances
from peyvand.sources.cpmm import read_benchmarks


def test_yens_example():
    """tests/references/yen-1971: costs 5, 7 and 8 from C to H."""
    edges = [
        ("C", "D", 3), ("C", "E", 2), ("D", "F", 4), ("E", "D", 1), ("E", "F", 2), ("E", "G", 3), ("F", "G", 2),
        ("F", "H", 1), ("G", "H", 2),
    ]  # fmt: skip
    at = {name: place for place, name in enumerate("CDEFGH")}
    tail, head = (np.array([at[edge[end]] for edge in edges]) for end in (0, 1))
    weight = np.array([float(edge[2]) for edge in edges])
    found = best_paths(tail=tail, head=head, weight=weight, places=6, start=at["C"], end=at["H"], count=3)
    assert [cost for cost, _ in found] == [5.0, 7.0, 8.0]
    ways = ["".join("CDEFGH"[tail[edge]] for edge in path) + "H" for _, path in found]
    assert ways[:2] == ["CEFH", "CEGH"]


@pytest.mark.parametrize(("joined", "time", "flows"), [(True, 92.0, [4, 2, 2, 2, 4]), (False, 83.0, [3, 3, 3, 3])])
def test_braesss_paradox(joined, time, flows):
    """tests/references/braess-1968: O=0, a=1, b=2, D=3; linear times as free (1 + α v)."""
    ends = [(0, 1), (1, 3), (0, 2), (1, 2), (2, 3)] if joined else [(0, 1), (1, 3), (0, 2), (2, 3)]
    steep, flat, middle = (1e-3, 10.0), (50.0, 1.0), (10.0, 1.0)
    lines = [steep, flat, flat, middle, steep] if joined else [steep, flat, flat, steep]
    tail, head = np.array(ends).T
    free = np.array([base for base, _ in lines])
    alpha = np.array([slope / base for base, slope in lines])

    def time_at(traffic):
        return delayed(free=free, traffic=traffic, capacity=np.ones_like(free), alpha=alpha, beta=1.0)

    def traffic_at(times):
        found = kernels.paths(
            tail=tail, head=head, edge_cost=times, dispersion=5.0, places=4, sources=np.array([0]), sinks=np.array([3])
        )
        return kernels.edge_use(found, tail=tail, head=head, edge_cost=times, weight=np.array([[6.0]]))

    found = settle(traffic_at, time_at, start=np.full(len(free), 1.0), tol=1e-6)
    assert found.gap <= 1e-6
    assert_allclose(found.traffic, flows, rtol=0.02)
    assert_allclose(found.time[0] + found.time[1], time, rtol=0.02)


SIOUX_FALLS = Path(__file__).parents[1] / "references" / "sioux-falls"


@pytest.fixture(scope="module")
def sioux_falls():
    """tests/references/sioux-falls: links with the published equilibrium, and trips (24, 24)."""
    links = pd.read_csv(SIOUX_FALLS / "links.csv")
    links[["tail", "head"]] -= 1
    return links, 100.0 * np.loadtxt(SIOUX_FALLS / "trips.csv", delimiter=",")


def test_the_published_traffic_of_sioux_falls_is_an_equilibrium(sioux_falls):
    """Times are the published ones, every trip takes a best route, and Beckmann's objective is 42.31335287107440."""
    links, trips = sioux_falls
    free, flow, capacity = (links[name].to_numpy(dtype=float) for name in ("free_time", "flow", "capacity"))
    tail, head = links["tail"].to_numpy(), links["head"].to_numpy()
    times = delayed(free=free, traffic=flow, capacity=capacity)
    assert_allclose(times, links["time"], rtol=1e-14)
    best = distances(tail=tail, head=head, weight=times, places=24, starts=np.arange(24))
    assert abs(flow @ times - (best * trips).sum()) / trips.sum() < 1e-10
    beckmann = (free * (flow + ALPHA * flow ** (BETA + 1) / ((BETA + 1) * capacity**BETA))).sum()
    assert_allclose(beckmann / 1e5, 42.31335287107440, rtol=1e-14)


def test_the_equilibrium_of_sioux_falls_is_found_as_routing_sharpens(sioux_falls):
    """Solved from an even start: the largest error of a link halves as μ doubles, to below 4 % at μ = 4."""
    links, trips = sioux_falls
    free, flow, capacity = (links[name].to_numpy(dtype=float) for name in ("free_time", "flow", "capacity"))
    edges = {"tail": links["tail"].to_numpy(), "head": links["head"].to_numpy()}
    centres, start, errors = np.arange(24), np.full(76, 5000.0), []
    for mu in (1.0, 2.0, 4.0):

        def traffic_at(times, mu=mu):
            shape = {**edges, "edge_cost": times}
            found = kernels.paths(**shape, dispersion=mu, places=24, sources=centres, sinks=centres)
            return kernels.edge_use(found, **shape, weight=trips)

        def time_at(traffic):
            return delayed(free=free, traffic=traffic, capacity=capacity)

        found = settle(traffic_at, time_at, start=start, tol=1e-5)
        assert found.gap <= 1e-5
        start = found.traffic
        errors.append(np.abs(found.traffic / flow - 1).max())
    assert errors[2] < 0.04
    assert errors[0] > 1.8 * errors[1] > 3 * errors[2]


JOURNEYS = {
    0: ("Nhava Sheva", "Moscow", ["Bandar Abbas", "Astara (road)"], ["rail"]),
    1: ("Nhava Sheva", "Moscow", ["Bandar Abbas", "Amirabad", "Astrakhan"], ["rail", "AZE", "ARM", "TKM", "TUR"]),
    2: ("Nhava Sheva", "Moscow", ["Bandar Abbas"], ["road", "AZE"]),
    3: ("Nhava Sheva", "Moscow", ["Suez", "Strait of Gibraltar", "Saint Petersburg"], ["road"]),
    4: ("Altynkol", "Alat Port", ["Aktau"], ["RUS"]),
    5: ("Altynkol", "Poti", ["Aktau"], ["RUS"]),
    6: ("Altynkol", "Constanta", ["Aktau", "Poti"], ["RUS"]),
    7: ("Xi'an", "Baku", ["Aktau"], ["RUS"]),
}
"""Row of the published journeys → the same journey here."""


@pytest.fixture(scope="module")
def journeys(data_folder):
    table = read_benchmarks(data_folder / "carec-cpmm-border-crossing" / "corridor_transit_benchmarks.csv").frame
    found = {row: routes(a, b, via=via, avoid=avoid, by="time") for row, (a, b, via, avoid) in JOURNEYS.items()}
    return table, {row: answer[0] for row, answer in found.items()}


def test_days_of_published_journeys(journeys):
    """At least six of eight within a factor of 1.5; nothing is tuned row by row."""
    table, found = journeys
    ratio = np.array([found[row].hours / 24 / table["days"][row] for row in JOURNEYS])
    assert (np.abs(np.log(ratio)) <= np.log(1.5)).sum() >= 6, ratio


def test_dollars_of_published_journeys(journeys):
    """At least three of four within a factor of 1.5, at 12 t per TEU."""
    table, found = journeys
    held = [row for row in JOURNEYS if np.isfinite(table["usd_per_teu"][row])]
    ratio = np.array([found[row].usd_per_t * T_PER_TEU / table["usd_per_teu"][row] for row in held])
    assert len(held) == 4
    assert (np.abs(np.log(ratio)) <= np.log(1.5)).sum() >= 3, ratio
