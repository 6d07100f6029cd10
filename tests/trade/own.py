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


def ge_gravity2(
    flow: np.ndarray,
    effect: np.ndarray,
    theta: float,
    psi: float,
    *,
    additive: bool = False,
    a_hat: np.ndarray | None = None,
) -> dict:
    """Campos, Reggio and Timini's iteration for universal gravity: prices p̂ and P̂, world output constant.

    Y_i Â_i p̂_i (p̂/P̂)_i^ψ = Σ_j X_ij e^β (p̂_i/P̂_j)^-θ Ê_j with Ê = Ξ̂ Ŷ (their option `universal`) or, where
    deficits are additive (their default), (Ŷ + D/Y)/(1 + D/Y). Welfare is Ê/P̂, the real wage Â (p̂/P̂)^(1+ψ).
    """
    output, spent = flow.sum(axis=1), flow.sum(axis=0)
    deficit, push = spent / output - 1, flow * np.exp(effect)
    price, index = np.ones(len(flow)), np.ones(len(flow))
    supply = np.ones(len(flow)) if a_hat is None else a_hat

    def spending() -> tuple[np.ndarray, float]:
        earned = supply * price * (price / index) ** psi
        scale = output.sum() / (output @ earned)
        earned = earned * scale
        return ((earned + deficit) / (1 + deficit) if additive else earned * output.sum() / (spent @ earned)), scale

    for _ in range(500_000):
        last = price
        sold = push @ (spending()[0] * index**theta) / output
        price = (sold * index**psi / supply) ** (1 / (1 + theta + psi))
        index = (push.T @ price**-theta / spent) ** (-1 / theta)
        if np.abs(price / last - 1).max() < 1e-14:
            break
    expenditure, scale = spending()
    price, index = price * scale, index * scale
    real_wage = supply * (price / index) ** (1 + psi)
    return {
        "price": price, "index": index, "welfare": expenditure / index, "real_wage": real_wage,
        "wage": real_wage * index,
    }  # fmt: skip
