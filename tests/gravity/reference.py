"""Slow and plain: the same estimates with explicit dummies, to hold the fast ones against."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog


def dummies(frame: pd.DataFrame, effects: list[list[str]]) -> np.ndarray:
    """A column for each level of each fixed effect."""
    parts = []
    for columns in effects:
        code = frame.groupby(columns, sort=True).ngroup().to_numpy()
        parts.append((code[:, None] == np.arange(code.max() + 1)).astype(float))
    return np.hstack(parts) if parts else np.empty((len(frame), 0))


def poisson_by_dummies(y, x, d, *, weights=None, offset=None, steps=200):
    """Slopes, fitted values and X̃ (regressors without effects under the final weights), by damped Newton steps."""
    z = np.hstack([x, d])
    w = np.ones(len(y)) if weights is None else weights
    o = np.zeros(len(y)) if offset is None else np.asarray(offset)
    beta = np.linalg.lstsq(z, np.log(y + y[y > 0].mean() / 2) - o, rcond=None)[0]

    def gain(b):
        return w @ (y * (o + z @ b) - np.exp(o + z @ b))

    for _ in range(steps):
        mu = np.exp(o + z @ beta)
        root = np.sqrt(w * mu)
        step = np.linalg.lstsq(z * root[:, None], (y - mu) / mu * root, rcond=1e-13)[0]
        share = 1.0
        while gain(beta + share * step) < gain(beta) - 1e-12 * abs(gain(beta)) and share > 1e-9:
            share /= 2
        beta = beta + share * step
        if np.sqrt(np.mean(((z @ step) * root) ** 2)) < 1e-13 * np.sqrt(np.mean(root**2)):
            break
    mu = np.exp(o + z @ beta)
    root = np.sqrt(w * mu)
    rest = x - d @ np.linalg.lstsq(d * root[:, None], x * root[:, None], rcond=1e-13)[0] if d.shape[1] else x
    return beta[: x.shape[1]], mu, rest


def separated_by_linear_programme(y, z):
    """Rows where some γ has zγ = 0 at every positive y, zγ ≤ 0 at every zero y and zγ < 0 here."""
    zero = y == 0
    count, width = int(zero.sum()), z.shape[1]
    if not count:
        return np.zeros(len(y), dtype=bool)
    cost = np.r_[np.zeros(width), -np.ones(count)]
    found = linprog(
        cost,
        A_ub=np.hstack([z[zero], np.eye(count)]),
        b_ub=np.zeros(count),
        A_eq=np.hstack([z[~zero], np.zeros((int((~zero).sum()), count))]),
        b_eq=np.zeros(int((~zero).sum())),
        bounds=[(None, None)] * width + [(0, 1)] * count,
    )
    assert found.success, found.message
    out = np.zeros(len(y), dtype=bool)
    out[np.flatnonzero(zero)] = found.x[width:] > 1e-6
    return out


def trade_panel(economies=6, years=4, *, sectors=1, seed=0, zeros=0.2, domestic=True) -> pd.DataFrame:
    """A made-up panel with two regressors that vary within every fixed effect."""
    rng = np.random.default_rng(seed)
    shape = (sectors, years, economies, economies)
    s, t, i, j = (axis.ravel() for axis in np.indices(shape))
    frame = pd.DataFrame({"sector": s, "year": 2000 + t, "exporter": i, "importer": j})
    frame["rta"] = (rng.random(len(frame)) < 0.3).astype(float)
    frame["cost"] = rng.normal(size=len(frame))
    eta = rng.normal(size=(sectors, years, economies))[s, t, i] + rng.normal(size=(sectors, years, economies))[s, t, j]
    eta = eta + rng.normal(size=(sectors, economies, economies))[s, i, j] + 0.5 * frame["rta"] - 0.3 * frame["cost"]
    frame["trade"] = np.where(rng.random(len(frame)) < zeros, 0.0, rng.gamma(1.0, np.exp(eta)))
    if not domestic:
        frame = frame[frame["exporter"] != frame["importer"]].reset_index(drop=True)
    return frame
