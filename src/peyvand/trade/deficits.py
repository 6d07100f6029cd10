"""Who pays for a trade deficit after the change?  The named rules for final expenditure I'.

A rule turns wages and tariff revenue into final expenditure. Additive rules keep the deficit in units of world value
added, which is the numeraire.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DeficitRule = Literal["fixed", "eliminated"]
DEFICIT_RULES: tuple[DeficitRule, ...] = ("fixed", "eliminated")

IncomeRule = Callable[[Array, Array], Array]
"""(wage_hat, tariff_revenue) -> final expenditure, all (economy)."""


def fixed_deficits(*, value_added: Array, trade_deficit: Array) -> IncomeRule:
    """I'_n = ŵ_n VA_n + R'_n + D_n: deficits stay what they are, in units of world value added."""

    def income(wage_hat: Array, tariff_revenue: Array) -> Array:
        return wage_hat * value_added + tariff_revenue + trade_deficit

    return income


def no_deficits(*, value_added: Array) -> IncomeRule:
    """I'_n = ŵ_n VA_n + R'_n: trade is balanced."""
    return fixed_deficits(value_added=value_added, trade_deficit=np.zeros_like(value_added))
