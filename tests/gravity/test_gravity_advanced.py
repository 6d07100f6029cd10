"""Leads and lags, agreements that differ, staggered starts, trade elasticities: known truths are recovered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.gravity.reference import trade_panel

from peyvand.errors import DataError, FormulaError, IdentificationError
from peyvand.gravity import (
    elasticity_from_ratios,
    elasticity_from_tariffs,
    heterogeneous,
    heterogeneous_effects,
    leads_and_lags,
    many_slopes,
    ppml,
    staggered_effects,
)
from peyvand.gravity.design import build_design
from peyvand.gravity.formula import parse
from peyvand.gravity.many_slopes import fit_many_slopes

THREE_WAY = "exporter^year + importer^year + exporter^importer"


def quiet_panel(n=14, t=8, seed=0, noise=0.05):
    rng = np.random.default_rng(seed)
    time, i, j = (axis.ravel() for axis in np.indices((t, n, n)))
    frame = pd.DataFrame({"year": time, "exporter": i, "importer": j})
    frame["log_mean"] = (
        rng.normal(size=(t, n))[time, i] + rng.normal(size=(t, n))[time, j] + rng.normal(size=(n, n))[i, j]
    )
    frame["noise"] = rng.gamma(1 / noise, noise, len(frame))
    return frame, rng


def test_leads_and_lags_move_whole_pairs():
    frame = pd.DataFrame(
        [(i, j, t) for i in "AB" for j in "AB" for t in range(2000, 2012, 4)], columns=["exporter", "importer", "year"]
    )
    frame["rta"] = ((frame["exporter"] != frame["importer"]) & (frame["year"] >= 2004)) * 1
    made = leads_and_lags(frame.sample(frac=1, random_state=0), "rta", leads=[4], lags=[4, 8]).sort_values(
        ["exporter", "importer", "year"]
    )
    abroad = made[(made["exporter"] == "A") & (made["importer"] == "B")]
    assert abroad["rta_lag4"].fillna(-1).tolist() == [-1, 0, 1]
    assert abroad["rta_lag8"].fillna(-1).tolist() == [-1, -1, 0]
    assert abroad["rta_lead4"].fillna(-1).tolist() == [1, 1, -1]
    assert leads_and_lags(frame, "rta", lags=[8], outside=0)["rta_lag8"].isna().sum() == 0
    with pytest.raises(DataError, match="two values"):
        leads_and_lags({"exporter": [1, 1], "importer": [2, 2], "year": [3, 3], "rta": [0, 1]}, "rta", lags=[1])


def test_agreements_that_differ():
    frame, rng = quiet_panel()
    pact = pd.Series(rng.integers(0, 4, (14, 14))[frame["exporter"], frame["importer"]])
    frame["pact"] = "P" + pact.astype(str)
    frame["depth"] = pact.astype(float)
    frame["rta"] = ((pact > 0) & (frame["year"] >= 4)) * 1.0
    effect = 0.1 + 0.2 * pact
    frame["trade"] = np.exp(frame["log_mean"] + effect * frame["rta"]) * frame["noise"]
    found = heterogeneous_effects(
        f"trade ~ 1 | {THREE_WAY}", frame, treatment="rta", group=["pact"], explained_by=["depth"]
    )
    assert found.effects.index.tolist() == ["P1", "P2", "P3"]
    assert np.abs(found.effects["estimate"] - [0.3, 0.5, 0.7]).max() < 4 * found.effects["std_error"].max()
    assert found.second_stage.loc["depth", "estimate"] == pytest.approx(
        0.2, abs=4 * found.second_stage.loc["depth", "std_error"]
    )
    between = found.effects[["estimate", "explained"]]
    assert (
        (found.effects["shrunk"] - between.min(axis=1) > -1e-12)
        & (between.max(axis=1) - found.effects["shrunk"] > -1e-12)
    ).all()


def test_one_name_may_stand_alone_and_no_column_is_overwritten():
    frame = trade_panel(6, 5).assign(group="x", **{"in force": lambda f: f["rta"]})
    several = heterogeneous_effects(f"trade ~ cost | {THREE_WAY}", frame, treatment="rta", group=["exporter"])
    alone = heterogeneous_effects(f"trade ~ cost | {THREE_WAY}", frame, treatment="in force", group="exporter")
    assert_allclose(alone.effects, several.effects, rtol=1e-9)
    assert leads_and_lags(frame, "rta", lags=1).equals(leads_and_lags(frame, "rta", lags=[1]))
    with pytest.raises(DataError, match="numbers and holds words"):
        heterogeneous_effects(
            f"trade ~ 1 | {THREE_WAY}", frame, treatment="rta", group="exporter", explained_by="group"
        )


def test_what_advanced_estimates_refuse():
    frame = trade_panel(6, 5).assign(tariff=lambda f: 100 * f["cost"].abs())
    year = frame[frame["year"] == 2001]
    for call, error, words in (
        (lambda: leads_and_lags(frame, "rta", lags=1.5), DataError, "positive number of periods"),
        (lambda: leads_and_lags(frame.astype({"year": str}), "rta", lags=1), DataError, "'year' should hold numbers"),
        (lambda: staggered_effects("trade", frame, treatment="rta"), FormulaError, "one ~"),
        (lambda: staggered_effects("trade ~ 1", frame.assign(rta=0.5), treatment="rta"), DataError, "0.5 in row 0"),
        (
            lambda: elasticity_from_tariffs("trade ~ 1 | year", frame, tariff="tariff", flows_include_tariff=True),
            DataError,
            "looks like per cent",
        ),
        (lambda: elasticity_from_ratios(year, trade="trade", tariff="tariff"), DataError, "looks like per cent"),
        (lambda: elasticity_from_ratios(year.head(0), trade="trade", tariff="rta"), IdentificationError, "no triad"),
        (lambda: elasticity_from_ratios(year.assign(trade=-1.0), trade="trade", tariff="rta"), DataError, "negative"),
        (lambda: elasticity_from_ratios(year.assign(exporter=None), trade="trade", tariff="rta"), DataError, "row 0"),
    ):
        with pytest.raises(error, match=words):
            call()


def test_units_treated_from_the_start_are_listed():
    """They are left out of a staggered estimate by the rows of the input, and predictions keep their places."""
    frame, rng = quiet_panel(10, 6, seed=2)
    start = rng.choice([0, 2, 4, 99], (10, 10))[frame["exporter"], frame["importer"]]
    frame["rta"] = (frame["year"] >= start) * 1.0
    frame["trade"] = np.exp(frame["log_mean"] + 0.3 * frame["rta"]) * frame["noise"]
    found = staggered_effects(f"trade ~ 1 | {THREE_WAY}", frame, treatment="rta")
    always = np.flatnonzero(start == 0)
    listed = found.estimate.dropped[found.estimate.dropped["reason"].str.startswith("treated from the first period")]
    assert listed["row"].tolist() == always.tolist()
    assert found.always_treated == len(always)
    assert np.array_equal(np.flatnonzero(np.isnan(found.estimate.predict())), always)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("group", [["exporter"], ["exporter", "importer"]])
def test_many_groups_are_fitted_as_few_are(missing, group, monkeypatch):
    """Sparse columns give the numbers of dense ones, and drop the rows that these drop."""
    rng = np.random.default_rng(3)
    frame = trade_panel(9, 6, seed=3, zeros=0.35).drop(columns="rta")
    start = rng.choice([2002, 2003, 2004, 9999], (9, 9))[frame["exporter"], frame["importer"]]
    frame["rta"] = ((frame["year"] >= start) & (frame["exporter"] != frame["importer"])) * 1.0
    if group == ["exporter"]:
        frame["rta"] *= 1 + (frame["exporter"] % 2)  # a treatment of 1 or 2
    frame = frame[rng.random(len(frame)) >= missing].reset_index(drop=True)
    frame["exporter"] = "E" + frame["exporter"].astype(str)
    monkeypatch.setattr(many_slopes, "MANY", 5)
    used = []
    monkeypatch.setattr(heterogeneous, "fit_many_slopes", lambda one: used.append(fit_many_slopes(one)) or used[-1])
    given = {"treatment": "rta", "group": group}
    found = heterogeneous_effects(f"trade ~ cost | {THREE_WAY}", frame, **given)
    assert used[0] is not None
    monkeypatch.setattr(many_slopes, "MANY", 10_000)
    expected = heterogeneous_effects(f"trade ~ cost | {THREE_WAY}", frame, **given)
    assert (expected.first_stage.dropped["reason"].str.startswith("separated")).sum() > 4 * len(group)
    assert found.first_stage.dropped["row"].tolist() == expected.first_stage.dropped["row"].tolist()
    assert set(found.first_stage.collinear) == set(expected.first_stage.collinear)
    assert_allclose(found.first_stage.table(), expected.first_stage.table(), rtol=1e-5, atol=1e-7)
    assert_allclose(found.effects, expected.effects, rtol=1e-5, atol=1e-7)
    assert_allclose(found.first_stage.predict(), expected.first_stage.predict(), rtol=1e-5, atol=1e-9)
    score = found.first_stage.sample.residual_regressors @ found.first_stage.sample.score_weight
    assert np.abs(score).max() < 1e-6 * frame["trade"].sum()


def test_slopes_in_many_columns_are_left_to_the_other_way(monkeypatch):
    """Few slopes, no effects, and more columns than fit are not for sparse normal equations."""
    frame = trade_panel(4, 3)
    monkeypatch.setattr(many_slopes, "MANY", 3)
    for formula in (f"trade ~ rta | {THREE_WAY}", "trade ~ i(exporter, cost)"):
        assert many_slopes.fit_many_slopes(build_design(parse(formula), frame)) is None
    monkeypatch.setattr(many_slopes, "MOST_COLUMNS", 10)
    wide = build_design(parse(f"trade ~ i(year, cost) | {THREE_WAY}"), frame)
    assert many_slopes.fit_many_slopes(wide) is None


def test_staggered_starts_recover_the_average_effect():
    """Effects that grow with age and differ by cohort: the plain dummy is off, the cohort average is not."""
    frame, rng = quiet_panel(18, 8, seed=1, noise=0.02)
    start = rng.choice([2, 5, 99], (18, 18))[frame["exporter"], frame["importer"]]
    frame["rta"] = (frame["year"] >= start) * 1.0
    effect = np.where(start == 2, 0.6, 0.2) * (1 + 0.5 * (frame["year"] - start))
    frame["trade"] = np.exp(frame["log_mean"] + effect * frame["rta"]) * frame["noise"]
    truth = effect[frame["rta"] > 0].mean()
    found = staggered_effects(f"trade ~ 1 | {THREE_WAY}", frame, treatment="rta")
    value, error = found.average()
    plain = ppml(f"trade ~ rta | {THREE_WAY}", frame).values[0]
    assert abs(value - truth) < 4 * error < 0.2
    assert abs(plain - truth) > 3 * abs(value - truth)
    assert found.by_age()["estimate"].is_monotonic_increasing
    with pytest.raises(DataError, match="ends for a unit"):
        staggered_effects("trade ~ 1 | exporter", frame.assign(rta=1.0 - frame["rta"]), treatment="rta")
    with pytest.raises(IdentificationError, match="after the first period"):
        staggered_effects("trade ~ 1 | exporter", frame.assign(rta=1.0), treatment="rta")


@pytest.mark.parametrize("include", [True, False])
def test_elasticity_from_tariffs(include):
    frame, rng = quiet_panel(20, 4, noise=0.02)
    frame["t"] = rng.gamma(1, 0.1, len(frame)) * (frame["exporter"] != frame["importer"])
    slope = 4.0 if include else 5.0
    frame["trade"] = np.exp(frame["log_mean"] - slope * np.log1p(frame["t"])) * frame["noise"]
    found = elasticity_from_tariffs(f"trade ~ 1 | {THREE_WAY}", frame, tariff="t", flows_include_tariff=include)
    assert found.trade_elasticity == pytest.approx(4.0, abs=4 * found.std_error)
    assert found.std_error < 0.5


def test_elasticity_from_ratios():
    frame, rng = quiet_panel(16, 1, noise=0.02)
    frame["t"] = rng.gamma(1, 0.1, len(frame))
    symmetric = rng.normal(size=(16, 16))
    frame["trade"] = np.exp(
        (symmetric + symmetric.T)[frame["exporter"], frame["importer"]] - 4.5 * np.log1p(frame["t"])
    )
    exact = elasticity_from_ratios(frame, trade="trade", tariff="t")
    assert exact.trade_elasticity == pytest.approx(4.5, abs=1e-10)
    noisy = elasticity_from_ratios(frame.assign(trade=frame["trade"] * frame["noise"]), trade="trade", tariff="t")
    assert noisy.trade_elasticity == pytest.approx(4.5, abs=1.0)
    assert noisy.std_error > 0
    with pytest.raises(IdentificationError, match="asymmetric"):
        elasticity_from_ratios(frame.assign(t=0.1), trade="trade", tariff="t")
