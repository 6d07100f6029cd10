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


def _best_sharing(game: Game, union: int, rule: Rule) -> tuple[float, Array, tuple[int, ...]]:
    """The least that some group misses, M USD beyond its threshold, the transfers that do it, and the binding groups.

        min e  over x, e :  x(B) + e ≥ need(B) for every B ⊆ C,  Σ x = Σ v(C)

    need(B) is the most that a group whose members in C are B can get, less what its others have already.
    """
    inside = places(union)
    if len(inside) > MOST_MEMBERS:
        raise ModelError(f"sharing among {len(inside)} members", hint=f"{MOST_MEMBERS} at most")
    target = reachable(game, union, rule)
    groups = np.flatnonzero(target != NOWHERE)
    member = _membership(game)[groups]
    gets = np.where(member, game.payoff[target[groups]] - game.threshold, 0.0).sum(axis=1)
    outsiders = member & ~_bits(union, len(game.players))
    gets -= np.where(outsiders, game.payoff[union], 0.0).sum(axis=1)
    needs: dict[int, float] = {}
    by: dict[int, int] = {}
    for group, need in zip(groups.tolist(), gets.tolist(), strict=True):
        within = group & union
        if need > needs.get(within, -np.inf):
            needs[within], by[within] = need, group
    total = float(game.payoff[union, inside].sum())
    scale = max(abs(total), *(abs(need) for need in needs.values())) or 1.0
    rows = list(needs)
    cells = [(row, column) for row, within in enumerate(rows) for column, i in enumerate(inside) if within >> i & 1]
    cells += [(row, len(inside)) for row in range(len(rows))]
    at_row, at_column = np.array(cells).T
    table: Any = csr_array((-np.ones(len(cells)), (at_row, at_column)), shape=(len(rows), len(inside) + 1))
    found: Any = linprog(
        c=np.append(np.zeros(len(inside)), 1.0),
        A_ub=table,
        b_ub=-np.array([needs[within] for within in rows]) / scale,
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
    binding = tuple(by[rows[row]] for row in np.flatnonzero(found.ineqlin.marginals < -1e-9))
    short = scale * float(found.x[-1])
    return (short if short > 1e-9 * scale else min(short, 0.0)), transfers, binding


def _membership(game: Game) -> NDArray[np.bool_]:
    """(group, player)"""
    return np.asarray(game.numbers[:, None] >> np.arange(len(game.players)) & 1 == 1)


def _bits(union: int, players: int) -> NDArray[np.bool_]:
    return np.asarray(union >> np.arange(players) & 1 == 1)
