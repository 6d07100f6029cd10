"""How good was a prediction?  Scores of predicted against observed changes, plain and weighted by trade."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A prediction beside what happened.

    Parameters
    ----------
    pairs : int
        How many changes were compared.
    slope : float
        Of observed on predicted changes, with a constant: 1 is the right size.
    rank_correlation : float
        Spearman's, of weighted ranks where there are weights.
    rmse_ratio : float
        Root mean squared error over that of predicting no change: below 1 is better than that.
    mean_observed, mean_predicted : float
        Log points.
    """

    pairs: int
    slope: float
    rank_correlation: float
    rmse_ratio: float
    mean_observed: float
    mean_predicted: float

    def to_dict(self) -> dict[str, float]:
        """The figures by name."""
        return asdict(self)


def score(*, predicted: Array, observed: Array, weight: Array | None = None) -> Score:
    """Slope, rank correlation and error against "no change"; nan where nothing varies.

    Parameters
    ----------
    predicted, observed : Array (pair)
        Changes in logarithms.
    weight : Array (pair), optional
        Importance of each pair; all alike by default.
    """
    share = np.full(len(predicted), 1 / max(len(predicted), 1)) if weight is None else weight / weight.sum()
    error = share @ (observed - predicted) ** 2
    nothing = share @ observed**2
    first, second = (np.asarray(rankdata(values), dtype=np.float64) for values in (predicted, observed))
    return Score(
        pairs=len(predicted),
        slope=_slope(predicted, observed, share),
        rank_correlation=_correlation(first, second, share),
        rmse_ratio=float(np.sqrt(error / nothing)) if nothing > 0 else float("nan"),
        mean_observed=float(share @ observed),
        mean_predicted=float(share @ predicted),
    )


def share_at_least(value: float, others: Array) -> float:
    """The part of `others` that are at least `value`: small where the value stands out; nan without others."""
    held = others[~np.isnan(others)]
    return float(np.mean(held >= value)) if len(held) and not np.isnan(value) else float("nan")


def _slope(x: Array, y: Array, share: Array) -> float:
    x, y = x - share @ x, y - share @ y
    spread = share @ x**2
    return float(share @ (x * y) / spread) if spread > 1e-20 else float("nan")


def _correlation(x: Array, y: Array, share: Array) -> float:
    x, y = x - share @ x, y - share @ y
    spread = (share @ x**2) * (share @ y**2)
    return float(share @ (x * y) / np.sqrt(spread)) if spread > 1e-20 else float("nan")
