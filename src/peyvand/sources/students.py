"""Who studies where?  UNESCO UIS and OECD students by origin and destination, students of and in Russia and China.

UIS's table is cut to the ten largest partners, seen from either side.  A pair that is not in it is *censored*, never
zero; `censored_students` says how large it can be at most.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.sources.codes import codes_of_names, is_economy
from peyvand.sources.files import pick_year, read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

UIS = Source(
    publisher="UNESCO Institute for Statistics",
    title="Internationally mobile students",
    licence="CC BY-SA 3.0 IGO",
    url="https://data.uis.unesco.org",
    vintage="2022 release, ten largest partners (1998-2021); students from Russia and inbound totals, 2025 release",
    citation="UNESCO Institute for Statistics, Other policy relevant indicators; ten largest partners as tidied by "
    "360info (2023).",
    may_feed="facts",
)
OECD = Source(
    publisher="OECD",
    title="Enrolment of international students by origin",
    licence="OECD terms (reuse with attribution)",
    url="https://www.oecd.org/education",
    vintage="2013-2019; shares of 2022 from Education at a Glance 2024",
    citation="OECD, Enrolment of international students by origin (EDU_ENRL_MOBILE); Education at a Glance 2024.",
    may_feed="facts",
)
AIDDATA = Source(
    publisher="AidData at William & Mary",
    title="China Public Diplomacy Dashboard, version 2.0",
    licence="not stated in the copy",
    url="https://www.aiddata.org/china-public-diplomacy",
    vintage="2.0 (2000-2018)",
    citation="AidData, China Public Diplomacy Dashboard Dataset, version 2.0.",
    may_feed="checks",
)
LISTED = 10
"""So many partners are listed by UIS's two tables; the rest are "Other countries"."""
COUNTED_ONCE = frozenset(
    [("BRA", 2013), ("COL", 2014), ("COL", 2015), ("ESP", 2014), ("ESP", 2015), ("GRC", 2013), ("GRC", 2014),
     ("ITA", 2013), ("SVK", 2013), ("SVK", 2014), ("SVK", 2015), ("TUR", 2013)]
)  # fmt: skip
"""Destinations and years whose figures in OECD's file are right; all others are twice the true count.

Evidence: pair by pair the ratio to UIS is 1 for COL, ITA, SVK and TUR there and 2 elsewhere; for GRC 2013 the sum is
UIS's inbound total; for BRA, ESP and GRC 2014, where UIS has neither, half the figures are odd and totals jump later.
"""
_OECD_NAMES = {"Korea": "KOR", "Lao People‚Äôs Democratic Republic": "LAO", "Cura√ßao": "CUW", "CuraÃ§ao": "CUW"}
_FROM_RUSSIA, _INBOUND = "26604", "26637"
_FLAGS = {"includes_others": "a", "included_elsewhere": "b", "national_estimate": "c", "uis_estimate": "d"}


def read_largest(by_origin: str | Path, by_destination: str | Path, *, year: int | None = None) -> Table:
    """Students by pair, from the lists of ten destinations of each origin and ten origins of each destination.

    Returns
    -------
    Table
        origin, destination, year, students; listed_by ("origin", "destination", "both"); status (reported, estimated).
        Pairs in neither list are absent: see `censored_students`.
    """
    views = {
        "origin": _view(by_origin, "origin_country_name", "dest_country_lumped", year),
        "destination": _view(by_destination, "origin_country_lumped", "dest_country_name", year),
    }
    both = pd.concat([view.assign(listed_by=name) for name, view in views.items()], ignore_index=True)
    keys = ["origin", "destination", "year"]
    found = both.groupby(keys, as_index=False).agg(
        students=("students", "first"),
        least=("students", "min"),
        most=("students", "max"),
        estimated=("estimated", "max"),
        listed_by=("listed_by", lambda names: "both" if len(names) > 1 else names.iloc[0]),
    )
    apart = int((found["least"] != found["most"]).sum())
    found["status"] = np.where(found["estimated"], "estimated", "reported")
    notes = (
        "a pair in neither list is small or not reported, never zero",
        "CHN, AFG and IRQ report no students by origin; PAK only 2003, TKM three years, TJK to 2017, UZB, RUS to 2019",
        f"the two lists differ for {apart} of the pairs in both",
    )
    return Table(found[[*keys, "students", "listed_by", "status"]], UIS, notes)


def censored_students(largest: Table, *, year: int) -> pd.DataFrame:
    """How many students an unlisted pair can have at most.

    If the destination reports, it is smaller than the tenth of the origin's list and the tenth of the destination's.
    Pairs of destinations that do not report are not in the table: nothing is known of them.

    Returns
    -------
    DataFrame
        origin, destination, students_most; every unlisted pair of a listed origin and a reporting destination.
    """
    frame = pick_year(largest.frame, year, path="students")
    reporting = sorted(frame["destination"].unique())
    origins = sorted(frame["origin"].unique())
    pairs = pd.MultiIndex.from_product([origins, reporting], names=["origin", "destination"])
    listed = pd.MultiIndex.from_frame(frame[["origin", "destination"]])
    table = pairs.difference(listed).to_frame(index=False)
    table = table[table["origin"] != table["destination"]]
    most = [table[end].map(_tenth(frame, end)) for end in ("origin", "destination")]
    return table.assign(students_most=np.fmin(most[0], most[1])).reset_index(drop=True)


def read_from_russia(path: str | Path, *, year: int | None = None) -> Table:
    """Students from Russia by destination: origin (RUS), destination, year, students, status; a 0 is a true zero."""
    frame, note = _indicator(path, _FROM_RUSSIA, year)
    frame = frame.rename(columns={"economy": "destination"})
    frame.insert(0, "origin", "RUS")
    return Table(frame[["origin", "destination", "year", "students", "status"]], UIS, note)


def read_inbound(path: str | Path, *, year: int | None = None) -> Table:
    """Students from abroad in each economy, all origins: destination, year, students, status."""
    frame, note = _indicator(path, _INBOUND, year)
    return Table(frame.rename(columns={"economy": "destination"}), UIS, note)


def read_oecd(path: str | Path, *, year: int | None = None) -> Table:
    """Students in 40 OECD and partner destinations, doubled counts halved: origin, destination, year, students.

    Zeros of a destination and year without any student are missing: it did not report.
    """
    columns = {"COUNTRY_OF_ORIGIN": "origin", "COUNTRY_OF_SCHOOL": "destination", "YEAR": "year"}
    frame = read_frame(path, columns | {"TOTAL_INTL_STUDENTS": "students"}, year=year)
    require_numbers(frame, ["students"], path=path)
    for name in ("origin", "destination"):
        frame[name] = codes_of_names(frame[name].replace(_OECD_NAMES))
    frame = frame.dropna(subset=["origin", "destination"]).reset_index(drop=True)
    require_unique(frame, ["origin", "destination", "year"], path=path)
    whole = frame.groupby(["destination", "year"])["students"].transform("sum")
    silent = frame.loc[whole == 0, ["destination", "year"]].drop_duplicates()
    frame = frame[whole > 0].reset_index(drop=True)
    once = [key in COUNTED_ONCE for key in zip(frame["destination"], frame["year"], strict=True)]
    frame["students"] = frame["students"] / np.where(once, 1, 2)
    named = ", ".join(f"{destination} {when}" for destination, when in silent.itertuples(index=False)) or "none"
    notes = (
        "every figure is halved (total and levels were added), but for the destinations and years of COUNTED_ONCE",
        f"did not report, so missing and not zero: {named}",
        "halves in a count come from the rounding of levels in AUT, CAN, NZL, SWE and USA",
    )
    return Table(frame, OECD, notes)


def read_oecd_shares(path: str | Path) -> Table:
    """Origins of foreign students in 2022: origin, destination, year, share.  The file's headings are reversed."""
    columns = {"Destination": "origin", "REF_AREA": "destination", "TIME_PERIOD": "year"}
    frame = read_frame(path, columns | {"Percentage_of_students": "share"})
    require_numbers(frame, ["share"], path=path, gaps=True)
    frame["origin"] = codes_of_names(frame["origin"].replace(_OECD_NAMES))
    known = frame["origin"].notna() & frame["share"].notna() & is_economy(frame["destination"])
    frame = frame[known].reset_index(drop=True)
    require_unique(frame, ["origin", "destination", "year"], path=path)
    frame["share"] = frame["share"] / 100
    return Table(
        frame,
        OECD,
        ("the file calls the host `Origin`: set right", "rows of continents and averages of groups left out"),
    )


def read_to_china(path: str | Path, *, year: int | None = None) -> Table:
    """Students in China by origin, which UIS lacks: origin, destination (CHN), year, students; gaps left out."""
    columns = {"receiving_country": "origin", "year": "year", "inbound_students_to_china": "students"}
    frame = read_frame(path, columns, year=year, missing=("", "N/A"))
    require_numbers(frame, ["students"], path=path, gaps=True)
    frame["origin"] = codes_of_names(frame["origin"])
    frame = frame.dropna().reset_index(drop=True)
    require_unique(frame, ["origin", "year"], path=path)
    frame.insert(1, "destination", "CHN")
    return Table(
        frame, AIDDATA, ("IRN, TUR, RUS, AZE, ARM, GEO and BLR are not covered", "later years are partly empty")
    )


def _view(path: str | Path, origin: str, destination: str, year: int | None) -> pd.DataFrame:
    columns = {origin: "origin", destination: "destination", "year": "year", "value_lumped": "students"}
    frame = read_frame(path, columns | {"cond_all": "flags"}, year=year)
    require_numbers(frame, ["students"], path=path)
    for name in ("origin", "destination"):
        frame[name] = codes_of_names(frame[name])
    frame = frame.dropna(subset=["origin", "destination"]).reset_index(drop=True)
    require_unique(frame, ["origin", "destination", "year"], path=path)
    estimates = "|".join(_FLAGS[name] for name in ("national_estimate", "uis_estimate"))
    return frame.assign(estimated=frame["flags"].str.contains(estimates)).drop(columns="flags")


def _tenth(frame: pd.DataFrame, end: str) -> pd.Series:
    """The smallest figure of each list of ten or more; shorter lists are whole, so that nothing is hidden by them."""
    mine = frame[frame["listed_by"].isin([end, "both"])].groupby(end)["students"]
    return mine.min().where(mine.size() >= LISTED)


def _indicator(path: str | Path, indicator: str, year: int | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One UIS indicator of economies: economy, year, students, status."""
    columns = {"indicatorId": "indicator", "geoUnit": "economy", "year": "year", "value": "students"}
    frame = read_frame(path, columns | {"qualifier": "qualifier"})
    frame = frame[(frame["indicator"].astype(str) == indicator) & is_economy(frame["economy"])].reset_index(drop=True)
    require_numbers(frame, ["students"], path=path)
    require_unique(frame, ["economy", "year"], path=path)
    frame["status"] = np.where(frame["qualifier"].isna(), "reported", "estimated")
    frame = frame[["economy", "year", "students", "status"]]
    if year is not None:
        frame = pick_year(frame, year, path=path)
    return frame, ("an absent year is not reported, not zero",)
