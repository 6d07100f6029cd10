"""How strongly does trade answer to tariffs?  θ from PPML on ln(1+t), and by Caliendo and Parro's ratios."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from peyvand.errors import DataError, IdentificationError
from peyvand.gravity.expressions import quoted
from peyvand.gravity.formula import parse
from peyvand.gravity.kernels import Array
from peyvand.gravity.poisson import ppml
from peyvand.gravity.results import Estimate
from peyvand.gravity.tables import coded, numeric, read_columns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elasticity:
    """A trade elasticity θ > 0.

    Parameters
    ----------
    trade_elasticity, std_error : float
        θ and its standard error.
    method : str
        What it is estimated from.
    nobs : int
        Rows, or triads of economies.
    estimate : Estimate or None
        The PPML fit behind it.
    """

    trade_elasticity: float
    std_error: float
    method: str
    nobs: int
    estimate: Estimate | None = None


def elasticity_from_tariffs(
    formula: str, data: Any, *, tariff: str, flows_include_tariff: bool, cluster: object = None
) -> Elasticity:
    """θ from the slope of ln(1+t) in a gravity equation.

    X tariff-inclusive falls with elasticity θ, X net of tariff with θ + 1, so the slope is −θ or −(θ + 1).

    Parameters
    ----------
    formula : str
        The equation without the tariff, `trade ~ rta | …`.
    tariff : str
        Column of tariff rates as shares; 0 at home.
    flows_include_tariff : bool
        Whether the outcome is valued after the tariff.
    """
    parse(formula)
    _refuse_per_cent(numeric(read_columns(data, [tariff])[tariff], tariff), tariff)
    head, bar, tail = formula.partition("|")
    left, _, right = head.partition("~")
    name = f"log(1+{quoted(tariff)})"
    terms = name if right.strip() in ("1", "") else f"{right} + {name}"
    fit = ppml(f"{left} ~ {terms} {bar} {tail}", data, cluster=cluster)
    if name not in fit.names:
        raise IdentificationError(
            "the fixed effects explain the tariff", hint="tariffs must vary within pairs or years"
        )
    theta = -float(fit.coefficients[name]) - (0.0 if flows_include_tariff else 1.0)
    return Elasticity(
        trade_elasticity=theta, std_error=float(fit.std_errors[name]), method="PPML on ln(1+t)", nobs=fit.nobs,
        estimate=fit,
    )  # fmt: skip


def elasticity_from_ratios(
    data: Any, *, trade: str, tariff: str, exporter: str = "exporter", importer: str = "importer"
) -> Elasticity:
    """Caliendo and Parro (2015), equation 23: θ from triads, whose ratios hold no country or symmetric pair term.

        ln( X_ni X_ih X_hn / (X_in X_hi X_nh) ) = −θ ln( τ_ni τ_ih τ_hn / (τ_in τ_hi τ_nh) ),  τ = 1 + t

    Least squares without a constant over all triads with six positive flows (net of tariff or not: the shares decide);
    the error is robust to heteroskedasticity, not to the dependence of triads that share a pair.

    Raises
    ------
    DataError
        If a pair has two rows, an economy is missing, a flow is negative, or tariffs look like per cent.
    IdentificationError
        If no triad is complete or tariffs are symmetric throughout.
    """
    columns = read_columns(data, [trade, tariff, exporter, importer])
    codes = coded(np.concatenate([columns[exporter], columns[importer]]))[0]
    i, j = np.split(codes, 2)
    traded, rates = numeric(columns[trade], trade), numeric(columns[tariff], tariff)
    nowhere, below = np.flatnonzero(np.minimum(i, j) < 0), np.flatnonzero(traded < 0)
    if len(nowhere):
        raise DataError(f"row {nowhere[0]} has no exporter or no importer", hint="leave such rows out first")
    if len(below):
        raise DataError(
            f"{trade} is negative in row {below[0]}: {traded[below[0]]:g}", hint="leave such rows out first"
        )
    _refuse_per_cent(rates, tariff)
    count = int(codes.max(initial=-1)) + 1
    if count < 3:
        raise IdentificationError(f"{count} economies make no triad", hint="more economies or another year")
    if len(np.unique(i * count + j)) < len(i):
        raise DataError("a pair has two rows", hint="one year and sector at a time")
    flow, rate = np.zeros((count, count)), np.full((count, count), np.nan)
    flow[i, j], rate[i, j] = traded, rates
    with np.errstate(divide="ignore", invalid="ignore"):
        log_flow, log_tariff = np.log(flow), np.log1p(rate)
    triads = np.array(list(combinations(range(count), 3))).reshape(-1, 3)

    def around(logs: np.ndarray) -> np.ndarray:
        a, b, c = triads.T
        return np.asarray(logs[a, b] + logs[b, c] + logs[c, a] - logs[b, a] - logs[c, b] - logs[a, c])

    with np.errstate(invalid="ignore"):  # −∞ less −∞: two flows are zero, and the triad is not whole
        y, x = around(log_flow), around(log_tariff)
    whole = np.isfinite(y) & np.isfinite(x)
    y, x = y[whole], x[whole]
    if not len(y) or not np.any(np.abs(x) > 1e-12):
        raise IdentificationError(
            "no triad has six flows and asymmetric tariffs", hint="more economies or another year"
        )
    slope = float(x @ y / (x @ x))
    error = float(np.sqrt(np.sum((x * (y - slope * x)) ** 2) * len(y) / max(len(y) - 1, 1)) / (x @ x))
    return Elasticity(trade_elasticity=-slope, std_error=error, method="ratios of triads", nobs=len(y))


def _refuse_per_cent(rate: Array, name: str) -> None:
    """Refuse tariffs most of which would more than double a price."""
    levied = rate[rate > 0]
    if len(levied) and np.median(levied) > 1:
        raise DataError(
            f"{name} looks like per cent: half of its rates above zero are over {np.median(levied):g}",
            hint="shares are wanted: divide by 100", column=name,
        )  # fmt: skip
