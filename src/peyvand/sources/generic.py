"""How does a reader bring trade flows of their own?  A long CSV, TSV, Parquet or Stata file under the field's names."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from peyvand.errors import DataError, did_you_mean
from peyvand.sources.codes import tidy_codes
from peyvand.sources.files import pick_year, read_columns, require_numbers, require_unique
from peyvand.sources.table import Source, Table

SYNONYMS = {
    "exporter": ("exporter", "exporter_iso3", "iso3_o", "iso_o", "iso3_exp", "exp", "origin", "exporter_code"),
    "importer": ("importer", "importer_iso3", "iso3_d", "iso_d", "iso3_imp", "imp", "destination", "importer_code"),
    "year": ("year", "yr", "time"),
    "sector": ("sector", "industry", "industry_id", "sector_id", "broad_sector", "indcode"),
    "trade_musd": (
        "trade_musd",
        "trade",
        "trade_flow",
        "flow",
        "tradeflow",
        "tradeflow_baci",
        "trade_value",
        "tradevalue",
    ),
    "tariff_rate": ("tariff_rate", "tariff"),
}
"""Our column → the names under which the field publishes it, in lower case, ours first."""

REQUIRED = ("exporter", "importer", "trade_musd")
MUSD = {"usd": 1e-6, "thousand_usd": 1e-3, "million_usd": 1.0}
"""Unit of a file's trade → its worth in M USD."""


def read_flows(
    path: str | Path,
    *,
    year: int | None = None,
    unit: str = "million_usd",
    also: Collection[str] = (),
    gaps: bool = False,
    source: Source | None = None,
) -> Table:
    """Bilateral trade in long form.

    Parameters
    ----------
    path : str or Path
        A file with a column for the exporter, the importer and the trade between them, under any of `SYNONYMS`.
        Codes are ISO alpha-3, in capitals or not; old ones (ROM, ZAR, TMP) become today's.
    year : int, optional
        Keep this year only.
    unit : {"million_usd", "thousand_usd", "usd"}
        What the trade column counts in.
    also : collection of str
        Codes beyond ISO alpha-3 that the file may hold, such as "EU27".
    gaps : bool
        Allow missing trade (kept as NaN); otherwise refused.
    source : Source, optional
        Where the file is from; without one its figures feed nothing that ships.

    Returns
    -------
    Table
        exporter, importer, year and sector where the file has them, trade_musd, tariff_rate where it has one, then
        the file's other columns as they are.

    Raises
    ------
    DataError
        If a column is missing or ambiguous, or trade is negative, infinite, missing or given twice.
    UnknownEconomyError
        If a code is no ISO alpha-3 code.
    """
    if unit not in MUSD:
        raise DataError(f"unknown unit {unit!r}", hint=did_you_mean(unit, MUSD), unit=unit)
    path = Path(path)
    frame = _renamed(read_columns(path, None), path)
    if frame.empty:
        raise DataError(f"{path.name} has a header but no rows", path=str(path))
    for name in ("exporter", "importer"):
        frame[name] = tidy_codes(frame[name], path=path, also=also)
    if year is not None:
        if "year" not in frame:
            raise DataError(f"{path.name} has no column of years, so no year {year}", path=str(path))
        frame = pick_year(frame, year, path=path)
    require_numbers(frame, ["trade_musd"], path=path, gaps=gaps)
    if "tariff_rate" in frame:
        require_numbers(frame, ["tariff_rate"], path=path, gaps=True)
    require_unique(frame, [name for name in ("exporter", "importer", "year", "sector") if name in frame], path=path)
    frame["trade_musd"] = frame["trade_musd"].astype(float) * MUSD[unit]
    missing = int(frame["trade_musd"].isna().sum())
    notes = (f"trade read as {unit.replace('_', ' ')}", *((f"{missing} missing flows kept",) if missing else ()))
    return Table(frame, source or _unknown(path), notes)


def _renamed(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    lowered = {str(column).lower(): str(column) for column in frame.columns}
    found: dict[str, str] = {}
    for ours, names in SYNONYMS.items():
        held = [lowered[name] for name in names if name in lowered]
        if ours in REQUIRED and not held:
            raise DataError(
                f"{path.name} has no column for the {ours.removesuffix('_musd')}",
                hint=f"name it {', '.join(names[:4])}; {did_you_mean(ours, lowered)}",
                columns=list(frame.columns),
            )
        if len(held) > 1 and ours not in held:
            raise DataError(f"{path.name}: which column is the {ours}: {' or '.join(held)}?", hint=f"name one {ours}")
        if held:
            found[ours if ours in held else held[0]] = ours
    renamed = frame.rename(columns=found)
    first = [name for name in SYNONYMS if name in renamed]
    return renamed[[*first, *(name for name in renamed if name not in first)]]


def _unknown(path: Path) -> Source:
    return Source(
        publisher="not stated", title=path.name, licence="not stated", url=str(path), vintage="", citation=path.name
    )
