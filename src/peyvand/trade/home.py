"""How does one economy reply when only its own part of the model moves?  The solver's preconditioner.

Hold the rest of the world and tariff revenue still and linearise an economy's own equations (h the home share of its
purchases, φ of its sales; `gap` what is left open in an equation; nothing is taxed at home, so that ∂Y/∂E = h):

    d ln P = (I − h Γᵀ)⁻¹ (gap_P + h γ d ln w)                    prices
    dY     = θ Y (φ d ln P − γ d ln w − Γᵀ d ln P) + h dE         output
    dE     = (I − Γ h)⁻¹ (gap_E + Γ dY|_E + α ŵ VA d ln w)        expenditure
    0      = gap_w + Σ_s γ_s dY_s / (ŵ VA) − d ln w               wage

The second inverse is the first one transposed, unless output supply is elastic: then Γ stands in prices only.

Most trade is at home, so a Newton step within each economy leaves little to the iteration between economies: it halves
the number of steps, and there is no damping to choose. All of it is batched linear algebra of size sector × sector.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.equations import Baseline, Blocks, Conditions, home_trade_share, in_each_economy

Array = NDArray[np.float64]

FLATTEST = 1e-9
"""An economy whose wage gap moves by less than this with its wage hardly trades: the wage stays where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeReply:
    """Each economy's own equations, linearised: matrices (economy, sector, sector), others (sector, economy)."""

    base: Baseline
    price_inverse: Array
    """(I − h Γᵀ)⁻¹"""
    expenditure_inverse: Array
    """(I − Γ h)⁻¹"""
    supply_slope: Array
    """θ Y"""
    home_sales_share: Array
    """φ"""
    home_share: Array
    """h"""
    expenditure: Array
    """E, one where nothing is bought"""
    paid: Array
    """ŵ VA (economy)"""
    price_by_wage: Array
    """d ln P / d ln w"""
    expenditure_by_wage: Array
    """dE / d ln w"""
    slope: Array
    """d wage gap / d ln w (economy), negative"""


def home_reply(base: Baseline, block: Blocks, found: Conditions) -> HomeReply:
    """The economies' own equations, linearised at the conditions found."""
    home_share = home_trade_share(block, found)
    home_sales_share = home_share * found.expenditure / np.where(found.output > 0, found.output, 1.0)
    supply_slope = base.trade_elasticity[:, None] * found.output
    paid = found.wage_hat * base.value_added

    used_at_home = home_share.T[:, :, None] * base.price_exponent.swapaxes(-1, -2)
    price_inverse = np.asarray(np.linalg.inv(np.eye(len(home_share)) - used_at_home), dtype=np.float64)
    expenditure_inverse = price_inverse.swapaxes(-1, -2)
    if base.price_exponent is not base.input_share:
        used = base.input_share * home_share.T[:, None, :]
        expenditure_inverse = np.asarray(np.linalg.inv(np.eye(len(home_share)) - used), dtype=np.float64)
    price_by_wage = in_each_economy(price_inverse, home_share * base.wage_exponent)
    cost_by_wage = base.wage_exponent + _input_cost(base, price_by_wage)
    output_by_wage = supply_slope * (home_sales_share * price_by_wage - cost_by_wage)
    expenditure_by_wage = in_each_economy(
        expenditure_inverse, in_each_economy(base.input_share, output_by_wage) + base.final_share * paid
    )
    earned_by_wage = base.value_added_share * (output_by_wage + home_share * expenditure_by_wage)
    return HomeReply(
        base=base,
        price_inverse=price_inverse,
        expenditure_inverse=expenditure_inverse,
        supply_slope=supply_slope,
        home_sales_share=home_sales_share,
        home_share=home_share,
        expenditure=np.where(base.expenditure > 0, found.expenditure, 1.0),
        paid=paid,
        price_by_wage=price_by_wage,
        expenditure_by_wage=expenditure_by_wage,
        slope=earned_by_wage.sum(axis=0) / paid - 1,
    )


def step_at_home(reply: HomeReply, found: Conditions) -> Array:
    """The step in (ln ŵ, ln P̂, ln Ê) that closes every economy's own gaps while the rest of the world stands still.

    The conditions may be those of many scenarios, along a first axis, that share the replies of one nearby equilibrium.
    """
    base = reply.base
    price = in_each_economy(reply.price_inverse, found.price_gap)
    output = reply.supply_slope * (reply.home_sales_share * price - _input_cost(base, price))
    expenditure = in_each_economy(
        reply.expenditure_inverse,
        found.expenditure_gap * reply.expenditure + in_each_economy(base.input_share, output),
    )
    earned = base.value_added_share * (output + reply.home_share * expenditure)
    wage_gap = found.wage_gap + earned.sum(axis=-2) / reply.paid
    wage = np.where(reply.slope < -FLATTEST, -wage_gap / reply.slope, 0.0)
    price += reply.price_by_wage * wage[..., None, :]
    expenditure += reply.expenditure_by_wage * wage[..., None, :]
    expenditure /= reply.expenditure
    cells = (*wage.shape[:-1], -1)
    return np.concatenate([wage, price.reshape(cells), expenditure.reshape(cells)], axis=-1)


def _input_cost(base: Baseline, price: Array) -> Array:
    """Γᵀ d ln P: what dearer inputs add to the log of unit costs, (sector, economy)."""
    return in_each_economy(base.price_exponent.swapaxes(-1, -2), price)
