"""Rankings, compensation and the Pareto set: laws, and figures added up by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.scenarios import Tariff
from peyvand.unions import search
from peyvand.unions.rankings import compensation, pareto, ranking
from peyvand.unions.summary import stabilities, summary


@pytest.fixture(scope="module")
def found():
    world = small_world(6, 2, 3, openness=0.5)
    return search(world, world.economies[:4], [Tariff(kind="tariff", cut_share=1.0)])


@settings(max_examples=100, deadline=None)
@given(points=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_the_pareto_set_is_that_of_the_definition(points):
    gain, worst = (np.array([point[at] for point in points], dtype=float) for at in (0, 1))
    ours = pareto(gain, worst)
    for at, point in enumerate(points):
        beaten = any(other[0] >= point[0] and other[1] >= point[1] and other != point for other in points)
        assert ours[at] == (not beaten)


def test_figures_are_sums_of_payoffs(found):
    table = ranking(found).table.set_index("union")
    assert sorted(table.index) == [number for number in range(16) if number.bit_count() >= 2]
    for number, row in table.iterrows():
        payoff = found.payoff[number]
        inside = [found.economies.index(code) for code in found.members(number)]
        assert_allclose(row["members_gain_musd"], payoff[inside].sum())
        assert_allclose(row["world_gain_musd"], payoff.sum())
        assert_allclose(row["outsiders_gain_musd"], payoff.sum() - payoff[inside].sum())
        assert_allclose(row["worst_member_percent"], 100 * (found.welfare_hat[number, inside].min() - 1))
        assert row["losers"] == (payoff[inside] < -1e-6 * found.income[inside]).sum()


def test_the_best_union_for_each_is_the_best(found):
    best = ranking(found).best_for
    unions = [number for number in range(16) if number.bit_count() >= 2]
    for place, code in enumerate(found.economies):
        assert found.payoff[best[code], place] == max(found.payoff[number, place] for number in unions)
    assert found.payoff[best["world"]].sum() == max(found.payoff[number].sum() for number in unions)


def test_compensation_makes_losers_whole_and_no_more(found):
    table = ranking(found).table
    lossy = table[(table["losers"] > 0) & table["compensation_musd"].notna()]
    assert len(lossy)
    for row in lossy.to_dict("records"):
        paid = compensation(found, row["union"])
        assert_allclose(paid["transfer_musd"].sum(), 0, atol=1e-9)
        assert (paid["after_musd"] >= -1e-9).all()
        received = paid["transfer_musd"].clip(lower=0).sum()
        assert_allclose(received, row["compensation_musd"], rtol=1e-5)
        assert_allclose(received, -paid["gain_musd"].clip(upper=0).sum())
    poor = table[table["compensation_musd"].isna()]
    for row in poor.to_dict("records"):
        assert compensation(found, row["union"]).empty


def test_a_summary_is_plain_and_in_both_languages(found):
    import json

    for language in ("en", "fa"):
        told = summary(found, language=language, top=20)
        json.dumps(told)
        assert len(told["ranking"]) == 11
        assert told["words"]
        assert told["confirmed"]["all_hold"]
        whole = {held.deviation(15) for held in stabilities(found).values() if held.asked[15]} - {None}
        broken = {stabilities(found)["individual"].deviation(number) for number in range(16) if number.bit_count() > 1}
        broken -= {None}
        assert told["confirmed"]["count"] == len(whole | broken)
        assert all((row["broken_by"] is None) == row["individual"] for row in told["ranking"])
