"""Do agreements differ?  One effect for each agreement, pair or direction, and what explains them.

Baier, Yotov and Zylkin (2019): a first-stage PPML gives every group its own effect; a second stage regresses the
effects on what is known of the group, weighting by precision. Group effects that are measured badly are shrunk towards
the second stage's prediction (empirical Bayes, variance between groups by DerSimonian and Laird 1986).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peyvand.errors import IdentificationError
from peyvand.gravity.covariance import vcov_of
from peyvand.gravity.design import build_design
from peyvand.gravity.expressions import quoted
from peyvand.gravity.formula import parse
from peyvand.gravity.many_slopes import fit_many_slopes
from peyvand.gravity.poisson import poisson_estimate, poisson_sample, ppml
from peyvand.gravity.results import Estimate, sample_covariance
from peyvand.gravity.tables import column_names, listed, name_beside, numeric, read_columns
from peyvand.gravity.threads import one_blas_thread

_UNTREATED = "(untreated)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeterogeneousEffects:
    """Effects of a treatment by group.

    Parameters
    ----------
    first_stage : Estimate
        The PPML fit with a slope for each group.
    effects : DataFrame
        By group: `estimate`, `std_error`, `explained` (second stage) and `shrunk`.
    second_stage : DataFrame
        `estimate` and `std_error` of the constant and the covariates.
    between_variance : float
        Variance of the true effects around the second stage.
    """

    first_stage: Estimate
    effects: pd.DataFrame
    second_stage: pd.DataFrame
    between_variance: float


def heterogeneous_effects(
    formula: str,
    data: Any,
    *,
    treatment: str,
    group: str | Sequence[str],
    explained_by: str | Sequence[str] = (),
    cluster: object = None,
) -> HeterogeneousEffects:
    """Estimate an effect of `treatment` for each group and explain the effects.

    Parameters
    ----------
    formula : str
        The equation without the treatment.
    treatment : str
        A column that is 0 where a row is not treated.
    group : str or sequence of str
        Columns that name the group of a treated row: an agreement, or exporter and importer (directed pairs).
    explained_by : str or sequence of str
        Numbers that are averaged over a group's treated rows and explain its effect.

    Raises
    ------
    IdentificationError
        If no group's effect is identified.
    """
    parse(formula)
    group, explained_by = listed(group), listed(explained_by)
    frame = pd.DataFrame(read_columns(data, dict.fromkeys([*column_names(data), treatment, *group, *explained_by])))
    treated = numeric(frame[treatment].to_numpy(), treatment) != 0
    label = frame[group[0]].astype(str)
    for column in group[1:]:
        label = label + "–" + frame[column].astype(str)
    place, effect = name_beside("group", frame.columns), quoted(treatment)
    frame[place] = np.where(treated, label, _UNTREATED)
    head, _, tail = formula.partition("|")
    terms = f"i({place}, {effect}, ref='{_UNTREATED}')"
    first = _first_stage(f"{head} + {terms}" + (f" | {tail}" if tail else ""), frame, cluster)
    names = [name for name in first.names if name.startswith(f"{place}::")]
    if not names:
        raise IdentificationError("no group's effect is identified", hint="is the treatment constant within pairs?")
    held = [name.removeprefix(f"{place}::").removesuffix(f":{effect}") for name in names]
    values, matrix = first.coefficients[names].to_numpy(), first.vcov.loc[names, names].to_numpy()
    known = pd.DataFrame({name: numeric(frame[name].to_numpy(), name) for name in explained_by}, index=frame.index)
    known = known[treated].groupby(label[treated]).mean().reindex(held)
    design = np.column_stack([np.ones(len(names)), known.to_numpy(dtype=np.float64)])
    slopes, errors, between = _second_stage(values, np.diag(matrix), design)
    explained = design @ slopes
    weight = between / (between + np.diag(matrix))
    effects = pd.DataFrame(
        {"estimate": values, "std_error": np.sqrt(np.diag(matrix)), "explained": explained,
         "shrunk": explained + weight * (values - explained)},
        index=pd.Index(held, name=" – ".join(group)),
    )  # fmt: skip
    second = pd.DataFrame({"estimate": slopes, "std_error": errors}, index=["constant", *explained_by])
    return HeterogeneousEffects(first_stage=first, effects=effects, second_stage=second, between_variance=between)


def _first_stage(formula: str, frame: pd.DataFrame, cluster: object) -> Estimate:
    """The PPML fit, by way of sparse columns where it has many (`many_slopes.py`)."""
    asked = parse(formula)
    kind, clusters = vcov_of(asked, None, cluster)
    design = build_design(asked, frame, cluster=clusters)
    with one_blas_thread():
        found = fit_many_slopes(design)
        if found is None:
            return ppml(formula, frame, cluster=cluster)
        fit, absorber, keep, reasons = found
        sample = poisson_sample(design, fit, absorber, keep)
        covariance = sample_covariance(sample, kind, clusters)
    return poisson_estimate(fit, sample, covariance, reasons)


def _second_stage(values: np.ndarray, variance: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Weighted least squares of effects on covariates with the variance between groups added to each variance."""
    weight = 1 / variance
    inverse = np.linalg.pinv((design.T * weight) @ design)
    residual = values - design @ (inverse @ (design.T * weight) @ values)
    excess = float(weight @ residual**2) - (len(values) - design.shape[1])
    spread = weight.sum() - np.trace(inverse @ ((design.T * weight**2) @ design))
    between = max(0.0, excess / float(spread)) if spread > 0 else 0.0
    weight = 1 / (variance + between)
    inverse = np.linalg.pinv((design.T * weight) @ design)
    return inverse @ (design.T * weight) @ values, np.sqrt(np.diag(inverse)), between
