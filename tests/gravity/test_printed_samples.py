"""Published output on small data that are printed in full: Stata's errors, offsets, separation behind a logit."""

from __future__ import annotations

from math import lgamma, log

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.gravity.printed import REFERENCES, as_printed, hold, read_printed

from peyvand.gravity import ols, ppml, staggered_effects

SHIPS = read_printed("mccullagh-nelder-1989/stata.json")
GRUNFELD = read_printed("grunfeld-1958/stata.json")
PPMLHDFE = read_printed("ppmlhdfe-2020/printed.json")
EVENTS = read_printed("etwfe-0.5/event_study.json")
FOODS = ["fish", "invertebrate", "reptile", "bird", "other"]


# -- McCullagh and Nelder (1989): ships --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def ships():
    table = pd.read_csv(REFERENCES / "mccullagh-nelder-1989" / "ships.csv")
    periods = {f"co_{start}": (table["built"] == start) * 1.0 for start in (65, 70, 75)}
    return table.assign(yr_con=(table["built"] - 55) // 5, exposure=np.log(table["service"]), **periods)


@pytest.mark.parametrize("offset", ["plain", "exposure"])
def test_likelihoods_of_a_poisson_law(ships, offset):
    """With an exposure the null model has it too: Stata's pseudo-R² is 0.25 and not 0.74."""
    fit = ppml("accident ~ yr_con + op_75_79", ships, offset=None if offset == "plain" else offset)
    assert_allclose(fit.coefficients[SHIPS["names"]], SHIPS["slopes"][offset], rtol=1e-10)
    for what in ("log_likelihood", "null_log_likelihood", "pseudo_r2"):
        assert getattr(fit, what) == pytest.approx(SHIPS[what][offset], rel=1e-12), what


@pytest.mark.parametrize("errors", SHIPS["errors"], ids=lambda one: f"{one['offset']} {one['how']}")
def test_errors_of_a_poisson_law(ships, errors):
    """Stata to twelve digits: information, robust, clustered; with and without an exposure."""
    offset = None if errors["offset"] == "plain" else errors["offset"]
    fit = ppml("accident ~ yr_con + op_75_79", ships, offset=offset, small_sample="stata", **errors["how"])
    assert_allclose(fit.std_errors[SHIPS["names"]], errors["values"], rtol=1e-10)


def test_effects_of_ships_are_the_conditional_likelihood(ships):
    """xtpoisson, fe conditions on each ship's total: the same slopes, and the likelihood less that of the totals."""
    formula = "accident ~ op_75_79 + co_65 + co_70 + co_75 | ship"
    fit = ppml(formula, ships, offset="exposure", vcov="iid", small_sample="none")
    totals = ships.groupby("ship")["accident"].sum()
    of_totals = sum(total * log(total) - total - lgamma(total + 1) for total in totals)
    assert fit.log_likelihood - of_totals == as_printed(SHIPS["ship_effects"]["log_likelihood"])
    wald = fit.values @ np.linalg.solve(fit.covariance.matrix, fit.values)
    assert wald == as_printed(SHIPS["ship_effects"]["wald"])


# -- Grunfeld (1958): one- and two-way clusters ------------------------------------------------------------------------
@pytest.mark.parametrize("errors", GRUNFELD["errors"], ids=lambda one: one["command"])
def test_two_way_clusters_and_their_factors(errors):
    """Stata holds the data in single precision; so does this, and then every digit agrees."""
    table = pd.read_csv(REFERENCES / "grunfeld-1958" / "grunfeld.csv").astype(np.float32).astype(np.float64)
    fit = ols("inv ~ value + capital", table, **errors["how"])
    assert_allclose(fit.coefficients[GRUNFELD["names"]], GRUNFELD["slopes"], rtol=1e-12)
    assert_allclose(fit.std_errors[GRUNFELD["names"]], errors["values"], rtol=1e-11)
    assert fit.r2 == pytest.approx(GRUNFELD["r2"], rel=1e-12)
    assert fit.log_likelihood == pytest.approx(GRUNFELD["log_likelihood"], rel=1e-12)


# -- Correia, Guimarães and Zylkin (2020): outputs of ppmlhdfe ---------------------------------------------------------
def test_set_01():
    printed = PPMLHDFE["set_01"]
    frame = pd.read_csv(REFERENCES / "ppmlhdfe-separation" / "01.csv")
    fit = ppml("y ~ x1 + x2 | id1 + id2", frame, vcov="hetero", small_sample="stata")
    assert fit.nobs == printed["nobs"]
    assert sorted(fit.collinear) == printed["collinear"]
    hold(fit, printed["coefficients"])
    for what in ("deviance", "log_likelihood", "pseudo_r2"):
        assert getattr(fit, what) == as_printed(printed[what]), what


def test_a_logit_with_a_perfect_predictor():
    """Endometrial cancer: each patient's complement is separated, and leaves the patient alone with an effect."""
    printed = PPMLHDFE["endometrial"]
    asked = pd.read_csv(REFERENCES / "ppmlhdfe-2020" / "endometrial.csv").assign(c=1.0)
    patients = np.arange(len(asked))
    other = asked.assign(y=1 - asked["y"], x1=0, x2=0, x3=0, c=0)
    frame = pd.concat([asked.assign(i=patients), other.assign(i=patients)], ignore_index=True)
    how = {"cluster": "i", "small_sample": "stata"}
    fit = ppml("y ~ x1 + x2 + x3 + c | i", frame, **how)
    predicted = np.flatnonzero(asked["x1"])
    assert fit.dropped["row"].tolist() == (len(asked) + predicted).tolist()
    assert len(predicted) == printed["separated"]
    assert sorted(fit.collinear) == printed["collinear"]
    assert fit.deviance == as_printed(printed["deviance"])
    fit = ppml("y ~ x1 + x2 + x3 + c | i", frame[~frame["i"].isin(predicted)], **how)
    assert fit.nobs == printed["nobs"]
    assert fit.covariance.clusters == {"i": printed["clusters"]}
    for name, (value, error) in printed["coefficients"].items():
        assert fit.coefficients[name] == as_printed(value), name
        assert fit.std_errors[name] == pytest.approx(float(error), rel=6e-6), "their weights are of the step before"
    for what in ("deviance", "log_likelihood", "pseudo_r2"):
        assert getattr(fit, what) == as_printed(printed[what]), what


def test_a_multinomial_logit_with_infinite_slopes():
    """Alligators' food: no reptile in Lake George, no bird in Oklawaha; mlogit stops near 16 and 1e-4 away."""
    printed = PPMLHDFE["alligators"]
    table = pd.read_csv(REFERENCES / "ppmlhdfe-2020" / "alligators.csv")
    long = table.melt(["lake", "size"], FOODS, "food", "animals")
    animals = long.loc[long.index.repeat(np.floor(long["animals"] / 3 + 0.5).astype(int))].drop(columns="animals")
    frame = animals.assign(animal=np.arange(len(animals))).merge(pd.DataFrame({"category": FOODS}), how="cross")
    frame["y"] = (frame["food"] == frame["category"]) * 1.0
    frame["small"] = (frame["size"] == "<=2.3") * 1.0
    for lake in ("Hancock", "Oklawaha", "Trafford"):
        frame[lake] = (frame["lake"] == lake) * 1.0
    slopes = [f"i(category, {of}, ref='fish')" for of in ("small", "Hancock", "Oklawaha", "Trafford")]
    fit = ppml(f"y ~ i(category, ref='fish') + {' + '.join(slopes)} | animal", frame, vcov="iid", small_sample="none")
    assert fit.nobs == printed["nobs"]
    never = ((frame["category"] == "reptile") & (frame["lake"] == "George")) | (
        (frame["category"] == "bird") & (frame["lake"] == "Oklawaha")
    )
    assert fit.dropped["row"].tolist() == np.flatnonzero(never).tolist()
    assert len(fit.dropped) == printed["separated"]
    assert fit.log_likelihood + len(animals) == pytest.approx(printed["log_likelihood"], abs=2e-6)
    value, error = printed["reptile_small"]
    assert fit.coefficients["category::reptile:small"] == pytest.approx(value, abs=1.5e-4)
    assert fit.std_errors["category::reptile:small"] == pytest.approx(error, abs=1.5e-4)


# -- Extended two-way fixed effects: R's etwfe -------------------------------------------------------------------------
def test_staggered_starts_on_minimum_wages():
    """Wooldridge's estimator with a control, as R expects it; R's errors are numerical derivatives."""
    wide = pd.read_csv(REFERENCES / "etwfe-0.5" / "mpdta.csv")
    table = pd.wide_to_long(wide, "emp", i="county", j="year").reset_index()
    table["lpop"] = np.log(table["population"] / 1000)
    table["centred"] = table["lpop"] - table.groupby("first_treat")["lpop"].transform("mean")
    raised = (table["first_treat"] > 0) & (table["year"] >= table["first_treat"])
    table["raised"] = raised.astype(float)
    table["cell"] = np.where(raised, table["first_treat"].astype(str) + " " + table["year"].astype(str), "none")
    found = staggered_effects(
        "emp ~ lpop + i(first_treat, lpop, ref=0) + i(year, lpop, ref=2003) + i(cell, centred, ref='none')"
        " | first_treat + year",
        table,
        treatment="raised",
        unit=["county"],
        cluster="county",
    ).by_age()
    assert found["age"].tolist() == [0, 1, 2, 3]
    assert_allclose(found["estimate"], EVENTS["estimate"], atol=2e-9)
    assert_allclose(found["std_error"], EVENTS["std_error"], rtol=2e-5)
