"""How long does a container wait for its papers?  World Bank Doing Business, trading across borders 2016–2020."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table

DOING_BUSINESS = Source(
    publisher="World Bank",
    title="Doing Business 2016-2020, trading across borders",
    licence="CC BY 4.0",
    url="https://archive.doingbusiness.org",
    vintage="2016-2020",
    citation="World Bank, Doing Business (historical data), trading across borders.",
    may_feed="figures",
)
_METHOD = "(DB16-20 methodology)"


def read_border_compliance(path: str | Path, *, year: int = 2020) -> Table:
    """Hours and dollars of border compliance, port handling included, for a container of 15 t.

    Returns
    -------
    Table
        economy, place (the city, or the economy), export_h, import_h, export_usd, import_usd; rows without figures
        are dropped.
    """
    path = Path(path)
    columns = {"code": "economy", "Year": "edition", "Economy": "place"}
    for ours, theirs in (
        ("h", "Time to {}: Border compliance (hours)"),
        ("usd", "Cost to {}: Border compliance (USD)"),
    ):
        columns |= {f"{theirs.format(way)} {_METHOD}": f"{way}_{ours}" for way in ("export", "import")}
    frame = read_frame(path, columns)
    frame = frame[frame["edition"].astype(str).str.contains(str(year))].drop(columns="edition")
    numbers = ["export_h", "import_h", "export_usd", "import_usd"]
    frame[numbers] = frame[numbers].apply(pd.to_numeric, errors="coerce")
    frame = frame.dropna(subset=numbers).reset_index(drop=True)
    require_numbers(frame, numbers, path=path)
    notes = (
        "discontinued in 2021 after irregularities; Azerbaijan is to be treated with care",
        "a standardised shipment: inside a customs union, as the EU or the EAEU, hours are near zero",
        "Turkmenistan is not covered",
    )
    return Table(frame, DOING_BUSINESS, notes)
