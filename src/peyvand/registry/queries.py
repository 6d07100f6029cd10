"""What was true on a given day?

Every answer says what it rests on. A coarse date ("1992") answers "unknown" for the days it leaves open; a missing end
answers "not known to have ended".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Case, ColumnElement, Connection, and_, case, func, select

from peyvand.registry.dates import first_day, first_day_text, last_day, last_day_text
from peyvand.registry.models import Agreement, Commitment, Membership, Signatory, Step, table_of
from peyvand.registry.paths import PathStep, State, Taken, allowed, path, replay

AGREEMENT_STATES = ("in_force", "ended", "signed", "not_signed", "unknown")


@dataclass(frozen=True, slots=True)
class Standing:
    """A party's standing in a pact on a day."""

    pact: str
    party: str
    status: str
    from_on: str
    to_on: str | None
    certain: bool
    source: str

    @property
    def open_ended(self) -> bool:
        """No end is known: "not known to have ended"."""
        return self.to_on is None


@dataclass(frozen=True, slots=True)
class AgreementState:
    """An agreement and where it stood on a day."""

    code: str
    state: str
    title_en: str
    title_fa: str
    domain: str
    signed_on: str | None
    in_force_on: str | None
    ended_on: str | None


@dataclass(frozen=True, slots=True)
class PartyState:
    """Where an agreement stands with one party: the path, the steps that stand, what may come next."""

    party: str
    path: str
    state: State
    next_steps: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """A commitment past its day and not known to be kept."""

    code: str
    agreement: str
    by_party: str
    due_on: str
    status: str
    text_en: str
    text_fa: str


def standings(connection: Connection, on: date, *, pact: str = "", party: str = "") -> list[Standing]:
    """Who stood how in which pact on a day."""
    table = table_of(Membership).c
    chosen = select(table_of(Membership)).where(first_day_text(table.from_on) <= on.isoformat())
    chosen = chosen.where(table.pact == pact) if pact else chosen
    chosen = chosen.where(table.party == party) if party else chosen
    found = []
    for row in connection.execute(chosen.order_by(table.pact, table.party, table.from_on)):
        if row.to_on is not None and last_day(row.to_on) <= on:
            continue
        certain = last_day(row.from_on) <= on and (row.to_on is None or on < first_day(row.to_on))
        found.append(Standing(row.pact, row.party, row.status, row.from_on, row.to_on, certain, row.source))
    return found


def agreement_state(on: date) -> Case[str]:
    """Where an agreement stood on a day, in SQL.

    `ended` and `in_force` need a published date; an agreement that was signed and whose entry into force is not known
    is `signed`; one whose coarse dates leave the day open is `unknown`.
    """
    table, day = table_of(Agreement).c, on.isoformat()
    return case(
        (last_day_text(table.ended_on) <= day, "ended"),
        (and_(table.ended_on.is_not(None), first_day_text(table.ended_on) <= day), "unknown"),
        (last_day_text(table.in_force_on) <= day, "in_force"),
        (and_(table.in_force_on.is_not(None), first_day_text(table.in_force_on) <= day), "unknown"),
        (last_day_text(table.signed_on) <= day, "signed"),
        (first_day_text(table.signed_on) > day, "not_signed"),
        else_="unknown",
    )


def agreements(
    connection: Connection,
    on: date,
    *,
    codes: Sequence[str] = (),
    parties: Sequence[str] = (),
    pact: str = "",
    domain: str = "",
    state: str = "",
    limit: int | None = None,
) -> list[AgreementState]:
    """Agreements and where they stood on a day, by code.

    Parameters
    ----------
    parties : sequence of str, optional
        Only agreements that all of these are parties to.
    """
    table = table_of(Agreement).c
    stood: ColumnElement[str] = agreement_state(on).label("state")
    dates = (table.signed_on, table.in_force_on, table.ended_on)
    chosen = select(table.code, stood, table.title_en, table.title_fa, table.domain, *dates).order_by(table.code)
    chosen = chosen.where(table.code.in_(codes)) if codes else chosen
    chosen = chosen.where(table.pact == pact) if pact else chosen
    chosen = chosen.where(table.domain == domain) if domain else chosen
    chosen = chosen.where(stood == state) if state else chosen
    signed = table_of(Signatory).c
    for party in parties:
        chosen = chosen.where(table.code.in_(select(signed.agreement).where(signed.party == party)))
    return [AgreementState(**row) for row in connection.execute(chosen.limit(limit)).mappings()]


def parties_to(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The parties to every agreement, by its code; the first side before the second."""
    table = table_of(Signatory).c
    found: dict[str, tuple[str, ...]] = {}
    rows = select(table.agreement, table.party).order_by(table.agreement, table.side, table.party)
    for agreement, party in connection.execute(rows):
        found[agreement] = (*found.get(agreement, ()), party)
    return found


def party_states(connection: Connection, agreement: str, on: date) -> list[PartyState]:
    """Where one agreement stood with each of its parties on a day.

    A step without a date counts once a later step of known date has come, or if no later step has a date.
    """
    signed, step = table_of(Signatory).c, table_of(Step).c
    recorded: dict[str, list[Taken]] = {}
    rows = select(table_of(Step)).where(step.agreement == agreement).order_by(step.party, step.number)
    for row in connection.execute(rows):
        recorded.setdefault(row.party, []).append(Taken(row.step, row.outcome, row.done_on))
    taken = {party: _taken_by(on, steps) for party, steps in recorded.items()}
    found = []
    parties = select(signed.party, signed.path).where(signed.agreement == agreement).order_by(signed.party)
    for party, code in connection.execute(parties):
        way = path(code)
        state, _ = replay(way, taken.get(party, []))
        found.append(PartyState(party, code, state, tuple(allowed(way, state))))
    return found


def _taken_by(on: date, steps: Sequence[Taken]) -> Sequence[Taken]:
    """The steps that are known to have been taken by a day."""
    dated = [place for place, step in enumerate(steps) if step.done_on]
    past = [place for place in dated if last_day(str(steps[place].done_on)) <= on]
    if len(past) == len(dated):
        return steps
    return steps[: past[-1] + 1] if past else ()


def overdue(connection: Connection, on: date, *, by_party: str = "", limit: int | None = None) -> list[OverdueRow]:
    """Commitments whose last possible due day has passed and that are neither kept nor dropped, oldest first."""
    table = table_of(Commitment).c
    columns = (table.code, table.agreement, table.by_party, table.due_on, table.status, table.text_en, table.text_fa)
    chosen = select(*columns).where(table.status.in_(("planned", "partial", "unknown")))
    chosen = chosen.where(table.due_on < on.isoformat(), last_day_text(table.due_on) < on.isoformat())
    chosen = chosen.where(table.by_party == by_party) if by_party else chosen
    chosen = chosen.order_by(table.due_on, table.code).limit(limit)
    return [OverdueRow(**row) for row in connection.execute(chosen).mappings()]


def commitments(
    connection: Connection, on: date, *, by_party: str = "", late: bool = False, limit: int | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Commitments as plain rows with `late` (past their day on `on` and not known to be kept), and how many there are.

    What is late comes first, the oldest first; then what is due next.
    """
    table = table_of(Commitment).c
    past = and_(
        table.status.in_(("planned", "partial", "unknown")),
        table.due_on.is_not(None),
        last_day_text(table.due_on) < on.isoformat(),
    )
    is_late = case((past, 1), else_=0).label("late")
    chosen = select(table_of(Commitment), is_late)
    chosen = chosen.where(table.by_party == by_party) if by_party else chosen
    chosen = chosen.where(past) if late else chosen
    total = connection.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    ordered = chosen.order_by(is_late.desc(), table.due_on.is_(None), table.due_on, table.code).limit(limit)
    return [dict(row) for row in connection.execute(ordered).mappings()], total


def counts(connection: Connection, on: date) -> dict[str, int]:
    """How many agreements stood where on a day."""
    stood = agreement_state(on).label("state")
    grouped = select(stood, func.count()).group_by(stood)
    found: dict[str, int] = dict(connection.execute(grouped).all())
    return {state: found.get(state, 0) for state in AGREEMENT_STATES}
