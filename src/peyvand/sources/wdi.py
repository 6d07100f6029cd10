"""How large is each economy and what does it trade?  World Development Indicators of the World Bank."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.sources.codes import is_economy
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

INDICATORS = {
    "TX.VAL.MRCH.CD.WT": ("merchandise_exports_musd", 1e-6),
    "TM.VAL.MRCH.CD.WT": ("merchandise_imports_musd", 1e-6),
    "TX.VAL.FUEL.ZS.UN": ("fuel_exports_share", 0.01),
    "TX.VAL.MMTL.ZS.UN": ("ores_metals_exports_share", 0.01),
    "TX.VAL.TECH.CD": ("high_tech_exports_musd", 1e-6),
    "TX.VAL.TECH.MF.ZS": ("high_tech_of_manufactured_exports_share", 0.01),
    "TG.VAL.TOTL.GD.ZS": ("merchandise_trade_of_gdp_share", 0.01),
    "NE.EXP.GNFS.ZS": ("exports_of_gdp_share", 0.01),
    "NE.IMP.GNFS.ZS": ("imports_of_gdp_share", 0.01),
    "NV.AGR.TOTL.ZS": ("agriculture_of_gdp_share", 0.01),
    "NV.IND.TOTL.ZS": ("industry_of_gdp_share", 0.01),
    "NV.MNF.TECH.ZS.UN": ("medium_high_tech_of_manufacturing_share", 0.01),
    "ST.INT.RCPT.XP.ZS": ("tourism_receipts_of_exports_share", 0.01),
    "ST.INT.XPND.MP.ZS": ("tourism_spending_of_imports_share", 0.01),
    "BM.GSR.ROYL.CD": ("royalties_paid_musd", 1e-6),
    "BX.GSR.ROYL.CD": ("royalties_received_musd", 1e-6),
    "BN.CAB.XOKA.CD": ("current_account_musd", 1e-6),
    "BX.KLT.DINV.CD.WD": ("foreign_direct_investment_musd", 1e-6),
    "BX.TRF.PWKR.CD.DT": ("remittances_received_musd", 1e-6),
    "IS.AIR.DPRT": ("air_departures", 1.0),
    "IS.RRS.TOTL.KM": ("rail_lines_km", 1.0),
    "IS.SHP.GOOD.TU": ("container_port_traffic_teu", 1.0),
}
"""World Bank code → our column and the factor from the publisher's unit (USD, per cent) to ours."""

MAY_FALL = ("current_account_musd", "foreign_direct_investment_musd")
SHARES = {
    "agriculture_percent_of_gdp": "agriculture_of_gdp_share",
    "industry_percent_of_gdp": "industry_of_gdp_share",
    "services_percent_of_gdp": "services_of_gdp_share",
    "exports_percent_of_gdp": "exports_of_gdp_share",
    "imports_percent_of_gdp": "imports_of_gdp_share",
    "merchandise_trade_percent_of_gdp": "merchandise_trade_of_gdp_share",
}
GAPMINDER_CODES = {"KOS": "XKX", "NLD_CURACAO": "CUW"}

WDI = Source(
    publisher="World Bank",
    title="World Development Indicators",
    licence="CC BY 4.0",
    url="https://datacatalog.worldbank.org/search/dataset/0037712",
    vintage="2026-07 (indicators), 2026-03 (GDP, population)",
    citation="World Bank, World Development Indicators (merchandise totals: WTO; export shares: UN Comtrade).",
    may_feed="figures",
)


def read_indicators(path: str | Path, *, year: int | None = None) -> Table:
    """Trade, transport and finance of the region, one row an economy and year.

    Parameters
    ----------
    path : str or Path
        A long file with columns iso3, indicator, year, value.
    year : int, optional
        Keep this year only.

    Returns
    -------
    Table
        economy (`WLD` is the world), year, then one column per indicator in `INDICATORS`; NaN where not published.
    """
    columns = {"iso3": "economy", "indicator": "indicator", "year": "year", "value": "value"}
    frame = read_frame(path, columns, year=year)
    require_numbers(frame, ["value"], path=path, minimum=None)
    require_unique(frame, ["economy", "indicator", "year"], path=path)
    wide = frame.pivot(index=["economy", "year"], columns="indicator", values="value")
    held = {code: rule for code, rule in INDICATORS.items() if code in wide.columns}
    wide = pd.DataFrame({name: wide[code] * factor for code, (name, factor) in held.items()}).reset_index()
    require_numbers(wide, [name for name, _ in held.values() if name not in MAY_FALL], path=path, gaps=True)
    unread = sorted(set(frame["indicator"]) - set(INDICATORS))
    notes = (
        "merchandise totals of non-reporters (IRN, TKM, IRQ, AFG after 2021) are WTO estimates",
        "UZB exports of 2023 are 19.2 bn USD here and 24.4 in national data, which count gold otherwise",
        "fuel shares end in 2000 for TKM and in 2016 for IRQ; tourism receipts end in 2020, rail length in 2021",
        *((f"indicators not read: {', '.join(unread)}",) if unread else ()),
    )
    return Table(wide, WDI, notes)


def read_structure(path: str | Path, *, year: int | None = None) -> Table:
    """Shares of GDP by sector and of trade, and GDP in constant prices.

    Returns
    -------
    Table
        economy, year, agriculture_of_gdp_share, industry_of_gdp_share (construction included),
        services_of_gdp_share, exports_, imports_ and merchandise_trade_of_gdp_share, gdp_2015_musd; NaN where missing.
    """
    columns = {"geo": "economy", "time": "year"} | SHARES | {"total_gdp_us_inflation_adjusted": "gdp_2015_musd"}
    frame = read_frame(path, columns, year=year)
    shares = list(SHARES.values())
    require_numbers(frame, [*shares, "gdp_2015_musd"], path=path, gaps=True)
    frame[shares] = frame[shares] * 0.01
    frame["gdp_2015_musd"] = frame["gdp_2015_musd"] * 1e-6
    frame["economy"] = frame["economy"].str.upper().replace(GAPMINDER_CODES)
    frame, dropped = _economies_only(frame)
    notes = ("shares of value added do not add to 1: net taxes on products are in none of them", dropped)
    return Table(frame, WDI, notes)


def read_gdp_constant(path: str | Path, *, year: int | None = None) -> Table:
    """GDP in constant prices of 2015: economy, year, gdp_2015_musd."""
    columns = {"CountryCode_ISO3": "economy", "Year": "year", "GDP_constant2015USD": "gdp_2015_musd"}
    frame = read_frame(path, columns, year=year)
    require_numbers(frame, ["gdp_2015_musd"], path=path, gaps=True)
    frame["gdp_2015_musd"] = frame["gdp_2015_musd"] * 1e-6
    frame, dropped = _economies_only(frame)
    return Table(frame, WDI, (dropped,))


def read_gdp(path: str | Path, *, year: int | None = None) -> Table:
    """GDP in current USD: economy, year, gdp_musd."""
    frame = _read_country_facts(path, "gdp_musd", 1e-6, year)
    frame, dropped = _economies_only(frame)
    notes = (
        "AFG ends in 2022; IRN rests on the official exchange rate; TKM at its official rate is doubtful",
        dropped,
    )
    return Table(frame, WDI, notes)


def read_population(path: str | Path, *, year: int | None = None) -> Table:
    """Population at mid-year: economy, year, population (persons)."""
    frame, dropped = _economies_only(_read_country_facts(path, "population", 1.0, year))
    return Table(frame, WDI, (dropped,))


def _read_country_facts(path: str | Path, name: str, factor: float, year: int | None) -> pd.DataFrame:
    frame = read_frame(path, {"Country Code": "economy", "Year": "year", "Value": name}, year=year)
    require_numbers(frame, [name], path=path)
    require_unique(frame, ["economy", "year"], path=path)
    frame[name] = frame[name] * factor
    return frame


def _economies_only(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    single = is_economy(frame["economy"])
    dropped = frame.loc[~single, "economy"].nunique()
    return frame[single].reset_index(drop=True), f"{dropped} aggregates of the World Bank left out"
