"""What did an estimate find?  Coefficients and covariance, what was dropped and why, fit, effects, predictions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import IdentificationError, UnknownNameError, did_you_mean
from peyvand.gravity.absorb import Absorber
from peyvand.gravity.checks import warnings_of
from peyvand.gravity.covariance import Covariance, covariance, read_vcov
from peyvand.gravity.design import Design, joint_effect, term_columns
from peyvand.gravity.formula import level_name
from peyvand.gravity.kernels import Array, Columns
from peyvand.gravity.regressors import Table, factor_columns
from peyvand.gravity.threads import one_blas_thread
from peyvand.locale import text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The arrays that a result stands on.

    Parameters
    ----------
    keep : NDArray
        Rows of the design in the sample.
    linear : Array
        (row,) offset + Xβ + effects (for least squares, the fitted outcome); meaningless where not kept.
    residual_regressors : Array
        (regressor, cell) without fixed effects.
    score_weight : Array
        (cell,) the factor of the residual regressors in the scores.
    """

    design: Design
    keep: NDArray[np.bool_]
    absorber: Absorber
    linear: Array
    fit_weight: Array
    residual_regressors: Array
    score_weight: Array
    bread: Array
    variance: float | None

    def cluster_codes(self, name: str) -> NDArray[np.intp]:
        """Level of each row of a cluster: columns that the design holds, joined by ^."""
        design = self.design
        if name in design.clusters:
            return design.clusters[name]
        columns = tuple(name.split("^"))
        for column in columns:
            if column not in design.axes:
                raise UnknownNameError(
                    f"the estimate holds no column {column!r} to cluster by",
                    hint=did_you_mean(column, design.axes) + " or name it in cluster= when you estimate",
                )
        return joint_effect(columns, design.axes).codes

    def scores(self) -> Sequence[Array]:
        """For each regressor (row,), zero for rows not in the sample; made when asked for, to save memory."""
        return _Scores(self)


@dataclass(frozen=True, slots=True)
class _Scores(Sequence[Array]):
    sample: Sample

    def __len__(self) -> int:
        return len(self.sample.residual_regressors)

    def __getitem__(self, at: Any) -> Any:
        sample = self.sample
        return sample.absorber.to_rows(sample.residual_regressors[at] * sample.score_weight)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Estimate:
    """A fitted gravity equation.  Nothing in it changes; `with_vcov` gives a new one.

    Parameters
    ----------
    estimator : str
        `ppml` or `ols`.
    names : tuple of str
        Regressors as the formula writes them.
    values : Array
        Their coefficients.
    covariance : Covariance
        Of the coefficients.
    dropped : DataFrame
        Columns `row` (0-based row of the input) and `reason`.
    collinear : dict
        Regressors that nothing identifies, with the reason.
    iterations : int
        Newton steps (1 for least squares).
    converged : bool
        Always true: an estimate that did not converge is an error.
    step_size : float
        The last Newton step of ln μ, root mean square weighted by μ.
    note : str
        What was done to the coefficients after the fit (a bias correction), empty otherwise.
    """

    estimator: str
    formula: str
    names: tuple[str, ...]
    values: Array
    covariance: Covariance
    dropped: pd.DataFrame
    collinear: dict[str, str]
    iterations: int
    converged: bool
    step_size: float
    sample: Sample
    note: str = ""

    # -- coefficients ----------------------------------------------------------------------------------------------
    @property
    def coefficients(self) -> pd.Series:
        return pd.Series(self.values, index=list(self.names), name="estimate")

    @property
    def std_errors(self) -> pd.Series:
        return pd.Series(self.covariance.std_error, index=list(self.names), name="std_error")

    @property
    def vcov(self) -> pd.DataFrame:
        """The covariance matrix, labelled."""
        return pd.DataFrame(self.covariance.matrix, index=list(self.names), columns=list(self.names))

    @property
    def vcov_name(self) -> str:
        return self.covariance.name

    def table(self, *, level: float = 0.95) -> pd.DataFrame:
        """Estimate, s.e., statistic, p-value and interval of each coefficient.

        A Poisson fit uses the normal distribution (`z`), least squares Student's t (`t`).
        """
        from scipy.special import ndtr, ndtri, stdtr, stdtrit  # a fit does not wait for them

        error = self.covariance.std_error
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.values / error
        normal, degrees = self.estimator == "ppml", self.covariance.degrees
        reach = (ndtri(0.5 + level / 2) if normal else stdtrit(degrees, 0.5 + level / 2)) * error
        beyond = ndtr(-np.abs(ratio)) if normal else stdtr(degrees, -np.abs(ratio))
        columns = {
            "estimate": self.values, "std_error": error, "z" if normal else "t": ratio,
            "p_value": 2 * beyond, "low": self.values - reach, "high": self.values + reach,
        }  # fmt: skip
        return pd.DataFrame(columns, index=list(self.names))

    def with_vcov(
        self, vcov: str | Mapping[str, str] | None = None, *, cluster: object = None, small_sample: str = "fixest"
    ) -> Estimate:
        """The same estimate with another covariance; a cluster may be any columns of the fixed effects or clusters."""
        if self.note:
            raise IdentificationError(
                f"another covariance would not be corrected as this one is: {self.note}",
                hint="take it of the estimate before the correction",
            )
        kind, names = read_vcov(vcov, cluster)
        return replace(self, covariance=sample_covariance(self.sample, kind, names, small_sample=small_sample))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Keys of what a reader should know of the data, see `checks.py`."""
        return (*warnings_of(self.sample.design), *(("singletons",) if len(self.singletons) else ()))

    @cached_property
    def singletons(self) -> NDArray[np.intp]:
        """Rows of the input that are alone in a level of a fixed effect, and in N, see `singletons.py`."""
        from peyvand.gravity.singletons import lone_rows

        design = self.sample.design
        found = lone_rows(design.effects, self.sample.keep)
        return design.rows[np.any([*found.values()], axis=0)] if found else design.rows[:0]

    # -- fit -------------------------------------------------------------------------------------------------------
    @property
    def nobs(self) -> int:
        return int(np.count_nonzero(self.sample.keep))

    @cached_property
    def fitted(self) -> Array:
        """Fitted outcome of each row of the input: nan where a row was incomplete, 0 where it was separated."""
        design = self.sample.design
        values = np.exp(self.sample.linear) if self.estimator == "ppml" else self.sample.linear
        out = np.full(design.input_rows, np.nan)
        out[design.rows] = np.where(self.sample.keep, values, 0.0 if self.estimator == "ppml" else np.nan)
        return out

    @cached_property
    def log_likelihood(self) -> float:
        """Of the Poisson law with its constant, or of the normal law."""
        y, weight, linear = self._kept()
        if self.estimator == "ppml":
            return float(weight @ (y * linear - np.exp(linear) - _log_factorial(y)))
        return _normal_likelihood(float(weight @ (y - linear) ** 2), self.nobs)

    @cached_property
    def null_log_likelihood(self) -> float:
        """Of the model with a constant only, beside the offset where there is one."""
        y, weight, _ = self._kept()
        if self.estimator == "ppml":
            offset = self.sample.design.offset
            given = np.zeros(len(y)) if offset is None else offset[self.sample.keep]
            given = given - given.max()
            linear = given + math.log(float(weight @ y) / float(weight @ np.exp(given)))
            return float(weight @ (y * linear - np.exp(linear) - _log_factorial(y)))
        mean = float(weight @ y / weight.sum())
        return _normal_likelihood(float(weight @ (y - mean) ** 2), self.nobs)

    @property
    def pseudo_r2(self) -> float:
        """1 − ln L / ln L₀ (McFadden) for a Poisson fit; R² for least squares."""
        if self.estimator == "ppml":
            return 1.0 - self.log_likelihood / self.null_log_likelihood
        return self.r2

    @cached_property
    def r2(self) -> float:
        """Squared correlation of outcome and fitted values."""
        y, weight, linear = self._kept()
        fitted = np.exp(linear) if self.estimator == "ppml" else linear
        moments = np.cov(y, fitted, aweights=weight)
        varies = moments[0, 0] > 0 and moments[1, 1] > 0
        return float(moments[0, 1] ** 2 / (moments[0, 0] * moments[1, 1])) if varies else math.nan

    @cached_property
    def deviance(self) -> float:
        """2 Σ [y ln(y/μ) − (y − μ)], or the sum of squared residuals."""
        y, weight, linear = self._kept()
        if self.estimator == "ols":
            return float(weight @ (y - linear) ** 2)
        logs = np.log(y, out=np.zeros_like(y), where=y > 0)
        return float(2 * weight @ (y * (logs - linear) - y + np.exp(linear)))

    def _kept(self) -> tuple[Array, Array, Array]:
        design, keep = self.sample.design, self.sample.keep
        weight = np.ones(len(keep)) if design.weights is None else design.weights
        return design.outcome[keep], weight[keep], self.sample.linear[keep]

    # -- fixed effects and predictions -----------------------------------------------------------------------------
    @cached_property
    def fixed_effects(self) -> dict[str, pd.DataFrame]:
        """For each fixed effect a table of its columns and `effect`; levels without rows in the sample are absent.

        Where effects overlap only their sums are identified: compare within an effect, or use `predict`.
        """
        sample = self.sample
        design = sample.design
        if not design.effects:
            return {}
        absorber = sample.absorber
        rest = sample.linear - self._slopes_part(design.regressors)
        if self.estimator == "ppml" and design.offset is not None:
            rest = rest - design.offset
        with one_blas_thread():
            absorber.weigh(sample.fit_weight)
            found = absorber.levels(absorber.project(absorber.to_cells(rest)[None], tol=1e-11))
        tables = {}
        for effect, values in zip(design.effects, found, strict=True):
            level = np.full(effect.count, np.nan)
            level[effect.codes[sample.keep]] = values[sample.keep]
            held = ~np.isnan(level)
            labels = {column: labels[held] for column, labels in zip(effect.columns, effect.levels, strict=True)}
            tables[effect.name] = pd.DataFrame({**labels, "effect": level[held]})
        return tables

    def predict(self, newdata: Any = None, *, kind: str = "response", offset: str | None = None) -> Array:
        """Predicted outcome of each row of `newdata`, or of the input.

        Parameters
        ----------
        newdata : table, optional
            Has the regressors and the columns of the fixed effects; the outcome is not needed. A level that the
            estimate has not seen, of a fixed effect or of dummies, gives nan.
        kind : str
            `response` (the flow) or `link` (its logarithm; for least squares both are the same).
        offset : str, optional
            Column or expression of the offset in `newdata`, if it is not the one of the estimate.
        """
        if kind not in ("response", "link"):
            raise UnknownNameError(f"no prediction {kind!r}", hint=did_you_mean(kind, ("response", "link")))
        link = self._link(newdata, offset) if newdata is not None else self._own_link()
        return np.exp(link) if kind == "response" and self.estimator == "ppml" else link

    def _own_link(self) -> Array:
        design = self.sample.design
        out = np.full(design.input_rows, np.nan)
        gone = -np.inf if self.estimator == "ppml" else np.nan
        out[design.rows] = np.where(self.sample.keep, self.sample.linear, gone)
        return out

    def _link(self, newdata: Any, offset: str | None) -> Array:
        design = self.sample.design
        values, table = term_columns(design.formula, newdata, offset or design.offset_text)
        link = values.pop("")
        for name, slope in zip(self.names, self.values, strict=True):
            link = link + slope * values.get(name, 0.0)  # the dummy of a level that these data lack
        for name, effect in self.fixed_effects.items():
            keys = name.split("^")
            columns = [table.columns[key] for key in keys]
            wanted = pd.MultiIndex.from_arrays(columns) if len(keys) > 1 else columns[0]
            link = link + effect.set_index(keys)["effect"].reindex(wanted).to_numpy(dtype=np.float64)
        known = np.all([self._has_seen(column, table) for column in factor_columns(design.formula, table)], axis=0)
        return np.where(known, link, np.nan)

    def _has_seen(self, column: str, table: Table) -> NDArray[np.bool_]:
        """Which rows of other data hold a level of a factor that has rows in the sample."""
        codes, levels = self.sample.design.axes[column]
        seen = {level_name(level) for level in levels[np.unique(codes[self.sample.keep])]}
        fresh, others = table.levels(column)
        return np.array([*(level_name(level) in seen for level in others), False])[fresh]

    def _slopes_part(self, regressors: Columns) -> Array:
        design = self.sample.design
        part = np.zeros(len(design.outcome))
        for name, slope in zip(self.names, self.values, strict=True):
            part += slope * regressors[design.names.index(name)]
        return part

    # -- words -----------------------------------------------------------------------------------------------------
    def to_dict(self) -> dict[str, Any]:
        """Everything that `--json` prints, in plain types; `z` is estimate over s.e., for least squares too."""
        table = self.table()
        statistic = "z" if self.estimator == "ppml" else "t"
        coefficients = {
            str(name): {
                "estimate": float(row["estimate"]), "std_error": float(row["std_error"]),
                "z": float(row[statistic]), "p_value": float(row["p_value"]),
            }
            for name, row in table.iterrows()
        }  # fmt: skip
        return {
            "estimator": self.estimator, "formula": self.formula, "coefficients": coefficients,
            "vcov": self.vcov_name, "nobs": self.nobs,
            "dropped": [{"row": int(row), "reason": str(why)} for row, why in self.dropped.itertuples(index=False)],
            "singletons": self.singletons.tolist(), "collinear": self.collinear,
            "iterations": self.iterations, "log_likelihood": self.log_likelihood,
            "pseudo_r2": self.pseudo_r2, "converged": self.converged, "note": self.note,
            "warnings": [text(f"gravity.warnings.{key}") for key in self.warnings],
        }  # fmt: skip

    def __str__(self) -> str:
        from peyvand.gravity.compare import etable

        return etable([self])

    __repr__ = __str__


def sample_covariance(sample: Sample, kind: str, names: tuple[str, ...], *, small_sample: str = "fixest") -> Covariance:
    """The covariance of a sample's slopes, clustered by columns that its design holds."""
    return covariance(
        kind=kind, bread=sample.bread, scores=sample.scores(),
        clusters={name: sample.cluster_codes(name) for name in names}, effects=sample.design.effects,
        keep=sample.keep, variance=sample.variance, small_sample=small_sample,
    )  # fmt: skip


def _normal_likelihood(squares: float, nobs: int) -> float:
    """The largest ln L of the normal law with these squared residuals; infinite where there are none."""
    return -nobs / 2 * (math.log(2 * math.pi * squares / nobs) + 1) if squares > 0 else math.inf


def _log_factorial(values: Array) -> Array:
    from scipy.special import gammaln  # a fit does not wait for it

    return np.asarray(gammaln(values + 1))
