"""Who sanctions whom?  Global Sanctions Data Base, version 4, cases of 1949–2023, expanded to pairs of economies.

A flag only: the flows of a sanctioned pair are a sanctions outcome, and nothing here says how large it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.sources.codes import economy_code, iso3_to_iso2
from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table

LAST_YEAR = 2023
"""Ongoing cases end in the last year of the data."""

ACCESSION = (
    (1958, "BEL DEU FRA ITA LUX NLD"), (1973, "DNK GBR IRL"), (1981, "GRC"), (1986, "ESP PRT"),
    (1995, "AUT FIN SWE"), (2004, "CYP CZE EST HUN LTU LVA MLT POL SVK SVN"), (2007, "BGR ROU"), (2013, "HRV"),
)  # fmt: skip
"""Year from which an economy takes part in the sanctions of the European Communities and Union."""

LAST_YEAR_IN_EU = {"GBR": 2020}
KINDS = ("trade", "arms", "military", "financial", "travel", "other")

GSDB = Source(
    publisher="Felbermayr, Kirilakha, Syropoulos, Yalcin and Yotov",
    title="Global Sanctions Data Base, version 4",
    licence="free for research on request, with citation; redistribution terms unknown",
    url="https://www.globalsanctionsdatabase.com",
    vintage="version 4 (1949-2023)",
    citation="G. Felbermayr, A. Kirilakha, C. Syropoulos, E. Yalcin and Y. V. Yotov (2020), The global sanctions data "
    "base, European Economic Review 129, 103561; version 4.",
    may_feed="facts",
)


def read_sanctions(path: str | Path, *, year: int | None = None) -> Table:
    """Sanctions by pair.

    Parameters
    ----------
    path : str or Path
        The file of cases.
    year : int, optional
        Keep the sanctions in place in this year.

    Returns
    -------
    Table
        case, sender, target (ISO alpha-3), begin_year, end_year (2023 where ongoing), through_un (the sender follows a
        case of the UN), yes/no: trade, arms, military, financial, travel, other; exports and imports of the sender to
        and from the target: none, partial, complete.
    """
    columns = {"case_id": "case", "sanctioning_state": "senders", "sanctioned_state": "targets"}
    columns |= {"begin": "begin_year", "end": "end_year", "descr_trade": "restricts"} | {kind: kind for kind in KINDS}
    cases = read_frame(path, columns, missing=())
    require_numbers(cases, ["begin_year", "end_year", *KINDS], path=path)
    restricts = cases.pop("restricts").fillna("")
    for flow, code in (("exports", "exp"), ("imports", "imp")):
        complete, partial = restricts.str.contains(f"{code}_compl"), restricts.str.contains(f"{code}_part")
        cases[flow] = np.select([complete, partial], ["complete", "partial"], default="none")
    cases[list(KINDS)] = cases[list(KINDS)].astype(bool)
    unread: set[str] = set()
    pairs = [pair for case in cases.itertuples() for pair in _pairs(case, unread)]
    frame = pd.DataFrame(pairs, columns=["case", "sender", "target", "begin_year", "end_year", "through_un"])
    frame = frame.merge(cases[["case", *KINDS, "exports", "imports"]], on="case")
    if year is not None:
        frame = frame[(frame["begin_year"] <= year) & (frame["end_year"] >= year)].reset_index(drop=True)
    notes = (
        "cases, not dyads, in the source: lists are split, the EU and EEC expanded to their members of each year, "
        "the UN to every other economy",
        f"not expanded and left out: {', '.join(sorted(unread))}",
        f"ongoing cases end in {LAST_YEAR}; former states keep their old codes (SUN, YUG, CSK, DDR, VDR)",
        "GSDB is a flag of sanctions, not a measure of their strength",
    )
    return Table(frame, GSDB, notes)


def sanctioned_pairs(
    sanctions: Table, *, kinds: Sequence[str] = ("trade", "financial"), through_un: bool = False
) -> pd.DataFrame:
    """Pairs with a sanction of one of `kinds` in either direction, once each: economy, other, in alphabetical order.

    Sanctions of the UN bind everybody, so they mark a target and not a pair; they count only if `through_un`.

    Raises
    ------
    UnknownNameError
        If a kind is none of `KINDS`.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownNameError(f"no kind of sanction {kind!r}", hint=did_you_mean(kind, KINDS), kind=kind)
    frame = sanctions.frame
    felt = frame[frame[list(kinds)].any(axis=1) & (through_un | ~frame["through_un"])]
    ends = np.sort(felt[["sender", "target"]].to_numpy(dtype=str), axis=1)
    pairs = pd.DataFrame(ends, columns=["economy", "other"]).drop_duplicates()
    return pairs.sort_values(["economy", "other"], ignore_index=True)


def _pairs(case: Any, unread: set[str]) -> list[tuple[int, str, str, int, int, bool]]:
    begin, end = int(case.begin_year), int(case.end_year)
    found = []
    for sender, first, last in _members(case.senders, begin, end, unread):
        for target, since, until in _members(case.targets, begin, end, unread):
            start, stop = max(first, since), min(last, until)
            if sender != target and start <= stop:
                found.append((int(case.case), sender, target, start, stop, case.senders == "UN"))
    return found


def _members(names: str, begin: int, end: int, unread: set[str]) -> list[tuple[str, int, int]]:
    """The economies of a list of names, each with the years in which it takes part."""
    members: dict[str, tuple[int, int]] = {}
    words = [word.strip() for word in names.split(",")]
    while words:
        taken, codes = next(
            ((count, codes) for count in (3, 2, 1) if (codes := _economies(", ".join(words[:count]), begin, end))),
            (1, {}),
        )
        if not codes:
            unread.add(words[0])
        members |= codes
        words = words[taken:]
    return [(code, first, last) for code, (first, last) in members.items()]


def _economies(name: str, begin: int, end: int) -> dict[str, tuple[int, int]]:
    if name == "UN":
        return dict.fromkeys(iso3_to_iso2(), (begin, end))
    if name in ("EU", "EEC"):
        since = {code: year for year, codes in ACCESSION for code in codes.split()}
        spans = {code: (max(begin, year), min(end, LAST_YEAR_IN_EU.get(code, end))) for code, year in since.items()}
        return {code: span for code, span in spans.items() if span[0] <= span[1]}
    code = economy_code(name)
    return {code: (begin, end)} if code else {}
