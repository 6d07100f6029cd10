"""The gravity of people that ships, against the publishers' files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peyvand.errors import UnknownNameError
from peyvand.gravity import ppml
from peyvand.mobility.arrivals import published_arrivals
from peyvand.mobility.baseline import PeopleToday
from peyvand.mobility.compile_baseline import compile_people
from peyvand.mobility.estimates import (
    EARLIER_STOCK,
    YEAR,
    build_people_estimates,
    shipped_names,
    shipped_people_estimate,
)
from peyvand.mobility.forecast import forecast_scores
from peyvand.mobility.panel import migrants, students, with_ties
from peyvand.mobility.ties import TIES, VISA_RULES, language_families, ties
from peyvand.mobility.validation import leave_destinations_out
from peyvand.mobility.visas import Visas


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_estimate_is_whole(name):
    held = shipped_people_estimate(name)
    assert held.label == "association"
    covariance = np.array(held.covariance)
    assert_allclose(np.sqrt(np.diag(covariance)), list(held.std_errors.values()), rtol=1e-4)
    assert_allclose(covariance, covariance.T)
    assert set(VISA_RULES) <= set(held.coefficients)
    checked = held.cross_validation
    assert checked["misplaced_share"] < checked["misplaced_share_by_origin_only"]
    for rule in VISA_RULES:
        assert checked["coefficient_low"][rule] <= held.coefficients[rule] <= checked["coefficient_high"][rule]


def test_an_unknown_estimate_is_named_nearly():
    with pytest.raises(UnknownNameError, match="no estimate 'migrants'") as caught:
        shipped_people_estimate("migrants")
    assert "migrants-2019" in caught.value.hint


def test_migrants_are_estimated_again_from_the_files(data_folder):
    rows = with_ties(
        migrants(data_folder, YEAR), data_folder, stock=migrants(data_folder, EARLIER_STOCK), visas=Visas.shipped()
    )
    held = shipped_people_estimate("migrants-2019")
    fit = ppml(held.formula, rows, vcov={"CRV1": "origin + destination"})
    assert fit.nobs == held.nobs
    assert_allclose(fit.coefficients, list(held.coefficients.values()), atol=1e-5)
    assert_allclose(fit.std_errors, list(held.std_errors.values()), atol=1e-5)


def test_ties_of_the_region(data_folder):
    table = ties(data_folder).set_index(["origin", "destination"])
    assert table.loc[("IRN", "TJK"), ["persian", "turkic", "soviet"]].tolist() == [1, 0, 0]
    assert table.loc[("TUR", "UZB"), ["persian", "turkic", "soviet"]].tolist() == [0, 1, 0]
    assert table.loc[("KAZ", "RUS"), ["persian", "soviet", "contiguous"]].tolist() == [0, 1, 1]
    assert language_families()["persian"] == ("IRN", "TJK", "AFG")
    assert len(set(language_families()["turkic"])) == 7


def test_whole_tables_and_lists_are_kept_apart(data_folder):
    whole, lists = students(data_folder, YEAR, listed=False), students(data_folder, YEAR)
    assert set(whole["source"]) == {"OECD"}
    assert not set(lists.loc[lists["source"] == "UIS", "destination"]) & set(whole["destination"])
    assert "CHN" not in set(lists["destination"])  # does not report: missing, not zero


def test_published_arrivals_are_brought_to_a_year(data_folder):
    table = published_arrivals(data_folder).set_index(["flow", "destination", "origin"])["persons"].sort_index()
    assert table["journeys", "IRN", "IRQ"] == pytest.approx(0.24 * 7_800_000)
    assert table["journeys", "UZB", "TJK"] == pytest.approx(1_151_400 * 365 / 212)
    assert table["border_entries", "RUS", "KAZ"] == pytest.approx(3_190_000)
    arm = table["journeys", "ARM"]
    assert arm["WLD"] == pytest.approx(1_726_353 + 200_000, rel=0.11)
    assert arm.drop("WLD").sum() < arm["WLD"]


def test_cross_validation_finds_what_made_the_rows():
    rng = np.random.default_rng(5)
    codes = [f"E{at:02d}" for at in range(24)]
    rows = pd.MultiIndex.from_product([codes, codes], names=["origin", "destination"]).to_frame(index=False)
    rows = rows[rows["origin"] != rows["destination"]].reset_index(drop=True)
    rows["near"], rows["visa"] = rng.normal(size=len(rows)), rng.integers(0, 2, len(rows)).astype(float)
    rows["persons"] = rng.poisson(np.exp(4 + rows["near"] - 0.7 * rows["visa"])).astype(float)
    found = leave_destinations_out(rows, terms=("near", "visa"), visa_terms=("visa",))
    assert found["misplaced_share"] < found["misplaced_share_without_visas"] < found["misplaced_share_by_origin_only"]
    assert found["coefficient_low"]["visa"] <= -0.7 <= found["coefficient_high"]["visa"] + 0.02
    assert len(TIES) == 8


@pytest.mark.slow
def test_all_that_ships_is_made_again(data_folder):
    for made in build_people_estimates(data_folder, made_on="2026-11-22"):
        held = shipped_people_estimate(made.name)
        assert_allclose(list(made.coefficients.values()), list(held.coefficients.values()), atol=1e-5)
        assert made.cross_validation["misplaced_share"] == pytest.approx(
            held.cross_validation["misplaced_share"], abs=1e-3
        )
    people, shipped = compile_people(data_folder), PeopleToday.shipped()
    keys = ["flow", "origin", "destination"]
    left, right = (held.pairs.astype(dict.fromkeys(keys, object)) for held in (people, shipped))
    left, right = (table.set_index(keys).sort_index() for table in (left, right))
    pd.testing.assert_frame_equal(left[["persons", "cv"]], right[["persons", "cv"]], check_dtype=False, rtol=1e-3)


@pytest.mark.slow
def test_no_change_is_the_better_forecast(data_folder):
    scores = {(score.flow, score.year): score for score in forecast_scores(data_folder)}
    assert set(scores) == {("students", year) for year in range(2016, 2020)} | {("migrants", 2019), ("migrants", 2020)}
    for score in scores.values():
        assert score.best == "no_change"
        assert 0 < score.misplaced["no_change"] < score.misplaced["gravity"] < 1
