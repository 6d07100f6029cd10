"""How does somebody bring a matrix of their own?  Long files of cells: `exporter, importer[, sector], value`.

Any labels will do, not only ISO codes: a matrix of regions or of states that are no more is a matrix too. CSV, TSV,
Parquet and Stata files; the columns go by the field's names, `value` first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from peyvand.errors import DataError, did_you_mean
from peyvand.sources.files import pick_year, read_columns, require_numbers, require_unique
from peyvand.sources.generic import SYNONYMS

KEYS: Mapping[str, Sequence[str]] = {
    **{name: SYNONYMS[name] for name in ("exporter", "importer", "year")},
    "sector": (*SYNONYMS["sector"], "output_sector", "output_ind", "using_sector"),
    "economy": ("economy", "country", "region", "iso3", "code", "iso_o", "exporter"),
    "input_sector": ("input_sector", "input", "input_ind"),
}
"""Our key → the names under which a file may hold it, in lower case, ours first."""

FLOW_NAMES = ("value", *SYNONYMS["trade_musd"])
"""Names of a column of flows, in the order of preference."""

_AROUND_NAMES = " \ufeff\\"
"""What publishers leave around the name of a column: blanks, a byte-order mark, TeX's backslash."""


def read_cells(
    path: str | Path,
    keys: Sequence[str],
    *,
    optional: Sequence[str] = (),
    values: Sequence[str] = ("value",),
    year: int | None = None,
    dated: bool = False,
    minimum: float | None = 0.0,
) -> pd.DataFrame:
    """One value for each combination of keys.

    Parameters
    ----------
    path : str or Path
        A .csv, .tsv, .parquet or .dta file; `FILE:COLUMN` reads the values of that column.
    keys, optional : sequence of str
        Columns that the file must hold and those that it may hold, under any of the names in `KEYS`.
    values : sequence of str
        Names of the column of values; the first that the file holds is read.
    year : int, optional
        Keep this year; needed where the file has a column of several years.
    dated : bool
        A file without years is refused where a year is asked for; otherwise it speaks of every year.
    minimum : float, optional
        Smallest value allowed.

    Returns
    -------
    DataFrame
        The keys as text, and `value`; the name of the column read is in `attrs["column"]`.

    Raises
    ------
    DataError
        If a column is missing, a key is given twice, or a value is missing, not a number or below `minimum`.
    """
    path, chosen = _column_of(Path(path))
    values = (chosen.lower(),) if chosen else values
    frame = read_columns(path, None)
    held = {str(column).lower().strip(_AROUND_NAMES): str(column) for column in frame.columns}
    found = {name: _first(KEYS[name], held) for name in (*keys, *optional, "year")}
    for name in keys:
        if found[name] is None:
            raise DataError(
                f"{path.name} has no column for the {name}",
                hint=f"name it {name}; {did_you_mean(name, held)}",
                columns=list(frame.columns),
            )
    column = _first(values, held)
    if column is None:
        raise DataError(
            f"{path.name} has no column of values",
            hint=f"name it {values[0]}, or say which it is, {path.name}:COLUMN; {did_you_mean(values[0], held)}",
            columns=list(frame.columns),
        )
    names = {theirs: ours for ours, theirs in found.items() if theirs is not None} | {column: "value"}
    cells = _one_year(frame[list(names)].rename(columns=names), year, path, dated=dated)
    if cells.empty:
        raise DataError(f"{path.name} has a header but no rows", path=str(path))
    labels = [name for name in (*keys, *optional) if name in cells]
    cells[labels] = _as_text(cells[labels], path)
    require_numbers(cells, ["value"], path=path, minimum=minimum)
    _require_unique(cells, labels, path=path, others=[name for name in held if held[name] not in names])
    cells["value"] = cells["value"].astype(float)
    tidy = cells[[*labels, "value"]].reset_index(drop=True)
    tidy.attrs["column"] = column.lower()
    return tidy


def _require_unique(cells: pd.DataFrame, labels: list[str], *, path: Path, others: list[str]) -> None:
    """One row a cell; where there are more, a column of the file may be a key under a name that is not known."""
    try:
        require_unique(cells, labels, path=path)
    except DataError as error:
        if others and "sector" not in labels:
            error.hint = f"if it has sectors, name their column sector: it also holds {', '.join(others[:6])}"
        raise


def _column_of(path: Path) -> tuple[Path, str | None]:
    """`flows.parquet:tariff` is a file and one of its columns, unless a file has that very name."""
    file, colon, column = str(path).rpartition(":")
    if colon and file and column and not path.exists() and Path(file).is_file():
        return Path(file), column
    return path, None


def _first(names: Sequence[str], held: Mapping[str, str]) -> str | None:
    return next((held[name] for name in names if name in held), None)


def _one_year(cells: pd.DataFrame, year: int | None, path: Path, *, dated: bool) -> pd.DataFrame:
    """The rows of the year asked for; a file of several years is refused where none is."""
    if "year" not in cells:
        if year is not None and dated:
            raise DataError(f"{path.name} has no column of years, so no year {year}", path=str(path))
        return cells
    if year is not None:
        return pick_year(cells, year, path=path)
    years = sorted(cells["year"].dropna().unique())
    if len(years) > 1:
        raise DataError(
            f"{path.name} holds {len(years)} years, {years[0]:g} to {years[-1]:g}",
            hint=f"say which one: --year {years[-1]:g}",
            years=[int(held) for held in years],
        )
    return cells


def _as_text(labels: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Keys as stripped text; a whole number such as a Stata code loses its point."""
    text = {}
    for name, column in labels.items():
        if column.isna().any():
            row = int(column.isna().to_numpy().argmax())
            raise DataError(
                f"{path.name}: {name} is missing at row {row + 1}", hint="every cell needs its keys", row=row
            )
        whole = pd.api.types.is_float_dtype(column) and (column % 1 == 0).all()
        text[name] = (column.astype(int) if whole else column).astype(str).str.strip()
        if (text[name] == "").any():
            row = int((text[name] == "").to_numpy().argmax())
            raise DataError(f"{path.name}: {name} is empty at row {row + 1}", hint="every cell needs its keys", row=row)
    return pd.DataFrame(text)
