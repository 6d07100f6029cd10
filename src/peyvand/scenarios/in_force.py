"""Which agreements are in force on a date?  What the register knows, as the scenarios read it.

The rows are those of the register (`peyvand.registry`), the shipped ones by default; reading them needs no database.
Parties are bound between their dates, and a date known only by its year or month stands for the last day of it. A
tariff cut is taken from the agreement's commitments that hold a tariff provision: an agreement without one moves no
tariff, and a scenario that passes it says so.
"""

from __future__ import annotations

import csv
import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import combinations
from typing import Any, Literal, get_args

from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.locale import Language

AgreementKind = Literal["customs-union", "free-trade-area", "partial-scope"]
KNOWN_UNTIL = date(2025, 11, 30)
"""The shipped rows were last brought up to date on this day."""
TABLES = ("party", "pact", "membership", "agreement", "signatory", "commitment")
"""The tables of the register that `read_facts` needs."""
Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Party:
    """A member of an agreement from `since` to `until` (None is: not known to have ended).

    `side` is empty where all members are bound to one another, else only members of different sides are.
    """

    member: str
    side: str
    since: date
    until: date | None

    def bound_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a party stands in a pact (`member`, `observer`, …) from `since` to `until`.

    `written` is the first day as it was published: of a year alone, `since` is the last day of it.
    """

    pact: str
    party: str
    status: str
    since: date
    until: date | None
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One trade agreement.

    `tariff_cut_share` is the share by which tariffs between the parties fell when it came into force, None where no
    source says.
    """

    name: str
    kind: AgreementKind
    title: tuple[str, str]
    parties: tuple[Party, ...]
    tariff_cut_share: float | None = None
    source: str
    note: str = ""

    def words(self, language: Language) -> str:
        """The agreement's title in a language."""
        return self.title[("en", "fa").index(language)]

    def members_on(self, day: date) -> frozenset[str]:
        """Who is bound on a day."""
        return frozenset(party.member for party in self.parties if party.bound_on(day))

    def pairs_on(self, day: date) -> frozenset[frozenset[str]]:
        """The pairs that it binds to one another on a day."""
        bound = [party for party in self.parties if party.bound_on(day)]
        return frozenset(
            frozenset((one.member, other.member))
            for one, other in combinations(bound, 2)
            if one.side != other.side or not one.side
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """Agreements with their parties and dates, and who stands how in which pact.

    `pacts` holds their names by code, English and Persian.
    """

    agreements: tuple[Agreement, ...]
    known_until: date = KNOWN_UNTIL
    standings: tuple[Standing, ...] = ()
    pacts: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def shipped(cls) -> Facts:
        """The trade agreements of the register that ships with peyvand."""
        return _shipped()

    @property
    def data_hash(self) -> str:
        """SHA-256 of what binds whom: agreements, parties, days and tariff cuts."""
        bound = sorted((one.name, one.kind, one.parties, one.tariff_cut_share) for one in self.agreements)
        return sha256(repr(bound).encode()).hexdigest()

    def agreement(self, name: str) -> Agreement:
        """One agreement by name.

        Raises
        ------
        UnknownNameError
            With the nearest name.
        """
        for agreement in self.agreements:
            if agreement.name == name:
                return agreement
        names = [agreement.name for agreement in self.agreements]
        raise UnknownNameError(f"no agreement {name!r} in the table", hint=did_you_mean(name, names), name=name)

    def standings_on(self, day: date) -> tuple[Standing, ...]:
        """Who stands how in which pact on a day."""
        return tuple(one for one in self.standings if one.since <= day and (one.until is None or day <= one.until))

    def members_of(self, pact: str, day: date) -> tuple[str, ...]:
        """The members of a pact on a day, by code; observers and partners are none."""
        held = (one for one in self.standings_on(day) if one.pact == pact and one.status == "member")
        return tuple(sorted(one.party for one in held))

    def in_force(self, day: date, *, kinds: Iterable[AgreementKind] | None = None) -> tuple[Agreement, ...]:
        """Agreements that bind at least one pair on a day."""
        wanted = None if kinds is None else set(kinds)
        return tuple(
            agreement
            for agreement in self.agreements
            if (wanted is None or agreement.kind in wanted) and agreement.pairs_on(day)
        )

    def linked(self, day: date, *, kinds: Iterable[AgreementKind]) -> dict[frozenset[str], Agreement]:
        """Every pair bound by an agreement of these kinds on a day, with the agreement."""
        return {pair: agreement for agreement in self.in_force(day, kinds=kinds) for pair in agreement.pairs_on(day)}

    def came_into_force(self, after: date, until: date) -> tuple[tuple[Agreement, frozenset[frozenset[str]]], ...]:
        """Agreements and their pairs bound on `until` and not on `after`."""
        fresh = ((agreement, agreement.pairs_on(until) - agreement.pairs_on(after)) for agreement in self.agreements)
        return tuple((agreement, pairs) for agreement, pairs in fresh if pairs)


def read_facts(tables: Mapping[str, Rows], *, known_until: date = KNOWN_UNTIL) -> Facts:
    """Facts from the register's rows.

    Parameters
    ----------
    tables : mapping of str to rows
        `TABLES`, with the register's columns; an empty text and None are both "not known".
    known_until : date
        The day to which the rows are up to date.

    Raises
    ------
    DataError
        If a date cannot be read, a party signs no known agreement, or one is bound no longer before it is bound.
    """
    agreements = {row["code"]: row for row in tables["agreement"]}
    inside = _members_of_unions(tables["party"], tables["membership"])
    bound: defaultdict[str, list[Party]] = defaultdict(list)
    signed = list(tables["signatory"])
    named: defaultdict[str, set[str]] = defaultdict(set)
    for row in signed:
        named[row["agreement"]].add(row["party"])
    for row in signed:
        if row["agreement"] not in agreements:
            raise DataError(f"{row['party']} is a party of the unknown agreement {row['agreement']}")
        bound[row["agreement"]] += _parties(row, agreements[row["agreement"]], inside, named[row["agreement"]])
    cuts = _tariff_cuts(tables["commitment"])
    found = (
        Agreement(
            name=code,
            kind=_KINDS[row["trade_kind"]],
            title=(row["title_en"], row["title_fa"]),
            parties=tuple(bound[code]),
            tariff_cut_share=cuts.get(code),
            source=row["source"],
            note=row["note"] or "",
        )
        for code, row in agreements.items()
        if row["trade_kind"]
    )
    pacts = {row["code"]: (row["name_en"], row["name_fa"]) for row in tables["pact"]}
    standings = tuple(_standing(row) for row in tables["membership"])
    return Facts(tuple(found), known_until, standings, pacts)


_KINDS: dict[str, AgreementKind] = {kind.replace("-", "_"): kind for kind in get_args(AgreementKind)}


def _standing(row: Mapping[str, Any]) -> Standing:
    until = _last_day(row["to_on"]) - timedelta(days=1) if row["to_on"] else None
    begun = row["from_on"]
    return Standing(row["pact"], row["party"], row["status"], _last_day(begun), until, begun)


def _members_of_unions(parties: Rows, memberships: Rows) -> dict[str, list[Mapping[str, Any]]]:
    """The membership rows of every union whose members are known: what it signs binds them."""
    unions = {row["code"] for row in parties if row["kind"] == "union"}
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in memberships:
        if row["pact"] in unions and row["status"] == "member":
            found[row["pact"]].append(row)
    return dict(found)


def _parties(
    row: Mapping[str, Any], agreement: Mapping[str, Any], inside: Mapping[str, Rows], named: set[str]
) -> Iterator[Party]:
    """Whom a signature binds: the party, or the members of a union where none of them signed beside it."""
    since = row["from_on"] or agreement["in_force_on"]
    until = row["to_on"] or agreement["ended_on"]
    if not agreement["trade_kind"] or not since:
        return
    if row["party"] not in inside:
        yield _party(row["party"], row, since, until)
        return
    members = [] if named & {member["party"] for member in inside[row["party"]]} else inside[row["party"]]
    for member in members:
        ends = [end for end in (until, member["to_on"]) if end]
        joined = max(since, member["from_on"], key=_last_day)
        if not ends or _last_day(joined) < min(map(_last_day, ends)):
            yield _party(member["party"], row, joined, min(ends, key=_last_day, default=None))


def _party(code: str, row: Mapping[str, Any], since: str, until: str | None) -> Party:
    begin, end = _last_day(since), _last_day(until) - timedelta(days=1) if until else None
    if end is not None and end < begin:
        raise DataError(f"{code} leaves {row['agreement']} before it joins")
    return Party(code, row["side"] or "", begin, end)


def _tariff_cuts(commitments: Rows) -> dict[str, float]:
    """The cut that an agreement's commitments state, where all that state one agree."""
    stated: defaultdict[str, set[float]] = defaultdict(set)
    for row in commitments:
        provision = json.loads(row["provision"]) if row["provision"] else {}
        if provision.get("kind") == "tariff":
            stated[row["agreement"]].add(float(provision["cut_share"]))
    return {code: cuts.pop() for code, cuts in stated.items() if len(cuts) == 1}


def _last_day(written: str) -> date:
    try:
        if len(written) == 10:
            return date.fromisoformat(written)
        year, month = int(written[:4]), int(written[5:7] or 12)
        return date(year, month, monthrange(year, month)[1])
    except ValueError as error:
        raise DataError(
            f"{written!r} is no date", hint="write 2019-12-31, or 2019 where only the year is known"
        ) from error


@cache
def _shipped() -> Facts:
    shelf = files("peyvand") / "registry" / "shipped"
    tables = {}
    for name in TABLES:
        with (shelf / f"{name}.csv").open(encoding="utf-8") as file:
            tables[name] = list(csv.DictReader(file))
    return read_facts(tables)
