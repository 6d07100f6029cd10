"""Draws, regret, accession, repair and bilateral agreements: laws against slow code, and single solves."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.unions.games import cartel, game_of, games
from tests.worlds import small_world

from peyvand.errors import ModelError, ScenarioError
from peyvand.locale import LANGUAGES
from peyvand.scenarios import BorderCost, Tariff, Transit, Union
from peyvand.trade import CaliendoParro, draw
from peyvand.unions import search, stability
from peyvand.unions.accession import accession, steps
from peyvand.unions.deviations import words
from peyvand.unions.draws import draw_unions, regret_between, worth_of
from peyvand.unions.game import NOTICED, places
from peyvand.unions.networks import NetworkGame, links_of, search_networks
from peyvand.unions.repair import smallest_change, stabilising_transfers
from peyvand.unions.summary import summary
from peyvand.world import Shock

FREE = [Tariff(kind="tariff", cut_share=1.0)]


@pytest.fixture(scope="module")
def world():
    return small_world(6, 2, 3, openness=0.5)


@pytest.fixture(scope="module")
def found(world):
    return search(world, world.economies[:4], FREE)


# -- draws -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def drawn(found):
    return draw_unions(found, draws=6, seed=3, tol=1e-10)


def test_a_draw_is_that_of_a_single_scenario(world, found, drawn):
    """The same random numbers: every union meets the draws that `peyvand trade draws` makes of it."""
    members = found.candidates[:3]
    alone = draw(world, found.terms.shock(members), draws=6, seed=3, tol=1e-11)
    assert_allclose(drawn.welfare_hat[:, found.number(members)], alone["welfare_hat"].values, rtol=1e-8)


def test_probabilities_are_shares_of_draws(found, drawn):
    held = [stability(landscape.game, "internal").stable for landscape in drawn.drawn()]
    assert_allclose(drawn.probability_of_stability("internal"), np.mean(held, axis=0))
    gain = drawn.probability_of_gain()
    assert gain.shape == (16, 6)
    assert (gain[:3] == 0).all()
    assert ((gain >= 0) & (gain <= 1)).all()


def test_everyone_gains_where_no_member_loses_in_a_draw(found, drawn):
    share = drawn.everyone_gains()
    for number in found.numbers[found.sizes >= 2].tolist():
        inside = [found.economies.index(code) for code in found.members(number)]
        change = drawn.welfare_hat[:, number, inside] - 1
        assert share[number] == np.mean((change >= -1e-6).all(axis=1) & (change > 1e-6).any(axis=1))


def test_a_summary_says_how_sure_it_is(found, drawn):
    told = summary(found, draws=drawn, top=20)
    held = drawn.probability_of_stability("individual")
    by_members = {tuple(found.members(number)): held[number] for number in range(len(held))}
    for row in told["ranking"]:
        assert row["holds_share"] == held[found.number(row["members"])]
    shares = [row["holds_share"] for row in told["draws"]["holds_most_often"]]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == max(share for members, share in by_members.items() if len(members) > 1)
    assert all(row["holds_share"] == by_members[tuple(row["members"])] for row in told["draws"]["holds_most_often"])
    assert len(told["words"]) > len(summary(found, top=20)["words"])
    assert "draws" not in summary(found)


def test_regret_is_what_the_best_would_have_given_more(found, drawn):
    table = drawn.regret("world").set_index("union")
    worth = (drawn.welfare_hat - 1) @ found.income
    for union, row in table.iterrows():
        lost = worth.max(axis=1) - worth[:, union]
        assert_allclose(row["mean_regret_musd"], lost.mean(), atol=1e-9)
        assert_allclose(row["worst_regret_musd"], lost.max(), atol=1e-9)
    one = drawn.regret(found.economies[0])
    assert (one["mean_regret_musd"] >= 0).all()


def test_more_draws_go_on_from_those_kept(found, tmp_path, drawn):
    few = draw_unions(found, draws=2, seed=3, tol=1e-10, store=tmp_path)
    more = draw_unions(found, draws=3, seed=3, tol=1e-10, store=tmp_path)
    assert len(list(tmp_path.rglob("*.parquet"))) == 3
    assert (more.welfare_hat[:2] == few.welfare_hat).all()
    assert_allclose(more.welfare_hat, drawn.welfare_hat[:3], rtol=1e-12)


def test_regret_between_truths(world, found):
    other = search(world, world.economies[:4], FREE, model=CaliendoParro(deficit_rule="eliminated"))
    table = regret_between({"fixed": found, "balanced": other}, found.economies[0])
    assert (np.diag(table) == 0).all()
    assert (table.to_numpy() >= 0).all()
    best = worth_of(found, found.economies[0]).argmax()
    truth = worth_of(other, found.economies[0])
    assert_allclose(table.loc["fixed", "balanced"], truth.max() - truth[best])


def test_what_cannot_be_drawn(found):
    with pytest.raises(ModelError, match="0 draws"):
        draw_unions(found, draws=0)
    with pytest.raises(ModelError, match="nothing is left"):
        draw_unions(found, draws=2, freeze=("elasticity", "flow"))


# -- accession -------------------------------------------------------------------------------------------------------
def easiest(game, target):
    """All orders, one by one."""
    income = np.where(game.threshold > 0, game.threshold / NOTICED, 1.0)
    best = -np.inf
    for order in permutations(places(target)):
        here, ease = 1 << order[0], np.inf
        for newcomer in order[1:]:
            after = here | 1 << newcomer
            inside = list(places(after))
            ease = min(ease, ((game.payoff[after] - game.payoff[here]) / income)[inside].min())
            here = after
        best = max(best, ease)
    return best


@settings(max_examples=60, deadline=None)
@given(game=games())
def test_the_path_is_the_easiest_of_all_orders(game):
    whole = len(game.payoff) - 1
    path = accession(game, whole)
    best = easiest(game, whole)
    assert path.complete == (best >= -NOTICED)
    if path.complete:
        table = steps(game, path.order)
        assert sorted(path.order) == list(places(whole))
        income = np.where(game.threshold > 0, game.threshold / NOTICED, 1.0)
        share = table["gain_musd"] / [income[game.players.index(name)] for name in table["member"]]
        assert_allclose(share.min(), best)
    else:
        for newcomer, loser in path.blocked_by:
            wider = path.reached | 1 << newcomer
            assert game.payoff[wider, loser] < game.payoff[path.reached, loser] - game.threshold[loser]


def test_the_cartel_cannot_grow_beyond_a_pair():
    """The third would lose 2 by joining; founders that are there already change nothing."""
    path = accession(cartel(), 0b111)
    assert path.reached.bit_count() == 2
    assert len(path.order) == 2
    assert {newcomer for newcomer, _ in path.blocked_by} == {loser for _, loser in path.blocked_by}
    assert accession(cartel(), 0b111, founders=0b011).order == (0, 1)


def test_founders_may_have_lost():
    game = game_of({"AB": (-1, 1, 0), "AC": (0, 0, 0), "BC": (0, 0, 0), "ABC": (2, 2, 2)})
    assert accession(game, 0b111).complete
    assert not accession(game_of({"AB": (-1, 1, 0), "ABC": (-1, 2, 2)}), 0b111).complete
    assert accession(game, 0b111, founders=0b011).order == (0, 1, 2)


# -- repair ----------------------------------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(game=games(), rule=st.sampled_from(["stay", "dissolve", "best_reply"]))
def test_stabilising_transfers_keep_everyone(game, rule):
    held = stability(game, "internal", rule=rule)
    for union in np.flatnonzero(game.is_union):
        paid = stabilising_transfers(game, int(union), rule=rule)
        if paid is None:
            assert not held.stable[union]
            continue
        after = paid["stays_for_musd"] + paid["transfer_musd"]
        assert (after >= -1e-9).all()
        assert_allclose(paid["transfer_musd"].sum(), 0, atol=1e-9)
        assert (paid["transfer_musd"].abs().sum() == 0) == held.stable[union]


def test_the_smallest_change_of_a_tariff_cut(world):
    """At the value found nobody leaves, a little beyond somebody does, by searches of their own."""
    wanted = (0b0111, 0b1011, 0b1101, 0b1110, 0b1111, 0b0011, 0b0101)
    full = search(world, world.economies[:4], FREE)
    unstable = [number for number in wanted if not stability(full.game, "internal").stable[number]]
    changed = 0
    for number in unstable:
        union = Union(
            title={"en": "a", "fa": "آ"}, members=full.members(number), world=world.name, provisions=tuple(FREE)
        )
        change = smallest_change(world, union)
        assert change.field == "cut_share"
        assert change.before == 1.0
        if not change.found:
            continue
        changed += 1
        for value, holds in ((change.after, True), (min(1.0, change.after + 0.004), False)):
            again = search(world, union.members, [Tariff(kind="tariff", cut_share=value)]) if value else None
            assert again is None or bool(stability(again.game, "internal").stable[-1]) == holds
    assert changed


def test_a_change_that_is_none_and_one_that_cannot_be(world):
    union = Union(
        title={"en": "a", "fa": "آ"}, members=world.economies[:2], world=world.name,
        provisions=(BorderCost(kind="border_cost", cut_percent=5), Tariff(kind="tariff", cut_share=0.5)),
    )  # fmt: skip
    assert smallest_change(world, union, provision=0).after == 5.0
    assert smallest_change(world, union, provision=0).field == "cut_percent"
    with pytest.raises(ModelError, match="no provision 4"):
        smallest_change(world, union, provision=4)
    transit = union.model_copy(
        update={"provisions": (Transit(kind="transit", crossings=("Sarakhs",), max_dwell_time_h=6),)}
    )
    with pytest.raises(ModelError, match="no figure to move"):
        smallest_change(world, transit)


# -- bilateral agreements --------------------------------------------------------------------------------------------
def test_every_network_is_the_one_solved_alone(world):
    nets = search_networks(world, world.economies[:4], FREE, tol=1e-10)
    assert nets.welfare_hat.shape == (64, 6)
    solver, today = CaliendoParro(tol=1e-11), world["tariff_rate"]
    for network in (0, 1, 0b101001, 0b010110, 63):
        tariff = today.copy(deep=True)
        for one, other in nets.game.agreements(network):
            tariff.loc[{"exporter": one, "importer": other}] = 0.0
            tariff.loc[{"exporter": other, "importer": one}] = 0.0
        alone = solver.solve(world, Shock.of(world, tariff_rate_counterfactual=tariff))
        assert_allclose(nets.welfare_hat[network], alone["welfare_hat"], rtol=1e-8)
    full = search(world, world.economies[:4], FREE, tol=1e-10)
    assert_allclose(nets.welfare_hat[63], full.welfare_hat[15], rtol=1e-9)


def slow_pairwise(game, network):
    """By definition, Jackson and Wolinsky (1996)."""
    value = lambda g: dict(enumerate(game.payoff[g]))  # noqa: E731
    now, limit = value(network), game.threshold
    for place, (i, j) in enumerate(links_of(len(game.players))):
        other = value(network ^ (1 << place))
        up = {p: other[p] - now[p] > limit[p] for p in (i, j)}
        down = {p: other[p] - now[p] < -limit[p] for p in (i, j)}
        if network >> place & 1:
            if up[i] or up[j]:
                return False
        elif (up[i] and not down[j]) or (up[j] and not down[i]):
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(k=st.integers(2, 4), seed=st.integers(0, 2**16), limit=st.sampled_from([0.0, 0.5, 1.5]))
def test_pairwise_stability_is_that_of_the_definition(k, seed, limit):
    payoff = np.random.default_rng(seed).integers(-4, 5, (1 << len(links_of(k)), k)).astype(float)
    game = NetworkGame(players=tuple("ABCD"[:k]), payoff=payoff, threshold=np.full(k, limit))
    stable = game.stable()
    for network in range(len(payoff)):
        assert stable[network] == slow_pairwise(game, network)
        deviation = game.deviation(network)
        if deviation is not None:
            assert (deviation.union ^ deviation.result).bit_count() == 1
            for language in LANGUAGES:
                assert words(deviation, game, language)


def test_the_connections_of_three_by_hand():
    """A link gives 3 to each end and costs it 2; who is two steps away gives 2: the line holds, the triangle does not.

    In the triangle each has 2 (3 − 2); ending a link keeps the other at two steps: 3 − 2 + 2 = 3.
    """
    payoff = np.zeros((8, 3))
    for network in range(8):
        pairs = [links_of(3)[place] for place in places(network)]
        for player in range(3):
            near = {p for pair in pairs for p in pair if player in pair} - {player}
            far = {p for pair in pairs for p in pair if set(pair) & near} - near - {player}
            payoff[network, player] = len(near) * (3 - 2) + 2 * len(far)
    game = NetworkGame(players=("A", "B", "C"), payoff=payoff, threshold=np.zeros(3))
    assert np.flatnonzero(game.stable()).tolist() == [0b011, 0b101, 0b110]
    assert game.deviation(0b111).move == "cut"
    assert game.deviation(0).move == "link"
    assert words(game.deviation(0), game, "en") == (
        "A and B would sign an agreement: they gain A 1.0 million dollars, B 1.0 million dollars a year by it."
    )


def test_refusals(world):
    with pytest.raises(ModelError, match="2\\^21 sets"):
        search_networks(small_world(8, 1), small_world(8, 1).economies[:7], FREE)
    union = Union(
        title={"en": "a", "fa": "آ"}, members=world.economies[:3], world=world.name, kind="customs-union",
        external_tariff={"sector_1": 0.1}, provisions=tuple(FREE),
    )  # fmt: skip
    with pytest.raises(ScenarioError, match="no common external tariff"):
        search_networks(world, union)
