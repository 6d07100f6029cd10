"""How is each product made, and who uses it?  World Input-Output Database, 2013 and 2016 releases.

The 2013 release, 1995–2011: 40 economies and the rest of the world, 35 industries (NACE rev. 1), M USD at basic prices,
rounded to whole millions by the source.  Four Parquet files: use by origin-summed input, output, final demand,
bilateral trade.  Of the 2016 release, 2000–2014, trade with domestic sales and applied tariffs in 16 industries.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.sources.codes import REST_OF_WORLD, tidy_codes
from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table

SECTORS = {
    "c1": "agriculture", "c2": "mining", "c3": "food", "c4": "textiles", "c5": "leather", "c6": "wood", "c7": "paper",
    "c8": "coke and petroleum", "c9": "chemicals", "c10": "rubber and plastics", "c11": "other minerals",
    "c12": "metals", "c13": "machinery", "c14": "electrical and optical", "c15": "transport equipment",
    "c16": "other manufacturing", "c17": "electricity, gas and water", "c18": "construction", "c19": "motor trade",
    "c20": "wholesale", "c21": "retail", "c22": "hotels and restaurants", "c23": "inland transport",
    "c24": "water transport", "c25": "air transport", "c26": "other transport", "c27": "post and telecom",
    "c28": "finance", "c29": "real estate", "c30": "renting and business", "c31": "public administration",
    "c32": "education", "c33": "health", "c34": "other services", "c35": "households",
}  # fmt: skip
"""Industry code → what it makes."""

CATEGORIES = {"f1": "households", "f2": "npish", "f3": "government", "f4": "investment", "f5": "inventories"}
"""Final demand category code → its name."""

WIOD = Source(
    publisher="World Input-Output Database",
    title="World Input-Output Tables, 2013 release",
    licence="free to use with citation (later releases CC BY 4.0)",
    url="https://www.rug.nl/ggdc/valuechain/wiod/wiod-2013-release",
    vintage="2013 release (1995-2011)",
    citation="M. P. Timmer, E. Dietzenbacher, B. Los, R. Stehrer and G. J. de Vries (2015), An illustrated user guide "
    "to the World Input-Output Database, Review of International Economics 23, 575-605.",
    may_feed="figures",
)
WIOD_2016 = Source(
    publisher="World Input-Output Database",
    title="World Input-Output Tables, 2016 release, bilateral trade by industry with applied tariffs",
    licence="CC BY 4.0",
    url="https://www.rug.nl/ggdc/valuechain/wiod/wiod-2016-release",
    vintage="2016 release (2000-2014)",
    citation="M. P. Timmer, B. Los, R. Stehrer and G. J. de Vries (2016), An anatomy of the global trade slowdown "
    "based on the WIOD 2016 release, GGDC research memorandum 162; assembled with the tariffs of F. Teti (2024) by "
    "A. Lashkaripour (2021), The cost of a global tariff war, Journal of International Economics 131, 103489.",
    may_feed="averages",
)
ROUNDED = "values are rounded to whole million USD by the source: small flows became 0 and rows balance only roughly"


def read_use(path: str | Path, *, year: int | None = None) -> Table:
    """Intermediate use: year, economy (the user), input_sector (all origins summed), sector (the user's), use_musd."""
    columns = {"year": "year", "country": "economy", "input_sector": "input_sector"}
    frame = read_frame(path, columns | {"using_sector": "sector", "value": "use_musd"}, year=year)
    frame = _tidy(frame, ["economy"], ["use_musd"], path)
    return Table(frame, WIOD, (ROUNDED, "origins are summed: whether an input was imported is not known here"))


def read_output(path: str | Path, *, year: int | None = None) -> Table:
    """Output: year, economy, sector, output_musd, intermediate_musd and their difference value_added_musd.

    Value added includes taxes on products and margins.
    """
    columns = {"year": "year", "country": "economy", "sector": "sector"}
    columns |= {"output": "output_musd", "intermediate_inputs": "intermediate_musd"}
    frame = _tidy(read_frame(path, columns, year=year), ["economy"], ["output_musd", "intermediate_musd"], path)
    frame["value_added_musd"] = frame["output_musd"] - frame["intermediate_musd"]
    return Table(frame, WIOD, (ROUNDED, "value added includes taxes on products and international margins"))


def read_final_demand(path: str | Path, *, year: int | None = None) -> Table:
    """Final demand: year, economy, sector (all origins summed), category, final_musd; inventories may be negative."""
    columns = {"year": "year", "country": "economy", "sector": "sector", "category": "category", "value": "final_musd"}
    frame = _tidy(read_frame(path, columns, year=year), ["economy"], ["final_musd"], path, minimum=None)
    frame["category"] = frame["category"].replace(CATEGORIES)
    negative = frame.loc[frame["final_musd"] < 0, "category"].value_counts()
    counted = ", ".join(f"{count} in {category}" for category, count in negative.items())
    return Table(frame, WIOD, (ROUNDED, f"negative cells are kept: {counted or 'none'}"))


def read_trade(path: str | Path, *, year: int | None = None) -> Table:
    """Trade: year, exporter, importer, sector (the exporter's), intermediate_musd, final_musd and their sum trade_musd.

    Domestic sales are on the diagonal.  `final_musd` can be negative where stocks were drawn down.
    """
    columns = {name: name for name in ("year", "exporter", "importer", "sector")}
    columns |= {"intermediate": "intermediate_musd", "final": "final_musd"}
    frame = read_frame(path, columns, year=year)
    require_numbers(frame, ["intermediate_musd"], path=path)
    frame = _tidy(frame, ["exporter", "importer"], ["intermediate_musd", "final_musd"], path, minimum=None)
    frame["trade_musd"] = frame["intermediate_musd"] + frame["final_musd"]
    negative = int((frame["final_musd"] < 0).sum())
    return Table(frame, WIOD, (ROUNDED, f"final use is negative in {negative} cells (inventories): kept"))


def read_trade_and_tariffs(path: str | Path, *, year: int | None = None) -> Table:
    """Trade and tariffs of the 2016 release.

    Returns
    -------
    Table
        year, exporter, importer, sector (`services` is one), trade_musd with domestic sales, tariff_rate.  The rest of
        the world as an importer has no tariff (NaN); services carry 0.
    """
    columns = {name: name for name in ("year", "exporter", "importer", "sector")}
    frame = read_frame(path, columns | {"trade": "trade_musd", "tariff": "tariff_rate"}, year=year)
    frame = _tidy(frame, ["exporter", "importer"], ["trade_musd", "tariff_rate"], path)
    services = frame["sector"].str.startswith("Services")
    frame["sector"] = frame["sector"].mask(services, "services")
    untold = (frame["importer"] == REST_OF_WORLD) & (frame["exporter"] != REST_OF_WORLD) & ~services
    frame["tariff_rate"] = frame["tariff_rate"].mask(services, 0.0).mask(untold, np.nan)
    notes = (
        "negative inventory changes were removed, output recomputed by the source: totals are not the published ones",
        "services carried a spurious tariff: set to 0; tariffs of the rest of the world are not known: NaN",
    )
    return Table(frame, WIOD_2016, notes)


def _tidy(
    frame: pd.DataFrame, codes: list[str], numbers: list[str], path: str | Path, *, minimum: float | None = 0.0
) -> pd.DataFrame:
    require_numbers(frame, numbers, path=path, minimum=minimum)
    for name in codes:
        frame[name] = tidy_codes(frame[name], path=path)
    frame[numbers] = frame[numbers].astype(np.float64)
    return frame
