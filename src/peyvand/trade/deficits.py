"""Who pays for a trade deficit after the change?  The named rules for final expenditure I'.

A rule turns wages and tariff revenue into final expenditure. World value added is the numeraire of all of them, so that
a rule that keeps a deficit says in which unit it is kept. The economy is the first axis of every array; a second one,
the scenario, may follow (give the baseline's vectors as columns then).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DeficitRule = Literal["fixed", "fixed_nominal", "multiplicative", "eliminated"]
DEFICIT_RULES: tuple[DeficitRule, ...] = ("fixed", "fixed_nominal", "multiplicative", "eliminated")

IncomeRule = Callable[[Array, Array], Array]
"""(wage_hat, tariff_revenue) -> final expenditure, all (economy) or (economy, scenario)."""


def fixed_deficits(*, value_added: Array, trade_deficit: Array) -> IncomeRule:
    """I'_n = ŵ_n VA_n + R'_n + D_n: deficits stay what they are, in units of world value added."""

    def income(wage_hat: Array, tariff_revenue: Array) -> Array:
        return wage_hat * value_added + tariff_revenue + trade_deficit

    return income


def fixed_nominal_deficits(*, value_added: Array, trade_deficit: Array, numeraire: int) -> IncomeRule:
    """I'_n = ŵ_n VA_n + R'_n + ŵ_m D_n: deficits stay what they are in the wage of one economy, m."""

    def income(wage_hat: Array, tariff_revenue: Array) -> Array:
        earned = wage_hat * value_added + tariff_revenue
        return np.asarray(earned + wage_hat[numeraire] * trade_deficit)

    return income


def multiplicative_deficits(*, value_added: Array, tariff_revenue: Array, trade_deficit: Array) -> IncomeRule:
    """I'_n = κ (1 + D_n / (VA_n + R_n)) (ŵ_n VA_n + R'_n), κ such that all deficits sum to zero.

    With one sector, no inputs and no tariffs: E'_n = κ (E_n / Y_n) Y'_n.
    """
    spent_per_earned = 1 + trade_deficit / (value_added + tariff_revenue)

    def income(wage_hat: Array, tariff_revenue: Array) -> Array:
        earned = wage_hat * value_added + tariff_revenue
        wanted = spent_per_earned * earned
        return np.asarray(wanted * (earned.sum(axis=0) / wanted.sum(axis=0)))

    return income


def no_deficits(*, value_added: Array) -> IncomeRule:
    """I'_n = ŵ_n VA_n + R'_n: trade is balanced."""
    return fixed_deficits(value_added=value_added, trade_deficit=np.zeros_like(value_added))


def income_rule(
    rule: DeficitRule, *, value_added: Array, tariff_revenue: Array, trade_deficit: Array, numeraire: int = 0
) -> IncomeRule:
    """The rule of a name; vectors are (economy), or (economy, 1) for many scenarios at once."""
    if rule == "eliminated":
        return no_deficits(value_added=value_added)
    if rule == "multiplicative":
        return multiplicative_deficits(
            value_added=value_added, tariff_revenue=tariff_revenue, trade_deficit=trade_deficit
        )
    if rule == "fixed_nominal":
        return fixed_nominal_deficits(value_added=value_added, trade_deficit=trade_deficit, numeraire=numeraire)
    return fixed_deficits(value_added=value_added, trade_deficit=trade_deficit)
