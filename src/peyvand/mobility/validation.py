"""Does gravity place people where they are?  Cross-validation by leaving out destinations.

A destination that the estimate has not seen has no effect of its own: its total is taken as known, and what is judged
is how the model shares it out among origins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from peyvand.mobility.kernels import misplaced_share, shared_out
from peyvand.world.balance import Array

FOLDS = 10


def leave_destinations_out(
    rows: pd.DataFrame, *, terms: Sequence[str], visa_terms: Sequence[str], folds: int = FOLDS
) -> dict[str, Any]:
    """Estimate without each tenth of the destinations and share out their totals.

    Parameters
    ----------
    rows : DataFrame
        origin, destination, persons and the regressors.
    terms : sequence of str
        Regressors of the whole model.
    visa_terms : sequence of str
        Those of them that are visa rules.
    folds : int
        The destinations, in the order of their codes, go into so many groups in turn.

    Returns
    -------
    dict
        folds; misplaced_share, misplaced_share_without_visas, misplaced_share_by_origin_only: the part of people that
        the model puts at another origin than theirs; coefficient_low, coefficient_high: of each visa rule over folds.
    """
    destinations = sorted(rows["destination"].unique())
    fold = rows["destination"].map({code: at % folds for at, code in enumerate(destinations)}).to_numpy()
    models = {
        "misplaced_share": tuple(terms),
        "misplaced_share_without_visas": tuple(term for term in terms if term not in visa_terms),
        "misplaced_share_by_origin_only": (),
    }
    placed = {name: np.full(len(rows), np.nan) for name in models}
    slopes = []
    for at in range(folds):
        held, left = rows[fold != at], rows[fold == at]
        for name, chosen in models.items():
            coefficients, placed[name][fold == at] = _placed(held, left, chosen)
            if name == "misplaced_share":
                slopes.append(coefficients.reindex(list(visa_terms)))
    seen = pd.DataFrame(slopes)
    return {
        "folds": folds,
        **{name: round(_misplaced(rows, values), 4) for name, values in placed.items()},
        "coefficient_low": {str(term): round(float(seen[term].min()), 4) for term in visa_terms},
        "coefficient_high": {str(term): round(float(seen[term].max()), 4) for term in visa_terms},
    }


def _placed(held: pd.DataFrame, left: pd.DataFrame, terms: Sequence[str]) -> tuple[pd.Series, Array]:
    """Slopes from the rows held, and the totals of the destinations left out as those slopes share them."""
    from peyvand.gravity.poisson import ppml

    fit = ppml(f"persons ~ {' + '.join(terms) or '0'} | origin + destination", held, vcov="iid")
    slopes = fit.coefficients
    origin = fit.fixed_effects["origin"].set_index("origin")["effect"].reindex(left["origin"]).to_numpy()
    link = origin + left[list(slopes.index)].to_numpy(float) @ slopes.to_numpy()
    weight = np.where(np.isfinite(link), np.exp(link), 0.0)  # an origin that nothing else names gets nobody
    group = pd.factorize(left["destination"])[0]
    return slopes, shared_out(weight=weight, persons=left["persons"].to_numpy(float), group=group)


def _misplaced(rows: pd.DataFrame, placed: Array) -> float:
    return misplaced_share(persons=rows["persons"].to_numpy(float), placed=placed)
