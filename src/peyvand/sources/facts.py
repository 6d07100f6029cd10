"""What do statistics offices and the press say of the region's trade and travel?  Figures, each with its page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.sources.files import read_frame, require_numbers
from peyvand.sources.table import Source, Table

FACTS = Source(
    publisher="as named in `publisher`: IRICA, TPO Iran, statistics offices, customs, ministries of tourism",
    title="Facts on trade, travel and capacity of Iran and Central Asia",
    licence="single figures with citation (facts)",
    url="one page per figure, in `url`",
    vintage="read in 2026-11",
    citation="The publisher and page of each figure, columns `publisher` and `url`.",
    may_feed="facts",
)
RAIL_NODES = Source(
    publisher="OpenStreetMap contributors",
    title="Rail border stations, ports and junctions of the region",
    licence="ODbL 1.0 (positions); gauges from general knowledge",
    url="https://www.openstreetmap.org",
    vintage="2026-11",
    citation="© OpenStreetMap contributors, ODbL 1.0.",
    may_feed="checks",
)
WHOLE_YEAR_DAYS = 330
DOUBT = r"read as|doubt|printed|check|unclear|probably|error|inconsistent"


def read_facts(path: str | Path, *, topic: str | None = None) -> Table:
    """Figures with their period, publisher and page.

    Parameters
    ----------
    path : str or Path
        The file of facts.
    topic : str, optional
        Keep one topic: exports, imports, arrivals, border entries, transport, tariff, …

    Returns
    -------
    Table
        topic, economy (reporter or destination), partner (ISO alpha-3, WLD, or a group's name), item, period_start,
        period_end, days, part_year, iranian_year, value, unit, value_musd (where the unit is USD), publisher, url,
        note, doubtful.
    """
    columns = {name: name for name in ("topic", "partner", "item", "period_start", "period_end", "value", "unit")}
    columns |= {"iso3": "economy", "publisher": "publisher", "source_url": "url", "note": "note"}
    frame = read_frame(path, columns)
    require_numbers(frame, ["value"], path=path, minimum=None)
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce")
    frame["days"] = (frame["period_end"] - frame["period_start"]).dt.days + 1
    frame["part_year"] = frame["days"] < WHOLE_YEAR_DAYS
    start = frame["period_start"]
    frame["iranian_year"] = (start.dt.month == 3) & start.dt.day.isin([20, 21])
    frame["value_musd"] = np.where(frame["unit"] == "bn USD", frame["value"] * 1e3, np.nan)
    frame["note"] = frame["note"].fillna("")
    frame["doubtful"] = frame["note"].str.contains(DOUBT, case=False, regex=True)
    order = ["topic", "economy", "partner", "item", "period_start", "period_end", "days", "part_year", "iranian_year"]
    frame = frame[[*order, "value", "unit", "value_musd", "publisher", "url", "note", "doubtful"]]
    if topic is not None:
        if topic not in set(frame["topic"]):
            hint = did_you_mean(topic, sorted(frame["topic"].unique()))
            raise UnknownNameError(f"{Path(path).name} has no topic {topic!r}", hint=hint, topic=topic)
        frame = frame[frame["topic"] == topic].reset_index(drop=True)
    notes = (
        f"{int(frame['part_year'].sum())} figures cover part of a year; Iranian years start on 20 or 21 March",
        "'non-oil' of IRICA holds petrochemicals, gas condensate and LPG; not crude, fuel oil and kerosene",
        "border entries count crossings, not tourists; port capacities are of various years and definitions",
        f"{int(frame['doubtful'].sum())} readings are marked doubtful, {int(frame['url'].isna().sum())} have no page",
    )
    return Table(frame, FACTS, notes)


def read_rail_nodes(path: str | Path) -> Table:
    """Rail border nodes: name, economy, neighbour, latitude_deg, longitude_deg, gauge_mm, neighbour_gauge_mm, note."""
    columns = {"name": "name", "iso3": "economy", "neighbour": "neighbour", "lat": "latitude_deg"}
    columns |= {"lon": "longitude_deg", "gauge_mm": "gauge_mm", "neighbour_gauge_mm": "neighbour_gauge_mm"}
    frame = read_frame(path, columns | {"note": "note"})
    require_numbers(frame, ["latitude_deg", "longitude_deg"], path=path, minimum=-180.0)
    require_numbers(frame, ["gauge_mm", "neighbour_gauge_mm"], path=path, gaps=True)
    return Table(frame, RAIL_NODES, ("gauges are from general knowledge: to be checked", "positions may not ship"))
