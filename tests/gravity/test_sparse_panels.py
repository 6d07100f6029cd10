"""Panels of which few rows are there: rows alone in a group bind nothing, and what is left is searched and fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.gravity.reference import dummies, poisson_by_dummies, separated_by_linear_programme, trade_panel

from peyvand.gravity import ppml
from peyvand.gravity.separation import bound_rows

EFFECTS = [["exporter", "year"], ["importer", "year"], ["exporter", "importer"]]
FORMULA = "trade ~ rta + cost | exporter^year + importer^year + exporter^importer"


def sparse_panel(economies, years, share, *, seed, zeros=0.3) -> pd.DataFrame:
    whole = trade_panel(economies, years, seed=seed, zeros=zeros)
    return whole.sample(frac=share, random_state=seed).sort_index().reset_index(drop=True)


def codes_of(frame):
    return [frame.groupby(columns).ngroup().to_numpy() for columns in EFFECTS]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.floats(0.15, 0.7), zeros=st.floats(0.1, 0.8))
def test_nothing_is_lost_and_nothing_found_too_much(seed, share, zeros):
    """What the reduction finds, and the programme in the rows that it leaves, is what the programme finds in all."""
    frame = sparse_panel(5, 4, share, seed=seed, zeros=zeros)
    flow = frame["trade"].to_numpy()
    space = np.hstack([frame[["rta", "cost"]].to_numpy(), dummies(frame, EFFECTS)])
    separated, bound = bound_rows(outcome=flow, codes=codes_of(frame))
    assert not (separated & bound).any()
    found = separated.copy()
    if bound.any():
        found[bound] = separated_by_linear_programme(flow[bound], space[bound])
    assert np.flatnonzero(found).tolist() == np.flatnonzero(separated_by_linear_programme(flow, space)).tolist()


def test_what_is_left_has_no_row_alone_and_no_group_without_flow():
    frame = sparse_panel(12, 5, 0.3, seed=2)
    flow, codes = frame["trade"].to_numpy(), codes_of(frame)
    _, bound = bound_rows(outcome=flow, codes=codes)
    assert 0 < bound.sum() < len(bound)
    for code in codes:
        assert np.bincount(code[bound])[code[bound]].min() > 1
        assert np.bincount(code[bound], flow[bound])[code[bound]].min() > 0


def test_a_chain_of_rows_alone():
    """One by one each row is alone once the one before is set aside; the zero at the end is separated."""
    flow = np.array([2.0, 3.0, 1.0, 0.0])
    separated, bound = bound_rows(outcome=flow, codes=[np.array([0, 0, 1, 1]), np.array([1, 2, 2, 3])])
    assert separated.tolist() == [False, False, False, True]
    assert not bound.any()


@pytest.mark.parametrize("seed", range(12))
def test_the_fit_is_that_of_all_rows(seed):
    """Rows set aside stay in the sample, fitted perfectly; all else is as with a column for each dummy."""
    frame = sparse_panel(9, 6, 0.45, seed=seed, zeros=0.25)
    fit = ppml(FORMULA, frame, vcov="hetero", layout="groups")
    flow, x = frame["trade"].to_numpy(), frame[["rta", "cost"]].to_numpy()
    separated = separated_by_linear_programme(flow, np.hstack([x, dummies(frame, EFFECTS)]))
    kept = ~separated
    assert fit.dropped["row"].tolist() == np.flatnonzero(separated).tolist()
    assert fit.nobs == kept.sum()
    _, bound = bound_rows(outcome=flow, codes=codes_of(frame))
    alone = kept & ~bound
    assert alone.any()
    assert_allclose(fit.fitted[alone], flow[alone], rtol=1e-12)
    expected, fitted, rest = poisson_by_dummies(flow[kept], x[kept], dummies(frame[kept], EFFECTS))
    assert_allclose(fit.coefficients, expected, rtol=1e-6)
    assert_allclose(fit.fitted[kept], fitted, rtol=1e-6, atol=1e-8)
    assert_allclose(np.sum(fit.fitted), flow.sum(), rtol=1e-9)
    scores = rest * (flow[kept] - fitted)[:, None]
    bread = np.linalg.inv(rest.T @ (rest * fitted[:, None]))
    covariance = bread @ scores.T @ scores @ bread
    ratio = fit.std_errors.to_numpy() ** 2 / np.diag(covariance)
    assert_allclose(ratio, ratio[0], rtol=1e-6)  # but for the factor of the small sample


def test_a_panel_of_products_with_few_of_its_rows():
    """Chains of rows alone in a group: the search ends, and every score of the fit is zero."""
    parts = [trade_panel(40, 5, seed=sector, zeros=0.3).assign(sector=sector) for sector in range(8)]
    frame = pd.concat(parts, ignore_index=True).sample(frac=0.15, random_state=0).reset_index(drop=True)
    effects = " + ".join(f"sector^{a}^{b}" for a, b in EFFECTS)
    fit = ppml(f"trade ~ rta + cost | {effects}", frame)
    assert fit.converged
    assert len(fit.dropped) > 500
    assert np.all(fit.fitted[~np.isin(np.arange(len(frame)), fit.dropped["row"])] > 0)
    gap = frame["trade"].to_numpy() - fit.fitted
    assert_allclose(frame[list(fit.names)].to_numpy().T @ gap, 0.0, atol=1e-6)
    for columns in EFFECTS:
        group = frame.groupby(["sector", *columns]).ngroup().to_numpy()
        assert_allclose(np.bincount(group, gap), 0.0, atol=1e-6)
