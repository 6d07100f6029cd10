"""Which student goes to which university, so that none sends more than it takes?  One exchange round and its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import pandas as pd

from peyvand.mobility.deferred_acceptance import deferred_acceptance
from peyvand.mobility.exchange_files import Student, University
from peyvand.mobility.trading_cycles import UNPLACED, Market, Placements, top_trading_cycles

Method = Literal["cycles", "deferred"]
METHODS: tuple[Method, ...] = ("cycles", "deferred")


@dataclass(frozen=True, eq=False)
class ExchangeRound:
    """An exchange round, matched.

    Parameters
    ----------
    placements : DataFrame
        student, home, internal_rank, university (empty if not placed), choice (1 is the first; 0 if not placed),
        reason (why not placed).
    universities : DataFrame
        university, country, export_quota, import_quota, tolerance, sent, taken, balance (taken less sent).
    countries : DataFrame
        country, sent, taken, balance; moves within a country left out.
    seed : int
        Of the lottery that breaks ties.
    """

    placements: pd.DataFrame
    universities: pd.DataFrame
    countries: pd.DataFrame
    method: Method
    seed: int

    @property
    def placed_count(self) -> int:
        return int((self.placements["university"] != "").sum())

    @property
    def unplaced(self) -> pd.DataFrame:
        """Who could not be placed, and why."""
        return self.placements[self.placements["university"] == ""].reset_index(drop=True)

    @property
    def largest_imbalance(self) -> int:
        return int(self.universities["balance"].abs().max())


def match(
    universities: Sequence[University], students: Sequence[Student], *, seed: int = 0, method: Method = "cycles"
) -> ExchangeRound:
    """Match one exchange round.

    Parameters
    ----------
    universities, students : sequence
        As `exchange_files` reads them.
    seed : int
        Students of one rank at home, and universities that begin a chain, are ordered by the SHA-256 of the seed and
        their name: anybody can check the order, and that of the rows does not matter.
    method : {"cycles", "deferred"}
        Two-sided tolerable top trading cycles (balanced), or deferred acceptance (not balanced) for comparison.
    """
    halls = sorted(universities, key=lambda university: university.name)
    people = sorted(students, key=lambda student: (student.rank, lot(seed, student.name), student.name))
    number = {university.name: at for at, university in enumerate(halls)}
    own: list[list[int]] = [[] for _ in halls]
    for at, student in enumerate(people):
        own[number[student.home]].append(at)
    market = Market(
        own=own,
        choices=[[number[choice] for choice in student.choices] for student in people],
        export_quota=[university.export_quota for university in halls],
        import_quota=[university.import_quota for university in halls],
        tolerance=[university.tolerance for university in halls],
        lottery=sorted(range(len(halls)), key=lambda at: (lot(seed, halls[at].name), halls[at].name)),
    )
    outcome = top_trading_cycles(market) if method == "cycles" else deferred_acceptance(market)
    return ExchangeRound(
        placements=_placements(halls, people, outcome),
        universities=_balances(halls, outcome),
        countries=_countries(halls, people, outcome),
        method=method,
        seed=seed,
    )


def lot(seed: int, name: str) -> str:
    """A name's lot in the lottery of a seed.

    >>> lot(7, "Tehran")[:8]
    '6ccb80aa'
    """
    return sha256(f"{seed}:{name}".encode()).hexdigest()


def _placements(halls: list[University], people: list[Student], outcome: Placements) -> pd.DataFrame:
    names = ["" if place == UNPLACED else halls[place].name for place in outcome.placed]
    table = pd.DataFrame(
        {
            "student": [student.name for student in people],
            "home": [student.home for student in people],
            "internal_rank": [student.rank for student in people],
            "university": names,
            "choice": [s.choices.index(name) + 1 if name else 0 for s, name in zip(people, names, strict=True)],
            "reason": outcome.reason,
        }
    )
    return table.sort_values(["home", "internal_rank", "student"], ignore_index=True)


def _balances(halls: list[University], outcome: Placements) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "university": [university.name for university in halls],
            "country": [university.country for university in halls],
            "export_quota": [university.export_quota for university in halls],
            "import_quota": [university.import_quota for university in halls],
            "tolerance": [university.tolerance for university in halls],
            "sent": outcome.sent,
            "taken": outcome.taken,
        }
    )
    return table.assign(balance=table["taken"] - table["sent"])


def _countries(halls: list[University], people: list[Student], outcome: Placements) -> pd.DataFrame:
    country = {university.name: university.country for university in halls}
    sent: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for student, place in zip(people, outcome.placed, strict=True):
        if place != UNPLACED and halls[place].country != country[student.home]:
            sent[country[student.home]] += 1
            taken[halls[place].country] += 1
    codes = sorted(set(country.values()))
    table = pd.DataFrame({"country": codes, "sent": [sent[c] for c in codes], "taken": [taken[c] for c in codes]})
    return table.assign(balance=table["taken"] - table["sent"])
