"""The algebra of provisions, numpy only.

Arrays are (exporter, importer, sector), θ is (sector,). Each provision turns into a change of the tariff or of ln d̂,
the log of the iceberg cost ratio.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def pairs_between(members: Mask) -> Mask:
    """(N, N): both are members and it is a border, from the membership vector (N,)."""
    return np.asarray(members[:, None] & members[None, :] & ~np.eye(len(members), dtype=bool))


def from_outside(members: Mask) -> Mask:
    """(N, N): a member buys from an outsider, from the membership vector (N,)."""
    return np.asarray(~members[:, None] & members[None, :])


def cut_tariff(*, tariff_rate: Array, cut_share: Array) -> Array:
    """t' = (1 − cut_share) t; `cut_share` is 0 where nothing is cut."""
    return tariff_rate * (1 - cut_share)


def cut_with_list(*, cut_share: Array, listed_share: float, listed_cut_share: float) -> Array:
    """(1 − l) c + l c_l: the mean cut where a share l of the goods is on a sensitive list with a cut of its own.

    Goods on a list are never cut by more than the others.
    """
    return (1 - listed_share) * cut_share + listed_share * np.minimum(listed_cut_share, cut_share)


def paid_under_origin_rules(
    *, tariff_rate: Array, preferential: Array, compliance_cost: float, use_share: float
) -> tuple[Array, Array]:
    """Mean tariff paid and ln d̂ of the papers: a share u uses the preference where it is worth its papers, c.

    u_in = u if (1 + t) / (1 + t') > 1 + c, else 0 ;   t'' = t − u_in (t − t') ,   ln d̂ = ln(1 + u_in c)
    """
    worth_it = (1 + tariff_rate) / (1 + preferential) > 1 + compliance_cost
    used = np.where(worth_it, use_share, 0.0)
    return tariff_rate - used * (tariff_rate - preferential), np.log1p(used * compliance_cost)


def common_rates(*, tariff_rate: Array, trade_flow: Array, outside: Mask, lowest: bool) -> Array:
    """(S,) the members' tariffs on outsiders as one rate: their mean by what is imported, or the lowest member's mean.

    `outside` is (N, N, S), the cells on which the common tariff is levied. NaN where nothing is imported from outside.
    """
    imported = np.where(outside, trade_flow, 0.0).sum(axis=0)
    collected = np.where(outside, tariff_rate * trade_flow, 0.0).sum(axis=0)
    if not lowest:
        imported, collected = imported.sum(axis=0, keepdims=True), collected.sum(axis=0, keepdims=True)
    means = np.divide(collected, imported, out=np.full_like(imported, np.inf), where=imported > 0)
    rates = means.min(axis=0)
    return np.asarray(np.where(np.isfinite(rates), rates, np.nan))


def faded_border(*, unexplained: Array, fade_share: float, cap_log_points: float) -> Array:
    """ln d̂ = −fade_share · min(u⁺, cap): u⁺ the positive part of the unexplained thickness, 0 where none is known."""
    positive = np.nan_to_num(np.maximum(unexplained, 0.0), nan=0.0)
    return np.asarray(-fade_share * np.minimum(positive, cap_log_points))


def estimable_border(*, unexplained: Array, pair_unexplained: Array, unmeasured: Mask) -> Array:
    """Unexplained thickness (N, N, S): where it cannot be measured, the mean of the pair's measured sectors (N, N)."""
    return np.where(unmeasured, pair_unexplained[..., None], unexplained)


def unmeasured_trade(*, paid: Array, recorded: Mask) -> Mask:
    """(N, N, S): there is trade, and no thickness: it goes one way only, or one side sells nothing at home."""
    traded = paid > 0
    return np.asarray((traded | traded.swapaxes(0, 1)) & ~recorded)


def agreement_cost(*, coefficient: float, trade_elasticity: Array) -> Array:
    """ln d̂ = −β/θ_s: the iceberg cost that moves trade as the agreement dummy of a gravity equation does."""
    return np.asarray(-coefficient / trade_elasticity)


def phased_tariff(*, tariff_rate: Array, final: Array, share: float) -> Array:
    """t + share (t' − t): equal steps of the rate."""
    return tariff_rate + share * (final - tariff_rate)


def paid_trade_weights(*, paid: Array) -> Array:
    """Sector's share in what the importer pays to the exporter, NaN without trade; `paid` is X (1+t)."""
    total = paid.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(paid, total, out=np.full_like(paid, np.nan), where=total > 0))


def partial_trade_ratio(*, weight: Array, log_cost_hat: Array, trade_elasticity: Array) -> Array:
    """Σ_s w_s κ̂_s^-θ_s: how trade of each directed pair moves by its own cost alone, (exporter, importer)."""
    return np.asarray((weight * np.exp(-trade_elasticity * log_cost_hat)).sum(axis=-1))
