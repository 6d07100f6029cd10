"""Who is already in a customs union?  Such a member cannot join another alone, and bargains over tariffs as a bloc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peyvand.errors import ScenarioError, did_you_mean
from peyvand.scenarios.in_force import Agreement

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect


def customs_unions(effect: Effect) -> tuple[Agreement, ...]:
    """Customs unions in force on the union's day."""
    return effect.facts.in_force(effect.day, kinds=["customs-union"])


def left_unions(effect: Effect) -> frozenset[str]:
    """Names of the customs unions that members leave.

    Raises
    ------
    ScenarioError
        If one is not in force on the day or holds none of the members.
    """
    held = {agreement.name: agreement.members_on(effect.day) for agreement in customs_unions(effect)}
    for name in effect.union.leaves:
        if name not in held:
            raise ScenarioError(f"no customs union {name!r} is in force on {effect.day}", hint=did_you_mean(name, held))
        if not held[name] & set(effect.members):
            raise ScenarioError(f"no member is in {name}, so none leaves it", hint="take it out of leaves")
    return frozenset(effect.union.leaves)


def split_blocs(effect: Effect) -> tuple[tuple[Agreement, tuple[str, ...]], ...]:
    """Customs unions with some members in and some out of the union, and which are in.

    Raises
    ------
    ScenarioError
        If the union is itself a customs union: a member cannot levy two common tariffs.
    """
    left = left_unions(effect)
    split = []
    for agreement in customs_unions(effect):
        bound = agreement.members_on(effect.day) & set(effect.world.economies)
        inside = tuple(member for member in effect.members if member in bound)
        if inside and agreement.name not in left and not bound <= set(effect.members):
            split.append((agreement, inside))
    if split and effect.union.kind == "customs-union":
        agreement, inside = split[0]
        raise ScenarioError(
            f"{', '.join(inside)} cannot join a customs union: {agreement.name} is one already",
            hint=f'leaves = ["{agreement.name}"], or take all of {agreement.name} in, or a free-trade area',
        )
    return tuple(split)
