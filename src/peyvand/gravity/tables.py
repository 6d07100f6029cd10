"""How do data come in?  A pandas, polars or pyarrow table, a mapping of arrays, or the path of a file.

Only the columns that a formula mentions are read.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import DataError, UnknownNameError, did_you_mean

SUFFIXES = (".csv", ".parquet", ".dta")

Column = NDArray[Any]


def read_columns(data: Any, names: Iterable[str]) -> dict[str, Column]:
    """The named columns as NumPy arrays: numbers as they are, words as Python objects or strings.

    Parameters
    ----------
    data : table, mapping, str or Path
        Anything narwhals accepts (lazy tables too), a mapping of arrays, or the path of a .csv, .parquet or .dta file.

    Raises
    ------
    DataError
        If the file is absent or of another kind, the data are no table, or two columns have one name.
    UnknownNameError
        If a column is missing, with the nearest one.
    """
    wanted = list(dict.fromkeys(names))
    table = read_file(data, wanted) if isinstance(data, str | Path) else data
    if isinstance(table, Mapping):
        columns = {str(name): np.asarray(values) for name, values in table.items()}
        _expect(wanted, columns)
        lengths = {len(columns[name]) for name in wanted}
        if len(lengths) > 1:
            raise DataError(f"the columns have different lengths: {sorted(lengths)}")
        return {name: columns[name] for name in wanted}
    frame = _frame(table)
    _expect(wanted, frame.collect_schema().names())
    held = frame.select(wanted).collect() if isinstance(frame, nw.LazyFrame) else frame
    return {name: _to_numpy(held[name]) for name in wanted}


def column_names(data: Any) -> list[str]:
    """The names of all columns of a table or file."""
    table = read_file(data, None) if isinstance(data, str | Path) else data
    return [str(name) for name in table] if isinstance(table, Mapping) else _frame(table).collect_schema().names()


def listed(names: str | Sequence[str]) -> list[str]:
    """Names of columns, of which one may stand alone."""
    return [names] if isinstance(names, str) else list(names)


def name_beside(name: str, others: Iterable[str]) -> str:
    """A name for a new column that is none of the others."""
    taken = set(others)
    while name in taken:
        name += "_"
    return name


def read_file(path: str | Path, names: list[str] | None = None) -> Any:
    """A table from a .csv, .parquet or .dta file; `names` limits what a .csv or .parquet file is read for."""
    path = Path(path)
    if not path.is_file():
        raise DataError(f"no data file at {path}", hint=f"a {', '.join(SUFFIXES)} file")
    try:
        match path.suffix.lower():
            case ".csv":
                held = pd.read_csv(path, header=None, nrows=1, dtype=str).iloc[0].dropna().tolist()
                _refuse_twins(held, path.name)
                _expect(names or [], held)
                return pd.read_csv(path, usecols=names)
            case ".parquet":
                import pyarrow.parquet as pq

                held = pq.read_schema(path).names
                _refuse_twins(held, path.name)
                _expect(names or [], held)
                return pq.read_table(path, columns=names)
            case ".dta":
                return pd.read_stata(path, convert_categoricals=False)
    except (ValueError, OSError, struct.error) as error:
        raise DataError(f"{path} cannot be read: {error}", hint="is it the kind of file that its name says?") from error
    raise DataError(f"{path.suffix or path.name!r} is not a kind of file that is read", hint=f"one of {SUFFIXES}")


def numeric(column: Column, name: str) -> NDArray[np.float64]:
    """A column as numbers, missing values as nan.

    Raises
    ------
    DataError
        If it holds words or dates; the first few are named with their rows.
    """
    if column.dtype.kind in "fiub":
        return np.asarray(column, dtype=np.float64)
    if column.dtype.kind in "OUT":
        series = pd.Series(column, dtype=object)
        numbers = pd.to_numeric(series, errors="coerce")
        wrong = np.flatnonzero(numbers.isna().to_numpy() & series.notna().to_numpy())
        if not len(wrong) and not any(isinstance(value, str) for value in series[:100]):
            return numbers.to_numpy(dtype=np.float64)
        shown = ", ".join(f"{column[row]!r} in row {row}" for row in wrong[:3])
        message = (
            f"column {name!r} should hold numbers and holds words: {shown}"
            if shown
            else f"column {name!r} should hold numbers and holds numbers written as words, {column[0]!r} in row 0"
        )
        raise DataError(
            message, hint=f"turn the column into numbers; or C({name}) makes dummies of its levels", column=name,
        )  # fmt: skip
    raise DataError(
        f"column {name!r} should hold numbers and holds {column.dtype}",
        hint=f"turn the column into numbers; or C({name}) makes dummies of its levels", column=name,
    )  # fmt: skip


def coded(column: Column) -> tuple[NDArray[np.intp], Column]:
    """Each row's level as a number from 0, and the levels in order; a missing value gives −1."""
    if column.dtype.kind in "iu" and len(column):
        low, high = int(column.min()), int(column.max())
        if high - low <= 4 * len(column) + 1000:
            shifted = column.astype(np.intp) - low
            held = np.zeros(high - low + 1, dtype=bool)
            held[shifted] = True
            number = np.cumsum(held) - 1
            return (shifted if held.all() else number[shifted]), np.flatnonzero(held).astype(column.dtype) + low
    codes, levels = pd.factorize(column, sort=True, use_na_sentinel=True)
    return codes.astype(np.intp), np.asarray(levels)


def _frame(table: Any) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    """A table in narwhals' dress; columns of pandas that are called by numbers are called by their digits."""
    if isinstance(table, pd.DataFrame):
        table = table.rename(columns=str)
        _refuse_twins(table.columns, "the table")
    try:
        frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(table)
    except TypeError as error:
        raise DataError(
            f"{type(table).__name__} is not a table", hint="a pandas, polars or pyarrow table, or the path of a file"
        ) from error
    return frame


def _refuse_twins(names: Iterable[str], where: str) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise DataError(f"{count} columns of {where} are called {name!r}", hint="give each a name of its own")


def _to_numpy(series: nw.Series[Any]) -> Column:
    if series.dtype == nw.Categorical or series.dtype == nw.Enum:
        return _words(series)
    if series.dtype.is_numeric() and series.null_count():
        return np.asarray(series.cast(nw.Float64).to_numpy(), dtype=np.float64)
    if series.dtype == nw.String and getattr(series.to_native(), "dtype", None) != np.dtype(object):
        return _words(series)
    values = series.to_numpy()
    return np.asarray(values, dtype=object) if values.dtype.kind not in "fiubMmc" else np.asarray(values)


def _words(series: nw.Series[Any]) -> Column:
    """Words as Python objects, each different one made once; a missing value is None."""
    coded = series.to_arrow().dictionary_encode()
    whole = coded.combine_chunks() if hasattr(coded, "combine_chunks") else coded
    levels = np.array([*map(str, whole.dictionary.to_pylist()), None], dtype=object)
    place = whole.indices.fill_null(len(levels) - 1).to_numpy(zero_copy_only=False)
    return np.asarray(levels[place])


def _expect(wanted: list[str], held: Iterable[str]) -> None:
    names = list(held)
    for name in wanted:
        if name not in names:
            raise UnknownNameError(f"the data have no column {name!r}", hint=did_you_mean(name, names), name=name)
