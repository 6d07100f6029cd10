"""How does one economy reply when only its own part of the model moves?  The solver's preconditioner.

With the rest of the world held still, a change d ln w of an economy's wage and gaps in its price and expenditure
equations close by linear algebra of size sector × sector (h the home share of purchases, b = ∂Y/∂E at home,
φ = b E / Y the home share of sales, F the share of spending that is not tariff):

    d ln P = (I − h Γᵀ)⁻¹ (price gap + h γ d ln w)
    dE     = (I − Γ b − α (1−F)ᵀ)⁻¹ (expenditure gap + (Γ Y' + α VA ŵ) d ln w)
    slope  = d wage gap / d ln w ,   Y' = ∂Y/∂ln w = θ Y (φ ∂ln P − ∂ln c)

Most of trade is at home, so a Newton step within each economy leaves little for the iteration between economies:
it halves the number of steps and has no damping to choose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.equations import Baseline, Blocks, Conditions, home_trade_share, in_each_economy

Array = NDArray[np.float64]

STEEPEST = -0.02
"""Slopes nearer to zero belong to economies that hardly trade: their wage matters to nobody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeReply:
    """Derivatives of each economy's own block: matrices (economy, sector, sector), others (sector, economy)."""

    price_inverse: Array
    expenditure_inverse: Array
    price_by_wage: Array
    expenditure_by_wage: Array
    slope: Array
    """d wage gap / d ln w (economy), negative"""


def home_reply(base: Baseline, block: Blocks, found: Conditions) -> HomeReply:
    """The economies' own blocks, linearised at the conditions found."""
    inputs = base.input_share
    share = home_trade_share(block, found)
    spent = np.where(base.expenditure > 0, found.expenditure, 1.0)
    sales_by_expenditure = np.einsum("snn->sn", block.received) * found.supply / found.price_power
    home_sales_share = sales_by_expenditure * found.expenditure / np.where(found.output > 0, found.output, 1.0)

    price_inverse = _leontief(share.T[:, :, None] * inputs.swapaxes(1, 2))
    price_by_wage = in_each_economy(price_inverse, share * base.value_added_share)
    cost_by_wage = base.value_added_share + in_each_economy(inputs.swapaxes(1, 2), price_by_wage)
    output_by_wage = base.trade_elasticity[:, None] * found.output * (home_sales_share * price_by_wage - cost_by_wage)
    spending_by_spending = (
        inputs * sales_by_expenditure.T[:, None, :]
        + base.final_share.T[:, :, None] * (1 - found.kept_share).T[:, None, :]
    )
    expenditure_inverse = _leontief(spending_by_spending)
    paid = found.wage_hat * base.value_added
    expenditure_by_wage = in_each_economy(
        expenditure_inverse, in_each_economy(inputs, output_by_wage) + base.final_share * paid
    )
    earned_by_wage = base.value_added_share * (output_by_wage + sales_by_expenditure * expenditure_by_wage)
    relative = spent.T[:, None, :] / spent.T[:, :, None]
    return HomeReply(
        price_inverse=price_inverse,
        expenditure_inverse=expenditure_inverse * relative,
        price_by_wage=price_by_wage,
        expenditure_by_wage=expenditure_by_wage / spent,
        slope=np.minimum(earned_by_wage.sum(axis=0) / paid - 1, STEEPEST),
    )


def step_at_home(reply: HomeReply, found: Conditions) -> Array:
    """The step in (ln ŵ, ln P̂, ln Ê) that closes the gaps if the rest of the world stood still."""
    wage = -found.wage_gap / reply.slope
    price = in_each_economy(reply.price_inverse, found.price_gap) + reply.price_by_wage * wage
    expenditure = in_each_economy(reply.expenditure_inverse, found.expenditure_gap) + reply.expenditure_by_wage * wage
    return np.concatenate([wage, price.ravel(), expenditure.ravel()])


def _leontief(shares: Array) -> Array:
    """(I − A)⁻¹ for a stack of square matrices A."""
    return np.asarray(np.linalg.inv(np.eye(shares.shape[-1]) - shares), dtype=np.float64)
