"""Matrices of one's own for tests, and the fixed point of `ge_gravity` written apart from peyvand's solver."""

from __future__ import annotations

import numpy as np
import pandas as pd


def square(n: int = 4, seed: int = 0, *, zero_share: float = 0.0) -> pd.DataFrame:
    """Random one-sector flows with strong home markets and unlike deficits."""
    rng = np.random.default_rng(seed)
    names = [f"R{k}" for k in range(n)]
    size = np.exp(rng.normal(0, 1, n))
    flow = np.outer(size, size) * np.exp(rng.normal(0, 1, (n, n)))
    flow *= rng.random((n, n)) >= zero_share
    np.fill_diagonal(flow, flow.sum(axis=1) + size)
    return long(flow, names)


def long(values: np.ndarray, names: list[str]) -> pd.DataFrame:
    cells = [(i, j, values[a, b]) for a, i in enumerate(names) for b, j in enumerate(names)]
    return pd.DataFrame(cells, columns=["exporter", "importer", "value"])


def wide(cells: pd.DataFrame) -> np.ndarray:
    return cells.pivot(index="exporter", columns="importer", values="value").to_numpy(dtype=float)


def ge_gravity(flow: np.ndarray, effect: np.ndarray, theta: float, *, multiplicative: bool = False) -> dict:
    """Zylkin's iteration: ŵ from sales, world output constant, then P̂^-θ and expenditure (his equations 3 to 5)."""
    output, spent = flow.sum(axis=1), flow.sum(axis=0)
    deficit, share, push = spent - output, flow / spent, np.exp(effect)
    wage, power, expenditure = np.ones(len(flow)), np.ones(len(flow)), spent
    for _ in range(200_000):
        last = wage
        wage = ((share * push) @ (expenditure / power) / output) ** (1 / (1 + theta))
        wage = wage * output.sum() / (output * wage).sum()
        power = (share * push).T @ wage**-theta
        expenditure = spent * wage if multiplicative else output * wage + deficit
        if np.abs(wage - last).max() < 1e-14:
            break
    price = power ** (-1 / theta)
    new_flow = share * push * wage[:, None] ** -theta / power * expenditure
    welfare = wage / price if multiplicative else expenditure / spent / price
    return {"wage": wage, "price": price, "real_wage": wage / price, "welfare": welfare, "flow": new_flow}
