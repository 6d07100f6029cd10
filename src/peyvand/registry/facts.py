"""What binds whom on a day, for the scenarios?

Turns the registry's trade agreements into the `Facts` that a union file is checked against and that move the baseline
to its date, so that what is in force is never counted twice. A tariff cut is taken from the agreement's commitments
that hold a tariff provision; an agreement without one moves no tariff.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, get_args

from peyvand.registry.dates import last_day
from peyvand.scenarios.in_force import Agreement, AgreementKind, Facts, Party

if TYPE_CHECKING:
    from peyvand.registry.exchange import Table

KINDS: dict[str, AgreementKind] = {kind.replace("-", "_"): kind for kind in get_args(AgreementKind)}


def facts(tables: dict[str, Table], *, known_until: date) -> Facts:
    """The trade agreements of some tables, as the scenarios read them.

    Parameters
    ----------
    tables : dict of str to rows
        `shipped_tables()`, or `read_tables` of an export.
    known_until : date
        The day to which the tables are up to date.
    """
    bound: dict[str, list[Party]] = {}
    traded = [row for row in tables["agreement"] if row["trade_kind"]]
    forces = {row["code"]: row["in_force_on"] for row in traded}
    for row in tables["signatory"]:
        since = row["from_on"] or forces.get(row["agreement"])
        if row["agreement"] in forces and since and row["party"] not in _UNIONS:
            bound.setdefault(row["agreement"], []).append(_party(row, since))
    cuts = _tariff_cuts(tables["commitment"])
    made = tuple(_agreement(row, bound.get(row["code"], ()), cuts.get(row["code"])) for row in traded)
    return Facts(made, known_until)


_UNIONS = frozenset({"EAEU"})
"""Unions that sign beside their members: the members are the ones whose tariffs move."""


def _party(row: dict[str, Any], since: str) -> Party:
    until = last_day(row["to_on"]) - timedelta(days=1) if row["to_on"] else None
    return Party(row["party"], row["side"] or "", last_day(since), until)


def _agreement(row: dict[str, Any], parties: Iterable[Party], cut: float | None) -> Agreement:
    return Agreement(
        name=row["code"],
        kind=KINDS[row["trade_kind"]],
        title=(row["title_en"], row["title_fa"]),
        parties=tuple(parties),
        tariff_cut_share=cut,
        source=row["source"],
        note=row["note"] or "",
    )


def _tariff_cuts(commitments: Iterable[dict[str, Any]]) -> dict[str, float]:
    """The cut that an agreement's commitments state, where all that state one agree."""
    stated: dict[str, set[float]] = {}
    for row in commitments:
        provision = json.loads(row["provision"]) if row["provision"] else {}
        if provision.get("kind") == "tariff":
            stated.setdefault(row["agreement"], set()).add(float(provision["cut_share"]))
    return {code: cuts.pop() for code, cuts in stated.items() if len(cuts) == 1}
