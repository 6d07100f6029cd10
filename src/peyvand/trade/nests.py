"""Which model is it?  The nested models that a World and the parameters make of the Caliendo–Parro equations."""

from __future__ import annotations

from typing import Literal

from peyvand.world import World

Nest = Literal["caliendo_parro", "many_sectors", "one_sector_with_inputs", "armington", "universal_gravity"]


def nest_of(world: World, *, supply_elasticity: float = 0.0) -> Nest:
    """The nest: with inputs and many sectors, without inputs, of one sector, or with an elastic supply.

    - `caliendo_parro`: many sectors that buy inputs from one another.
    - `many_sectors`: many sectors without inputs.
    - `one_sector_with_inputs`: one sector that buys inputs from itself.
    - `armington`: one sector without inputs, the model of structural gravity.
    - `universal_gravity`: that with an output supply of elasticity ψ.
    """
    inputs = bool((world["input_share"].values > 0).any())
    if len(world.sectors) > 1:
        return "caliendo_parro" if inputs else "many_sectors"
    if supply_elasticity:
        return "universal_gravity"
    return "one_sector_with_inputs" if inputs else "armington"
