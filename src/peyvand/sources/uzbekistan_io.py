"""How does Uzbekistan's economy use its products?  The input-output table of 2022, 136 products, M UZS."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.errors import DataError
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

YEAR = 2022
UZS_PER_USD = 11_050.0
"""Average exchange rate of 2022, rounded, as stated with the table: million UZS / this = million USD."""

UZBEKISTAN_IO = Source(
    publisher="Statistics Agency under the President of the Republic of Uzbekistan",
    title="Input-output table of Uzbekistan 2022, 136 products",
    licence="official statistics, free with reference; compilation MIT",
    url="https://stat.uz",
    vintage="2022, published by CERR 2026-08",
    citation="Statistics Agency of the Republic of Uzbekistan, input-output table 2022; put out by the Center for "
    "Economic Research and Reforms (CERR), Tashkent.",
    may_feed="averages",
)
_MONEY = {
    "output": "output_muzs", "total_resources": "resources_muzs", "imports": "imports_muzs",
    "gva": "value_added_muzs", "coe": "compensation_muzs", "gos": "operating_surplus_muzs",
    "fd_household": "households_muzs", "fd_government": "government_muzs", "fd_npish": "npish_muzs",
    "fd_gfcf": "investment_muzs", "fd_inventories": "inventories_muzs", "fd_exports": "exports_muzs",
    "fd_total": "final_muzs",
}  # fmt: skip
_MAY_FALL = ("inventories_muzs", "final_muzs")


def read_sectors(path: str | Path) -> Table:
    """Accounts of each product: what is made, imported, earned and finally used.

    Returns
    -------
    Table
        sector (the national code, such as "B06.1"), title (Russian), output_muzs, imports_muzs, resources_muzs (their
        sum), value_added_muzs and its parts, final uses by category (`exports_muzs` among them), employed_persons.
        M UZS: divide by `UZS_PER_USD` for M USD.
    """
    columns = {"code": "sector", "name": "title"} | _MONEY | {"employment_total": "employed_persons"}
    frame = read_frame(path, columns)
    money = list(_MONEY.values())
    require_numbers(frame, [name for name in money if name not in _MAY_FALL], path=path)
    require_numbers(frame, [*_MAY_FALL], path=path, minimum=None)
    require_unique(frame, ["sector"], path=path)
    gap = (frame["output_muzs"] + frame["imports_muzs"] - frame["resources_muzs"]).abs().max()
    if gap > 1.0:
        raise DataError(f"{Path(path).name}: output + imports differs from resources by up to {gap:,.0f} M UZS")
    frame.insert(2, "year", YEAR)
    notes = (
        "the publisher's table says thousand UZS; the numbers are million UZS (value added adds to 936 trillion)",
        f"1 USD = {UZS_PER_USD:,.0f} UZS, the rounded average of 2022",
        "output less value added less use is not 0 by column (taxes on products, reclassification): rebalance",
        "trade margins are product G; imports are not separated by use; some codes merge several products",
        f"inventories are negative in {int((frame['inventories_muzs'] < 0).sum())} products: kept",
    )
    return Table(frame, UZBEKISTAN_IO, notes)


def read_use(path: str | Path, *, sectors: str | Path) -> Table:
    """Intermediate use: input_sector, sector (national codes), use_muzs; domestic and imported together.

    Parameters
    ----------
    path : str or Path
        The file of cells, which names products by number.
    sectors : str or Path
        The file that `read_sectors` reads, for the codes of those numbers.
    """
    codes = read_frame(sectors, {"id": "id", "code": "sector"}).set_index("id")["sector"]
    columns = {"row_sector_id": "input_sector", "col_sector_id": "sector", "use_million_uzs": "use_muzs"}
    frame = read_frame(path, columns)
    require_numbers(frame, ["use_muzs"], path=path)
    require_unique(frame, ["input_sector", "sector"], path=path)
    for name in ("input_sector", "sector"):
        unknown = sorted(set(frame[name]) - set(codes.index))
        if unknown:
            raise DataError(f"{Path(path).name}: product {unknown[0]} is not in {Path(sectors).name}")
        frame[name] = frame[name].map(codes)
    frame["use_muzs"] = frame["use_muzs"].astype(np.float64)
    return Table(frame, UZBEKISTAN_IO, ("million UZS; cells that are not listed are 0",))
