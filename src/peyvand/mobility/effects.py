"""What does a visa rule do to those who would cross?  Published effects, or our own where none could be read.

`visa_effects.csv` has a row per effect: people under a rule against none, in per cent. The rows marked `used` move the
counterfactual; the others are shown beside them. A standard error that could not be read is assumed to be half of the
effect, since published effects of a required visa on travel reach from −20 to −63 per cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.mobility.estimates import shipped_people_estimate
from peyvand.mobility.kernels import Array
from peyvand.mobility.visas import AMBIGUOUS
from peyvand.sources.passport_index import REGIMES

OWN_ESTIMATE = {"migrants": "migrants-2019"}
SAME_AS = {"border_entries": "journeys"}
"""Crossings take the effect on journeys."""
AS_REQUIRED = ("closed", "no_admission", "special_permit")
"""Rules at least as closed as a required visa: no effect of their own is known."""
RELATIVE_ERROR = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEffects:
    """ln of people under each rule of `REGIMES` against none, for one flow.

    Parameters
    ----------
    mean, error : Array
        (rule,) in the order of `REGIMES`; 0 for `free`. The errors of one flow move together: one draw scales all.
    status : str
        Of the effect of a required visa: `published`, `estimated` or `assumed`.
    source : str
        Of the same.
    """

    flow: str
    mean: Array
    error: Array
    status: str
    source: str

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """(draw, rule) effects with the uncertainty of a normal that all rules share."""
        return np.asarray(self.mean + rng.standard_normal(count)[:, None] * self.error)


@cache
def effect_table() -> pd.DataFrame:
    """Every effect, used or shown beside: the columns of `visa_effects.csv`."""
    with files("peyvand.mobility").joinpath("visa_effects.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"place": str, "url": str}).fillna({"place": "", "url": ""})


@cache
def rule_effects(flow: str) -> RuleEffects:
    """The effects that move a flow.

    >>> effects = rule_effects("journeys")
    >>> round(100 * float(np.expm1(effects.mean[REGIMES.index("required")])), 1), effects.status
    (-21.2, 'published')
    """
    table = effect_table()
    mine = table[(table["flow"] == SAME_AS.get(flow, flow)) & (table["used"] == "yes")].set_index("regime")
    mean = {str(regime): float(np.log1p(percent / 100)) for regime, percent in mine["percent"].items()}
    error = {regime: RELATIVE_ERROR * abs(value) for regime, value in mean.items()}
    if flow in OWN_ESTIMATE:
        own = shipped_people_estimate(OWN_ESTIMATE[flow])
        mean, error = {"required": own.coefficients["required"]}, {"required": own.std_errors["required"]}
    return RuleEffects(
        flow=flow,
        mean=_by_rule(mean),
        error=_by_rule(error),
        status=str(mine.loc["required", "status"]),
        source=str(mine.loc["required", "source"]),
    )


def positions(regimes: Iterable[Sequence[str]]) -> NDArray[np.int_]:
    """Rules as positions in `REGIMES`; an empty one (an economy and itself) as `free`."""
    place = {regime: at for at, regime in enumerate(REGIMES)} | {"": REGIMES.index("free")}
    return np.array([[place[regime] for regime in row] for row in regimes], dtype=int)


def _by_rule(said: dict[str, float]) -> Array:
    """Values in the order of `REGIMES`; a rule that is one of two takes their mean, one without a value takes 0."""

    def value(regime: str) -> float:
        if regime in AS_REQUIRED:
            return said.get("required", 0.0)
        if regime in AMBIGUOUS:
            return float(np.mean([said.get(one, 0.0) for one in AMBIGUOUS[regime]]))
        return said.get(regime, 0.0)

    return np.array([value(regime) for regime in REGIMES])
