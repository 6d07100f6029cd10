"""How close are two countries' institutions, whatever they trade?

Five indicators from the register and, if given, the votes in the United Nations: pacts that both are members of,
agreements in force between them, parliamentary exchange, shared heritage, agreement in votes. Each is scaled from 0 to
1 over the pairs compared; the composite is their weighted mean, and the rank interval shows what dropping each
indicator in turn does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select

from peyvand.errors import RegistryError, did_you_mean
from peyvand.registry import queries
from peyvand.registry.dates import last_day
from peyvand.registry.models import Claim, FriendshipGroup, Party, Signatory, Visit, table_of
from peyvand.registry.shipped import shipped_registry
from peyvand.registry.store import Registry

Array = NDArray[np.float64]
REGION = (
    *("AFG", "ARM", "AZE", "BLR", "CHN", "GEO", "IND", "IRN", "KAZ", "KGZ", "MNG", "PAK", "RUS", "TJK", "TKM", "TUR"),
    "UZB",
)
"""The countries whose memberships the shipped register holds in full."""
INDICATORS = ("shared_pacts", "agreements_in_force", "parliamentary_exchange", "shared_heritage", "vote_agreement")


def closeness(
    registry: Registry,
    economies: Sequence[str],
    on: date,
    *,
    votes: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """The indicators, the composite and its rank interval for every pair, the closest first.

    Parameters
    ----------
    economies : sequence of str
        At least three, since indicators are scaled over the pairs.
    on : date
        The day asked about; visits count over the five years before it.
    votes : DataFrame, optional
        Columns `rcid`, `economy` (ISO alpha-3) and `vote` (yes, abstain, no), one row a recorded vote.
    weights : mapping, optional
        Non-negative, by indicator; equal for all indicators at hand by default.

    Raises
    ------
    RegistryError
        If a weight names no indicator or all weights are 0, or if there are fewer than three economies.
    """
    if len(set(economies)) < 3:
        raise RegistryError("closeness compares pairs: give at least three economies", economies=tuple(economies))
    pairs = list(combinations(sorted(set(economies)), 2))
    counted = _counts(registry, on)
    counted["vote_agreement"] = {} if votes is None else vote_agreement(votes, economies)
    names = [name for name in INDICATORS if name != "vote_agreement" or votes is not None]
    absent = {name: np.nan if name == "vote_agreement" else 0.0 for name in names}
    raw = np.array([[counted[name].get(pair, absent[name]) for name in names] for pair in pairs])
    scaled = scale(raw)
    weight = _weights(weights, names)
    score = composite(scaled, weight)
    low, high = rank_interval(scaled, weight)
    table = pd.DataFrame(raw, columns=names)
    table.insert(0, "economy", [pair[0] for pair in pairs])
    table.insert(1, "partner", [pair[1] for pair in pairs])
    table["closeness"], table["rank"], table["rank_from"], table["rank_to"] = score, ranks(score), low, high
    return table.sort_values(["rank", "economy", "partner"], ignore_index=True)


def institutions(
    one: str,
    other: str,
    on: date,
    *,
    registry: Registry | None = None,
    economies: Sequence[str] = REGION,
    votes: pd.DataFrame | None = None,
) -> dict[str, float]:
    """The institutions of one border, for its profile: the indicators, `closeness`, `rank` with its interval, `pairs`.

    Parameters
    ----------
    registry : Registry, optional
        The one that ships, by default.
    economies : sequence of str
        With whose pairs this one is compared.
    """
    wanted = tuple(dict.fromkeys((one, other, *economies)))
    if registry is None:
        with shipped_registry() as made:
            table = closeness(made, wanted, on, votes=votes)
    else:
        table = closeness(registry, wanted, on, votes=votes)
    pair = table[(table["economy"] == min(one, other)) & (table["partner"] == max(one, other))]
    return {str(name): float(pair[name].iloc[0]) for name in pair.columns[2:]} | {"pairs": float(len(table))}


def scale(raw: Array) -> Array:
    """Each column from 0 (its lowest) to 1 (its highest); a column without spread is 0, an unknown stays unknown."""
    low, high = np.nanmin(raw, axis=0), np.nanmax(raw, axis=0)
    spread = np.where(high > low, high - low, 1.0)
    return np.asarray((raw - low) / spread)


def composite(scaled: Array, weight: Array) -> Array:
    """Weighted mean over the indicators that are known for the pair."""
    known = ~np.isnan(scaled)
    total = (known * weight).sum(axis=1)
    summed = np.nansum(scaled * weight, axis=1)
    return np.where(total > 0, summed / np.where(total > 0, total, 1.0), np.nan)


def ranks(score: Array) -> NDArray[np.int_]:
    """1 for the closest; ties share the better rank, unknowns come last."""
    value = np.where(np.isnan(score), -np.inf, score)
    return np.asarray(1 + (value[None, :] > value[:, None] + 1e-12).sum(axis=1))


def rank_interval(scaled: Array, weight: Array) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """The best and worst rank of each pair when each indicator is dropped in turn (and with all of them)."""
    dropped = [np.where(np.arange(len(weight)) == one, 0.0, weight) for one in range(len(weight))]
    kept = [weight, *(one for one in dropped if one.sum() > 0)]
    every = np.array([ranks(composite(scaled, one)) for one in kept])
    return every.min(axis=0), every.max(axis=0)


def vote_agreement(votes: pd.DataFrame, economies: Sequence[str]) -> dict[tuple[str, str], float]:
    """Share of common roll calls on which two voted alike; yes or no against abstention counts one half.

    Agreement is 1 − |difference|/2 with yes = 1, abstain = 0, no = −1 (Lijphart 1963); absences are left out.
    """
    value = votes.assign(value=votes["vote"].map({"yes": 1.0, "abstain": 0.0, "no": -1.0}))
    wide = value[value["economy"].isin(economies)].pivot_table(index="rcid", columns="economy", values="value")
    found = {}
    for one, other in combinations(sorted(wide.columns), 2):
        apart = (wide[one] - wide[other]).abs().dropna()
        if len(apart):
            found[one, other] = float(1 - apart.mean() / 2)
    return found


def overlap(registry: Registry, on: date) -> pd.DataFrame:
    """Pacts in columns, parties in rows, standings on the day in the cells; empty where there is none."""
    with registry.reading() as connection:
        rows = [(row.party, row.pact, row.status) for row in queries.standings(connection, on) if row.certain]
    table = pd.DataFrame(rows, columns=["party", "pact", "status"])
    return table.pivot(index="party", columns="pact", values="status").fillna("")


def _counts(registry: Registry, on: date) -> dict[str, dict[tuple[str, str], float]]:
    with registry.reading() as connection:
        members = [row for row in queries.standings(connection, on) if row.status == "member" and row.certain]
        binding = {row.code for row in queries.agreements(connection, on, state="in_force")}
        signed = connection.execute(select(table_of(Signatory).c.agreement, table_of(Signatory).c.party)).all()
        claims = connection.execute(select(table_of(Claim).c.heritage, table_of(Claim).c.party)).all()
    home = {row.code: row.state or row.code for row in registry.rows(Party)}
    return {
        "shared_pacts": _together((row.pact, row.party) for row in members),
        "agreements_in_force": _together((code, home[party]) for code, party in signed if code in binding),
        "parliamentary_exchange": _exchange(registry, on, home),
        "shared_heritage": _together((code, home[party]) for code, party in claims),
    }


def _exchange(registry: Registry, on: date, home: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Parliamentary visits of five years and friendship groups, each counted once."""
    found: dict[tuple[str, str], float] = {}
    parliaments = {row.code for row in registry.rows(Party) if row.kind in ("parliament", "chamber")}
    meetings = [
        (home[row.guest], home[row.host])
        for row in registry.rows(Visit)
        if {row.guest, row.host} & parliaments and on.year - 5 <= last_day(row.from_on).year <= on.year
        and last_day(row.from_on) <= on
    ]  # fmt: skip
    meetings += [
        (home[row.parliament], row.with_state)
        for row in registry.rows(FriendshipGroup)
        if row.ended_on is None or last_day(row.ended_on) > on
    ]
    for one, other in meetings:
        pair = (min(one, other), max(one, other))
        found[pair] = found.get(pair, 0.0) + 1
    return found


def _together(rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """In how many groups each pair is together, from (group, member) rows."""
    groups: dict[str, set[str]] = {}
    for group, member in rows:
        groups.setdefault(group, set()).add(member)
    found: dict[tuple[str, str], float] = {}
    for inside in groups.values():
        for one, other in combinations(sorted(inside), 2):
            found[one, other] = found.get((one, other), 0.0) + 1
    return found


def _weights(given: Mapping[str, float] | None, names: Sequence[str]) -> Array:
    for name in given or ():
        if name not in names:
            raise RegistryError(f"no indicator {name!r} here", hint=did_you_mean(name, names), name=name)
    weight = np.array([1.0 if given is None else float(given.get(name, 0.0)) for name in names])
    if not (weight >= 0).all() or not weight.sum() > 0:
        raise RegistryError("weights are non-negative and not all 0", weights=dict(given or {}))
    return np.asarray(weight / weight.sum())
