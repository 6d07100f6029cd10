"""Which trade agreement binds each pair?  In force on the last day of a year, the deepest of those that do.

Three sources, read in this order; a pair has the deepest kind that any of them gives.

1. What members notified to the World Trade Organization, as the World Bank's panel names it in its last year before
   (1964, 1968 … 2016), either exporter's row for both ways.
2. DESTA, for what came into force since then, and in the four years before, which the panel may not know yet.
3. `free_trade.csv`, DESTA's agreements of the region, looked through one by one. It alone decides on the free trade of
   the Commonwealth of Independent States, where the panel gives the treaty of 2012 to economies that did not sign it.

`agreement_readings.csv` says of what kind a name is and what is left out, each with the reason; every other agreement
is a free-trade area. `ended_agreements.csv` takes away what neither source knows to have ended. A year known only as a
year counts from its first day, so an agreement of the year's last weeks is in force: what it did to the year's flows
and tariffs is another matter. An agreement without a year of entry into force is taken to be in force (`assumed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pandas as pd

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import Economy, rows_of
from peyvand.world.compile.facts import Members, pair_mean
from peyvand.world.world import AGREEMENT_KINDS, STATUSES

NOTIFIED_EVERY = 4
"""Years between two waves of the panel, and how far back DESTA may know more."""
FREE_TRADE = AGREEMENT_KINDS.index("free_trade")
"""From this kind on a pair trades freely; partial scopes, of lists of goods, come before it."""
REPORTED, ESTIMATED, ASSUMED = (STATUSES.index(word) for word in ("reported", "estimated", "assumed"))
_MOST = 0.5
_TOGETHER = {"BEL": ("BEL", "LUX")}


@dataclass(frozen=True, slots=True)
class Agreements:
    """What binds the pairs of a World, (exporter, importer).

    Parameters
    ----------
    agreement : Array
        1 where a free-trade area or a deeper agreement is in force.
    kind, status : Array
        Places in `AGREEMENT_KINDS` and `STATUSES`.
    """

    agreement: Array
    kind: Array
    status: Array


def agreements_in_force(year: int, *, notified: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """One row per directed pair that an agreement binds at the end of a year: exporter, importer, kind, dated.

    Parameters
    ----------
    year : int
        From 1968 to 2019; DESTA knows little of later years.
    notified : DataFrame
        exporter, importer, year, agreement: the panel of the World Bank.
    parties : DataFrame
        agreement (DESTA number), economy, in_force_year: DESTA's.

    Returns
    -------
    DataFrame
        `kind` a place in `AGREEMENT_KINDS`, `dated` whether its entry into force is.
    """
    found = pd.DataFrame(
        [*_notified(year, notified), *_since(year, parties), *_of_the_region(year)],
        columns=["exporter", "importer", "kind", "dated"],
    )
    ended = {frozenset((row["one"], row["other"])): int(row["last_year"]) for row in rows_of("ended_agreements.csv")}
    last = np.array([ended.get(frozenset(pair), year) for pair in found[["exporter", "importer"]].to_numpy()])
    found = found[(last >= year) & (found["exporter"] != found["importer"])]
    deepest = found.sort_values(["kind", "dated"]).drop_duplicates(["exporter", "importer"], keep="last")
    return deepest.sort_values(["exporter", "importer"], ignore_index=True)


def agreements(
    pairs: pd.DataFrame, economies: Iterable[Economy], population: pd.Series, members: Members
) -> Agreements:
    """The pairs of a World; a bloc has what more than half of its pairs of members have, by population.

    Parameters
    ----------
    pairs : DataFrame
        As `agreements_in_force` gives them.
    """
    known = sorted(set(population.index) & {code for held in members.values() for code in held})
    cells = pairs[pairs["exporter"].isin(known) & pairs["importer"].isin(known)]

    def shares(kind: int) -> Array:
        of_kind = cells[cells["kind"] == kind].assign(one=1.0).pivot(index="exporter", columns="importer", values="one")
        return pair_mean(of_kind.reindex(index=known, columns=known).fillna(0.0), population, members)

    share = np.stack([np.zeros((len(members),) * 2), *(shares(kind) for kind in range(1, len(AGREEMENT_KINDS)))])
    free = share[FREE_TRADE:].sum(axis=0)
    agreement = free > _MOST
    share[0] = 1.0 - share.sum(axis=0)
    kind = np.where(agreement, FREE_TRADE + share[FREE_TRADE:].argmax(axis=0), share[:FREE_TRADE].argmax(axis=0))
    blocs = np.array([economy.kind == "rest" or len(economy.members) > 1 for economy in economies])
    status = np.where((free > 0) & (free < 1) & (blocs[:, None] | blocs[None, :]), ESTIMATED, REPORTED)
    place = {code: at for at, code in enumerate(members)}
    undated = cells[~cells["dated"] & cells["exporter"].isin(place) & cells["importer"].isin(place)]
    status[undated["exporter"].map(place).to_numpy(int), undated["importer"].map(place).to_numpy(int)] = ASSUMED
    home = np.diag_indices(len(members))
    agreement[home], kind[home], status[home] = False, 0, REPORTED
    return Agreements(agreement.astype(np.float64), kind.astype(np.int8), status.astype(np.int8))


Row = tuple[str, str, int, bool]


def _notified(year: int, panel: pd.DataFrame) -> Iterator[Row]:
    waves = sorted(set(panel["year"]))
    last = max((wave for wave in waves if wave <= year), default=None)
    readings = _readings("notified")
    rows = panel[(panel["year"] == last) & panel["agreement"].notna()]
    for exporter, importer, name in zip(rows["exporter"], rows["importer"], rows["agreement"], strict=True):
        kind = readings.get(name, ("free_trade", ""))[0]
        if kind != "unread":
            for one, other in product(_TOGETHER.get(exporter, (exporter,)), _TOGETHER.get(importer, (importer,))):
                yield one, other, AGREEMENT_KINDS.index(kind), True
                yield other, one, AGREEMENT_KINDS.index(kind), True


def _since(year: int, parties: pd.DataFrame) -> Iterator[Row]:
    """What DESTA dates between the panel's last wave but one and the year."""
    first = year - (year % NOTIFIED_EVERY) - NOTIFIED_EVERY
    readings = _readings("desta")
    of_the_region = {int(row["desta"]) for row in rows_of("free_trade.csv")}
    dated = parties.assign(began=parties.groupby(["agreement", "economy"])["in_force_year"].transform("min"))
    dated = dated[(dated["began"] > first) & (dated["began"] <= year) & ~dated["agreement"].isin(of_the_region)]
    for number, held in dated.groupby("agreement"):
        kind, only = readings.get(str(number), ("free_trade", ""))
        inside = sorted(set(held["economy"]) & set(only.split())) if only else sorted(set(held["economy"]))
        for one, other in permutations(inside, 2):
            yield one, other, AGREEMENT_KINDS.index(kind), True


def _of_the_region(year: int) -> Iterator[Row]:
    for row in rows_of("free_trade.csv"):
        if int(row["in_force_year"] or 0) <= year:
            for one, other in permutations(row["members"].split(), 2):
                yield one, other, AGREEMENT_KINDS.index(row["kind"]), bool(row["in_force_year"])


def _readings(source: str) -> dict[str, tuple[str, str]]:
    rows = rows_of("agreement_readings.csv")
    return {row["name"]: (row["kind"], row["members"]) for row in rows if row["source"] == source}
