"""Separated rows are exactly those of a linear programme, and the identified slopes are those without them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.gravity.reference import dummies, poisson_by_dummies, separated_by_linear_programme, trade_panel

from peyvand.gravity import ppml

FOLDER = Path(__file__).parents[1] / "references" / "ppmlhdfe-separation"
PUBLISHED = json.loads((FOLDER / "sets.json").read_text(encoding="utf-8"))["sets"]
PUBLISHED_FILES = {file.stem: file for file in sorted(FOLDER.glob("*.csv"))}
STORED = ["example1", "example2", "fe1", "fe2", "fe3"]
a_law = settings(max_examples=8, deadline=None)


def check(frame, regressors, effects):
    """Fit, and compare rows dropped and slopes with the truth."""
    formula = f"y ~ {' + '.join(regressors) or '1'}" + (f" | {' + '.join(effects)}" if effects else "")
    d = dummies(frame, [effect.split("^") for effect in effects]) if effects else np.ones((len(frame), 1))
    y, x = frame["y"].to_numpy(float), frame[regressors].to_numpy(float)
    truth = separated_by_linear_programme(y, np.hstack([x, d]))
    fit = ppml(formula, frame, vcov="iid")
    assert sorted(fit.dropped["row"]) == np.flatnonzero(truth).tolist()
    assert all(reason.startswith("separated") for reason in fit.dropped["reason"])
    slopes = [name for name in fit.names if name != "Intercept"]
    kept = ~truth
    if slopes and fit.fitted[kept].min() > 1e-15:  # a finite optimum below is known, in double precision, in part only
        columns = [regressors.index(name) for name in slopes]
        expected, mu, _ = poisson_by_dummies(y[kept], x[kept][:, columns], d[kept][:, d[kept].any(axis=0)])
        assert_allclose(fit.fitted[kept], mu, rtol=1e-6, atol=1e-9)
        assert_allclose(fit.coefficients[slopes], expected, rtol=1e-6, atol=1e-8)
    return fit


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("with_regressors", [True, False])
def test_stored_sets(data_folder, name, with_regressors):
    frame = pd.read_csv(data_folder / "ppmlhdfe-separation-guide" / f"{name}.csv")
    effects = [column for column in frame if column in ("i", "j")]
    regressors = [column for column in frame if column.startswith("x")] if with_regressors else []
    check(frame, regressors, effects)


def test_all_seventeen_sets_are_here():
    assert sorted([*PUBLISHED, *PUBLISHED_FILES]) == [f"{at:02}" for at in range(1, 19) if at != 12]


@pytest.mark.parametrize("name", sorted([*PUBLISHED, *PUBLISHED_FILES]))
def test_published_sets(name):
    """The authors' own column says which rows are separated; the slopes are those of the others."""
    if name in PUBLISHED_FILES:
        frame = pd.read_csv(PUBLISHED_FILES[name])
    else:
        frame = pd.DataFrame(PUBLISHED[name]["rows"], columns=PUBLISHED[name]["columns"])
    effects = [column for column in frame if column.startswith("id")]
    fit = check(frame, [column for column in frame if column.startswith("x")], effects)
    assert fit.dropped["row"].tolist() == np.flatnonzero(frame["separated"]).tolist()


def base(seed, rows=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["x1", "x2", "x3"])
    frame["i"], frame["j"] = rng.integers(0, 5, rows), rng.integers(0, 5, rows)
    frame["y"] = rng.poisson(1.0, rows) * 1.0
    frame.loc[:2, "y"] = [1.0, 2.0, 3.0]
    return frame, rng


@a_law
@given(seed=st.integers(0, 10_000))
def test_a_regressor_that_is_zero_at_every_positive_flow(seed):
    frame, rng = base(seed)
    frame["x1"] = np.where(frame["y"] > 0, 0.0, rng.integers(0, 2, len(frame)))
    check(frame, ["x1", "x2"], [])
    check(frame, ["x1", "x2"], ["i"])


@a_law
@given(seed=st.integers(0, 10_000))
def test_a_combination_of_regressors(seed):
    """x1 + x2 is zero at every positive flow and positive at some zeros: neither separates alone."""
    frame, rng = base(seed)
    frame["x1"] = np.where(frame["y"] > 0, 0.0, rng.integers(0, 2, len(frame))) - frame["x2"]
    check(frame, ["x1", "x2", "x3"], [])


@a_law
@given(seed=st.integers(0, 10_000), share=st.floats(0.1, 0.5))
def test_fixed_effects_alone(seed, share):
    frame, rng = base(seed)
    frame["y"] = np.where(rng.random(len(frame)) < share, 1.0 + rng.integers(0, 3, len(frame)), 0.0)
    frame.loc[0, "y"] = 1.0
    check(frame, [], ["i", "j"])


@a_law
@given(seed=st.integers(0, 10_000), share=st.floats(0.15, 0.5))
def test_regressors_and_fixed_effects_together(seed, share):
    frame, rng = base(seed)
    frame["y"] = np.where(rng.random(len(frame)) < share, 1.0 + rng.integers(0, 3, len(frame)), 0.0)
    frame.loc[0, "y"] = 1.0
    frame["x1"] = rng.integers(0, 2, len(frame)) * 1.0
    check(frame, ["x1"], ["i", "j"])
    check(frame, ["x1"], ["i^j"])


@a_law
@given(seed=st.integers(0, 10_000))
def test_quasi_separation_hidden_by_collinearity(seed):
    """x3 repeats x1 + x2 at every positive flow and lies below it at some zeros."""
    frame, rng = base(seed)
    frame["x3"] = frame["x1"] + frame["x2"] - np.where(frame["y"] > 0, 0, rng.integers(0, 2, len(frame)))
    check(frame, ["x1", "x2", "x3"], [])


@a_law
@given(seed=st.integers(0, 10_000))
def test_quasi_separation_hidden_by_the_fixed_effects(seed):
    """x3 repeats the effects and x1 at every positive flow and lies below them at some zeros."""
    frame, rng = base(seed)
    frame["x3"] = frame["i"] * 1.5 + frame["x1"] - np.where(frame["y"] > 0, 0, rng.integers(0, 2, len(frame)))
    check(frame, ["x1", "x3"], ["i"])


@a_law
@given(seed=st.integers(0, 10_000))
def test_rows_that_separate_only_after_others_are_gone(seed):
    """x2 has both signs, but only where x1 separates already."""
    frame, rng = base(seed)
    zero = frame["y"] == 0
    first = np.where(zero, rng.integers(0, 2, len(frame)), 0)
    second = np.where(zero, -rng.integers(0, 2, len(frame)), 0)
    frame["x1"], frame["x2"] = first * 1.0, np.where(first > 0, rng.integers(-3, 4, len(frame)), second) * 1.0
    check(frame, ["x1", "x2", "x3"], [])
    check(frame, ["x1", "x2"], ["i", "j"])


def test_separators_of_many_sizes_end_in_no_overflow():
    """A regressor from 1e-3 to 1e5 at zeros alone: the fit runs out of range, the search still finds them all."""
    for seed in (6, 7, 26, 52):
        frame, rng = base(seed, 60)
        frame["x1"] = np.where(frame["y"] > 0, 0, -np.exp(rng.normal(0, 4, 60)) * (rng.random(60) < 0.3))
        check(frame, ["x1", "x2"], [])


@a_law
@given(seed=st.integers(0, 10_000), zeros=st.floats(0.3, 0.9))
def test_three_way_panels(seed, zeros):
    frame = trade_panel(4, 3, seed=seed, zeros=zeros).rename(columns={"trade": "y"})
    frame["rta"] = np.where(frame["y"] > 0, frame["rta"] * (frame["exporter"] > 1), frame["rta"])
    check(frame, ["rta"], ["exporter^year", "importer^year", "exporter^importer"])


def test_nothing_is_dropped_without_zeros():
    frame, _ = base(0)
    fit = check(frame.assign(y=frame["y"] + 1), ["x1"], ["i", "j"])
    assert fit.dropped.empty


def test_the_rule_that_found_a_row_is_named():
    frame, _ = base(1)
    frame["only"] = (frame.index == 5) * 1.0
    frame.loc[5, "y"] = 0.0
    frame.loc[frame["i"] == 4, "y"] = 0.0
    fit = ppml("y ~ only + x1 | i", frame)
    reasons = fit.dropped.set_index("row")["reason"]
    assert "linear_programme" in reasons[5] or frame.loc[5, "i"] == 4
    assert all("fixed_effect" in reasons[row] for row in frame.index[frame["i"] == 4])
    assert "only" in fit.collinear


def test_the_rectifier_finds_what_the_programme_finds(monkeypatch):
    """The rule for large data, forced on small ones."""
    monkeypatch.setattr("peyvand.gravity.finite.SMALL", 0)
    found = 0
    for seed in range(12):
        frame, rng = base(seed)
        frame["x1"] = np.where(frame["y"] > 0, 0.0, rng.integers(0, 2, len(frame))) - frame["x2"]
        fit = check(frame, ["x1", "x2", "x3"], ["i"])
        found += any("rectifier" in reason for reason in fit.dropped["reason"])
    assert found > 6


@pytest.mark.filterwarnings("error")
def test_a_regressor_of_dropped_rows_alone_is_no_trouble():
    """`b` is one only where a pair without any trade is treated: with that pair gone it is zero, and `a` separates."""
    rng = np.random.default_rng(0)
    cells = [(i, j, t) for i in range(32) for j in range(32) for t in range(4)]
    data = pd.DataFrame(cells, columns=["exporter", "importer", "year"]).assign(x=rng.normal(size=len(cells)))
    dead = (data["exporter"] == 0) & (data["importer"] == 1)
    alone = (data["exporter"] == 2) & (data["importer"] == 3) & (data["year"] == 3)
    data["y"] = np.where(dead | alone, 0.0, rng.poisson(3, len(data)) + 1.0)
    data["a"], data["b"] = alone.astype(float), (dead & (data["year"] > 1)).astype(float)
    fit = ppml("y ~ x + a + b | exporter^year + importer^year + exporter^importer", data)
    assert sorted(fit.dropped["row"]) == sorted(np.flatnonzero(dead | alone))
    assert set(fit.collinear) == {"a", "b"}
    assert np.isfinite(fit.coefficients["x"])
