"""Which unions can no group overturn?  The core, with and without transfers, and the group that overturns the others.

What a group S can bring about from a union C depends on what the rest does (`game.RULES`):

- `dissolve`: S forms a union of its own and C ends; the rest is as today.
- `stay`, `best_reply`: S ⊆ C walks out together and the rest settles; or all of C widen the union to S ⊋ C. There is
  one union only, so that no second one can stand beside a rest that goes on.

Without transfers S overturns C if every one of S gains. With transfers the members of C may share their gains in any
way x with Σ x = Σ v(C); S overturns it if S together gets more than under x. That no x is safe is a linear programme.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from peyvand.errors import ConvergenceError, ModelError
from peyvand.unions.deviations import Deviation
from peyvand.unions.game import Array, Game, Numbers, Rule, places, settled

NOWHERE = -1
MOST_MEMBERS = 16


def reachable(game: Game, union: int, rule: Rule) -> Numbers:
    """(group): the union that every group of players can bring about from one, `NOWHERE` if none."""
    groups = game.numbers
    if rule == "dissolve":
        target = np.where(game.sizes >= 2, groups, 0)
        return np.asarray(np.where((groups == 0) | (target == union), NOWHERE, target))
    after = settled(game, rule)
    walks_out = (groups & ~union == 0) & (groups != 0)
    widens = (groups & union == union) & (groups != union) & (game.sizes >= 2)
    target = np.where(walks_out, after[union & ~groups], np.where(widens, groups, NOWHERE))
    return np.asarray(np.where(target == union, NOWHERE, target))


def core_deviation(game: Game, union: int, *, rule: Rule) -> Deviation | None:
    """The smallest group of which everyone gains by overturning a union; None if there is none."""
    target = reachable(game, union, rule)
    more = game.payoff[target] - game.payoff[union] - game.threshold
    member = _membership(game)
    least = np.where(member, more, np.inf).min(axis=1)
    overturns = np.flatnonzero((target != NOWHERE) & (least > 0))
    if not len(overturns):
        return None
    group = int(overturns[np.lexsort((-least[overturns], game.sizes[overturns]))[0]])
    result, movers = int(target[group]), places(group)
    walks_out = game.sizes[result] < 2 or (rule != "dissolve" and group & ~union == 0)
    return Deviation(
        concept="core", rule=rule, move="leave" if walks_out else "form", union=union,
        result=result, movers=movers, gains=game.gains(union, result, movers),
    )  # fmt: skip


def transfer_deviation(game: Game, union: int, *, rule: Rule) -> Deviation | None:
    """Groups that no sharing of a union's gains keeps content at once; None if some sharing does."""
    short, _, groups = _best_sharing(game, union, rule)
    if short <= 0:
        return None
    largest = max(groups, key=lambda group: (int(group).bit_count(), group))
    return Deviation(
        concept="core_with_transfers", rule=rule, move="share", union=union, result=int(largest),
        movers=places(union), gains=(short,), groups=groups,
    )  # fmt: skip


def core_sharing(game: Game, union: int, *, rule: Rule) -> Array | None:
    """Transfers (player), M USD that each receives, under which no group overturns a union; None if there are none.

    Of all such transfers, those with the largest margin for the group that is least content.
    """
    short, transfers, _ = _best_sharing(game, union, rule)
    return None if short > 0 else transfers


def cannot_be_shared(game: Game, union: int, *, rule: Rule) -> bool:
    """Whether two groups that make up a union can claim more than it has: a quick sign that no sharing is safe."""
    need, _, total = _needs(game, union, rule)
    parts = np.array(_parts_of(union))
    claims = need[parts] + need[union & ~parts]
    scale = max(abs(total), float(np.abs(need[np.isfinite(need)]).max(initial=0.0))) or 1.0
    return bool(need[union] > total + 1e-9 * scale or need[0] > 1e-9 * scale or (claims > total + 1e-9 * scale).any())


def _needs(game: Game, union: int, rule: Rule) -> tuple[Array, Numbers, float]:
    """(group of members): the most that it can claim, −∞ if nothing, and with whom; what all members have."""
    target = reachable(game, union, rule)
    groups = np.flatnonzero(target != NOWHERE)
    member = _membership(game)[groups]
    gets = np.where(member, game.payoff[target[groups]] - game.threshold, 0.0).sum(axis=1)
    outsiders = member & ~_bits(union, len(game.players))
    gets -= np.where(outsiders, game.payoff[union], 0.0).sum(axis=1)
    need, by = np.full(len(game.payoff), -np.inf), np.zeros(len(game.payoff), dtype=np.int64)
    rising = np.argsort(gets, kind="stable")  # of several claims of the same members the last, the largest, stays
    need[groups[rising] & union], by[groups[rising] & union] = gets[rising], groups[rising]
    return need, by, float(game.payoff[union, list(places(union))].sum())


def _parts_of(union: int) -> list[int]:
    """All groups within a union but none and all of it."""
    found, part = [], (union - 1) & union
    while part:
        found.append(part)
        part = (part - 1) & union
    return found


def _best_sharing(game: Game, union: int, rule: Rule) -> tuple[float, Array, tuple[int, ...]]:
    """The least that some group misses, M USD beyond its threshold, the transfers that do it, and the binding groups.

        min e  over x, e :  x(B) + e ≥ need(B) for every B ⊆ C,  Σ x = Σ v(C)

    need(B) is the most that a group whose members in C are B can get, less what its others have already.
    """
    inside = places(union)
    if len(inside) > MOST_MEMBERS:
        raise ModelError(f"sharing among {len(inside)} members", hint=f"{MOST_MEMBERS} at most")
    need, by, total = _needs(game, union, rule)
    rows = np.flatnonzero(np.isfinite(need)).tolist()
    scale = max(abs(total), float(np.abs(need[rows]).max(initial=0.0))) or 1.0
    cells = [(row, column) for row, within in enumerate(rows) for column, i in enumerate(inside) if within >> i & 1]
    cells += [(row, len(inside)) for row in range(len(rows))]
    at_row, at_column = np.array(cells).T
    table: Any = csr_array((-np.ones(len(cells)), (at_row, at_column)), shape=(len(rows), len(inside) + 1))
    found: Any = linprog(
        c=np.append(np.zeros(len(inside)), 1.0),
        A_ub=table,
        b_ub=-need[rows] / scale,
        A_eq=np.append(np.ones(len(inside)), 0.0)[None, :],
        b_eq=[total / scale],
        bounds=[(None, None)] * (len(inside) + 1),
        method="highs",
    )
    if found.status == 3:  # unbounded: every group with a claim can be paid without end, so nobody objects
        return -np.inf, np.zeros(len(game.players)), ()
    if not found.success:
        raise ConvergenceError(f"the sharing of union {union} was not found: {found.message}", hint="report it")
    transfers = np.zeros(len(game.players))
    transfers[list(inside)] = scale * found.x[:-1] - game.payoff[union, inside]
    binding = tuple(int(by[rows[row]]) for row in np.flatnonzero(found.ineqlin.marginals < -1e-9))
    short = scale * float(found.x[-1])
    return (short if short > 1e-9 * scale else min(short, 0.0)), transfers, binding


def _membership(game: Game) -> NDArray[np.bool_]:
    """(group, player)"""
    return np.asarray(game.numbers[:, None] >> np.arange(len(game.players)) & 1 == 1)


def _bits(union: int, players: int) -> NDArray[np.bool_]:
    return np.asarray(union >> np.arange(players) & 1 == 1)
