"""Who keeps what a non-tariff barrier costs?  Nobody (iceberg), the importing economy, or the exporting one.

An iceberg barrier melts away. A rent is paid on top of cost and kept, as quota rents are: one that fades by d̂ < 1 was a
rent of 1 + ρ = 1/d̂ before and is none after; one that rises by d̂ > 1 is none before and 1 + ρ' = d̂ after. Prices to
buyers move by κ̂ = d̂ (1+t')/(1+t) in all three cases; what differs is who loses the money. Duties are levied on what is
paid for the goods, rents included: t (1 + ρ) on cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.equations import Baseline, Blocks, baseline, blocks

Array = NDArray[np.float64]
RentKeeper = Literal["importer", "exporter"]
RENT_KEEPERS: tuple[RentKeeper, ...] = ("importer", "exporter")
Barrier = Literal["iceberg", "rent"]
BARRIERS: tuple[Barrier, ...] = ("iceberg", "rent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The flows, shares and elasticities of a World as the kernel wants them."""

    trade_flow: Array
    tariff_rate: Array
    value_added_share: Array
    input_share: Array
    trade_elasticity: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Duties that a customs union shares out: which part of each flow's, (sector, exporter, importer), and to whom."""

    share: Array
    key: Array
    """(economy), sums to one over the members"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A baseline and a scenario's blocks, with the barriers read as the model says."""

    base: Baseline
    block: Blocks
    trade_flow: Array
    """Before the change, M USD net of tariff"""
    cost_hat: Array
    """d̂ of what melts: one everywhere where barriers are rents"""
    rent_rate: Array | None
    """ρ on cost before the change, where barriers are rents"""
    rent_rate_counterfactual: Array | None


def problem(
    accounts: Accounts,
    *,
    cost_hat: Array,
    tariff_rate: Array,
    supply_elasticity: float = 0.0,
    barrier: Barrier = "iceberg",
    rent_keeper: RentKeeper = "importer",
    pool: Pool | None = None,
) -> Problem:
    """What the kernel solves.

    Parameters
    ----------
    accounts
        Of the World before the change.
    cost_hat, tariff_rate : Array (sector, exporter, importer)
        d̂ of the barriers, and the tariffs after the change.
    supply_elasticity : float
        ψ, of one sector without inputs.
    barrier, rent_keeper
        Whether barriers melt or are rents, and who keeps these.
    pool : Pool, optional
        Duties that are shared out; rents are no duties and stay with who keeps them.
    """
    given = {name: getattr(accounts, name) for name in ("value_added_share", "input_share", "trade_elasticity")}
    given |= {"trade_flow": accounts.trade_flow, "supply_elasticity": supply_elasticity}
    if barrier == "iceberg":
        base = baseline(tariff_rate=accounts.tariff_rate, **given)
        block = blocks(base, cost_hat=cost_hat, tariff_rate=tariff_rate)
        return Problem(
            base=base,
            block=_with_pool(block, pool, duty_rate=tariff_rate),
            trade_flow=accounts.trade_flow,
            cost_hat=cost_hat,
            rent_rate=None,
            rent_rate_counterfactual=None,
        )
    before, after = rent_rates(cost_hat)
    to_exporter = rent_keeper == "exporter"
    base = baseline(
        tariff_rate=(1 + accounts.tariff_rate) * (1 + before) - 1, rent_rate=before if to_exporter else None, **given
    )
    melts = np.ones_like(cost_hat)
    block = blocks(
        base,
        cost_hat=melts,
        tariff_rate=(1 + tariff_rate) * (1 + after) - 1,
        rent_rate=after if to_exporter else None,
    )
    return Problem(
        base=base,
        block=_with_pool(block, pool, duty_rate=tariff_rate * (1 + after)),
        trade_flow=accounts.trade_flow,
        cost_hat=melts,
        rent_rate=before,
        rent_rate_counterfactual=after,
    )


def rent_rates(cost_hat: Array) -> tuple[Array, Array]:
    """ρ and ρ' on cost: 1/d̂ − 1 before where a barrier fades, d̂ − 1 after where it rises."""
    return np.maximum(1 / cost_hat, 1) - 1, np.maximum(cost_hat, 1) - 1


def rent_income(*, trade_flow: Array, rent_rate: Array | None, keeper: RentKeeper) -> Array:
    """Rents kept by each economy (economy), M USD; `trade_flow` is net of tariffs and rents."""
    if rent_rate is None:
        return np.zeros(trade_flow.shape[-1])
    rents: Array = rent_rate * trade_flow
    return np.asarray(rents.sum(axis=(-3, -1) if keeper == "exporter" else (-3, -2)))


def _with_pool(block: Blocks, pool: Pool | None, *, duty_rate: Array) -> Blocks:
    """The blocks with the duties that are shared out, `duty_rate` on cost: t', or t' (1 + ρ') where rents are paid."""
    if pool is None:
        return block
    return replace(block, pooled=block.received * duty_rate * pool.share, pool_key=pool.key)
