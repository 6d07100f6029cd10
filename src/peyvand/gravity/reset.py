"""Is the equation misspecified?  Ramsey's RESET test, as Santos Silva and Tenreyro (2006) use it for gravity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from peyvand.gravity.covariance import read_vcov
from peyvand.gravity.finite import fit_sample
from peyvand.gravity.least_squares import least_squares
from peyvand.gravity.poisson import poisson_sample
from peyvand.gravity.results import Estimate, sample_covariance
from peyvand.gravity.threads import one_blas_thread


@dataclass(frozen=True, slots=True)
class Reset:
    """The squared linear index as one more regressor: is its coefficient zero?

    `statistic` is its square over its variance, χ²(1) if the equation is right.
    """

    coefficient: float
    std_error: float
    statistic: float
    p_value: float
    vcov_name: str


def reset_test(estimate: Estimate) -> Reset:
    """Add (Xβ + effects)² to the equation and test it, with the estimate's own covariance.

    >>> from peyvand.gravity.least_squares import ols
    >>> x = np.arange(12.0)
    >>> reset_test(ols("y ~ x", {"y": x**2 + np.cos(x), "x": x}, vcov="iid")).p_value < 1e-6
    True
    """
    sample = estimate.sample
    design = sample.design
    index = sample.linear
    if estimate.estimator == "ppml" and design.offset is not None:
        index = index - design.offset
    centre = float(np.mean(index[sample.keep]))
    square = np.where(sample.keep, (index - centre) ** 2, 0.0)
    scale = float(np.max(np.abs(square))) or 1.0
    wider = replace(design, regressors=(*design.regressors, square / scale), names=(*design.names, "RESET"))
    clusters = tuple(estimate.covariance.clusters)
    kind = "cluster" if clusters else read_vcov("iid" if estimate.vcov_name == "iid" else "hetero", None)[0]
    with one_blas_thread():
        if estimate.estimator == "ppml":
            fit, absorber, keep, _ = fit_sample(wider, separation="full", layout="auto")
            fresh, slopes, kept = poisson_sample(wider, fit, absorber, keep), fit.slopes, list(fit.kept)
        else:
            fresh, kept, slopes = least_squares(wider)
        covariance = sample_covariance(fresh, kind, clusters)
    if len(wider.names) - 1 not in kept:
        return Reset(0.0, np.nan, np.nan, np.nan, covariance.name)
    value, error = float(slopes[-1]), float(covariance.std_error[-1])
    if not error > 0:  # a perfect fit has nothing left to explain
        return Reset(value / scale, error / scale, np.nan, np.nan, covariance.name)
    statistic = (value / error) ** 2
    return Reset(value / scale, error / scale, statistic, float(2 * ndtr(-np.sqrt(statistic))), covariance.name)
