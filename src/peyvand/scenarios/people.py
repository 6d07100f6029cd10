"""Between which members do the provisions hold that move people: visas, places for students and scholars?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peyvand.errors import ScenarioError
from peyvand.scenarios.kernels import Mask
from peyvand.scenarios.provisions import PeopleProvision, Visa

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect


def people_pairs(effect: Effect) -> tuple[tuple[PeopleProvision, Mask], ...]:
    """Each provision that moves people with its (N, N) pairs, in the order of the file.

    Raises
    ------
    ScenarioError
        If a pair does not name two members, or one kind speaks twice of a pair.
    """
    found: list[tuple[PeopleProvision, Mask]] = []
    said: dict[str, Mask] = {}
    for number, provision in enumerate(effect.union.provisions, start=1):
        if not isinstance(provision, PeopleProvision):
            continue
        mask = effect.pairs_of(provision.pairs)
        twice = np.argwhere(mask & said.get(provision.kind, np.zeros_like(mask)))
        if len(twice):
            one, other = (effect.world.economies[at] for at in twice[0])
            raise ScenarioError(
                f"provision {number} says {provision.kind} once more for {one} and {other}",
                hint="name the pairs of each with pairs = [[…, …]]",
            )
        said[provision.kind] = said.get(provision.kind, np.zeros_like(mask)) | mask
        found.append((provision, mask))
    return tuple(found)


def visas_move_trade(effect: Effect) -> bool:
    """Whether a provision on visas states what it does to the cost of trade."""
    visas = (provision for provision, _ in effect.people if isinstance(provision, Visa))
    return any(visa.goods_trade_percent or visa.services_trade_percent for visa in visas)
