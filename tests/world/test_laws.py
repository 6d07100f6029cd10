"""Laws of balancing: the nearest table to a prior with given sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peyvand.world.balance import Margin, fit_margins, margin

SEEDS = st.integers(0, 10_000)


def table(seed, shape):
    return np.random.default_rng(seed).uniform(0.1, 10, shape)


def margins_of(values, kept_axes, strength=np.inf):
    axes = range(values.ndim)
    return [
        margin(
            kept=kept,
            total=values.sum(axis=tuple(axis for axis in axes if axis not in kept)),
            shape=values.shape,
            strength=strength,
        )
        for kept in kept_axes
    ]


@given(seed=SEEDS, rows=st.integers(1, 6), columns=st.integers(1, 6))
def test_sums_hold(seed, rows, columns):
    prior, truth = table(seed, (rows, columns)), table(seed + 1, (rows, columns))
    found = fit_margins(prior, margins_of(truth, [(0,), (1,)]))
    assert_allclose(found.values.sum(axis=0), truth.sum(axis=0), rtol=1e-9)
    assert_allclose(found.values.sum(axis=1), truth.sum(axis=1), rtol=1e-9)


@given(seed=SEEDS)
def test_a_table_that_fits_is_left_alone(seed):
    prior = table(seed, (4, 3, 2))
    found = fit_margins(prior, margins_of(prior, [(0, 2), (1, 2), (0, 1)]))
    assert_allclose(found.values, prior, rtol=1e-12)
    assert found.iterations == 1


@given(seed=SEEDS)
def test_the_result_is_prior_times_row_times_column(seed):
    """The first-order condition of least cross-entropy: ln(x / prior) is additive in the margins."""
    prior, truth = table(seed, (5, 4)), table(seed + 1, (5, 4))
    log = np.log(fit_margins(prior, margins_of(truth, [(0,), (1,)])).values / prior)
    twice = log - log.mean(axis=0) - log.mean(axis=1)[:, None] + log.mean()
    assert_allclose(twice, 0, atol=1e-8)


@given(seed=SEEDS, factor=st.floats(1e-3, 1e3))
def test_the_unit_of_the_prior_does_not_matter(seed, factor):
    prior, truth = table(seed, (3, 4)), table(seed + 1, (3, 4))
    margins = margins_of(truth, [(0,), (1,)])
    assert_allclose(fit_margins(prior * factor, margins).values, fit_margins(prior, margins).values, rtol=1e-8)


@given(seed=SEEDS)
def test_zeros_stay_zero_and_nothing_is_negative(seed):
    truth = table(seed, (4, 4))
    truth[0, 0] = truth[2, 3] = 0
    found = fit_margins(np.where(truth > 0, 1.0, 0.0), margins_of(truth, [(0,), (1,)]), tol=1e-10)
    assert found.values[0, 0] == found.values[2, 3] == 0
    assert (found.values >= 0).all()


@given(seed=SEEDS, strength=st.floats(0.05, 50))
@settings(max_examples=40, deadline=None)
def test_a_soft_sum_lies_between_the_prior_and_the_total(seed, strength):
    """One soft margin alone: sums = total^p × prior^(1−p) with p = strength / (1 + strength), Chizat et al. (2018)."""
    prior, truth = table(seed, (3, 5)), table(seed + 1, (3, 5))
    found = fit_margins(prior, margins_of(truth, [(0,)], strength=strength))
    power = strength / (1 + strength)
    expected = truth.sum(axis=1) ** power * prior.sum(axis=1) ** (1 - power)
    assert_allclose(found.values.sum(axis=1), expected, rtol=1e-8)


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_an_exact_sum_holds_whatever_the_soft_ones_want(seed):
    prior, truth, wish = table(seed, (4, 3)), table(seed + 1, (4, 3)), table(seed + 2, (4, 3))
    found = fit_margins(prior, [*margins_of(wish, [(1,)], strength=5.0), *margins_of(truth, [(0,)])], tol=1e-10)
    assert_allclose(found.values.sum(axis=1), truth.sum(axis=1), rtol=1e-9)
    assert found.residual <= 1e-10


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_the_order_of_soft_margins_does_not_matter(seed):
    prior, truth, wish = table(seed, (4, 3)), table(seed + 1, (4, 3)), table(seed + 2, (4, 3))
    soft, hard = margins_of(wish, [(0,), (1,)], strength=3.0), margins_of(truth, [(0,)])
    one, two = fit_margins(prior, [*soft, *hard], tol=1e-11), fit_margins(prior, [*soft[::-1], *hard], tol=1e-11)
    assert_allclose(one.values, two.values, rtol=1e-6)


def test_cells_of_no_group_and_unknown_totals_are_left_alone():
    prior = np.array([[1.0, 2.0], [3.0, 4.0]])
    group = np.array([[0, 0], [1, -1]])
    found = fit_margins(prior, [Margin(group=group, total=np.array([6.0, np.nan]))])
    assert_allclose(found.values, [[2.0, 4.0], [3.0, 4.0]])


def test_a_total_of_zero_empties_its_cells():
    found = fit_margins(np.ones((2, 2)), [margin(kept=(0,), total=np.array([0.0, 2.0]), shape=(2, 2))])
    assert_allclose(found.values, [[0, 0], [1, 1]])


def test_totals_that_contradict_one_another_are_told():
    """Rows add to 3, columns to 4: no table has both, and the residual says so."""
    prior = np.ones((2, 2))
    margins = [
        margin(kept=(0,), total=np.array([1.0, 2.0]), shape=(2, 2)),
        margin(kept=(1,), total=np.array([2.0, 2.0]), shape=(2, 2)),
    ]
    assert fit_margins(prior, margins, max_iterations=200).residual > 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 1, 2)])
def test_thin_tables(shape):
    truth = table(3, shape)
    found = fit_margins(np.ones(shape), margins_of(truth, [(0,), (1,)]))
    assert found.residual <= 1e-12
