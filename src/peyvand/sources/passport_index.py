"""Who may cross which border, and with what paper?  Passport Index: visa rules of 199 passports, 2019-11 to 2026-02."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import DataError, did_you_mean
from peyvand.sources.codes import tidy_codes
from peyvand.sources.files import read_frame, require_unique
from peyvand.sources.table import Source, Table

PASSPORT_INDEX = Source(
    publisher="Passport Index, Arton Capital",
    title="Passport Index visa requirements, with history",
    licence="MIT (repositories that collected it); the site is built from public information",
    url="https://www.passportindex.org",
    vintage="54 snapshots, 2019-11-23 to 2026-02-17",
    citation="Passport Index (Arton Capital), collected by I. Pankou (passport-index-dataset) and imorte "
    "(passport-index-data).",
    may_feed="figures",
)

REGIMES = (
    "closed", "no_admission", "required", "special_permit", "e_visa", "e_visa_or_on_arrival", "on_arrival",
    "eta_or_e_visa", "eta", "free",
)  # fmt: skip
"""From the most closed to the most open.  The two with `or` are of snapshots that did not tell them apart."""

NUMBERED_UNTIL = date(2019, 12, 31)
"""Until then a rule is a number from 0 to 3; afterwards a number counts days."""
SWAPPED_UNTIL = date(2020, 5, 31)
"""Until then the labels VOA and ETA stand for each other."""

_NUMBERED = {"0": "required", "1": "eta_or_e_visa", "2": "e_visa_or_on_arrival", "3": "free"}
_SWAPPED = {"vr": "required", "voa": "eta_or_e_visa", "eta": "e_visa_or_on_arrival", "vf": "free"}
_PLAIN = {
    "visa required": "required", "e-visa": "e_visa", "visa on arrival": "on_arrival", "eta": "eta", "evw": "eta",
    "visa free": "free", "covid ban": "closed", "no admission": "no_admission",
    "hayya entry permit": "special_permit", "vr": "required", "voa": "on_arrival", "vf": "free",
}  # fmt: skip
_OWN = "-1"


def read_rules(path: str | Path, *, snapshot: date | None = None) -> Table:
    """Every rule of every snapshot, in one coding.

    Parameters
    ----------
    path : str or Path
        The history (with `snapshot_date`), or one snapshot without it.
    snapshot : date, optional
        The day of a file that holds one snapshot only.

    Returns
    -------
    Table
        snapshot, origin (the passport's economy), destination, regime (one of `REGIMES`), days (of stay; NaN where
        not said).  Rules of an economy towards its own nationals are left out.

    Raises
    ------
    DataError
        If a snapshot's day or a rule cannot be read, or a pair stands twice in a snapshot.
    """
    columns = {"Passport": "origin", "Destination": "destination", "Requirement": "said"}
    if snapshot is None:
        columns = {"snapshot_date": "snapshot", **columns}
    frame = read_frame(path, columns)
    if snapshot is not None:
        frame.insert(0, "snapshot", snapshot.isoformat())
    frame["snapshot"] = _days_of(frame["snapshot"], path)
    for name in ("origin", "destination"):
        frame[name] = tidy_codes(frame[name], path=path)
    require_unique(frame, ["snapshot", "origin", "destination"], path=path)
    frame["said"] = frame["said"].astype(str).str.strip().str.lower()
    own = (frame["origin"] == frame["destination"]) | (frame["said"] == _OWN)
    frame = frame[~own].reset_index(drop=True)
    meaning = _meanings(frame[["snapshot", "said"]].drop_duplicates(), path)
    frame = frame.merge(meaning, on=["snapshot", "said"], how="left")
    notes = (
        "2019 codes rules as 0–3, 2020-02 to 2020-05 swaps the labels VOA and ETA: both recoded",
        "until 2020-05 e-visas are not told apart from visas on arrival, nor from ETAs; ETAs are from 2025-01 on",
        "2020-11 to 2022: many borders were closed by the pandemic ('closed'), not a normal regime",
        "land borders, identity-card travel (Armenia, Georgia, Türkiye, the Eurasian union) and diplomats not shown",
        "single cells are months out of date: check Iran–Uzbekistan and Iran–Russia before quoting",
    )
    return Table(frame[["snapshot", "origin", "destination", "regime", "days"]], PASSPORT_INDEX, notes)


def _days_of(said: pd.Series, path: str | Path) -> pd.Series:
    day = pd.to_datetime(said, format="%Y-%m-%d", errors="coerce")
    if day.isna().any():
        row = int(np.flatnonzero(day.isna())[0])
        raise DataError(f"{Path(path).name}: {said.iloc[row]!r} in row {row + 1} is no day", hint="2019-11-23")
    return day


def _meanings(rules: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Regime and days of each rule as its snapshot codes it."""
    found = [_meaning(snapshot.date(), said, path) for snapshot, said in rules.itertuples(index=False)]
    regime, days = zip(*found, strict=True)
    return rules.assign(regime=regime, days=np.array(days, dtype=float))


def _meaning(snapshot: date, said: str, path: str | Path) -> tuple[str, float]:
    if snapshot <= NUMBERED_UNTIL:
        words = _NUMBERED
    elif said.isdecimal():
        return "free", float(said)
    else:
        words = _PLAIN | _SWAPPED if snapshot <= SWAPPED_UNTIL else _PLAIN
    if said not in words:
        raise DataError(
            f"{Path(path).name}: {said!r} is no visa rule of {snapshot}", hint=did_you_mean(said, words), rule=said
        )
    return words[said], np.nan
