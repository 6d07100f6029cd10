"""Who goes where in a balanced exchange?  Two-sided (tolerable) top trading cycles, Dur and Ünver (2019).

Universities and students are numbers here; `exchange` gives them names.

Every university with students left points to the first of them in its internal order; every student pointed at points
to the best of her choices that is still open.  On a cycle each university sends one student and takes one.  One without
students left is a *sink*: it may still take as many as its tolerance allows.  Where no cycle is left, a chain runs to a
sink from a university that may still send more than it takes.  Which begins is our rule: the first in `lottery`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

UNPLACED = -1
OPEN, FULL, BALANCE = "open", "full", "balance"
"""Why a university takes nobody more: its import quota, or nobody left to send for another."""
SENT_ENOUGH, NO_CHOICES, CHOICES_CLOSED, CHOICES_BALANCE = (
    "sent_enough",
    "no_choices",
    "choices_full",
    "choices_balance",
)
"""Why a student stays: her home's export quota was used up, she named nobody, or each of her choices was closed –
all full, or some for balance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One exchange round.

    Parameters
    ----------
    own : sequence of sequences of int
        Each university's students in its internal order.
    choices : sequence of sequences of int
        Each student's universities, the best first, none of them her home.
    export_quota, import_quota : sequence of int
        The most that a university sends and takes.
    tolerance : sequence of int
        The most by which what it takes and what it sends may differ.
    lottery : sequence of int
        The universities in the order in which they begin chains.
    """

    own: Sequence[Sequence[int]]
    choices: Sequence[Sequence[int]]
    export_quota: Sequence[int]
    import_quota: Sequence[int]
    tolerance: Sequence[int]
    lottery: Sequence[int]


@dataclass(slots=True)
class Placements:
    """What a round came to: each student's university (−1: none) and why not, why each university closed."""

    placed: list[int]
    reason: list[str]
    closed: list[str]
    sent: list[int]
    taken: list[int]
    turn: list[int] = field(default_factory=list)
    """Next of each university's own students."""
    wish: list[int] = field(default_factory=list)
    """Position of each student's best open choice."""


def top_trading_cycles(market: Market) -> Placements:
    """The outcome of two-sided tolerable top trading cycles; with zero tolerance, of two-sided top trading cycles."""
    count, students = len(market.own), len(market.choices)
    state = Placements(
        placed=[UNPLACED] * students, reason=[""] * students, closed=[OPEN] * count,
        sent=[0] * count, taken=[0] * count, turn=[0] * count, wish=[0] * students,
    )  # fmt: skip
    while True:
        target = _point(market, state)
        cycles = _cycles(target)
        for cycle in cycles:
            for university in cycle:
                _send(market, state, university, target[university])
        if cycles:
            continue
        head = next((u for u in market.lottery if target[u] >= 0 and _may_send_alone(market, state, u)), None)
        if head is None:
            if not _close_sinks(market, state):
                return state
            continue
        university = head
        while target[university] >= 0:
            _send(market, state, university, target[university])
            university = target[university]


def _point(market: Market, state: Placements) -> list[int]:
    """The university that each university's next student wants; −1 for those without a student to send."""
    while True:
        target = [_next_wish(market, state, university) for university in range(len(market.own))]
        if not _close(market, state, target):
            return target


def _next_wish(market: Market, state: Placements, university: int) -> int:
    own = market.own[university]
    while state.turn[university] < len(own):
        student = own[state.turn[university]]
        if state.sent[university] >= market.export_quota[university]:
            state.reason[student] = SENT_ENOUGH if market.choices[student] else NO_CHOICES
        else:
            wishes = market.choices[student]
            while state.wish[student] < len(wishes) and state.closed[wishes[state.wish[student]]] != OPEN:
                state.wish[student] += 1
            if state.wish[student] < len(wishes):
                return wishes[state.wish[student]]
            state.reason[student] = _why(wishes, state)
        state.turn[university] += 1
    return UNPLACED


def _close(market: Market, state: Placements, target: list[int]) -> bool:
    """Close the universities that can take nobody more; true if any was open."""
    found = False
    for university, wanted in enumerate(target):
        if state.closed[university] != OPEN:
            continue
        full = state.taken[university] >= market.import_quota[university]
        excess = state.taken[university] - state.sent[university]
        if full or (wanted < 0 and excess >= market.tolerance[university]):
            state.closed[university] = FULL if full else BALANCE
            found = True
    return found


def _close_sinks(market: Market, state: Placements) -> bool:
    """No university may begin a chain any more: whoever has nobody to send takes nobody either."""
    found = False
    for university, own in enumerate(market.own):
        if state.closed[university] == OPEN and state.turn[university] >= len(own):
            state.closed[university] = BALANCE
            found = True
    return found


def _may_send_alone(market: Market, state: Placements, university: int) -> bool:
    return state.sent[university] - state.taken[university] < market.tolerance[university]


def _send(market: Market, state: Placements, university: int, target: int) -> None:
    student = market.own[university][state.turn[university]]
    state.placed[student] = target
    state.sent[university] += 1
    state.taken[target] += 1
    state.turn[university] += 1


def _cycles(target: list[int]) -> list[list[int]]:
    """Every cycle of the map university → target; they share no university."""
    seen = [0] * len(target)
    found = []
    for start in range(len(target)):
        path: list[int] = []
        university = start
        while university >= 0 and not seen[university]:
            seen[university] = start + 1
            path.append(university)
            university = target[university]
        if university >= 0 and seen[university] == start + 1:
            found.append(path[path.index(university) :])
    return found


def _why(wishes: Sequence[int], state: Placements) -> str:
    if not wishes:
        return NO_CHOICES
    return CHOICES_CLOSED if all(state.closed[wish] == FULL for wish in wishes) else CHOICES_BALANCE
