"""Which services does each economy import?  WTO commercial services imports by item, 2014–2020."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.sources.codes import codes_of_names
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

ITEMS = {
    "S": "all_services", "SOX": "commercial_services", "SPX4": "goods_related", "SC": "transport", "SD": "travel",
    "SE": "construction", "SF": "insurance", "SG": "financial", "SH": "intellectual_property",
    "SI": "telecom_computer", "SJ": "other_business", "SK": "personal", "SL": "government",
    "SOX1": "other_commercial", "SPX1": "other_services",
}  # fmt: skip
"""Balance-of-payments item → our name.  SOX = SPX4 + SC + SD + SOX1; SOX1 = SE + … + SK; S = SOX + SL."""

WTO_SERVICES = Source(
    publisher="WTO",
    title="Commercial services imports by item (WTO-UNCTAD-ITC estimates, BPM6)",
    licence="free with attribution",
    url="https://stats.wto.org",
    vintage="2021-04 (2014-2020)",
    citation="World Trade Organization, WTO Stats portal, commercial services by sector, April 2021.",
    may_feed="averages",
)


def read_services_imports(path: str | Path, *, year: int | None = None) -> Table:
    """Services imports from the world.

    Returns
    -------
    Table
        economy, year, item (see `ITEMS`), imports_musd, basis: `annual`, or `quarters` where the annual file lacks the
        item and all four quarters are there.
    """
    columns = {"economy": "title", "item_code": "item", "partner": "partner", "freq": "freq", "period": "period"}
    frame = read_frame(path, columns | {"year": "year", "value_musd": "imports_musd"}, year=year)
    require_numbers(frame, ["imports_musd"], path=path, minimum=None)
    frame = frame[frame["partner"] == "World"].reset_index(drop=True)
    frame.insert(0, "economy", codes_of_names(frame["title"]))
    groups = sorted(frame.loc[frame["economy"].isna(), "title"].unique())
    frame = frame[frame["economy"].notna()]
    require_unique(frame, ["economy", "year", "item", "freq", "period"], path=path)
    tidy = _years(frame)
    tidy["item"] = tidy["item"].map(ITEMS).fillna(tidy["item"])
    negative = tidy["imports_musd"] < 0
    named = sorted({f"{row.economy} {row.year} {row.item}" for row in tidy[negative].itertuples()})
    tidy.loc[negative, "imports_musd"] = np.nan
    notes = (
        f"{int((tidy['basis'] == 'quarters').sum())} figures are sums of four quarters",
        f"negative imports set to missing: {', '.join(named) or 'none'}",
        f"groups left out: {', '.join(groups)}",
        "IRN has only the two totals; TKM is absent; 2020 is preliminary; vintage of April 2021, revised since",
    )
    return Table(tidy.reset_index(drop=True), WTO_SERVICES, notes)


def _years(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["economy", "year", "item"]
    annual = frame[frame["freq"] == "A"].set_index(keys)["imports_musd"]
    quarters = frame[frame["freq"] == "Q"].groupby(keys)["imports_musd"].agg(["sum", "count"])
    whole = quarters.loc[quarters["count"] == 4, "sum"]
    summed = whole[~whole.index.isin(annual.index)]
    both = pd.concat(
        [annual.to_frame().assign(basis="annual"), summed.to_frame("imports_musd").assign(basis="quarters")]
    )
    return both.reset_index().sort_values(keys)
