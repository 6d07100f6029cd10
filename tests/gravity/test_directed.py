"""Directed thickness: its mean of both ways is the explained part of Head–Ries; intervals follow their sources."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.errors import IdentificationError
from peyvand.gravity import directed_thickness, known_causes, thickness
from peyvand.gravity.head_ries import directed_parts, thickness_variance
from peyvand.world import World


@pytest.fixture(scope="module")
def world():
    return World.embedded()


@pytest.mark.parametrize("estimate", ["icio-2011-2019", "wiod-2000-2014"])
def test_the_mean_of_both_ways_is_what_head_ries_explains(world, estimate):
    both = directed_thickness(world, estimate)["directed_thickness_part"].transpose("component", "exporter", ...).values
    borders = thickness(world, causes=known_causes(world, estimate))
    mean = (both + both.swapaxes(1, 2)) / 2
    explained = borders["border_thickness_part"].sel(component=list(borders.components[:-1])).values
    recorded = np.isfinite(explained)
    assert_allclose(mean[:-1][recorded], explained[recorded], atol=1e-12)


def test_home_is_nothing_and_the_tariff_makes_the_difference(world):
    found = directed_thickness(world)
    middle = found["directed_thickness"].values
    assert_allclose(np.einsum("iis->is", middle), 0, atol=1e-12)
    tariff = np.log1p(world["tariff_rate"].transpose("exporter", "importer", "sector").values)
    gap = tariff - tariff.swapaxes(0, 1)
    assert_allclose(middle - middle.swapaxes(0, 1), gap, atol=2e-5, err_msg="distances are rounded each way")


def test_intervals_hold_the_errors_of_slopes_and_elasticity():
    """One cause, z̃ = 2, β = −0.5 ± 0.1, θ = 4 with σ(ln θ) = 0.2: sd² = (2·0.1/4)² + (0.25·0.2)²."""
    parts, deviation = directed_parts(
        away=np.full((1, 1, 1), 2.0), slopes=np.array([-0.5]), covariance=np.array([[0.01]]), trade_elasticity=4.0,
        elasticity_deviation=0.2,
    )  # fmt: skip
    assert parts.item() == pytest.approx(0.25)
    assert deviation.item() == pytest.approx(np.hypot(0.05, 0.05))


def test_head_ries_intervals_follow_flows_and_elasticity():
    """Draw flows and θ, and compare the spread of thickness with the formula."""
    rng = np.random.default_rng(0)
    theta, spread, cv = 5.0, 0.1, 0.2
    flow, noise = np.array([100.0, 10.0, 40.0, 400.0]), np.sqrt(np.log1p(cv**2))
    drawn = flow * np.exp(noise * rng.normal(size=(20_000, 4)))
    h = np.log(drawn[:, 0] * drawn[:, 3] / drawn[:, 1] / drawn[:, 2]) / (2 * theta)
    h *= np.exp(spread * rng.normal(size=20_000))
    middle = np.log(100 * 400 / 10 / 40) / (2 * theta)
    formula = thickness_variance(
        thickness=np.array([[0, middle], [middle, 0]])[..., None], trade_cv=np.full((2, 2, 1), cv),
        trade_elasticity=np.array([theta]), spread=np.array([spread]),
    )  # fmt: skip
    assert np.sqrt(formula[0, 1, 0]) == pytest.approx(h.std(), rel=0.05)
    assert formula[0, 0, 0] == 0


def test_intervals_of_pairs_are_in_the_table(world):
    frame = thickness(world).to_frame()
    known = frame[frame["recorded"]]
    assert (known["low_log_points"] <= known["thickness_log_points"]).all()
    assert (known["high_log_points"] >= known["thickness_log_points"]).all()
    middle, low, high = thickness(world).interval("IRN", "KAZ")
    assert low < middle < high


def test_a_sector_without_an_estimate_has_no_directed_thickness(world):
    found = directed_thickness(world, "agtpa-1986-2006")["directed_thickness"]
    assert np.isnan(found.sel(sector="oil_gas")).all()
    assert np.isfinite(found.sel(sector="machinery_equipment")).all()


def test_an_estimate_that_explains_no_border_is_refused(world):
    with pytest.raises(IdentificationError, match="explains no border"):
        directed_thickness(world, "agreements-1964-2016")
    with pytest.raises(IdentificationError, match="explains no border"):
        directed_thickness(small_world(3, 2))
