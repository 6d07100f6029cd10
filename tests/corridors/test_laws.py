"""Laws of routes and costs: true for any network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.corridors.networks import random_edges, shuffled, two_ways

from peyvand.corridors import AllenArkolakis, Network, kernels, routes
from peyvand.corridors.allen_arkolakis import TransportCost
from peyvand.corridors.congestion import delayed, requeued
from peyvand.corridors.folded import fold
from peyvand.corridors.formats import from_geojson, read_gmns, to_geojson, write_gmns
from peyvand.corridors.freight import freight
from peyvand.corridors.graph import LINK, unfold
from peyvand.corridors.measures import after_transit
from peyvand.corridors.search import best_paths, distances
from peyvand.scenarios import Transit

SECTORS = ("machinery_equipment", "agriculture_food", "other_services")
seeds = st.integers(0, 2**16)


def solved(tail, head, cost, dispersion, places=12):
    centres = np.arange(0, places, 3)
    return kernels.paths(
        tail=tail, head=head, edge_cost=cost, dispersion=dispersion, places=places, sources=centres, sinks=centres
    )


def dispersion_of(tail, head, cost, radius=0.8, places=12):
    return kernels.dispersion_of_radius(tail=tail, head=head, edge_cost=cost, places=places, radius=radius)


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_the_sum_over_paths_is_the_inverse(seed):
    """b = (I − A)^-1 against a dense inverse, and the series Σ A^k."""
    tail, head, cost = random_edges(seed)
    mu = dispersion_of(tail, head, cost)
    matrix = kernels.adjacency(tail=tail, head=head, edge_cost=cost, dispersion=mu, places=12).toarray()
    found = solved(tail, head, cost, mu)
    inverse = np.linalg.inv(np.eye(12) - matrix)
    assert_allclose(found.outward, inverse[np.arange(0, 12, 3)], rtol=1e-9, atol=1e-300)
    series, power = np.eye(12), np.eye(12)
    for _ in range(400):
        power = power @ matrix
        series += power
    assert_allclose(found.inward, series[:, np.arange(0, 12, 3)], rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, radius=st.sampled_from([0.3, 0.6, 0.8, 0.9]))
def test_the_dispersion_gives_the_radius(seed, radius):
    tail, head, cost = random_edges(seed)
    mu = dispersion_of(tail, head, cost, radius)
    matrix = kernels.adjacency(tail=tail, head=head, edge_cost=cost, dispersion=mu, places=12).toarray()
    assert_allclose(np.abs(np.linalg.eigvals(matrix)).max(), radius, rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_intensities_are_the_derivatives(seed):
    """pair_use and edge_use against central differences of ln τ."""
    tail, head, cost = random_edges(seed)
    mu = dispersion_of(tail, head, cost)
    base = solved(tail, head, cost, mu)
    each = kernels.pair_use(base, tail=tail, head=head, edge_cost=cost)
    step = 1e-5
    for edge in range(0, len(tail), 7):
        up, down = cost.copy(), cost.copy()
        up[edge] += step
        down[edge] -= step
        measured = (solved(tail, head, up, mu).log_cost - solved(tail, head, down, mu).log_cost) / (2 * step)
        assert_allclose(each[edge], measured, atol=1e-6)
    weight = np.random.default_rng(seed).uniform(0, 5, base.between.shape)
    total = kernels.edge_use(base, tail=tail, head=head, edge_cost=cost, weight=weight)
    assert_allclose(total, (each * weight).sum(axis=(1, 2)), rtol=1e-9, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, edge=st.integers(0, 20), cut=st.floats(0, 1))
def test_a_cheaper_edge_never_raises_a_cost(seed, edge, cut):
    tail, head, cost = random_edges(seed)
    cheaper = cost.copy()
    cheaper[edge] *= 1 - 0.5 * cut
    mu = max(dispersion_of(tail, head, cheaper), dispersion_of(tail, head, cost))
    before, after = solved(tail, head, cost, mu).log_cost, solved(tail, head, cheaper, mu).log_cost
    assert (after <= before + 1e-12).all()
    every = np.arange(12)
    shape = {"tail": tail, "head": head, "places": 12, "starts": every}
    assert (distances(weight=cheaper, **shape) <= distances(weight=cost, **shape) + 1e-12).all()


@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_with_little_dispersion_the_cost_is_the_best_route(seed):
    """μ → ∞: ln τ_ij → g of the best path, from below at the rate ln(paths)/μ."""
    tail, head, cost = random_edges(seed)
    centres = np.arange(0, 12, 3)
    best = distances(tail=tail, head=head, weight=cost, places=12, starts=centres)[:, centres]
    gaps = [np.abs(solved(tail, head, cost, mu).log_cost - best).max() for mu in (100.0, 200.0, 400.0)]
    assert gaps[2] < 0.02
    assert gaps[0] >= gaps[1] >= gaps[2]


@settings(max_examples=40, deadline=None)
@given(seed=seeds, count=st.integers(1, 8))
def test_k_best_paths_are_the_first_of_all_paths(seed, count):
    """Against the enumeration of every loopless path."""
    tail, head, cost = random_edges(seed, places=6, extra=5)
    every = sorted(_all_paths(tail, head, cost, 0, 3))
    found = best_paths(tail=tail, head=head, weight=cost, places=6, start=0, end=3, count=count)
    assert len(found) == min(count, len(every))
    assert_allclose([total for total, _ in found], [total for total, _ in every[: len(found)]], rtol=1e-9)
    assert len({path for _, path in found}) == len(found)


def _all_paths(tail, head, cost, start, end, passed=frozenset()):
    if start == end:
        return [(0.0, ())]
    return [
        (cost[edge] + rest, (edge, *path))
        for edge in np.flatnonzero(tail == start)
        if head[edge] not in passed | {start}
        for rest, path in _all_paths(tail, head, cost, head[edge], end, passed | {start})
    ]


@pytest.fixture(scope="module")
def small() -> Network:
    return two_ways()


@pytest.fixture(scope="module")
def cost(small) -> TransportCost:
    return AllenArkolakis().cost(small, SECTORS)


def test_the_folded_graph_has_the_sums_of_the_unfolded():
    """On the network that ships: τ of every pair of centres, and the use of every link and place."""
    network, goods = Network.embedded(), freight("agriculture_food")
    mu = AllenArkolakis().cost(network, [goods.sector]).dispersion[goods.sector]
    costs, uses = [], []
    for graph in (unfold(network), fold(network)):
        step = goods.cost(hours=graph.hours, usd_per_t=graph.usd_per_t)
        shape = {"tail": graph.tail, "head": graph.head, "edge_cost": step, "sign": graph.sign}
        ends = {"sources": graph.sources[graph.centres], "sinks": graph.sinks[graph.centres]}
        found = kernels.paths(**shape, **ends, dispersion=mu, places=graph.states)
        weight = 1.0 - np.eye(len(graph.centres))
        use = kernels.edge_use(found, **shape, weight=weight)
        counted = graph.stops | (graph.kind == LINK)
        costs.append(found.log_cost[weight > 0])
        uses.append(
            np.bincount(graph.owner[counted] + len(network.links) * (graph.kind[counted] != LINK), use[counted], 2000)
        )
    assert_allclose(costs[1], costs[0], rtol=1e-11)
    assert_allclose(uses[1], uses[0], rtol=1e-9, atol=1e-9 * uses[0].max())


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_the_order_of_places_and_links_does_not_matter(seed):
    network = two_ways()
    other = shuffled(network, seed)
    before, after = (AllenArkolakis().cost(each, SECTORS).between_economies() for each in (network, other))
    assert_allclose(after.reindex_like(before), before, rtol=1e-7)
    ways = [routes("A", "E", k=4, network=each) for each in (network, other)]
    assert_allclose([way.cost for way in ways[0].routes], [way.cost for way in ways[1].routes], rtol=1e-12)


def test_no_change_no_change(cost, small):
    """To 1e-12: the same network again, and a provision that limits nothing."""
    assert_allclose(cost.again(small).between_economies(), cost.between_economies(), rtol=1e-12)
    idle = Transit(crossings=("B",), max_dwell_time_h=240.0)
    assert_allclose(cost.again(after_transit(small, [idle])).between_economies(), cost.between_economies(), rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(hours=st.floats(0, 20))
def test_green_lanes_help_all_and_hurt_none(hours):
    network = two_ways()
    base = AllenArkolakis().cost(network, SECTORS)
    after = base.again(after_transit(network, [Transit(crossings=("B",), max_dwell_time_h=hours)]))
    assert (after.between_economies() <= base.between_economies() + 1e-12).all()


def test_closing_a_cut_set_makes_the_pair_unreachable(cost, small):
    shut = after_transit(small, [Transit(crossings=("B", "C"), closed=True)])
    tau = cost.again(shut).between_economies()
    assert np.isinf(tau.sel(exporter="AAA", importer="DDD")).all()
    assert np.isfinite(tau.sel(exporter="DDD", importer="EEE")).all()
    answer = routes("A", "D", avoid=["B", "C"], network=small)
    assert len(answer) == 0
    assert "avoided: B, C" in answer.reason


def test_sensitivity_is_the_derivative_by_an_hour(cost, small):
    """∂ ln τ / ∂ hours at the crossing against finite differences of the whole model."""
    row, step = small.resolve_one("B"), 1e-4
    for each in cost.sectors:
        found = []
        for change in (step, -step):
            nodes = small.nodes.copy()
            nodes.loc[row, "pass_h"] += change
            found.append(
                np.log(cost.again(small.with_tables(nodes=nodes)).between_economies().sel(sector=each.goods.sector))
            )
        measured = (found[0] - found[1]).transpose("exporter", "importer").values / (2 * step)
        assert_allclose(cost.sensitivity(row, each), measured, atol=1e-8)


def test_tonnes_leave_and_arrive_once(cost, small):
    """Traffic on the links around a dead end equals what is sent there."""
    network = two_ways()
    links = network.links.query("not (from_node == 'C' and to_node == 'E')")
    only = AllenArkolakis().cost(network.with_tables(links=links), ("machinery_equipment",))
    import xarray as xr

    codes = ["AAA", "DDD", "EEE"]
    flow = xr.DataArray(
        np.arange(9.0).reshape(3, 3, 1), {"exporter": codes, "importer": codes, "sector": ["machinery_equipment"]}
    )
    used = only.use(flow).query("kind == 'link'").set_index("row")["use"]
    to_e = int(links.reset_index(drop=True).query("from_node == 'D' and to_node == 'E'").index[0])
    expected = flow.values[:2, 2].sum() + flow.values[2, :2].sum()
    assert_allclose(used[to_e], expected, rtol=1e-9)


@given(before=st.floats(0.1, 5), after=st.floats(0.1, 5))
def test_queues_grow_with_traffic_and_only_where_a_capacity_is_known(before, after):
    hours, unknown = np.array([10.0]), np.array([np.nan])
    queues = requeued(hours=hours, before=np.array([before]), after=np.array([after]), capacity=np.array([2.0]))
    assert np.sign(queues - hours) == np.sign(round(after - before, 12)) or abs(after - before) < 1e-3
    assert requeued(hours=hours, before=np.array([before]), after=np.array([after]), capacity=unknown) == hours
    assert delayed(free=hours, traffic=np.array([0.0]), capacity=np.array([2.0])) == hours


def test_networks_survive_their_files(small, tmp_path):
    for back in (from_geojson(to_geojson(small)), read_gmns(write_gmns(small, tmp_path / "gmns"), name=small.name)):
        assert back.name == small.name
        for ours, theirs in ((small.nodes, back.nodes), (small.links, back.links)):
            assert ours.to_csv() == theirs.to_csv()
