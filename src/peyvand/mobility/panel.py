"""Who was where in a year?  Migrants and students by pair with their ties, ready for gravity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.mobility.ties import PAIR, ties, visa_rules
from peyvand.mobility.visas import Visas
from peyvand.sources.migrants import read_stocks
from peyvand.sources.students import read_largest, read_oecd

_STOCKS = ("un-desa-migrant-stock-2019", "migrants_by_origin_and_destination_total.parquet")
_OECD = ("uis-oecd-student-tables", "OECD_Intl_Student_Enrollment_2013_2019.parquet")
_LISTS = ("popular-destinations-by-origin.parquet", "popular-origins-by-destination.parquet")


def migrants(folder: str | Path, year: int) -> pd.DataFrame:
    """UN DESA's stocks of 1990, 1995, … 2015 or 2019: origin, destination, persons; who is not named is absent."""
    frame = read_stocks(Path(folder, *_STOCKS), year=year).frame
    frame = frame[frame["origin"] != frame["destination"]]
    return frame[PAIR].assign(persons=frame["migrants"].to_numpy(float)).reset_index(drop=True)


def students(folder: str | Path, year: int, *, listed: bool = True) -> pd.DataFrame:
    """Students of a year: origin, destination, persons, source.

    The OECD's table is whole: its 40 destinations name every origin. With `listed`, UIS's lists of ten fill in other
    destinations; a pair that is in neither is absent, not zero.
    """
    whole = read_oecd(Path(folder, *_OECD), year=year).frame.assign(source="OECD")
    parts = [whole]
    if listed:
        cut = uis_lists(folder, year)
        parts.append(cut[~cut["destination"].isin(whole["destination"])])
    table = pd.concat(parts, ignore_index=True)
    table = table[table["origin"] != table["destination"]]
    return table[[*PAIR, "source"]].assign(persons=table["students"].to_numpy(float)).reset_index(drop=True)


def uis_lists(folder: str | Path, year: int) -> pd.DataFrame:
    """UIS's lists of ten of a year: origin, destination, students, status, source."""
    found = read_largest(*(Path(folder, "uis-student-flows-top10", name) for name in _LISTS), year=year)
    return found.frame.assign(source="UIS")


def with_ties(
    persons: pd.DataFrame, folder: str | Path, *, stock: pd.DataFrame | None = None, visas: Visas | None = None
) -> pd.DataFrame:
    """Persons by pair with the columns of `ties`.

    Parameters
    ----------
    persons : DataFrame
        origin, destination, persons.
    folder : str or Path
        The folder of publishers' data.
    stock : DataFrame, optional
        Migrants of an earlier year; adds log_stock = ln(1 + migrants), 0 where the pair is not named.
    visas : Visas, optional
        Adds the rules of 2019-11.
    """
    table = persons.merge(ties(folder), on=PAIR)
    if stock is not None:
        table = table.merge(stock[PAIR].assign(log_stock=np.log1p(stock["persons"])), on=PAIR, how="left")
        table["log_stock"] = table["log_stock"].fillna(0.0)
    return table if visas is None else table.merge(visa_rules(visas), on=PAIR)
