"""What moves trade?  Poisson pseudo-maximum likelihood with any fixed effects (Santos Silva and Tenreyro 2006).

`ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", data)` reads the columns, drops what has no
finite estimate and lists it, brings the score to zero and returns an `Estimate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import DataError, IdentificationError, UnknownNameError, did_you_mean
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.covariance import Covariance, vcov_of
from peyvand.gravity.design import Design, build_design
from peyvand.gravity.finite import fit_sample
from peyvand.gravity.formula import parse
from peyvand.gravity.newton import PoissonFit
from peyvand.gravity.results import Estimate, Sample, sample_covariance
from peyvand.gravity.singletons import CHOICES, without_lone_rows
from peyvand.gravity.threads import one_blas_thread
from peyvand.gravity.turn import prior_in_cells

Mask = NDArray[np.bool_]
SEPARATION = ("full", "fe", "none")
LAYOUTS = ("auto", "panel", "groups")
REPEATED = ("error", "keep")
PERFECT = 1e-13
"""Largest residual beside the largest fitted flow up to which a fit is perfect."""


def ppml(
    formula: str,
    data: Any,
    *,
    vcov: str | Mapping[str, str] | None = None,
    cluster: object = None,
    weights: str | None = None,
    offset: str | None = None,
    separation: str = "full",
    small_sample: str = "fixest",
    layout: str = "auto",
    repeated_cells: str = "error",
    singletons: str = "keep",
) -> Estimate:
    """Estimate a gravity equation by Poisson pseudo-maximum likelihood.

    Parameters
    ----------
    formula : str
        `outcome ~ regressors | fixed effects`, see `peyvand.gravity.formula`.
    data : table, mapping or path
        pandas, polars or pyarrow table, mapping of arrays, or a .csv, .parquet or .dta file.
    vcov : str or mapping, optional
        `iid`, `hetero` (HC1), {"CRV1": "a + b"} or "~a + b". By default clustered by the last of three fixed effects
        (the pair), else `hetero`.
    cluster : str or sequence of str, optional
        Columns to cluster by, in any number of ways; `exporter^importer` joins columns.
    weights, offset : str, optional
        Columns: weights multiply the likelihood of a row, the offset is added to ln μ with slope one.
    separation : str
        `full`: groups without positive flows, then the iterative rectifier; `fe`: the first only; `none`.
    small_sample : str
        Factors of the covariance: `fixest` (its defaults), `stata` (G/(G − 1) alone) or `none`.
    layout : str
        `auto`; `groups` never uses the panel's array structure (same numbers, slower on full panels).
    repeated_cells : str
        `error` refuses two rows for one exporter, importer and year of a three-way panel; `keep` takes them as they
        are (products, say).
    singletons : str
        Rows alone in a level of a fixed effect: `keep` them with a warning, or `drop` and list them as Stata's
        ppmlhdfe does. Slopes are the same; N and small-sample factors are not.

    Returns
    -------
    Estimate

    Raises
    ------
    FormulaError, UnknownNameError, DataError
        If formula, columns or values are not what they should be.
    IdentificationError
        If no slope and no effect is identified, or the outcome is zero throughout.
    ConvergenceError
        If the score is not brought to zero.

    References
    ----------
    Santos Silva and Tenreyro (2006); separation: Correia, Guimarães and Zylkin (2019, 2020).
    """
    for name, value, choices in (
        ("separation", separation, SEPARATION), ("layout", layout, LAYOUTS),
        ("repeated_cells", repeated_cells, REPEATED), ("singletons", singletons, CHOICES),
    ):  # fmt: skip
        if value not in choices:
            raise UnknownNameError(f"no {name} {value!r}", hint=did_you_mean(value, choices))
    asked = parse(formula)
    kind, clusters = vcov_of(asked, vcov, cluster)
    design = build_design(asked, data, cluster=clusters, weights=weights, offset=offset)
    _refuse(design)
    if singletons == "drop":
        design = without_lone_rows(design, poisson=True)
        _refuse(design)
    with one_blas_thread():
        fit, absorber, keep, reasons = fit_sample(
            design, separation=separation, layout=layout, repeated_cells=repeated_cells
        )
        sample = poisson_sample(design, fit, absorber, keep)
        covariance = sample_covariance(sample, kind, clusters, small_sample=small_sample)
    return poisson_estimate(fit, sample, covariance, reasons)


def poisson_estimate(
    fit: PoissonFit, sample: Sample, covariance: Covariance, reasons: list[tuple[Mask, str]]
) -> Estimate:
    """The estimate that a fit is, with the rows that it dropped."""
    design = sample.design
    return Estimate(
        estimator="ppml", formula=design.formula.text, names=tuple(design.names[at] for at in fit.kept),
        values=fit.slopes, covariance=covariance, dropped=dropped_table(design, reasons),
        collinear=unidentified(design, fit.kept), iterations=fit.iterations, converged=fit.converged,
        step_size=fit.step_size, sample=sample,
    )  # fmt: skip


def poisson_sample(design: Design, fit: PoissonFit, absorber: Absorber, keep: Mask) -> Sample:
    """What later questions (another covariance, effects, predictions) need of a fit."""
    flow = absorber.to_cells(design.outcome)
    prior = prior_in_cells(design, absorber, keep)
    score = np.where(prior > 0, flow * prior, 0.0) - fit.fitted_weight
    if np.abs(score).max() <= PERFECT * fit.fitted_weight.max():  # what is left is rounding
        score[:] = 0.0
    return Sample(
        design=design, keep=keep, absorber=absorber, linear=absorber.to_rows(fit.log_fitted),
        fit_weight=fit.fitted_weight, residual_regressors=fit.residual_regressors, score_weight=score,
        bread=np.asarray(np.linalg.inv(fit.information), dtype=np.float64), variance=None,
    )  # fmt: skip


def dropped_table(design: Design, reasons: list[tuple[Mask, str]]) -> pd.DataFrame:
    """Every row of the input that the estimate does not use, with its reason."""
    parts = [*design.dropped, *((design.rows[mask], reason) for mask, reason in reasons)]
    rows = np.concatenate([rows for rows, _ in parts]) if parts else np.empty(0, dtype=np.intp)
    causes = np.repeat(np.array([why for _, why in parts], dtype=object), [len(r) for r, _ in parts])
    order = np.argsort(rows, kind="stable")
    return pd.DataFrame({"row": rows[order], "reason": pd.Series(causes[order], dtype=object)})


def unidentified(design: Design, kept: tuple[int, ...]) -> dict[str, str]:
    """Regressors that were left out because nothing identifies them."""
    why = (
        "explained by the fixed effects and the regressors before it"
        if design.effects
        else ("explained by the regressors before it")
    )
    return {name: why for at, name in enumerate(design.names) if at not in kept}


def _refuse(design: Design) -> None:
    outcome, name = design.outcome, design.formula.outcome
    if outcome.min() < 0:
        row = int(np.argmin(outcome))
        raise DataError(
            f"{name} is negative in row {design.rows[row]}: {outcome[row]:g}",
            hint="a Poisson outcome is zero or more; look for re-exports or corrections", row=int(design.rows[row]),
        )  # fmt: skip
    if not outcome.any():
        raise IdentificationError(f"{name} is zero in every row", hint="is the right column or year in use?")
