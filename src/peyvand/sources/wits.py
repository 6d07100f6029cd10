"""What does each economy export, to whom, and what tariff does it charge?  WITS country trade summaries, 1988–2021.

One long Parquet file of 212 economies and groups holds five tables; each function here reads one of them.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.sources.codes import FORMER, codes_of_names, is_economy
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

SECTIONS = {
    "Animal": "animal", "Vegetable": "vegetable", "Food Products": "food_products", "Minerals": "minerals",
    "Fuels": "fuels", "Chemicals": "chemicals", "Plastic or Rubber": "plastic_rubber",
    "Hides and Skins": "hides_skins", "Wood": "wood", "Textiles and Clothing": "textiles_clothing",
    "Footwear": "footwear", "Stone and Glass": "stone_glass", "Metals": "metals",
    "Mach and Elec": "machinery_electrical", "Transportation": "transportation", "Miscellaneous": "miscellaneous",
}  # fmt: skip
"""The 16 sections of the Harmonized System as WITS groups them; they add up to all goods."""

STAGES = {
    "Raw materials": "raw_materials", "Intermediate goods": "intermediate_goods",
    "Consumer goods": "consumer_goods", "Capital goods": "capital_goods",
}  # fmt: skip
"""Stages of processing: another split of the same total.  Never add them to the sections."""

WITS_CODES = FORMER | {"SER": "SRB", "MNT": "MNE"}
FALSE_ZERO_TARIFFS = (("TKM", 1998),)

WITS = Source(
    publisher="World Bank, World Integrated Trade Solution",
    title="WITS country trade summaries, all countries and years",
    licence="CC BY 4.0 unless stated (World Bank terms); UN Comtrade and UNCTAD TRAINS terms apply",
    url="https://wits.worldbank.org/countrystats.aspx",
    vintage="data to 2021",
    citation="World Bank, WITS country trade summaries (trade: UN Comtrade; tariffs: UNCTAD TRAINS and WTO IDB).",
    may_feed="figures",
)
GENERAL = (
    "groups of economies left out; before 2012 SDN is Sudan with South Sudan, later years of SUD are left out",
    "exports contain re-exports (ARM, KGZ, GEO); about 10 % of regional values were revised by over 1 % since 2015",
)


def read_exports_by_section(path: str | Path, *, year: int | None = None) -> Table:
    """Goods exports by section: economy, year, section, exports_musd.

    Sections that are not listed were not reported.  UZB is not in the source; IRN ends in 2018, TKM in 2000.
    """
    frame = _read(path, year, "Export(US$ Mil)", SECTIONS, "section", "exports_musd")
    notes = (
        *GENERAL,
        "UZB is absent; IRN has 1997-2006, 2010, 2011 and 2013-2018; IRQ 2014 only; TKM ends in 2000",
        "stone_glass contains gold (KGZ, ARM, TJK); miscellaneous takes unspecified goods",
    )
    return Table(frame.drop(columns="partner"), WITS, notes)


def read_trade_by_stage(path: str | Path, *, year: int | None = None) -> Table:
    """Goods trade by stage of processing: economy, year, flow (export, import), stage, trade_musd."""
    flows = []
    for flow, indicator in (("export", "Export(US$ Mil)"), ("import", "Import(US$ Mil)")):
        frame = _read(path, year, indicator, STAGES, "stage", "trade_musd").drop(columns="partner")
        frame.insert(2, "flow", flow)
        flows.append(frame)
    return Table(pd.concat(flows, ignore_index=True), WITS, (*GENERAL, "stages and sections split one total"))


def read_totals(path: str | Path, *, year: int | None = None) -> Table:
    """All goods: economy, year, exports_musd, imports_musd; NaN where only the other flow is known."""
    keys = ["economy", "year"]
    everything = {"All Products": "all"}
    exports = _read(path, year, "Exports (in US$ Mil)", everything, "product", "exports_musd").set_index(keys)
    imports = _read(path, year, "Imports (in US$ Mil)", everything, "product", "imports_musd").set_index(keys)
    frame = exports[["exports_musd"]].join(imports[["imports_musd"]], how="outer").reset_index()
    return Table(frame, WITS, GENERAL)


def read_partners(path: str | Path, *, year: int | None = None) -> Table:
    """The five largest partners of each year.

    Returns
    -------
    Table
        economy, year, flow (export, import), partner (ISO alpha-3; missing where the source hides it), partner_title,
        trade_musd, largest first.
    """
    flows = []
    for flow, name in (("export", "Export"), ("import", "Import")):
        indicator = f"Trade (US$ Mil)-Top 5 {name} Partner"
        frame = _read(path, year, indicator, {"All Products": "all"}, "product", "trade_musd").drop(columns="product")
        frame.insert(2, "flow", flow)
        flows.append(frame)
    frame = pd.concat(flows, ignore_index=True).rename(columns={"partner": "partner_title"})
    frame.insert(3, "partner", codes_of_names(frame["partner_title"]))
    frame = frame.sort_values(["economy", "year", "flow", "trade_musd"], ascending=[True, True, True, False])
    hidden = ", ".join(sorted(frame.loc[frame["partner"].isna(), "partner_title"].unique()))
    notes = (
        *GENERAL,
        "a partner is listed only in years when it was among the five largest",
        f"partners without a code: {hidden or 'none'} – 'Other Asia, nes' and 'Unspecified' hide buyers of IRN's oil",
    )
    return Table(frame.reset_index(drop=True), WITS, notes)


def read_tariffs(path: str | Path, *, year: int | None = None) -> Table:
    """Average tariffs, effectively applied, on imports from the world.

    Returns
    -------
    Table
        economy, year, stage (`all` or one of `STAGES`), tariff_rate_weighted (by imports) and, for `all`,
        tariff_rate_simple; shares, 0.05 = 5 %.
    """
    products = {"All Products": "all"} | STAGES
    keys = ["economy", "year", "stage"]
    weighted = _read(path, year, "Weighted Average (%)", products, "stage", "tariff_rate_weighted").set_index(keys)
    simple = _read(path, year, "Simple Average (%)", products, "stage", "tariff_rate_simple").set_index(keys)
    frame = weighted.drop(columns="partner").join(simple.drop(columns="partner"), how="outer").reset_index()
    frame[["tariff_rate_weighted", "tariff_rate_simple"]] *= 0.01
    false = pd.Series(list(zip(frame["economy"], frame["year"], strict=True))).isin(FALSE_ZERO_TARIFFS)
    notes = (
        *GENERAL,
        f"false zeros left out: {', '.join(f'{code} {when}' for code, when in FALSE_ZERO_TARIFFS)}",
        "IRN ends in 2011 (before its reform), AFG in 2018; none for IRQ, TKM and UZB",
        "averages over products imported, preferences included: they fall where a partner is free",
    )
    return Table(frame[~false].reset_index(drop=True), WITS, notes)


def _read(
    path: str | Path, year: int | None, indicator: str, products: dict[str, str], by: str, value: str
) -> pd.DataFrame:
    columns = {"iso3": "economy", "year": "year", "product": by, "partner": "partner"}
    frame = read_frame(path, columns | {"indicator": "indicator", "value": value}, year=year)
    frame = frame[(frame["indicator"] == indicator) & frame[by].isin(list(products))].drop(columns="indicator")
    frame["economy"] = frame["economy"].replace(WITS_CODES)
    frame = frame[is_economy(frame["economy"])].reset_index(drop=True)
    frame[by] = frame[by].map(products)
    require_numbers(frame, [value], path=path)
    require_unique(frame, ["economy", "year", by, "partner"], path=path)
    return frame
