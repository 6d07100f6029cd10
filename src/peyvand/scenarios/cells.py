"""Whom does each provision hold for, and is anything said or counted twice?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peyvand.errors import ScenarioError
from peyvand.scenarios import kernels
from peyvand.scenarios.estimates import estimate
from peyvand.scenarios.kernels import Mask
from peyvand.scenarios.provisions import (
    AgreementEffect,
    AnyProvision,
    PeopleProvision,
    Scope,
    SensitiveList,
    Transit,
)

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect


def cells_of(effect: Effect) -> tuple[tuple[AnyProvision, Mask], ...]:
    """Every provision on trade with the (N, N, S) cells it holds for.

    Raises
    ------
    ScenarioError
        If a provision holds for nothing, or a cell is spoken of twice.
    """
    found: list[tuple[AnyProvision, Mask]] = []
    said: dict[str, Mask] = {}
    for number, provision in enumerate(effect.union.provisions, start=1):
        if isinstance(provision, Transit | PeopleProvision):
            continue
        mask = _mask(effect, provision)
        if not mask.any():
            raise ScenarioError(f"provision {number} holds for no pair and sector", hint="see its pairs and sectors")
        for kind, taken in said.items():
            _refuse_twice(effect, number, provision, kind, taken & mask)
        said[provision.kind] = said.get(provision.kind, np.zeros_like(mask)) | mask
        found.append((provision, mask))
    return tuple(found)


def _mask(effect: Effect, provision: Scope | SensitiveList) -> Mask:
    if isinstance(provision, SensitiveList):
        buyer = np.isin(effect.world.economies, [effect.economy(provision.economy)])
        if not (buyer & effect.membership).any():
            raise ScenarioError(f"{provision.economy} has a sensitive list and is no member", hint="name a member")
        between = kernels.pairs_between(effect.membership) & buyer[None, :]
        return np.asarray(between[..., None] & effect.sector_mask(provision.sectors))
    between = effect.pairs_of(provision.pairs)
    sectors = effect.sector_mask(provision.sectors) & ~effect.sector_mask(provision.except_sectors)
    if isinstance(provision, AgreementEffect):
        effect.known(lambda: estimate(provision.estimate))
    return between[..., None] & sectors


def _refuse_twice(effect: Effect, number: int, provision: AnyProvision, kind: str, both: Mask) -> None:
    """Refuse what provision `number` says of cells of which a provision of `kind` has spoken already."""
    if not both.any():
        return
    if kind == provision.kind:
        raise ScenarioError(
            f"provision {number} says {kind} once more for {_first_cell(effect, both)}",
            hint="take the sectors of one out of the other with except_sectors",
        )
    if "agreement" in (kind, provision.kind):
        raise ScenarioError(
            f"counted twice: {kind} and {provision.kind} on {_first_cell(effect, both)}",
            hint="an agreement's estimate already holds what it does at the border; keep one of the two",
        )


def _first_cell(effect: Effect, mask: Mask) -> str:
    i, n, s = np.argwhere(mask)[0]
    return f"{effect.world.economies[i]} → {effect.world.economies[n]}, {effect.world.sectors[s]}"
