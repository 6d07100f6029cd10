"""What does log-linear gravity say?  Least squares with fixed effects, for comparison and for linear outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from peyvand.errors import IdentificationError, UnknownNameError, did_you_mean
from peyvand.gravity.covariance import vcov_of
from peyvand.gravity.design import Design, build_design
from peyvand.gravity.formula import parse
from peyvand.gravity.layout import absorber_for, panel_shape
from peyvand.gravity.newton import identified, subtract, weighted_gram
from peyvand.gravity.poisson import dropped_table, unidentified
from peyvand.gravity.results import Estimate, Sample, sample_covariance
from peyvand.gravity.singletons import CHOICES, without_lone_rows
from peyvand.gravity.threads import one_blas_thread

PERFECT = 1e-13
"""Size of the residuals beside the outcome up to which a fit is perfect."""


def ols(
    formula: str,
    data: Any,
    *,
    vcov: str | Mapping[str, str] | None = None,
    cluster: object = None,
    weights: str | None = None,
    small_sample: str = "fixest",
    layout: str = "auto",
    singletons: str = "keep",
) -> Estimate:
    """Estimate a linear equation with fixed effects by (weighted) least squares.

    `log(trade)` drops zero flows; they are listed in `dropped`. Arguments and errors are those of `ppml`.

    >>> fit = ols("y ~ x", {"y": [1.0, 3.0, 5.0, 7.1], "x": [0, 1, 2, 3]}, vcov="iid")
    >>> fit.coefficients.round(2).to_dict()
    {'Intercept': 0.98, 'x': 2.03}
    """
    if singletons not in CHOICES:
        raise UnknownNameError(f"no singletons {singletons!r}", hint=did_you_mean(singletons, CHOICES))
    asked = parse(formula)
    kind, clusters = vcov_of(asked, vcov, cluster)
    design = build_design(asked, data, cluster=clusters, weights=weights)
    if singletons == "drop":
        design = without_lone_rows(design, poisson=False)
    with one_blas_thread():
        sample, kept, values = least_squares(design, layout=layout)
        covariance = sample_covariance(sample, kind, clusters, small_sample=small_sample)
    return Estimate(
        estimator="ols", formula=asked.text, names=tuple(design.names[at] for at in kept), values=values,
        covariance=covariance, dropped=dropped_table(design, []), collinear=unidentified(design, tuple(kept)),
        iterations=1, converged=True, step_size=0.0, sample=sample,
    )  # fmt: skip


def least_squares(design: Design, *, layout: str = "auto") -> tuple[Sample, list[int], np.ndarray]:
    """Sample, regressors kept and slopes of a weighted least-squares fit with fixed effects absorbed."""
    keep = np.ones(len(design.outcome), dtype=bool)
    absorber = absorber_for(design, panel_shape(design) if layout != "groups" else None, keep)
    prior = np.ones(len(keep)) if design.weights is None else design.weights
    weight = absorber.to_cells(prior)
    absorber.weigh(weight)
    columns = np.stack([absorber.to_cells(column) for column in (design.outcome, *design.regressors)])
    if design.effects:  # they hold the means, beside which squares of years hardly vary
        columns -= (columns @ weight / weight.sum())[:, None]
    kept = identified(columns[1:], weight, absorber)[0] if len(columns) > 1 else []
    if not kept and not design.effects:
        raise IdentificationError("nothing varies: no regressor is identified", hint="look at the columns' values")
    columns = columns[[0, *(at + 1 for at in kept)]]
    rest = np.empty_like(columns)
    subtract(absorber, absorber.project(columns, tol=1e-11), columns, rest)
    outcome, regressors = rest[0], rest[1:]
    information = weighted_gram(regressors, weight)
    slopes = np.linalg.solve(information, (regressors * weight) @ outcome) if kept else np.empty(0)
    residual = outcome - slopes @ regressors if kept else outcome.copy()
    if weight @ residual**2 <= PERFECT**2 * (weight @ columns[0] ** 2):  # what is left is rounding
        residual[:] = 0.0
    variance = float((weight * residual) @ residual) / max(len(keep) - 1, 1)
    sample = Sample(
        design=design, keep=keep, absorber=absorber, linear=design.outcome - absorber.to_rows(residual),
        fit_weight=weight, residual_regressors=regressors, score_weight=weight * residual,
        bread=np.asarray(np.linalg.inv(information), dtype=np.float64), variance=variance,
    )  # fmt: skip
    return sample, kept, slopes
