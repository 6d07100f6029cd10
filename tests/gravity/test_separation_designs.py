"""Thousands of small designs: exactly the separated rows are dropped, and the slopes of the others are right.

The truth is a linear programme for the rows, and for the slopes a Newton step of many digits that must not move them.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.gravity.designs import Drawn, draw, newton_step, rank_of_slopes, separated

from peyvand.errors import ConvergenceError
from peyvand.gravity import ppml

BEYOND_NUMBERS = 1e-3
"""At most this share of the designs may have an optimum too small for numbers, below e^-1000: it is refused."""


def check(design: Drawn) -> bool:
    """Assert rows and slopes; false if the design was refused for an optimum that is too small."""
    truth = separated(design)
    try:
        fit = ppml(design.formula, design.frame, vcov="iid", weights=design.weights, offset=design.offset)
    except ConvergenceError as error:
        if error.context["least"] > -1000:
            raise
        return False
    found = fit.dropped[~fit.dropped["reason"].str.startswith("weight")]
    assert sorted(found["row"]) == truth
    rows = design.weighted().drop(index=truth)
    x, d = design.spaces(rows)
    d = d[:, d.any(axis=0)]
    slopes = [design.regressors.index(name) for name in fit.names if name != "Intercept"]
    assert len(slopes) == rank_of_slopes(x, d)
    shares, move = newton_step(
        rows["y"].to_numpy(), x[:, slopes], d, fit.predict(kind="link")[rows.index],
        np.ones(len(rows)) if design.weights is None else rows[design.weights].to_numpy(),
        np.zeros(len(rows)) if design.offset is None else rows[design.offset].to_numpy(),
    )  # fmt: skip
    assert max(shares, default=0.0) < 1e-6
    assert move < 1e-6
    return True


def checked(seeds: range) -> None:
    refused = []
    for seed in seeds:
        design = draw(seed)
        if not (design.weighted()["y"] > 0).any():
            continue
        try:
            if not check(design):
                refused.append(seed)
        except BaseException as error:
            error.add_note(f"design {seed} ({design.kind}): {design.formula}")
            raise
    assert len(refused) <= 1 + BEYOND_NUMBERS * len(seeds), refused


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_some_designs(first):
    checked(range(first, first + 50))


def test_the_rule_for_large_data(monkeypatch):
    """The iterative rectifier first, as on more rows than the linear programme takes at once."""
    monkeypatch.setattr("peyvand.gravity.finite.SMALL", 0)
    checked(range(1000, 1050))


@pytest.mark.slow
def test_thousands_of_designs(test_size):
    checked(range(200, 200 + max(200, int(5000 * test_size))))
