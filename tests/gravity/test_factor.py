"""Sparse panels whose rows hang together by long chains: normal equations factored, and what is found with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.ppml import FORMULA, NAMES, panel
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peyvand.gravity import factor, finite, groups, ppml
from peyvand.gravity.factor import factor_of
from peyvand.gravity.groups import GroupEffects
from peyvand.gravity.separation import bound_rows, separated_rows

EFFECTS = ("ey", "iy", "pair")


def drawn(rows: int, levels: tuple[int, ...], seed: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Levels of each effect without gaps, and weights that lie far apart."""
    rng = np.random.default_rng(seed)
    codes = [np.unique(rng.integers(0, count, rows), return_inverse=True)[1] for count in levels]
    return codes, np.exp(rng.normal(0, 4, rows))


def fitted_by_dummies(codes, weight, values):
    dummies = np.hstack([np.eye(code.max() + 1)[code] for code in codes])
    root = np.sqrt(weight)
    return dummies @ np.linalg.lstsq(dummies * root[:, None], values * root, rcond=None)[0]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(5, 300), levels=st.lists(st.integers(1, 60), min_size=1, max_size=4), seed=st.integers(0, 10_000)
)
def test_the_factor_fits_as_dummies_do(rows, levels, seed):
    codes, weight = drawn(rows, tuple(levels), seed)
    counts = [int(code.max()) + 1 for code in codes]
    values = np.random.default_rng(seed).normal(size=rows)
    sums = [np.bincount(code, weight * values, count) for code, count in zip(codes, counts, strict=True)]
    solution = factor_of(codes=codes, counts=counts, weight=weight).solve(np.concatenate(sums)[:, None])[:, 0]
    parts = np.split(solution, np.cumsum(counts)[:-1])
    fitted = sum(part[code] for part, code in zip(parts, codes, strict=True))
    root = np.sqrt(weight)
    gap = root * (fitted - fitted_by_dummies(codes, weight, values))
    assert np.linalg.norm(gap) < 1e-5 * np.linalg.norm(root * values)


@pytest.mark.parametrize("levels", [(30, 25, 60), (40, 35, 50, 10), (80, 90)])
def test_effects_are_the_same_by_steps_and_by_factor(monkeypatch, levels):
    codes, weight = drawn(400, levels, seed=3)
    monkeypatch.setattr(groups, "MOST_COLUMNS", 0)  # no blocks: one effect alone is eliminated at once
    values = np.random.default_rng(1).normal(size=(2, 400))
    columns = []
    for patience in (5000, 0):
        monkeypatch.setattr(groups, "PATIENCE", patience)
        absorber = GroupEffects(codes)
        absorber.weigh(weight)
        rest = values.copy()
        absorber.take_out(absorber.project(values, tol=1e-9), rest)
        assert (absorber.factor is None) == (patience > 0)
        columns.append(rest * np.sqrt(weight))
    assert_allclose(columns[0], columns[1], atol=1e-6 * np.abs(columns[0]).max())


def test_a_factor_that_costs_too_much_is_refused(monkeypatch):
    codes, weight = drawn(400, (30, 25, 60), seed=3)
    monkeypatch.setattr(factor, "MOST_FLOPS", 10.0)
    monkeypatch.setattr(factor, "FEW_TIES", 0)
    counts = [int(code.max()) + 1 for code in codes]
    assert factor_of(codes=codes, counts=counts, weight=weight) is None
    monkeypatch.setattr(groups, "PATIENCE", 0)
    monkeypatch.setattr(groups, "MOST_COLUMNS", 0)
    absorber = GroupEffects(codes)
    absorber.weigh(weight)
    values = np.random.default_rng(1).normal(size=(1, 400))
    rest = values.copy()
    absorber.take_out(absorber.project(values, tol=1e-9), rest)
    expected = values[0] - fitted_by_dummies(codes, weight, values[0])
    assert_allclose(rest[0] * np.sqrt(weight), expected * np.sqrt(weight), atol=1e-6)


def truth(frame: pd.DataFrame) -> list[int]:
    """The rows that the linear programme finds separated, after those that groups alone show."""
    flow, codes = frame["y"].to_numpy(), [frame[name].to_numpy() for name in EFFECTS]
    separated, bound = bound_rows(outcome=flow, codes=codes)
    separated[bound] = separated_rows(
        outcome=flow[bound], regressors=frame.loc[bound, NAMES].to_numpy().T, codes=[code[bound] for code in codes]
    )
    return np.flatnonzero(separated).tolist()


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_a_tenth_of_a_long_panel(monkeypatch, seed):
    """Exactly the rows of the linear programme are dropped, found without it, and the slopes are those of the rest."""
    frame = panel(20, 30, 2, 1.0, seed=seed).sample(frac=0.12, random_state=seed).reset_index(drop=True)
    made = []
    monkeypatch.setattr(groups, "factor_of", lambda **given: made.append(1) or factor_of(**given))
    monkeypatch.setattr(groups, "PATIENCE", 30)
    for name in ("SMALL", "SMALL_SPARSE", "LARGE"):
        monkeypatch.setattr(finite, name, 0)
    fit = ppml(FORMULA, frame, layout="groups")
    assert made
    assert fit.dropped["reason"].str.startswith("separated (rectifier)").any()
    assert fit.dropped["row"].tolist() == truth(frame)
    kept = np.setdiff1d(np.arange(len(frame)), fit.dropped["row"])
    gap = (frame["y"] - fit.fitted)[kept]
    for name in EFFECTS:
        total = frame.loc[kept].groupby(name)["y"].sum()
        assert_allclose(gap.groupby(frame.loc[kept, name]).sum() / total, 0.0, atol=1e-6)
    assert_allclose(frame.loc[kept, list(fit.names)].T @ gap / frame["y"].sum(), 0.0, atol=1e-9)
