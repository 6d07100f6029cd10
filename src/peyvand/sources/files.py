"""How is a local file read?  By its suffix, its columns renamed; what is not right is refused with a reason."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from peyvand.errors import DataError, did_you_mean

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".dta")


_UNREADABLE = (
    ValueError, OSError, UnicodeError, EOFError, KeyError, struct.error, pd.errors.ParserError, pa.ArrowException,
)  # fmt: skip
"""What the readers of CSV, Parquet and Stata raise on a file that is not one."""


def read_frame(
    path: str | Path, columns: Mapping[str, str], *, year: int | None = None, missing: Sequence[str] = ("",)
) -> pd.DataFrame:
    """The named columns of a CSV, TSV, Parquet or Stata file, under our names and in the order asked for.

    Only the words in `missing` are read as missing, so the code of Namibia, "NA", stays a code.

    Parameters
    ----------
    path : str or Path
        A local file; the suffix says the format.
    columns : mapping
        The publisher's column name → ours.
    year : int, optional
        Keep this year only; our columns must hold `year`.

    Raises
    ------
    DataError
        If the file is absent, empty, broken or of another format, lacks a column, or has no such year.
    """
    path = Path(path)
    names = {ours: theirs for theirs, ours in columns.items()}
    only = [(names["year"], "==", year)] if year is not None else None
    frame = read_columns(path, list(columns), only=only, missing=missing).rename(columns=dict(columns))
    if year is not None:
        frame = pick_year(frame, year, path=path)
    if frame.empty:
        raise DataError(f"{path.name} has a header but no rows", path=str(path))
    return frame


def read_columns(
    path: Path, columns: Sequence[str] | None, *, only: list[Any] | None = None, missing: Sequence[str] = ("",)
) -> pd.DataFrame:
    """Columns of a file under the publisher's own names, or all of them.  Categories become plain text."""
    if not path.is_file():
        folder = "it is a folder: name the file inside it" if path.is_dir() else _nearby(path)
        raise DataError(f"no file {path}", hint=folder, path=str(path))
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty", path=str(path))
    try:
        frame = _read(path, columns, only, missing)
    except DataError:
        raise
    except _UNREADABLE as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        hint = f"is it really a {path.suffix} file, whole, and in UTF-8?"
        raise DataError(f"{path.name} cannot be read: {reason}", hint=hint, path=str(path)) from error
    for name in frame.columns[frame.dtypes == "category"]:
        plain = object if frame[name].isna().any() else frame[name].cat.categories.dtype
        frame[name] = frame[name].astype(plain)
    return frame if columns is None else frame[list(columns)].copy()


def require_columns(held: Sequence[str], wanted: Sequence[str], *, path: Path) -> None:
    """Refuse a file that lacks a column, with the nearest name that it has."""
    for name in wanted:
        if name not in held:
            raise DataError(
                f"{path.name} has no column {name!r}", hint=did_you_mean(name, held), column=name, path=str(path)
            )


def require_numbers(
    frame: pd.DataFrame, columns: Sequence[str], *, path: str | Path, minimum: float | None = 0.0, gaps: bool = False
) -> None:
    """Refuse text, infinities, values under `minimum` and, unless `gaps`, missing values; names the first bad row."""
    for name in columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            number = pd.to_numeric(frame[name], errors="coerce")
            _refuse(frame, frame[name].notna() & number.isna(), f"{name} is not a number", path)
            frame[name] = number
        value = frame[name].to_numpy(dtype=float, na_value=np.nan)
        if not gaps:
            _refuse(frame, np.isnan(value), f"{name} is missing", path)
        _refuse(frame, np.isinf(value), f"{name} is infinite", path)
        if minimum is not None:
            below = f"{name} is negative" if minimum == 0 else f"{name} is below {minimum:g}"
            _refuse(frame, value < minimum, below, path)


def require_unique(frame: pd.DataFrame, keys: Sequence[str], *, path: str | Path) -> None:
    """Refuse a file with two rows under one key."""
    _refuse(frame, frame.duplicated(list(keys)), f"more than one row for the same {', '.join(keys)}", path)


def pick_year(frame: pd.DataFrame, year: int, *, path: str | Path) -> pd.DataFrame:
    """The rows of one year; refuses a year that the frame does not hold."""
    picked = frame[frame["year"] == year]
    if picked.empty:
        years = sorted({int(held) for held in frame["year"].dropna()})
        span = f"it holds {years[0]}–{years[-1]}" if years else None
        raise DataError(f"{Path(path).name} has no year {year}", hint=span, year=year)
    return picked.reset_index(drop=True)


def _read(path: Path, columns: Sequence[str] | None, only: list[Any] | None, missing: Sequence[str]) -> pd.DataFrame:
    name = path.name.lower()
    if name.endswith(".parquet"):
        return _read_parquet(path, columns, only)
    if name.endswith(".dta"):
        frame = pd.read_stata(path)
    elif name.endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz")):
        frame = _read_text(path, "\t" if ".tsv" in name else ",", missing)
        if len(frame.columns) == 1 and ";" in str(frame.columns[0]):
            frame = _read_text(path, ";", missing)
        if any("\x00" in str(column) for column in frame.columns):
            raise DataError(f"{path.name} is a binary file, not text", path=str(path))
    else:
        raise DataError(f"{path.name}: no reader for {path.suffix!r}", hint=f"one of {', '.join(SUFFIXES)}")
    frame.columns = frame.columns.astype(str).str.strip()
    require_columns(list(frame.columns), columns or (), path=path)
    return frame


def _read_text(path: Path, separator: str, missing: Sequence[str]) -> pd.DataFrame:
    return pd.read_csv(path, sep=separator, keep_default_na=False, na_values=list(missing), low_memory=False)


def _read_parquet(path: Path, columns: Sequence[str] | None, only: list[Any] | None) -> pd.DataFrame:
    import pyarrow.parquet as pq

    require_columns(pq.read_schema(path).names, columns or (), path=path)
    frame = pd.read_parquet(path, columns=None if columns is None else list(columns), filters=only)
    if frame.empty and only:
        return pd.read_parquet(path, columns=None if columns is None else list(columns))
    return frame


def _nearby(path: Path) -> str | None:
    folder = path.parent
    return did_you_mean(path.name, sorted(other.name for other in folder.iterdir())) if folder.is_dir() else None


def _refuse(frame: pd.DataFrame, bad: Any, what: str, path: str | Path) -> None:
    rows = np.flatnonzero(np.asarray(bad, dtype=bool))
    if not rows.size:
        return
    first = frame.iloc[rows[0]]
    named = ", ".join(f"{key} {first[key]}" for key in frame.columns if _names_a_row(frame, key))
    where = f"first at row {rows[0] + 1}" + (f" ({named})" if named else "")
    raise DataError(f"{Path(path).name}: {what} in {rows.size} of {len(frame)} rows, {where}", rows=rows.tolist()[:100])


def _names_a_row(frame: pd.DataFrame, key: str) -> bool:
    return key == "year" or not pd.api.types.is_numeric_dtype(frame[key])
