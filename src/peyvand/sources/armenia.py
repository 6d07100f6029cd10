"""Whom does Armenia trade with and which services does it sell?  Trade 2007–2024, services from 1993, tourists."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.sources.codes import codes_of_names
from peyvand.sources.files import pick_year, read_frame, require_numbers
from peyvand.sources.table import Source, Table

ITEMS = {
    "1.1.2.1.": "manufacturing_services", "1.1.2.2.": "maintenance", "1.1.2.3.": "transport", "1.1.2.4.": "travel",
    "1.1.2.5.": "construction", "1.1.2.6.": "insurance", "1.1.2.7.": "financial", "1.1.2.8.": "telecom_computer",
    "1.1.2.9.": "other_business", "1.1.2.10.": "personal", "1.1.2.11.": "government",
}  # fmt: skip
UNSPECIFIED = "unspecified"

ARMENIA = Source(
    publisher="Statistical Committee of Armenia; Central Bank of Armenia",
    title="Armenia: trade by country and month, services by item and quarter",
    licence="official statistics, free with reference; compilation without a stated licence",
    url="https://armstat.am",
    vintage="2026-04",
    citation="Statistical Committee of the Republic of Armenia and Central Bank of Armenia, compiled by A. Tavadyan.",
    may_feed="facts",
)


def read_services(path: str | Path, *, year: int | None = None) -> Table:
    """Services trade of whole years: economy, year, item, flow (export, import), trade_musd."""
    columns = {"codes": "item", "account": "flow", "date": "date", "value": "trade_musd"}
    frame = read_frame(path, columns)
    frame = frame[frame["flow"].isin(["export", "import"])].reset_index(drop=True)
    require_numbers(frame, ["trade_musd"], path=path)
    frame["year"] = pd.to_datetime(frame["date"]).dt.year
    sums = frame.groupby(["year", "item", "flow"])["trade_musd"].agg(["sum", "count"]).reset_index()
    whole = sums[sums["count"] == 4].rename(columns={"sum": "trade_musd"}).drop(columns="count")
    whole["item"] = whole["item"].map(ITEMS).fillna(whole["item"])
    whole.insert(0, "economy", "ARM")
    whole = whole.reset_index(drop=True) if year is None else pick_year(whole, year, path=path)
    return Table(whole, ARMENIA, ("years with fewer than four quarters left out", "no charges for patents and brands"))


def read_tourists(by_origin: str | Path, by_month: str | Path, *, year: int = 2019) -> Table:
    """Tourists in a year by origin: origin (OTH: all others), destination (ARM), year, tourists, share_year.

    The year's months are summed and shared by the origins of 2023, the one year that has them.

    Raises
    ------
    DataError
        If the year is absent or lacks a month.
    """
    shares = read_frame(by_origin, {"origin": "origin", "y2023": "tourists"})
    require_numbers(shares, ["tourists"], path=by_origin)
    months = [str(month) for month in range(1, 13)]
    table = read_frame(by_month, {"year": "year"} | {month: month for month in months}, year=year)
    require_numbers(table, months, path=by_month)
    total = float(table[months].to_numpy().sum())
    share = shares["tourists"] / shares["tourists"].sum()
    found = shares.assign(tourists=share * total, destination="ARM", year=year, share_year=2023)
    notes = (
        f"{year} sums to {total:,.0f} tourists",
        "origins of 2023; quarters were partly interpolated by the author",
    )
    return Table(found[["origin", "destination", "year", "tourists", "share_year"]], ARMENIA, notes)


def read_trade(path: str | Path, *, year: int | None = None) -> Table:
    """Goods trade by partner: economy (ARM), year, partner, exports_musd, imports_musd (by origin).

    `unspecified` sums the partners that are no economy, so partners add to the total.
    """
    columns = {"country": "partner", "year": "year", "month": "month", "export": "exports_musd"}
    frame = read_frame(path, columns | {"import_origin": "imports_musd"}, year=year)
    require_numbers(frame, ["exports_musd", "imports_musd"], path=path)
    code = codes_of_names(frame["partner"])
    unread = sorted(frame.loc[code.isna(), "partner"].unique())
    frame["partner"] = code.fillna(UNSPECIFIED)
    money = ["exports_musd", "imports_musd"]
    sums = frame.groupby(["year", "partner"], as_index=False)[money].sum()
    sums[money] = sums[money] * 1e-3
    sums.insert(0, "economy", "ARM")
    notes = (
        "since 2022 exports are dominated by re-exported gold, phones and cars: use 2021 for structure",
        f"summed as unspecified: {', '.join(unread) or 'none'}",
    )
    return Table(sums, ARMENIA, notes)
