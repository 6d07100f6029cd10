"""Backcasts: the scores, a past that the model itself made, and the real episodes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peyvand.errors import UnknownNameError
from peyvand.sources.icio import SERVICES
from peyvand.trade import CaliendoParro
from peyvand.trade import backcast as room
from peyvand.trade.backcast import backcast, earlier_agreements
from peyvand.trade.backcast_worlds import Flows, flows_of, industries_of, world_of
from peyvand.trade.episodes import EPISODES, NOT_TESTABLE, episode
from peyvand.trade.scores import score, share_at_least
from peyvand.world import Shock

some = settings(max_examples=25, deadline=None)
vectors = st.lists(st.integers(-200, 200).map(lambda cent: cent / 100), min_size=4, max_size=12, unique=True)


@some
@given(values=vectors, size=st.floats(0.2, 5), shift=st.floats(-1, 1))
def test_a_prediction_that_is_right_up_to_size(values, size, shift):
    """The slope is the size that was missing; ranks do not see it; only the truth has no error."""
    observed = np.array(values)
    found = score(predicted=(observed - shift) / size, observed=observed)
    assert found.slope == pytest.approx(size, rel=1e-6)
    assert found.rank_correlation == pytest.approx(1)
    assert score(predicted=observed, observed=observed).rmse_ratio == pytest.approx(0, abs=1e-12)
    assert score(predicted=-observed, observed=observed).rmse_ratio == pytest.approx(2)


@some
@given(values=vectors)
def test_no_change_is_the_yardstick_and_equal_weights_change_nothing(values):
    observed = np.array(values)
    still = score(predicted=np.zeros_like(observed), observed=observed)
    assert still.rmse_ratio == pytest.approx(1)
    assert np.isnan(still.slope)
    predicted = np.sin(7 * observed)
    plain = score(predicted=predicted, observed=observed)
    weighted = score(predicted=predicted, observed=observed, weight=np.full(len(observed), 3.0))
    assert_allclose(list(plain.to_dict().values()), list(weighted.to_dict().values()), rtol=1e-9, atol=1e-12)


def test_weights_are_repetitions():
    predicted, observed = np.array([0.1, 0.2, 0.5]), np.array([0.3, 0.1, 0.4])
    weighted = score(predicted=predicted, observed=observed, weight=np.array([1.0, 2.0, 1.0]))
    rows = [0, 1, 1, 2]
    repeated = score(predicted=predicted[rows], observed=observed[rows])
    assert weighted.slope == pytest.approx(repeated.slope)
    assert weighted.rmse_ratio == pytest.approx(repeated.rmse_ratio)


def test_the_place_among_others():
    assert share_at_least(0.5, np.array([0.1, 0.5, 0.9, np.nan])) == pytest.approx(2 / 3)
    assert np.isnan(share_at_least(0.5, np.array([])))


def test_partners_are_pairs_with_a_newcomer():
    codes = np.array(["AUT", "CZE", "DEU", "POL", "USA"])
    found = room.partner_pairs(codes, ("AUT", "CZE", "DEU", "POL"), ("CZE", "POL"))
    assert found[0, 1]
    assert found[1, 3]
    assert not found[0, 2]
    assert not found[4].any()
    assert not found.diagonal().any()


def test_size_is_taken_out():
    """Whatever multiplies an exporter, an importer or the world leaves trade beyond size alone where ranks are one."""
    rng = np.random.default_rng(1)
    flow = np.outer(rng.uniform(1, 5, 4), rng.uniform(1, 5, 4))[..., None]
    assert_allclose(room.beyond_size(flow), 0, atol=1e-12)
    assert_allclose(room.beyond_size(3 * flow), 0, atol=1e-12)


def test_relabelling_moves_a_shock():
    change = np.zeros((4, 4, 1))
    change[0, 1], change[1, 0] = 0.3, 0.1
    moved = room.relabelled(change, [0, 1], [3, 2])
    assert moved[3, 2] == 0.3
    assert moved[2, 3] == 0.1
    assert np.count_nonzero(moved) == 2


@pytest.mark.parametrize("table", ["icio", "wiod"])
def test_every_sector_has_its_industries(table):
    held = industries_of(table)
    assert list(held)[-1] == SERVICES
    assert {name for group in held.values() for name in group} == {f"c{k}" for k in range(1, 36)}


def test_episodes_have_their_words_and_reasons():
    for row in EPISODES:
        assert set(row.newcomers) <= set(row.members)
        assert row.base_year < row.end_year
        assert row.title
    with pytest.raises(UnknownNameError, match="not testable") as raised:
        episode(NOT_TESTABLE[0])
    assert "zero in 2010" in (raised.value.hint or "")
    with pytest.raises(UnknownNameError, match="no episode"):
        episode("nafta")


def test_observed_tariffs_fell_as_the_agreement_says(data_folder):
    """Korea's on the United States: 9.9 % in 2011, 3.9 % in 2014 at the weights of 2011."""
    before, after = (flows_of("wiod", year, data_folder) for year in (2011, 2014))
    usa, korea = (before.economies.index(code) for code in ("USA", "KOR"))
    weight = before.trade_flow[usa, korea][before.goods]
    rates = [(held.tariff_rate[usa, korea][before.goods] * weight).sum() / weight.sum() for held in (before, after)]
    assert_allclose(rates, [0.0987, 0.0389], atol=5e-4)


def test_earlier_agreements_are_estimated_on_earlier_years(data_folder):
    assert earlier_agreements(data_folder, before=2003) == (pytest.approx(0.4363, abs=1e-3), (1986, 2002))
    assert earlier_agreements(data_folder, before=2014) == (pytest.approx(0.2682, abs=1e-3), (1986, 2006))


def test_a_past_that_the_model_made_is_foretold(data_folder, monkeypatch):
    """If the world had moved as the model says, every score would be perfect and the union first among placebos."""
    asked = episode("usa-korea-2012")
    world = world_of("wiod", asked.base_year, data_folder)
    real = flows_of("wiod", asked.end_year, data_folder)
    rate = world["tariff_rate"].transpose("exporter", "importer", "sector")
    partners = room.partner_pairs(np.array(world.economies), asked.members, asked.newcomers)
    new_rate = np.where(partners[..., None] & real.goods, real.tariff_rate, rate.values)
    solved = CaliendoParro().solve(world, Shock.of(world, tariff_rate_counterfactual=rate.copy(data=new_rate)))
    future = solved["trade_flow_counterfactual"].transpose("exporter", "importer", "sector").values
    made = Flows(real.economies, real.sectors, future, real.tariff_rate)
    monkeypatch.setattr(room, "flows_of", lambda *_: made)
    found = backcast(asked, data_folder, placebos=4)
    ours = found.scores[found.scores["variant"] == "tariffs"].set_index(["sample", "weights"])
    assert_allclose(ours["slope"], 1, atol=1e-6)
    assert_allclose(ours.loc["all_pairs", "rank_correlation"], 1, atol=1e-6)
    assert_allclose(ours["rmse_ratio"], 0, atol=1e-6)
    placed = found.placebo.set_index(["figure", "variant"])
    assert placed.loc[("rank_correlation", "tariffs"), "share_at_least"] == 0
    assert placed.loc[("observed_change", ""), "share_at_least"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("row", EPISODES, ids=lambda row: row.name)
def test_the_real_episodes(data_folder, row):
    """Kept so that a change is seen: root mean squared errors over those of "no change", partners alike."""
    found = backcast(row, data_folder, placebos=2)
    ours = found.scores.set_index(["variant", "sample", "weights"])["rmse_ratio"]
    kept = {
        "eu-2004": (0.923, 0.856),
        "usa-korea-2012": (3.434, 4.153),
        "usa-korea-2012-icio": (2.086, 2.403),
        "eu-ukraine-2016": (0.829, 0.712),
        "china-korea-australia-2015": (0.901, 1.869),
    }[row.name]
    assert_allclose([ours[name, "partners", "equal"] for name in ("tariffs", "agreement")], kept, atol=2e-3)
    assert found.scores["pairs"].min() >= 2
