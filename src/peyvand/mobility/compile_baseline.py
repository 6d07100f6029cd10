"""From the publishers' files to the region's people: what is published, and what gravity fills in.

- migrants: the UN's stocks of 2019 as they are.
- students: UIS's lists of the last year a destination reported (2015 to 2019); a pair that the lists cut off is
  estimated by gravity and kept below the tenth of either list; destinations that do not report are left out.
- journeys: published arrivals; other origins of a destination share the rest of its published total by a gravity of
  published arrivals. A destination without a published total gets the arrivals per dollar of tourism receipts of the
  others, with the spread of these as its uncertainty; one without receipts is left out.
- border entries: published figures only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.gravity.results import Estimate
from peyvand.mobility.arrivals import TOURISTS, published_arrivals
from peyvand.mobility.baseline import COLUMNS, REGION, PeopleToday
from peyvand.mobility.kernels import calibrated
from peyvand.mobility.panel import migrants, students, uis_lists, with_ties
from peyvand.mobility.ties import TIES
from peyvand.sources.migrants import UN_DESA, read_stocks
from peyvand.sources.students import UIS, censored_students, read_inbound, read_largest
from peyvand.sources.wdi import read_gdp, read_indicators, read_population

YEAR = 2019
STUDENT_YEARS = range(2015, YEAR + 1)
RECEIPT_YEARS = (2012, YEAR)
CV_MIGRANTS, CV_STUDENTS, CV_ARRIVALS = 0.25, 0.05, 0.2
"""Assumed: censuses and estimates; registers; other years and parts of years stretched to twelve months."""
_WORLD = "WLD"
_BY_RECEIPTS = "gravity of published arrivals, level by the tourism receipts of the World Bank"
_JOURNEYS = "persons ~ log_distance + contiguous + log_stock + log_population | series"


def compile_people(folder: str | Path) -> PeopleToday:
    """The people between the economies of `REGION`, from the publishers' files."""
    root = Path(folder)
    parts = [_migrants(root), _students(root), _journeys(root)]
    pairs = pd.concat([pairs for pairs, _ in parts], ignore_index=True)
    others = pd.concat([others for _, others in parts], ignore_index=True)
    pairs = pairs[pairs["persons"] > 0].round({"persons": 0, "cv": 2})
    place = {code: at for at, code in enumerate(REGION)}
    order = pairs.assign(origin=pairs["origin"].map(place), destination=pairs["destination"].map(place))
    order = order.sort_values(["flow", "origin", "destination"])
    return PeopleToday(pairs.loc[order.index, list(COLUMNS)].reset_index(drop=True), others.round({"persons": 0}))


def _migrants(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    path = root / "un-desa-migrant-stock-2019" / "migrants_by_origin_and_destination_total.parquet"
    table = read_stocks(path, year=YEAR).frame
    table = table[table["destination"].isin(REGION)]
    inside = table[table["origin"].isin(REGION)]
    named = table.groupby("destination")["migrants"].sum()
    total = named / (1 - table.groupby("destination")["other_share"].first())
    pairs = inside.assign(
        flow="migrants",
        persons=inside["migrants"],
        cv=CV_MIGRANTS,
        status="reported",
        source=UN_DESA.citation,
    )
    return pairs, _rest("migrants", total, inside.groupby("destination")["migrants"].sum())


def _students(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    fit = _student_gravity(root)
    spread = _log_spread(fit)
    inbound = read_inbound(root / "uis-oecd-student-tables" / "RAW_inbound_and_outbound_data.csv").frame
    last = {d: year for year in STUDENT_YEARS for d in uis_lists(root, year)["destination"].unique() if d in REGION}
    parts: list[pd.DataFrame] = []
    totals: dict[str, float] = {}
    for year in sorted(set(last.values())):
        here = [destination for destination, when in last.items() if when == year]
        listed = uis_lists(root, year)
        listed = listed[listed["destination"].isin(here) & listed["origin"].isin(REGION)]
        status = listed["status"]
        parts.append(listed.assign(persons=listed["students"], cv=CV_STUDENTS, status=status, source=UIS.citation))
        parts.append(_unlisted(root, year, here, fit=fit, cv=_cv(spread)))
        mine = inbound[(inbound["year"] == year) & inbound["destination"].isin(here)]
        totals |= dict(zip(mine["destination"], mine["students"], strict=True))
    pairs = pd.concat(parts, ignore_index=True)
    pairs = pairs[pairs["origin"] != pairs["destination"]].assign(flow="students")
    return pairs, _rest("students", pd.Series(totals), pairs.groupby("destination")["persons"].sum())


def _student_gravity(root: Path) -> Estimate:
    from peyvand.gravity.poisson import ppml

    rows = with_ties(students(root, YEAR), root, stock=migrants(root, 2015))
    return ppml(f"persons ~ {' + '.join((*TIES, 'log_stock'))} | origin + destination", rows)


def _unlisted(root: Path, year: int, destinations: list[str], *, fit: Estimate, cv: float) -> pd.DataFrame:
    """Pairs that the lists cut off, as gravity has them but never above what the lists allow."""
    names = ("popular-destinations-by-origin.parquet", "popular-origins-by-destination.parquet")
    lists = read_largest(*(root / "uis-student-flows-top10" / name for name in names), year=year)
    cut = censored_students(lists, year=year)
    cut = cut[cut["destination"].isin(destinations) & cut["origin"].isin(REGION)].assign(persons=0.0)
    rows = with_ties(cut, root, stock=migrants(root, 2015))
    expected = np.nan_to_num(fit.predict(rows))
    persons = np.minimum(expected, rows["students_most"].fillna(np.inf))
    said = "gravity of students (students-2019-listed), kept below the tenth of UIS's lists"
    return rows.assign(year=year, persons=persons, cv=cv, status="estimated", source=said)


def _journeys(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    published = published_arrivals(root)
    fit, ties = _arrival_gravity(root, published)
    counted = published[published["flow"] == TOURISTS]
    totals = counted[counted["origin"] == _WORLD].set_index("destination")
    total, level_spread = _totals(root, totals["persons"])
    known = counted[counted["origin"] != _WORLD]
    table = _filled(ties.assign(prior=np.exp(_slopes(fit, ties))), known, total)
    own = table["destination"].isin(totals.index)
    spread = _log_spread(fit)
    table["cv"] = np.where(own, _cv(spread), _cv(float(np.hypot(spread, level_spread))))
    table["year"] = table["destination"].map(totals["year"]).fillna(YEAR).astype(int)
    of = table["destination"].map(totals["source"] + " " + totals["url"])
    table["source"] = ("gravity of published arrivals, calibrated to " + of).fillna(_BY_RECEIPTS)
    said = table.merge(known, on=["origin", "destination"], how="left", suffixes=("", "_published"))
    table["cv"] = table["cv"].where(said["url"].isna().to_numpy(), CV_ARRIVALS)
    table["source"] = table["source"].where(said["url"].isna().to_numpy(), _cited(said))
    inside = table[table["origin"].isin(REGION)].assign(flow=TOURISTS, status="estimated")
    entries = published[(published["flow"] != TOURISTS) & published["origin"].isin(REGION)]
    entries = entries.assign(status="estimated", cv=CV_ARRIVALS, source=entries["source"] + " " + entries["url"])
    others = _rest(TOURISTS, total, inside.groupby("destination")["persons"].sum())
    return pd.DataFrame(pd.concat([inside, entries], ignore_index=True)), others


def _totals(root: Path, published: pd.Series) -> tuple[pd.Series, float]:
    """Arrivals in a year by destination, and the spread in logs of those that come from tourism receipts."""
    receipts = _tourism_receipts(root).reindex(list(REGION))
    per_musd = np.log(published.to_numpy(float) / receipts.reindex(published.index).to_numpy(float))
    level, spread = float(np.nanmean(per_musd)), float(np.nanstd(per_musd, ddof=1))
    return published.reindex(list(REGION)).fillna(receipts * np.exp(level)).dropna(), spread


def _filled(ties: pd.DataFrame, known: pd.DataFrame, total: pd.Series) -> pd.DataFrame:
    """origin, destination, persons of every origin: published figures, and the rest of each total by gravity."""
    origins = sorted(ties["origin"].unique())
    prior, figures = (
        table.pivot(index="origin", columns="destination", values=column).reindex(index=origins, columns=total.index)
        for table, column in ((ties, "prior"), (known, "persons"))
    )
    persons = calibrated(
        prior=prior.fillna(0.0).to_numpy(float), known=figures.to_numpy(float), total=total.to_numpy(float)
    )
    pairs = pd.MultiIndex.from_product([origins, total.index], names=["origin", "destination"])
    table = pairs.to_frame(index=False).assign(persons=persons.ravel())
    return table[table["persons"] > 0].reset_index(drop=True)


def _cited(said: pd.DataFrame) -> pd.Series:
    return (said["source_published"] + " " + said["url"]).str.strip()


def _arrival_gravity(root: Path, published: pd.DataFrame) -> tuple[Estimate, pd.DataFrame]:
    """The gravity of published arrivals, and the ties of every origin with the region for its predictions."""
    from peyvand.gravity.poisson import ppml

    people = read_population(root / "country-facts" / "population.csv", year=YEAR).frame
    population = np.log(people.set_index("economy")["population"])
    stock = migrants(root, YEAR)
    said = published[published["origin"] != _WORLD]
    said = said.assign(series=said["flow"] + " " + said["destination"])
    rows = with_ties(said, root, stock=stock)
    rows = rows.assign(log_population=rows["origin"].map(population)).dropna(subset=["log_population"])
    fit = ppml(_JOURNEYS, rows, vcov="hetero")
    origins = [code for code in population.index if code != _WORLD]
    every = pd.MultiIndex.from_product([origins, REGION], names=["origin", "destination"]).to_frame(index=False)
    every = every[every["origin"] != every["destination"]].assign(persons=0.0)
    every = with_ties(every, root, stock=stock)
    return fit, every.assign(log_population=every["origin"].map(population)).dropna(subset=["log_population"])


def _slopes(fit: Estimate, rows: pd.DataFrame) -> np.ndarray:
    slopes = fit.coefficients
    return np.asarray(rows[list(slopes.index)].to_numpy(float) @ slopes.to_numpy())


def _tourism_receipts(root: Path) -> pd.Series:
    """M USD by economy in the last year with receipts, from 2012 to 2019."""
    shares = read_indicators(root / "wdi-trade-transport-region-1995-on" / "wdi_region.csv").frame
    table = shares.merge(read_gdp(root / "country-facts" / "gdp.csv").frame, on=["economy", "year"])
    exports_musd = table["exports_of_gdp_share"] * table["gdp_musd"]
    table = table.assign(receipts_musd=table["tourism_receipts_of_exports_share"] * exports_musd)
    table = table[table["year"].between(*RECEIPT_YEARS)].dropna(subset=["receipts_musd"])
    return table.sort_values("year").drop_duplicates("economy", keep="last").set_index("economy")["receipts_musd"]


def _log_spread(fit: Estimate) -> float:
    """Standard deviation of ln(outcome) about ln(fitted), over positive outcomes."""
    design = fit.sample.design
    fitted = fit.fitted[design.rows]
    held = (design.outcome > 0) & (fitted > 0)
    return float(np.std(np.log(design.outcome[held] / fitted[held])))


def _cv(log_spread: float) -> float:
    """Coefficient of variation of a lognormal with this standard deviation of logs."""
    return float(np.sqrt(np.expm1(log_spread**2)))


def _rest(flow: str, total: pd.Series, inside: pd.Series) -> pd.DataFrame:
    """What a destination's total holds beyond the region's origins; 0 where the total is not known or smaller."""
    left = (total - inside.reindex(total.index).fillna(0.0)).clip(lower=0.0)
    return pd.DataFrame({"flow": flow, "destination": left.index, "persons": left.to_numpy(float)}).dropna()
