"""Do two economies treat each other's nationals alike, and how open is each?  Tables of the visa rules of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from peyvand.errors import DataError
from peyvand.mobility.visas import AMBIGUOUS, Visas
from peyvand.sources.passport_index import REGIMES

Balance = Literal["equal", "unequal", "unknown"]
OPENNESS = {
    "free": 1.0, "on_arrival": 0.7, "eta": 0.5, "e_visa": 0.5, "eta_or_e_visa": 0.5, "e_visa_or_on_arrival": 0.6,
}  # fmt: skip
"""Weights of UNWTO's visa openness reports: none asked 1, on arrival 0.7, e-visa 0.5, else 0.

Assumed beyond the source: an ETA counts as an e-visa, and a rule that is one of two counts as their mean.
"""
WITHOUT_EMBASSY = ("free", "eta", "on_arrival", "e_visa", "eta_or_e_visa", "e_visa_or_on_arrival")
"""Regimes under which nobody goes to an embassy first."""


def compare(there: str, back: str) -> Balance:
    """Whether two regimes are the same; `unknown` where the coding of their day cannot tell.

    >>> compare("free", "required"), compare("e_visa", "e_visa_or_on_arrival")
    ('unequal', 'unknown')
    """
    may_be = [set(AMBIGUOUS.get(regime, (regime,))) for regime in (there, back)]
    if not may_be[0] & may_be[1]:
        return "unequal"
    return "equal" if len(may_be[0] | may_be[1]) == 1 else "unknown"


def reciprocity(visas: Visas, economies: Iterable[str], day: date | None = None) -> pd.DataFrame:
    """Both directions of every pair.

    Returns
    -------
    DataFrame
        economy, partner; regime_there, days_there (what the partner asks of the economy's nationals); regime_back,
        days_back (what the economy asks of the partner's); balance (equal, unequal, unknown); more_open (the one that
        asks less, empty where equal or unknown); days_differ (equal regimes, both lengths said, and not the same).
    """
    codes = _at_least_two(visas.resolve(economies))
    held = visas.on(day)
    inside = held[held["origin"].isin(codes) & held["destination"].isin(codes)]
    columns = (inside[name].tolist() for name in ("origin", "destination", "regime", "days"))
    said = {(origin, destination): rule for origin, destination, *rule in zip(*columns, strict=True)}
    rows = []
    for one, two in combinations(codes, 2):
        (there, days_there), (back, days_back) = said[one, two], said[two, one]
        balance = compare(there, back)
        wider = two if REGIMES.index(there) > REGIMES.index(back) else one
        rows.append(
            {
                "economy": one,
                "partner": two,
                "regime_there": there,
                "days_there": days_there,
                "regime_back": back,
                "days_back": days_back,
                "balance": balance,
                "more_open": wider if balance == "unequal" else "",
                "days_differ": balance == "equal" and not _same_days(days_there, days_back),
            }
        )
    return pd.DataFrame(rows)


def matrix(visas: Visas, economies: Iterable[str], day: date | None = None) -> pd.DataFrame:
    """Regimes of a day, origins in rows and destinations in columns; empty on the diagonal."""
    codes = _at_least_two(visas.resolve(economies))
    held = visas.on(day)
    inside = held[held["origin"].isin(codes) & held["destination"].isin(codes)]
    wide = inside.pivot_table(index="origin", columns="destination", values="regime", aggfunc="first")
    return wide.reindex(index=list(codes), columns=list(codes)).fillna("")


def usual_rules(visas: Visas, codes: Iterable[str], day: date | None = None) -> pd.DataFrame:
    """Rules of a day, origins in rows and destinations in columns, as `matrix`; a border closed in the pandemic shows
    the rule that was last seen before."""
    order = list(codes)
    spells = visas.spells
    seen = spells[(spells["first"] <= visas.snapshots.index(visas.snapshot_of(day))) & (spells["regime"] != "closed")]
    inside = seen[seen["origin"].isin(order) & seen["destination"].isin(order)].sort_values("first")
    last = inside.astype({"origin": object, "destination": object, "regime": object})
    last = last.drop_duplicates(["origin", "destination"], keep="last")
    wide = last.pivot(index="origin", columns="destination", values="regime")
    return wide.reindex(index=order, columns=order).astype(object).fillna("")


def openness(
    visas: Visas,
    economies: Iterable[str],
    day: date | None = None,
    *,
    within: bool = False,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """How open each economy is to others, and others to it.

    Parameters
    ----------
    visas : Visas
        The rules.
    economies : iterable of str
        Whose openness; codes or names.
    day : date, optional
        The last snapshot by default.
    within : bool
        Count only partners among `economies`, not all that the rules hold.
    weights : mapping, optional
        A partner's weight by code, its population for example; all count alike by default.

    Returns
    -------
    DataFrame
        economy; of its partners, the shares (0 to 1) that it admits free, without an embassy, and its openness by the
        weights of UNWTO (`admits_…`); the same for its own nationals elsewhere (`admitted_…`); partners.
    """
    codes = _at_least_two(visas.resolve(economies)) if within else visas.resolve(economies)
    held = visas.on(day)
    if within:
        held = held[held["origin"].isin(codes) & held["destination"].isin(codes)]
    marks = pd.DataFrame(
        {
            "free_share": held["regime"] == "free",
            "without_embassy_share": held["regime"].isin(WITHOUT_EMBASSY),
            "openness_share": held["regime"].map(OPENNESS).fillna(0.0),
        }
    ).astype(float)
    partners = {
        "admits": _means(marks, held["destination"], held["origin"], weights),
        "admitted": _means(marks, held["origin"], held["destination"], weights),
    }
    table = pd.concat([part.add_prefix(f"{name}_") for name, part in partners.items()], axis=1).loc[list(codes)]
    count = held.groupby("destination").size()
    return table.rename_axis("economy").reset_index().assign(partners=count.loc[list(codes)].to_numpy())


def _means(marks: pd.DataFrame, of: pd.Series, partner: pd.Series, weights: Mapping[str, float] | None) -> pd.DataFrame:
    weight = pd.Series(1.0, marks.index) if weights is None else partner.map(dict(weights)).fillna(0.0)
    total = weight.groupby(of).sum()
    if weights is not None and not (total > 0).all():
        raise DataError("the weights are zero for every partner", hint="weights by ISO alpha-3 code, all above zero")
    return marks.mul(weight, axis=0).groupby(of).sum().div(total, axis=0)


def _at_least_two(codes: tuple[str, ...]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(codes))
    if len(different) < 2:
        raise DataError("visa rules stand between at least two economies", hint="peyvand mobility visas IRN KAZ")
    return different


def _same_days(one: float, two: float) -> bool:
    """Whether two lengths of stay are the same, as far as both are said."""
    return one == two or bool(np.isnan(one) or np.isnan(two))
