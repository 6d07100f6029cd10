"""Who would go where if balance did not matter?  Student-proposing deferred acceptance, Gale and Shapley (1962).

Kept beside top trading cycles to show what balance costs.  A home lets its first students go, up to its export quota;
a university keeps those who stand best in their home's internal order, ties by `lottery`.
"""

from __future__ import annotations

from heapq import heappop, heappush

from peyvand.mobility.trading_cycles import CHOICES_CLOSED, NO_CHOICES, SENT_ENOUGH, UNPLACED, Market, Placements


def deferred_acceptance(market: Market) -> Placements:
    """The outcome without a balance; quotas hold, tolerances do not count."""
    count, students = len(market.own), len(market.choices)
    state = Placements(
        placed=[UNPLACED] * students, reason=[""] * students, closed=[], sent=[0] * count, taken=[0] * count
    )
    held: list[list[tuple[int, int, int]]] = [[] for _ in range(count)]
    place_in_lottery = {university: at for at, university in enumerate(market.lottery)}
    wish = [0] * students
    for university, own in enumerate(market.own):
        named = [student for student in own if market.choices[student]]
        going = named[: market.export_quota[university]]
        for student in own:
            state.reason[student] = SENT_ENOUGH if market.choices[student] else NO_CHOICES
        for rank, first in enumerate(going):
            proposal = (-rank, -place_in_lottery[university], first)
            while wish[proposal[2]] < len(market.choices[proposal[2]]):
                wanted = market.choices[proposal[2]][wish[proposal[2]]]
                wish[proposal[2]] += 1
                heappush(held[wanted], proposal)
                if len(held[wanted]) <= market.import_quota[wanted]:
                    break
                proposal = heappop(held[wanted])
            else:
                state.reason[proposal[2]] = CHOICES_CLOSED
    home = {student: university for university, own in enumerate(market.own) for student in own}
    for university, kept in enumerate(held):
        for _, _, student in kept:
            state.placed[student], state.reason[student] = university, ""
            state.taken[university] += 1
            state.sent[home[student]] += 1
    return state
