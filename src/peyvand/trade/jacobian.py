"""How do the equations of the equilibrium move with their unknowns?  Their exact first derivatives, in numpy.

Rows are the gaps of `conditions` (wages, prices, expenditure), columns the state ln ŵ, ln P̂, ln Ê. With π' the new
shares, F_ns = Σ_i φ_ins the part of spending that reaches suppliers and q = ln P̂^-θ:

    d ln x_is = −θ_s (γ_is d ln ŵ_i + Σ_r γ_irs d ln P̂_ir)      supply
    dq_ns     = Σ_i π'_ins d ln x_is                             prices
    dY_is     = Y_is d ln x_is + Σ_n X'_ins (d ln Ê_ns − dq_ns)  output
    dR'_n     = Σ_s [(1 − F_ns) E'_ns d ln Ê_ns − E'_ns (Σ_i φ_ins d ln x_is − F_ns dq_ns)]

Wages matter only relative to one another and one gap follows from the others (Walras' law); `a bᵀ`, with a = 1 on the
wage gaps and b the economies' shares in world value added, takes that freedom away: J − a bᵀ can be inverted, and its
solutions leave the numeraire where it is.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgWarning, lu_factor

from peyvand.trade.deficits import IncomeRule
from peyvand.trade.equations import Baseline, Blocks, Conditions, trade_flows

Array = NDArray[np.float64]


def jacobian(base: Baseline, block: Blocks, found: Conditions, income: IncomeRule) -> Array:
    """d gaps / d state less a bᵀ, (1 + 2S) N square, at an equilibrium; of barriers that are not rents.

    Parameters
    ----------
    base, block, income
        The scenario.
    found : Conditions
        Where to linearise; its wages are in units of world value added.
    """
    sectors, economies = base.expenditure.shape
    theta = base.trade_elasticity[:, None, None]
    columns = economies * (1 + 2 * sectors)
    share, kept = shares_after(block, found)
    flow = trade_flows(block, found)

    supply = np.zeros((sectors, economies, 1 + 2 * sectors, economies))
    own = np.einsum("snkn->snk", supply)
    own[:, :, 0] = -theta[:, :, 0] * base.wage_exponent
    own[:, :, 1 : 1 + sectors] = -theta * base.price_exponent.transpose(2, 0, 1)
    supply = supply.reshape(sectors, economies, columns)
    spending = np.zeros((sectors, economies, 1 + 2 * sectors, economies))
    for sector in range(sectors):
        np.einsum("nn->n", spending[sector, :, 1 + sectors + sector])[:] = 1.0
    spending = spending.reshape(sectors, economies, columns)

    power = np.matmul(share.swapaxes(1, 2), supply)
    output = found.output[:, :, None] * supply + np.matmul(flow, spending - power)
    kept_share = np.matmul(kept.swapaxes(1, 2), supply) - found.kept_share[:, :, None] * power
    taxed = ((1 - found.kept_share) * found.expenditure)[:, :, None]
    revenue = (taxed * spending - found.expenditure[:, :, None] * kept_share).sum(axis=0)
    by_wage, by_revenue = income_slopes(income, wage_hat=found.wage_hat, tariff_revenue=found.tariff_revenue)
    final = by_revenue @ revenue
    final[:, :economies] += by_wage

    bought = (base.expenditure > 0)[:, :, None]
    spent = np.where(bought, found.expenditure[:, :, None], 1.0)
    implied = base.final_share[:, :, None] * final
    implied += np.matmul(base.input_share, output.swapaxes(0, 1)).swapaxes(0, 1)
    earned = base.value_added_share * found.output
    wage_gap = (base.value_added_share[:, :, None] * output).sum(axis=0) / earned.sum(axis=0)[:, None]
    wage_gap[:, :economies] -= np.eye(economies)
    price_gap = (-power / theta).reshape(-1, columns)
    price_gap[:, economies : economies * (1 + sectors)] -= np.eye(economies * sectors)
    expenditure_gap = np.where(bought, implied / spent, 0.0) - spending
    slopes = np.concatenate([wage_gap, price_gap, expenditure_gap.reshape(-1, columns)])
    weight = value_added_weights(base, found)
    slopes[:, :economies] -= slopes[:, :economies].sum(axis=1)[:, None] * weight
    slopes[:economies, :economies] -= weight
    return slopes


def factorised(matrix: Array) -> tuple[Array, NDArray[np.int32]]:
    """LU factors of a matrix, which is overwritten.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is singular, as where a part of the world does not trade with the rest.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)
        factors, pivots = lu_factor(matrix, overwrite_a=True, check_finite=False)
    diagonal = np.abs(factors.diagonal())
    if not diagonal.min() > 1e-13 * diagonal.max():
        raise np.linalg.LinAlgError("the equations are singular")
    return factors, pivots


def shares_after(block: Blocks, found: Conditions) -> tuple[Array, Array]:
    """π' and φ, (sector, exporter, importer): shares in what importers pay, tariff included and net of it."""
    weight = found.supply[:, :, None] / found.price_power[:, None, :]
    return block.paid * weight, block.received * weight


def income_slopes(income: IncomeRule, *, wage_hat: Array, tariff_revenue: Array) -> tuple[Array, Array]:
    """∂I'_n/∂ln ŵ_m and ∂I'_n/∂R'_m, (economy, economy): exact, by steps into the complex plane."""
    tiny = 1e-30
    steps = 1j * tiny * np.eye(len(wage_hat))
    by_wage = [np.imag(income(wage_hat * (1 + step), tariff_revenue)) for step in steps]
    scale = float(np.abs(wage_hat).max()) + float(np.abs(tariff_revenue).max())
    by_revenue = [np.imag(income(wage_hat, tariff_revenue + scale * step)) for step in steps]
    return np.array(by_wage).T / tiny, np.array(by_revenue).T / (tiny * scale)


def value_added_weights(base: Baseline, found: Conditions) -> Array:
    """b: the economies' shares in world value added, by which ln ŵ is normalised."""
    paid = found.wage_hat * base.value_added
    return np.asarray(paid / paid.sum())
