"""How many cross a border in a year?  Published arrivals and border entries of the region, brought to a year.

Two things that are not the same are kept apart: tourists (visitors, guests, visits, as each publisher counts them) and
border entries, which count crossings. A part of a year is stretched to twelve months, a share is taken of its total.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.sources.armenia import ARMENIA, read_tourists
from peyvand.sources.facts import read_facts

TOURISTS, ENTRIES = "journeys", "border_entries"
_WORLD, _OTHERS = "WLD", "OTH"
_DAYS = 365.0
SERIES = (
    ("IRN", TOURISTS, "2018-03-21", "2019-03-20", ("2018-01-01", "2018-03-21")),
    ("UZB", TOURISTS, "2023-01-01", "2023-07-31", ("2023-01-01",)),
    ("KAZ", TOURISTS, "2023-01-01", "2023-09-30", ("2023-01-01",)),
    ("GEO", TOURISTS, "2023-01-01", "2023-12-31", ("2023-01-01",)),
    ("TUR", TOURISTS, "2017-01-01", "2017-12-31", ("2017-01-01",)),
    ("KAZ", ENTRIES, "", "", ("2022-01-01",)),
    ("RUS", ENTRIES, "2025-01-01", "2025-12-31", ("2025-01-01",)),
)  # fmt: skip
"""Of each destination the period of its total, and where the periods of its origins begin: the one nearest to 2019
that names origins. Armenia has a file of its own."""
_TOPICS = {TOURISTS: "arrivals", ENTRIES: "border entries"}


def published_arrivals(folder: str | Path) -> pd.DataFrame:
    """Published arrivals, a row an origin and one (`WLD`) for the total of a destination.

    Returns
    -------
    DataFrame
        flow (`journeys`, `border_entries`), origin, destination, persons (a year), year, counted (the publisher's
        words for what is counted), source, url.
    """
    root = Path(folder)
    facts = read_facts(root / "regional-trade-travel-facts" / "facts.csv").frame
    parts = [_series(facts, *series) for series in SERIES]
    home = root / "armenia-trade-and-services"
    tourists = read_tourists(home / "tourist_arrivals_by_origin.csv", home / "tourist_arrivals_monthly.csv")
    parts.append(_armenia(tourists.frame))
    return pd.concat(parts, ignore_index=True)


def _series(
    facts: pd.DataFrame, destination: str, flow: str, start: str, end: str, begins: tuple[str, ...]
) -> pd.DataFrame:
    """A destination's total and its origins, persons a year; a share of the total gives way to a count."""
    mine = facts[(facts["topic"] == _TOPICS[flow]) & (facts["economy"] == destination)]
    mine = mine.assign(
        first=mine["period_start"].dt.strftime("%Y-%m-%d"),
        last=mine["period_end"].dt.strftime("%Y-%m-%d"),
        is_share=mine["unit"] == "per cent",
        yearly=mine["value"] * _DAYS / mine["days"],
    )
    of_period = (mine["partner"] == _WORLD) & (mine["first"] == start) & (mine["last"] == end)
    whole = mine.loc[of_period & ~mine["is_share"]].head(1)
    origins = mine[~mine["partner"].isin((_WORLD, _OTHERS)) & mine["first"].isin(begins)]
    if start in begins[:1]:
        origins = origins[origins["last"] == end]
    total = float(whole["yearly"].sum())
    origins = origins.assign(yearly=origins["yearly"].where(~origins["is_share"], origins["value"] / 100 * total))
    origins = origins.sort_values("is_share", ascending=False, kind="stable").drop_duplicates("partner")
    rows = pd.concat([whole, origins], ignore_index=True)
    return pd.DataFrame(
        {
            "flow": flow,
            "origin": rows["partner"],
            "destination": destination,
            "persons": rows["yearly"],
            "year": rows["period_start"].dt.year,
            "counted": rows["item"],
            "source": rows["publisher"],
            "url": rows["url"].fillna(""),
        }
    )


def _armenia(tourists: pd.DataFrame) -> pd.DataFrame:
    keys = ["origin", "destination", "year"]
    total = tourists.assign(origin=_WORLD).groupby(keys, as_index=False).agg(tourists=("tourists", "sum"))
    rows = pd.concat([total, tourists[tourists["origin"] != _OTHERS]], ignore_index=True)
    return pd.DataFrame(
        {
            "flow": TOURISTS,
            "origin": rows["origin"],
            "destination": rows["destination"],
            "persons": rows["tourists"],
            "year": rows["year"],
            "counted": "foreign tourists, shared by the origins of 2023",
            "source": ARMENIA.publisher.split(";")[0],
            "url": ARMENIA.url,
        }
    )
