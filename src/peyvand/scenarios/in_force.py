"""Which agreements are in force on a date?  A small shipped table, until the register answers.

`agreements.csv` has a row per agreement, `parties.csv` a row per member with the dates between which it is bound. A
date known only by its year stands for the last day of that year. Tariff cuts are given only where a source states
them: an agreement without one moves no tariff, and a scenario that passes it says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Literal

from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.locale import Language

AgreementKind = Literal["customs-union", "free-trade-area", "partial-scope"]
KNOWN_UNTIL = date(2025, 11, 30)
"""The shipped table was last brought up to date on this day."""


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
    url: str = ""
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
    """Agreements with their parties and dates."""

    agreements: tuple[Agreement, ...]
    known_until: date = KNOWN_UNTIL

    @classmethod
    def shipped(cls) -> Facts:
        """The table that ships with peyvand: the region's trade agreements."""
        return _shipped()

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


def read_facts(agreements: Iterable[dict[str, str]], parties: Iterable[dict[str, str]]) -> Facts:
    """Facts from the rows of the two tables.

    Raises
    ------
    DataError
        If a party names no agreement, a date cannot be read or membership ends before it begins.
    """
    bound: dict[str, list[Party]] = {}
    for row in parties:
        since, until = _day(row["since"]), _day(row["until"]) if row["until"] else None
        if until is not None and until < since:
            raise DataError(f"{row['member']} leaves {row['agreement']} before it joins")
        bound.setdefault(row["agreement"], []).append(Party(row["member"], row["side"], since, until))
    found = tuple(
        Agreement(
            name=row["name"],
            kind=row["kind"],  # type: ignore[arg-type]
            title=(row["title_en"], row["title_fa"]),
            parties=tuple(bound.pop(row["name"], ())),
            tariff_cut_share=float(row["tariff_cut_share"]) if row["tariff_cut_share"] else None,
            source=row["source"],
            url=row["url"],
            note=row["note"],
        )
        for row in agreements
    )
    if bound:
        raise DataError(f"parties of unknown agreements: {', '.join(sorted(bound))}")
    return Facts(found)


def _day(written: str) -> date:
    try:
        return date(int(written), 12, 31) if len(written) == 4 else date.fromisoformat(written)
    except ValueError as error:
        raise DataError(
            f"{written!r} is no date", hint="write 2019-12-31, or 2019 where only the year is known"
        ) from error


@cache
def _shipped() -> Facts:
    shelf = files("peyvand.scenarios")
    tables = []
    for name in ("agreements", "parties"):
        with shelf.joinpath(f"{name}.csv").open(encoding="utf-8") as file:
            tables.append(list(csv.DictReader(file)))
    return read_facts(*tables)
