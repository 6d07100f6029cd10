"""The algebra of border thickness, numpy only: Head and Ries (2001), Novy (2013).

Arrays are (exporter, importer, sector) unless said otherwise; θ is (sector,). Everything is in log points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def recorded_both_ways(*, trade: Array) -> Mask:
    """Where both directions and both home sales are positive; a border at home is always recorded."""
    positive = trade > 0
    at_home = np.einsum("iis->is", positive)
    recorded = positive & positive.swapaxes(0, 1) & at_home[:, None] & at_home[None, :]
    recorded[np.diag_indices(len(trade))] = True
    return np.asarray(recorded)


def head_ries(*, trade: Array, trade_elasticity: Array) -> Array:
    """Thickness of every border, NaN where no trade is recorded.

    h_ijs = ln( X̃_ii X̃_jj / (X̃_ij X̃_ji) ) / (2 θ_s), X̃ inclusive of tariff: Novy's (2013) tariff equivalent in logs.
    """
    recorded = recorded_both_ways(trade=trade)
    log_trade = np.log(np.where(trade > 0, trade, 1.0))
    home = np.einsum("iis->is", log_trade)
    both_ways = log_trade + log_trade.swapaxes(0, 1)
    thickness = (home[:, None] + home[None, :] - both_ways) / (2 * trade_elasticity)
    return np.where(recorded, thickness, np.nan)


def mean_of_directions(directed: Array) -> Array:
    """½ (a_ij + a_ji) over the first two axes."""
    return np.asarray(0.5 * (directed + directed.swapaxes(0, 1)))


def tariff_part(*, tariff_rate: Array) -> Array:
    """½ [ln(1 + t_ij) + ln(1 + t_ji)]."""
    return mean_of_directions(np.log1p(tariff_rate))


def cause_parts(*, away: Array, slopes: Array, trade_elasticity: Array) -> Array:
    """−(β_cs/θ_s) z̃_c,ij (term, exporter, importer, sector); `away` z̃ is (term, exporter, importer), β (term, sector).

    With z̃ the mean of both directions, ½(z_ij + z_ji) − ½(z_ii + z_jj), it is the term's part of the thickness.
    """
    return np.asarray(away[..., None] * (-slopes / trade_elasticity)[:, None, None, :])


def explained_variance(*, away: Array, covariance: Array, trade_elasticity: Array) -> Array:
    """z̃'Σ_s z̃ / θ_s² (exporter, importer, sector): what the errors of β do; Σ is (sector, term, term)."""
    spread = np.einsum("aij,sab,bij->ijs", away, covariance, away, optimize=True)
    return np.asarray(np.maximum(spread, 0.0) / trade_elasticity**2)


def away_from_home(*, cause: Array) -> Array:
    """z̃_ij = z_ij − ½(z_ii + z_jj), (exporter, importer)."""
    home = np.diag(cause)
    return np.asarray(cause - 0.5 * (home[:, None] + home[None, :]))


def directed_parts(
    *, away: Array, slopes: Array, covariance: Array, trade_elasticity: float, elasticity_deviation: float
) -> tuple[Array, Array]:
    """−β_k z̃_k / θ by cause, and the standard deviation of their sum: √(z̃'Σz̃/θ² + (Σ_k part_k)² σ²).

    `away` is (cause, exporter, importer), `covariance` Σ that of the slopes, `elasticity_deviation` σ that of ln θ.
    """
    parts = -slopes[:, None, None] * away / trade_elasticity
    of_slopes = np.einsum("kij,kl,lij->ij", away, covariance, away) / trade_elasticity**2
    of_elasticity = (parts.sum(axis=0) * elasticity_deviation) ** 2
    return parts, np.sqrt(np.maximum(of_slopes, 0.0) + of_elasticity)


def thickness_variance(*, thickness: Array, trade_cv: Array, trade_elasticity: Array, spread: Array) -> Array:
    """Σ of the four flows' Var(ln X) / (2θ)² + h² σ², to first order; Var(ln X) = ln(1 + cv²), independent flows.

    `trade_cv` is the flows' coefficient of variation, `spread` σ the standard deviation of ln θ.
    """
    noise = np.log1p(trade_cv**2)
    home = np.einsum("iis->is", noise)
    flows = home[:, None] + home[None, :] + noise + noise.swapaxes(0, 1)
    found = flows / (2 * trade_elasticity) ** 2 + (thickness * spread) ** 2
    found[np.diag_indices(len(found))] = 0.0
    return np.asarray(found)


def sector_weights(*, expenditure: Array, recorded: Mask) -> Array:
    """Sector's share in the two economies' expenditure over the sectors with trade both ways; NaN without any.

    `expenditure` is (economy, sector).
    """
    together = np.where(recorded, expenditure[:, None] + expenditure[None, :], 0.0)
    total = together.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(together, total, out=np.full_like(together, np.nan), where=total > 0))


def weighted_total(*, weight: Array, part: Array) -> Array:
    """Σ_s w_ijs a_ijs over the sectors of positive weight; NaN where a pair has none."""
    total = np.where(weight > 0, weight * part, 0.0).sum(axis=-1)
    return np.where(np.isnan(weight).all(axis=-1), np.nan, total)


def size_adjusted(*, pair_thickness: Array, output: Array) -> Array:
    """Pair thickness less what its regression on ln Y_i + ln Y_j explains, at the mean size kept.

    Borders of large economies look thinner by construction (Coughlin and Novy 2021, spatial attenuation). The slope
    is that of ordinary least squares over the pairs abroad; the border at home stays 0. `output` is (economy,).
    """
    size = np.log(np.where(output > 0, output, np.nan))
    both = size[:, None] + size[None, :]
    used = ~np.eye(len(size), dtype=bool) & np.isfinite(pair_thickness) & np.isfinite(both)
    if used.sum() < 2:
        return pair_thickness.copy()
    centred = both - both[used].mean()
    spread = float((centred[used] ** 2).sum())
    slope = float((centred[used] * pair_thickness[used]).sum()) / spread if spread > 0 else 0.0
    return np.where(used, pair_thickness - slope * np.where(np.isfinite(both), centred, 0.0), pair_thickness)
