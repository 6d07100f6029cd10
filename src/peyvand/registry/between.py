"""What happened between two parties, and when? Texts, standings in pacts, visits and reported events on one line.

What a state's organs did (a parliament, a ministry) counts as the state's. Only what has a day, a month or a year is
listed: the oldest first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from peyvand.registry.dates import first_day
from peyvand.registry.models import Event, Membership, Office, Pact, Participant, Party, Visit, table_of
from peyvand.registry.queries import agreements

KINDS = ("signed", "in_force", "ended", "standing", "visit", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One dated thing between two parties.

    Parameters
    ----------
    day : str
        Of the precision in which it was published, such as 1996-01-16 or 1992.
    kind : str
        One of `KINDS`.
    code : str
        Of the row: an agreement, a membership, a visit or an event.
    title : dict
        By language; for a standing, the pact's name.
    party, status : str
        For a standing: whose, and which.
    """

    day: str
    kind: str
    code: str
    title: Mapping[str, str]
    party: str = ""
    status: str = ""


def between(connection: Connection, one: str, other: str, *, on: date) -> list[Happening]:
    """Everything dated between two parties up to a day; what lies ahead is left out.

    Parameters
    ----------
    connection : Connection
    one, other : str
        Codes of parties, such as those of states.
    on : date
    """
    pair = (one, other)
    found = [
        *_texts(connection, pair, on),
        *_standings(connection, pair),
        *_visits(connection, pair),
        *_events(connection, pair),
    ]
    past = [happening for happening in found if first_day(happening.day) <= on]
    return sorted(past, key=lambda happening: (first_day(happening.day), KINDS.index(happening.kind), happening.code))


def _texts(connection: Connection, pair: tuple[str, str], on: date) -> list[Happening]:
    return [
        Happening(day=day, kind=kind, code=row.code, title={"en": row.title_en, "fa": row.title_fa})
        for row in agreements(connection, on, parties=pair)
        for kind, day in (("signed", row.signed_on), ("in_force", row.in_force_on), ("ended", row.ended_on))
        if day
    ]


def _standings(connection: Connection, pair: tuple[str, str]) -> list[Happening]:
    """Standings in the pacts in which both ever stood."""
    pacts = {row.code: {"en": row.name_en, "fa": row.name_fa} for row in connection.execute(select(table_of(Pact)))}
    table = table_of(Membership).c
    rows = connection.execute(select(table_of(Membership)).where(table.party.in_(pair))).all()
    shared = {row.pact for row in rows if row.party == pair[0]} & {row.pact for row in rows if row.party == pair[1]}
    return [
        Happening(
            day=row.from_on, kind="standing", code=row.code, title=pacts[row.pact], party=row.party, status=row.status
        )
        for row in rows
        if row.pact in shared
    ]


def _visits(connection: Connection, pair: tuple[str, str]) -> list[Happening]:
    home = _states(connection)
    return [
        Happening(day=row.from_on, kind="visit", code=row.code, title={"en": row.title_en, "fa": row.title_fa})
        for row in connection.execute(select(table_of(Visit)))
        if {home[row.guest], home[row.host]} == set(pair)
    ]


def _events(connection: Connection, pair: tuple[str, str]) -> list[Happening]:
    """Events of which one is by the one and to the other, or at which people of both were."""
    home, guest, office = _states(connection), table_of(Participant).c, table_of(Office).c
    events = connection.execute(select(table_of(Event))).all()
    there = {row.code: {home[party] for party in (row.by_party, row.to_party) if party} for row in events}
    for event, party in connection.execute(select(guest.event, office.party).where(guest.office == office.code)):
        there[event].add(home[party])
    return [
        Happening(day=row.dated_on, kind="event", code=row.code, title={"en": row.title_en, "fa": row.title_fa})
        for row in events
        if set(pair) <= there[row.code]
    ]


def _states(connection: Connection) -> dict[str, str]:
    """The state of every party: itself, or the one whose organ it is."""
    return {row.code: row.state or row.code for row in connection.execute(select(table_of(Party)))}
