"""Which goods does an economy trade with which region?  UN Comtrade by HS chapter, eight reporters, 2005–2021."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.sources.codes import WORLD, codes_of_names, tidy_codes
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

REGIONS = (
    "Australia and New Zealand", "Central Asia", "Eastern Asia", "Eastern Europe", "Latin America and the Caribbean",
    "Melanesia", "Micronesia", "Northern Africa", "Northern America", "Northern Europe", "Polynesia",
    "South-eastern Asia", "Southern Asia", "Southern Europe", "Sub-Saharan Africa", "Western Asia", "Western Europe",
)  # fmt: skip
"""Partners that are UN subregions, without the economies listed one by one."""

FLOWS = {"Export": "export", "Import": "import", "Re-Export": "re_export"}

COMTRADE = Source(
    publisher="UN Comtrade",
    title="Trade by HS chapter and partner region of AFG, ARM, AZE, GEO, IRQ, PAK, QAT, TUR",
    licence="UN Comtrade terms: extracts may be used and cited, bulk redistribution is restricted",
    url="https://comtradeplus.un.org",
    vintage="2023-01 (2005-2021)",
    citation="United Nations, UN Comtrade database, extract of January 2023.",
    may_feed="averages",
)


def read_trade(path: str | Path, *, year: int | None = None) -> Table:
    """Trade by chapter and partner.

    Returns
    -------
    Table
        economy, year, flow (export fob, import cif, re_export), hs2 (two digits), partner (ISO alpha-3, WLD, or the
        name of a UN subregion), partner_kind (economy, region, world), trade_musd.
    """
    columns = {"reporter": "economy", "year": "year", "flow": "flow", "hs2": "hs2", "partner": "partner"}
    frame = read_frame(path, columns | {"value_usd": "trade_musd"}, year=year)
    require_numbers(frame, ["trade_musd"], path=path)
    frame["economy"] = tidy_codes(frame["economy"], path=path)
    frame["hs2"] = frame["hs2"].astype(str).str.zfill(2)
    frame["flow"] = frame["flow"].map(FLOWS).fillna(frame["flow"])
    frame["trade_musd"] = frame["trade_musd"] * 1e-6
    region, world = frame["partner"].isin(REGIONS), frame["partner"] == "World"
    code = codes_of_names(frame["partner"]).mask(world, WORLD)
    frame["partner"] = frame["partner"].where(region | code.isna(), code)
    kind = np.select([region | code.isna(), world], ["region", "world"], default="economy")
    frame.insert(5, "partner_kind", kind)
    require_unique(frame, ["economy", "year", "flow", "hs2", "partner"], path=path)
    notes = (
        "read the coverage of an economy and year first: chapters are missing in many (`read_coverage`)",
        "IRN, TUR, RUS, KAZ, CHN and IND are inside subregions; economies listed one by one are not in theirs",
        "exports of AFG to partners cover 53-67 % of its total, of QAT 82-84 %, of IRQ almost nothing",
    )
    return Table(frame, COMTRADE, notes)


def read_coverage(path: str | Path) -> Table:
    """How complete each economy and year is.

    Returns
    -------
    Table
        economy, flow, year, chapters (of 96), world_musd (sum over chapters), allocated_share (to partners),
        official_musd (World Bank total), covered_share (world_musd / official_musd); NaN without an official total.
    """
    columns = {"reporter": "economy", "flow": "flow", "year": "year", "chapters": "chapters"}
    columns |= {"world_musd": "world_musd", "allocated_share": "allocated_share"}
    columns |= {"official_total_musd": "official_musd", "share_of_official_total": "covered_share"}
    frame = read_frame(path, columns)
    require_numbers(frame, ["chapters", "world_musd", "allocated_share"], path=path)
    require_numbers(frame, ["official_musd", "covered_share"], path=path, gaps=True)
    frame["flow"] = frame["flow"].map(FLOWS).fillna(frame["flow"])
    return Table(frame, COMTRADE, ("a share far from 1 means missing chapters, or another concept of total",))
