"""Caliendo and Parro (2015) solved as their appendix says: nested damped loops, one equation after the other.

Slow and plain on purpose: it shares no line with peyvand's solver, so that tests can put the two side by side, and it
is the peer of the benchmark. Arrays are (sector, exporter, importer), (sector, economy), (economy, input, sector).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    wage_hat: Array
    price_index_hat: Array
    welfare_hat: Array
    trade_flow: Array


def solve_plainly(
    *,
    trade_flow: Array,
    tariff_rate: Array,
    value_added_share: Array,
    input_share: Array,
    trade_elasticity: Array,
    cost_hat: Array,
    tariff_rate_counterfactual: Array,
    tol: float = 1e-10,
    damping: float = 0.3,
) -> Answer:
    """The equilibrium with fixed deficits: an outer loop on wages, inner loops on prices and on expenditure."""
    theta = trade_elasticity[:, None]
    factor, new_factor = 1 + tariff_rate, 1 + tariff_rate_counterfactual
    expenditure = (trade_flow * factor).sum(axis=1)
    output = trade_flow.sum(axis=2)
    value_added = (value_added_share * output).sum(axis=0)
    revenue = (trade_flow * tariff_rate).sum(axis=(0, 1))
    deficit = (trade_flow.sum(axis=1) - output).sum(axis=0)
    income = value_added + revenue + deficit
    final_share = (expenditure - np.einsum("nrs,sn->rn", input_share, output)) / income
    trade_share = trade_flow * factor / np.where(expenditure > 0, expenditure, 1)[:, None, :]
    bought = expenditure > 0

    wage, price, spent = np.ones_like(value_added), np.ones_like(expenditure), expenditure
    for _outer in range(100_000):
        for _ in range(10_000):
            cost = np.exp(value_added_share * np.log(wage) + np.einsum("nrs,rn->sn", input_share, np.log(price)))
            weight = trade_share * (cost_hat * new_factor / factor * cost[:, :, None]) ** -theta[:, :, None]
            power = np.where(bought, weight.sum(axis=1), 1.0)
            new_price = power ** (-1 / theta)
            moved = np.abs(new_price / price - 1).max()
            price = new_price
            if moved < tol / 10:
                break
        share = weight / power[:, None, :]
        for _ in range(10_000):
            sold = share / new_factor * spent[:, None, :]
            made = sold.sum(axis=2)
            collected = (sold * tariff_rate_counterfactual).sum(axis=(0, 1))
            new_income = wage * value_added + collected + deficit
            new_spent = final_share * new_income + np.einsum("nrs,sn->rn", input_share, made)
            moved = np.abs(new_spent - spent).max() / expenditure.max()
            spent = new_spent
            if moved < tol / 10:
                break
        earned = (value_added_share * made).sum(axis=0)
        gap = earned / (wage * value_added)
        if np.abs(gap - 1).max() < tol:
            break
        wage = wage * gap**damping
        wage = wage * value_added.sum() / (wage @ value_added)
    welfare = new_income / income / np.exp((final_share * np.log(price)).sum(axis=0))
    return Answer(wage, price, welfare, sold)
