"""The Caliendo–Parro equilibrium in changes, in numpy: what does a change of trade costs do to everyone?

i exporter, n importer, s sector, r input sector; x̂ = x'/x; x_is = ĉ_is^-θs. A = π ∘ κ̂^-θ and B = A / (1+t') are
fixed for a scenario, so that a step needs three matrix–vector products a sector and powers of size N × S only:

    ĉ_is     = ŵ_i^γ_is Π_r P̂_ir^γ_irs                        unit cost
    P̂^-θ     = Aᵀ x                                           price index
    Y'       = x ∘ B (E' / P̂^-θ)                              output
    R'_n     = Σ_s (1 − F_ns) E'_ns ,   F = (Bᵀ x) / (Aᵀ x)   tariff revenue
    E'_ns    = α_ns I'_n + Σ_r γ_nsr Y'_nr                    expenditure,  I' from the deficit rule
    ŵ_i VA_i = Σ_s γ_is Y'_is                                 wages, with Σ ŵ VA = Σ VA

Caliendo and Parro (2015), equations 10–14. Pair arrays are (sector, exporter, importer), others (sector, economy);
input shares are (economy, input sector, sector).

Every array may have further axes in front, one entry for each of many scenarios that are solved side by side, each with
its own flows and elasticities; what they share needs no such axis.

Two things are more general than the paper. The exponents of the unit cost are the cost shares unless output supply is
elastic: then ŵ is the change of income ĉ (ĉ/P̂)^ψ, so that ĉ = ŵ^1/(1+ψ) P̂^ψ/(1+ψ) (Allen, Arkolakis and Takahashi
2020). And some of what importers pay above cost may be a rent that exporters keep: C = B ∘ ρ', with
x_i C_in E'_n/P̂_n^-θ going from n to i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.deficits import IncomeRule

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The world before the change, in M USD and shares; see `baseline`."""

    trade_share: Array
    tariff_rate: Array
    value_added_share: Array
    input_share: Array
    wage_exponent: Array
    """γ_is of the unit cost: the value added share, unless supply is elastic"""
    price_exponent: Array
    """γ_irs of the unit cost: the input share, unless supply is elastic"""
    final_share: Array
    trade_elasticity: Array
    output: Array
    expenditure: Array
    value_added: Array
    tariff_revenue: Array
    """R, with the rents that it keeps, less those that it pays away"""
    trade_deficit: Array
    final_expenditure: Array
    rent_rate: Array | None = None
    """ρ, on cost, where exporters keep rents"""

    @property
    def trade_flow(self) -> Array:
        """X_ins, M USD net of tariff."""
        return self.trade_share / (1 + self.tariff_rate) * self.expenditure[..., None, :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """What a scenario does to the pairs: A = π κ̂^-θ, B = A / (1+t') and perhaps C, all (sector, exporter, importer)."""

    paid: Array
    received: Array
    rent: Array | None = None
    """C = B ∘ ρ': the rents that exporters keep"""
    pooled: Array | None = None
    """B ∘ t' ∘ the share of each flow's duties that goes into a common pool"""
    pool_key: Array | None = None
    """Who gets which share of the pool (economy)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The equations of the model at a guess (ŵ, P̂, E'): what they imply and how far they are from holding."""

    wage_hat: Array
    price_index_hat: Array
    expenditure: Array
    unit_cost_hat: Array
    supply: Array
    """x = ĉ^-θ"""
    price_power: Array
    """P̂^-θ, as the suppliers' costs imply it"""
    kept_share: Array
    """F, the share of spending that reaches the suppliers, net of tariff"""
    output: Array
    tariff_revenue: Array
    final_expenditure: Array
    wage_gap: Array
    """ln of the value added earned over the value added paid: the excess demand for each economy's factors"""
    price_gap: Array
    """ln of the price index implied over the price index guessed"""
    expenditure_gap: Array
    """expenditure implied over expenditure guessed, less one"""

    @property
    def residual(self) -> Array:
        """The largest relative gap in any equation: one number, or one a scenario."""
        wages = np.abs(self.wage_gap).max(axis=-1)
        cells = np.maximum(np.abs(self.price_gap), np.abs(self.expenditure_gap)).max(axis=(-2, -1))
        return np.asarray(np.maximum(wages, cells))


def baseline(
    *,
    trade_flow: Array,
    tariff_rate: Array,
    value_added_share: Array,
    input_share: Array,
    trade_elasticity: Array,
    rent_rate: Array | None = None,
    supply_elasticity: float = 0.0,
) -> Baseline:
    """The accounts of a world that clears, from flows and shares.

    Parameters
    ----------
    trade_flow, tariff_rate : Array (sector, exporter, importer)
        M USD net of tariff, shares.
    value_added_share : Array (sector, economy)
        γ_is.
    input_share : Array (economy, input sector, sector)
        γ_irs.
    trade_elasticity : Array (sector)
        θ_s > 0.
    rent_rate : Array (sector, exporter, importer), optional
        ρ, the part of what `tariff_rate` puts on cost that exporters keep.
    supply_elasticity : float
        ψ ≥ 0, of one sector without inputs.
    """
    paid = trade_flow * (1 + tariff_rate)
    expenditure, output, bought = paid.sum(axis=-2), trade_flow.sum(axis=-1), trade_flow.sum(axis=-2)
    value_added = (value_added_share * output).sum(axis=-2)
    revenue = (expenditure - bought).sum(axis=-2)
    deficit = (bought - output).sum(axis=-2)
    if rent_rate is not None:
        rents = (rent_rate * trade_flow).sum(axis=-3)
        revenue = revenue + rents.sum(axis=-1) - rents.sum(axis=-2)
        deficit = deficit + rents.sum(axis=-2) - rents.sum(axis=-1)
    income = value_added + revenue + deficit
    final_demand = expenditure - in_each_economy(input_share, output)
    final_demand[np.abs(final_demand) < 1e-12 * income[..., None, :]] = 0.0
    paid /= np.where(expenditure > 0, expenditure, 1.0)[..., None, :]
    return Baseline(
        trade_share=paid,
        tariff_rate=tariff_rate,
        value_added_share=value_added_share,
        input_share=input_share,
        wage_exponent=value_added_share / (1 + supply_elasticity),
        price_exponent=input_share + supply_elasticity / (1 + supply_elasticity) if supply_elasticity else input_share,
        final_share=final_demand / income[..., None, :],
        trade_elasticity=trade_elasticity,
        output=output,
        expenditure=expenditure,
        value_added=value_added,
        tariff_revenue=revenue,
        trade_deficit=deficit,
        final_expenditure=income,
        rent_rate=rent_rate,
    )


def blocks(base: Baseline, *, cost_hat: Array, tariff_rate: Array, rent_rate: Array | None = None) -> Blocks:
    """A, B and C of a scenario: iceberg costs change by `cost_hat`, tariffs become `tariff_rate`, rents `rent_rate`.

    κ̂ = d̂ (1+t') / (1+t); arrays are (sector, exporter, importer).
    """
    tariff_factor = 1 + tariff_rate
    barrier_hat = np.multiply(cost_hat, tariff_factor / (1 + base.tariff_rate), order="C")
    np.log(barrier_hat, out=barrier_hat)
    paid = barrier_hat * -base.trade_elasticity[..., :, None, None]
    np.exp(paid, out=paid)
    paid = paid * base.trade_share
    received = paid / tariff_factor
    return Blocks(paid=paid, received=received, rent=None if rent_rate is None else received * rent_rate)


def unchanged(base: Baseline) -> Blocks:
    """The blocks of the scenario that changes nothing."""
    return blocks(base, cost_hat=np.ones_like(base.tariff_rate), tariff_rate=base.tariff_rate, rent_rate=base.rent_rate)


def conditions(base: Baseline, block: Blocks, income: IncomeRule, state: Array) -> Conditions:
    """The model's equations at a guess of ln ŵ, ln P̂ and ln Ê (`state`, laid out as `no_change`).

    The rule's arrays have the economy first, see `peyvand.trade.deficits`; here it is the last axis.
    """
    log_wage, log_price, log_expenditure = unpack(state, base)
    paid_today, theta = base.value_added, base.trade_elasticity[..., :, None]
    level = (np.exp(log_wage) * paid_today).sum(axis=-1, keepdims=True) / paid_today.sum(axis=-1, keepdims=True)
    log_wage = log_wage - np.log(level)
    wage_hat, expenditure = np.exp(log_wage), base.expenditure * np.exp(log_expenditure)
    bought = base.expenditure > 0

    log_cost = base.wage_exponent * log_wage[..., None, :]
    log_cost += in_each_economy(base.price_exponent.swapaxes(-1, -2), log_price)
    supply = np.exp(-theta * log_cost)
    price_power = np.where(bought, _to_importers(block.paid, supply), 1.0)
    kept_share = _to_importers(block.received, supply) / price_power
    real = expenditure / price_power
    output = supply * _from_importers(block.received, real)
    revenue = ((1 - kept_share) * expenditure).sum(axis=-2)
    if block.rent is not None:
        kept, given = supply * _from_importers(block.rent, real), real * _to_importers(block.rent, supply)
        revenue = revenue + (kept - given).sum(axis=-2)
    if block.pooled is not None:
        revenue = revenue + pool_transfers(block, supply=supply, real_expenditure=real)
    final_expenditure = income(wage_hat.T, revenue.T).T
    implied = base.final_share * final_expenditure[..., None, :] + in_each_economy(base.input_share, output)

    earned = (base.value_added_share * output).sum(axis=-2)
    return Conditions(
        wage_hat=wage_hat,
        price_index_hat=np.exp(log_price),
        expenditure=expenditure,
        unit_cost_hat=np.exp(log_cost),
        supply=supply,
        price_power=price_power,
        kept_share=kept_share,
        output=output,
        tariff_revenue=revenue,
        final_expenditure=final_expenditure,
        wage_gap=np.log(earned / (wage_hat * paid_today)),
        price_gap=-np.log(price_power) / theta - log_price,
        expenditure_gap=np.where(bought, implied / np.where(bought, expenditure, 1.0) - 1, 0.0),
    )


def no_change(base: Baseline) -> Array:
    """The state of no change: ln ŵ (N), ln P̂ and ln Ê (S × N each), all zero, in one vector."""
    sectors, economies = base.expenditure.shape[-2:]
    return np.zeros(economies * (1 + 2 * sectors))


def unpack(state: Array, base: Baseline) -> tuple[Array, Array, Array]:
    """ln ŵ (economy), ln P̂ and ln Ê (sector, economy) of a state."""
    sectors, economies = base.expenditure.shape[-2:]
    cells = state[..., economies:].reshape(*state.shape[:-1], 2, sectors, economies)
    return state[..., :economies], cells[..., 0, :, :], cells[..., 1, :, :]


def trade_flows(block: Blocks, found: Conditions) -> Array:
    """X'_ins = B_ins x_is E'_ns / P̂_ns^-θ, M USD net of tariff, (sector, exporter, importer)."""
    flow = block.received * found.supply[..., :, None]
    flow *= (found.expenditure / found.price_power)[..., None, :]
    return flow


def pool_transfers(block: Blocks, *, supply: Array, real_expenditure: Array) -> Array:
    """What each economy gets from the pool of duties less what it gives, M USD (economy); they sum to zero.

    n gives Σ_s Σ_i t'_ins s_ins X'_ins, s the pooled share, and gets its key's part of what all give.
    """
    if block.pooled is None or block.pool_key is None:
        return np.zeros(real_expenditure.shape[-1])
    given = (real_expenditure * _to_importers(block.pooled, supply)).sum(axis=-2)
    return np.asarray(block.pool_key * given.sum(axis=-1, keepdims=True) - given)


def home_trade_share(block: Blocks, found: Conditions) -> Array:
    """π'_nns, the share of expenditure that stays at home, (sector, economy)."""
    home: Array = np.einsum("...nn->...n", block.paid)
    return home * found.supply / found.price_power


def in_each_economy(matrices: Array, cells: Array) -> Array:
    """One small matrix per economy, (economy, a, b), times a column of cells (b, economy): (a, economy)."""
    if cells.ndim == 3 and matrices.ndim == 3:  # matrices that many scenarios share: one product an economy
        columns: Array = np.matmul(matrices, cells.transpose(2, 1, 0))
        return np.ascontiguousarray(columns.transpose(2, 1, 0))
    product: Array = np.matmul(matrices, cells.swapaxes(-1, -2)[..., None])[..., 0].swapaxes(-1, -2)
    return product


def _to_importers(block: Array, cells: Array) -> Array:
    """Σ_i block_sin cells_si: what the exporters' cells send to every importer."""
    product: Array = np.matmul(cells[..., None, :], block)[..., 0, :]
    return product


def _from_importers(block: Array, cells: Array) -> Array:
    """Σ_n block_sin cells_sn: what the importers' cells send back to every exporter."""
    product: Array = np.matmul(block, cells[..., None])[..., 0]
    return product
