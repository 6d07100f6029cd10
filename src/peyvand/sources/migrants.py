"""Who lives where another was born, and who moved?  UN DESA migrant stocks, Abel and Cohen's flow estimates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.sources.codes import codes_of_names
from peyvand.sources.files import pick_year, read_columns, read_frame, require_columns, require_numbers, require_unique
from peyvand.sources.table import Source, Table

UN_DESA = Source(
    publisher="United Nations, Department of Economic and Social Affairs, Population Division",
    title="International Migrant Stock by origin and destination",
    licence="CC BY 3.0 IGO",
    url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
    vintage="revisions 2019 and 2020 (1990-2020)",
    citation="United Nations, Population Division, International Migrant Stock 2019 (POP/DB/MIG/Stock/Rev.2019) "
    "and 2020.",
    may_feed="figures",
)
ABEL_COHEN = Source(
    publisher="G. J. Abel and J. E. Cohen",
    title="Bilateral international migration flow estimates",
    licence="CC BY 4.0",
    url="https://doi.org/10.6084/m9.figshare.7731233",
    vintage="2022 (five-year periods 1990-2019)",
    citation="G. J. Abel and J. E. Cohen (2019), Bilateral international migration flow estimates for 200 countries, "
    "Scientific Data 6, 82; (2022), Scientific Data 9, 173.",
    may_feed="figures",
)
METHODS = ("sd_drop_neg", "sd_rev_neg", "mig_rate", "da_min_open", "da_min_closed", "da_pb_closed")
"""Abel and Cohen's six estimates of one flow; the authors find the last closest to reported figures."""
_REGIONS_NAMED_AS_ECONOMIES = ("Micronesia",)
_OTHERS = ("Other South", "Other North")
_NO_DATA = ("..", "-")
_FIVE_YEARS, _LAST_PERIOD_END = 5, 2019


def read_stocks(path: str | Path, *, year: int | None = None) -> Table:
    """Migrants by origin and destination, from the wide file of the 2019 revision.

    A pair that a destination does not name is left out: its migrants are in "other origins" or nobody counted them,
    which is not zero.  A printed 0 stays.

    Returns
    -------
    Table
        origin, destination, year (1990, 1995, … 2015, 2019), migrants, other_share (of the destination's migrants, of
        origins that it does not name).
    """
    path = Path(path)
    wide = read_columns(path, None).replace(dict.fromkeys(_NO_DATA, np.nan))
    wide = wide.rename(columns={"Year": "year", "Destination": "destination"})
    wide = wide[~wide["destination"].isin(_REGIONS_NAMED_AS_ECONOMIES)]
    code = codes_of_names(wide["destination"])
    left_out = sorted(wide.loc[code.isna(), "destination"].unique())
    wide = wide.assign(destination=code)[code.notna()].reset_index(drop=True)
    require_numbers(wide, ["year"], path=path)
    require_unique(wide, ["destination", "year"], path=path)
    require_columns(list(wide.columns), ["Total", *_OTHERS], path=path)
    long = wide.melt(id_vars=["destination", "year"], var_name="name", value_name="migrants").dropna()
    require_numbers(long, ["migrants"], path=path)
    total = _sums(long, ("Total",))
    others = _sums(long, _OTHERS).reindex(total.index, fill_value=0.0) / total
    long["origin"] = codes_of_names(long["name"])
    long = long.dropna(subset=["origin"]).join(others.rename("other_share"), on=["destination", "year"])
    long = long[["origin", "destination", "year", "migrants", "other_share"]]
    long = long.sort_values(["year", "destination", "origin"], ignore_index=True)
    if year is not None:
        long = pick_year(long, year, path=path)
    notes = (
        "refugees are in the stocks of some destinations (IRN, PAK, TUR), so they jump with displacement",
        "seasonal workers from Central Asia in RUS and KAZ are not; movers within the Soviet Union are",
        "a pair that is not named is missing, not zero; its migrants are in other_share",
        f"left out as no economy: {len(left_out)} aggregates, among them {', '.join(left_out[:2])}",
    )
    return Table(long, UN_DESA, notes)


def read_stocks_2020(path: str | Path, *, year: int | None = None) -> Table:
    """Migrants by origin and destination in 1990, 1995, … 2020: origin, destination, year, migrants (2020 revision)."""
    columns = {"year": "year", "orig": "origin", "dest": "destination", "stock": "migrants"}
    frame, lost = _coded(read_frame(path, columns, year=year), path)
    require_numbers(frame, ["migrants"], path=path)
    require_unique(frame, ["origin", "destination", "year"], path=path)
    notes = (*lost, "totals are about 5 % below the UN's: migrants of unknown origin are not carried")
    return Table(frame[["origin", "destination", "year", "migrants"]], UN_DESA, notes)


def read_flows(path: str | Path, *, year: int | None = None, method: str | None = None) -> Table:
    """Estimated moves in five years (the last period: four), by six methods.

    Parameters
    ----------
    path : str or Path
        The long file.
    year : int, optional
        Keep the period that begins in this year.
    method : str, optional
        Keep one of `METHODS`, as column `migrants`.

    Returns
    -------
    Table
        origin, destination, year (the period's first), year_end, one column a method, NaN where the method gives zero
        or nothing; or `migrants`, without those rows.
    """
    if method is not None and method not in METHODS:
        raise UnknownNameError(f"no method {method!r} in {Path(path).name}", hint=did_you_mean(method, METHODS))
    columns = {"year0": "year", "orig": "origin", "dest": "destination"} | {name: name for name in METHODS}
    said = read_frame(path, columns, year=year)
    said["origin"], said["destination"] = (said[name].str.rstrip("*") for name in ("origin", "destination"))
    frame, lost = _coded(said, path)
    require_numbers(frame, list(METHODS), path=path, gaps=True)
    require_unique(frame, ["origin", "destination", "year"], path=path)
    frame.insert(3, "year_end", np.minimum(frame["year"] + _FIVE_YEARS, _LAST_PERIOD_END))
    if method is not None:
        frame = frame.rename(columns={method: "migrants"}).dropna(subset=["migrants"]).reset_index(drop=True)
        frame = frame[["origin", "destination", "year", "year_end", "migrants"]]
    else:
        frame = frame[["origin", "destination", "year", "year_end", *METHODS]]
    notes = (
        *lost,
        "estimates, not observations: methods differ by up to an order of magnitude for one pair",
        "an absent pair is zero or not estimated in that method; Sudan until 2011 holds South Sudan",
    )
    return Table(frame, ABEL_COHEN, notes)


def _sums(long: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """Migrants of the rows so named, by destination and year."""
    return long[long["name"].isin(names)].groupby(["destination", "year"])["migrants"].sum()


def _coded(frame: pd.DataFrame, path: str | Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame with codes for names, and a note on the names that are no economy's."""
    found = frame.copy()
    unread: set[str] = set()
    for name in ("origin", "destination"):
        found[name] = codes_of_names(frame[name])
        unread |= set(frame.loc[found[name].isna(), name])
    kept = found.dropna(subset=["origin", "destination"]).reset_index(drop=True)
    lost = len(found) - len(kept)
    note = f"{lost} rows of no economy left out of {Path(path).name}: {', '.join(sorted(unread))}"
    return kept, (note,) if lost else ()
