"""What would make a union hold?  The smallest transfers to its members, or the smallest change of a provision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from peyvand.errors import ModelError, did_you_mean
from peyvand.scenarios import Transit, Union
from peyvand.trade import CaliendoParro, solve_many, union_sweep
from peyvand.unions.game import NOTICED, Game, Rule, places, settled
from peyvand.unions.terms import Terms, terms_of
from peyvand.world import World

FIELDS = {"tariff": ("cut_share", 1.0), "border_cost": ("fade_share", 1.0)}
"""The figure of a provision that is moved, by its kind, and how far it may go."""
GRID, BISECTIONS = 16, 8


def stabilising_transfers(game: Game, union: int, *, rule: Rule = "stay") -> pd.DataFrame | None:
    """The smallest transfers under which no member gains by leaving; None if the gains do not suffice.

    Every member that would gain by leaving gets what it would gain, less its threshold; the others pay in proportion to
    what they would lose by leaving. Columns `player`, `stays_for_musd` (its gain from staying), `transfer_musd`.
    """
    inside = list(places(union))
    after = settled(game, rule)
    outside = np.array([game.payoff[after[union & ~(1 << i)], i] for i in inside])
    surplus = game.payoff[union, inside] - outside + game.threshold[inside]
    missing, spare = np.maximum(-surplus, 0.0), np.maximum(surplus, 0.0)
    if missing.sum() > spare.sum():
        return None
    share = spare / spare.sum() if spare.sum() > 0 else spare
    return pd.DataFrame(
        {
            "player": [game.players[i] for i in inside],
            "stays_for_musd": surplus,
            "transfer_musd": missing - share * missing.sum(),
        }
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Change:
    """A change of a provision that makes a union hold.

    Parameters
    ----------
    provision : int
        Its place in the file.
    field : str
        Which figure moves.
    before, after : float
        The figure today and the nearest at which no member gains by leaving; `after` is NaN where there is none.
    tried : DataFrame
        `value` and `holds` of every value that was tried.
    """

    provision: int
    field: str
    before: float
    after: float
    tried: pd.DataFrame

    @property
    def found(self) -> bool:
        """Whether some value makes the union hold."""
        return bool(np.isfinite(self.after))


def smallest_change(
    world: World,
    union: Union,
    *,
    provision: int = 0,
    rule: Rule = "stay",
    model: CaliendoParro | None = None,
    tol: float = 1e-8,
) -> Change:
    """The smallest move of one provision's figure after which no member of a union gains by leaving.

    Parameters
    ----------
    world : World
    union : Union
        The union that should hold, with all its members.
    provision : int
        Place of the provision in the file: `cut_share` of a tariff, `fade_share` or `cut_percent` of a border cost.
    rule : str
        What those left do after somebody walked out: `stay` or `dissolve`.
    model, tol
        As of `peyvand.unions.search`.

    Raises
    ------
    ModelError
        If there is no such provision, or none of its figures can be moved.
    """
    field, before, most = _figure_of(union, provision)
    solver = model or CaliendoParro()
    found: dict[float, bool] = {}

    def holds(value: float) -> bool:
        if value not in found:
            found[value] = _holds(world, _with(union, provision, field, value), rule, solver, tol)
        return found[value]

    after = _nearest(holds, before, most)
    table = pd.DataFrame({"value": list(found), "holds": list(found.values())})
    return Change(
        provision=provision, field=field, before=before, after=after,
        tried=table.sort_values("value", ignore_index=True),
    )  # fmt: skip


def _nearest(holds: Callable[[float], bool], before: float, most: float) -> float:
    """The value nearest to `before` that holds: outwards on a grid, then by halving; NaN if none does."""
    if holds(before):
        return before
    grid = sorted(np.linspace(0.0, most, GRID + 1), key=lambda value: abs(value - before))
    near = next((float(value) for value in grid if holds(float(value))), np.nan)
    if not np.isfinite(near):
        return near
    broken = before
    for _ in range(BISECTIONS):
        middle = (near + broken) / 2
        if holds(middle):
            near = middle
        else:
            broken = middle
    return near


def _holds(world: World, union: Union, rule: Rule, solver: CaliendoParro, tol: float) -> bool:
    """Whether no member gains by leaving: the union and each union without one member, solved."""
    if _changes_nothing(union):
        return True
    terms = terms_of(world, union, model=solver)
    k = len(terms.unions.candidates)
    if not terms.has_mask:
        return _holds_one_by_one(terms, rule, solver, tol)
    apart = np.ones((k, k)) - np.eye(k) if rule == "stay" else np.zeros((k, k))
    membership = np.concatenate([np.ones((k, 1)), apart], axis=1)
    solved = union_sweep(terms.world, terms.unions, model=solver, tol=tol).chosen(membership)
    if k == 2 or rule == "dissolve":
        solved.welfare_hat[1:] = 1.0
    at = [terms.world.economies.index(code) for code in terms.unions.candidates]
    gains = [
        solved.welfare_hat[1 + place, economy] - solved.welfare_hat[0, economy] for place, economy in enumerate(at)
    ]
    return not solved.failed and max(gains) <= NOTICED


def _holds_one_by_one(terms: Terms, rule: Rule, solver: CaliendoParro, tol: float) -> bool:
    """The same for terms that depend on who is in: each union has a shock of its own."""
    players = terms.unions.candidates
    left = {code: tuple(other for other in players if other != code) if rule == "stay" else () for code in players}
    shocks = {"": terms.shock(players)} | {code: terms.shock(rest) for code, rest in left.items()}
    solved = solve_many(terms.world, shocks, model=solver, tol=tol)
    if solved.failed:
        return False
    welfare = solved["welfare_hat"]
    gains = [
        float(welfare.sel(scenario=code, economy=code) - welfare.sel(scenario="", economy=code)) for code in players
    ]
    return max(gains) <= NOTICED


def _changes_nothing(union: Union) -> bool:
    figures = [
        getattr(held, field, None) for held in union.provisions for field in ("cut_share", "fade_share", "cut_percent")
    ]
    transit = any(isinstance(held, Transit) for held in union.provisions)
    return union.external_tariff is None and not transit and not any(figures)


def _figure_of(union: Union, provision: int) -> tuple[str, float, float]:
    if not 0 <= provision < len(union.provisions):
        raise ModelError(f"no provision {provision}", hint=f"0 to {len(union.provisions) - 1}")
    held = union.provisions[provision]
    if held.kind not in FIELDS:
        raise ModelError(f"a provision of kind {held.kind} has no figure to move", hint=did_you_mean(held.kind, FIELDS))
    field, most = FIELDS[held.kind]
    if getattr(held, field) is None:
        field, most = "cut_percent", 30.0
    return field, float(getattr(held, field)), most


def _with(union: Union, provision: int, field: str, value: float) -> Union:
    changed = list(union.provisions)
    changed[provision] = changed[provision].model_copy(update={field: value})
    return union.model_copy(update={"provisions": tuple(changed)})
