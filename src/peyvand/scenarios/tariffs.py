"""What do a union's provisions say of tariffs: by how much are they cut inside, which one is levied on outsiders?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from peyvand.errors import ScenarioError
from peyvand.scenarios import kernels
from peyvand.scenarios.kernels import Array, Mask
from peyvand.scenarios.preferences import listed_cuts
from peyvand.scenarios.provisions import Tariff
from peyvand.variables import CELL

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect


def cut_shares(effect: Effect) -> Array:
    """(N, N, S) the share by which each tariff is cut in the end, with exceptions and sensitive lists.

    Raises
    ------
    ScenarioError
        If an exception lies outside its provision, or a list holds for goods whose tariff is not cut.
    """
    world = effect.world
    cut = np.zeros((len(world.economies), len(world.economies), len(world.sectors)))
    for provision, mask in effect.cells:
        if isinstance(provision, Tariff):
            cut = np.where(mask, _with_exceptions(effect, provision, mask), cut)
    return listed_cuts(effect, cut)


def common_tariff(effect: Effect, *, tariff_rate: Array, outside: Mask) -> Array:
    """(S,) the common external tariff as a share, NaN where each member keeps its own.

    Parameters
    ----------
    effect : Effect
    tariff_rate : Array (exporter, importer, sector)
        Today's.
    outside : Mask (exporter, importer, sector)
        The cells on which the common tariff is levied.
    """
    said, world = effect.union.external_tariff, effect.world
    if said in ("average", "minimum"):
        flow = np.asarray(world["trade_flow"].transpose(*CELL).values, dtype=float)
        return kernels.common_rates(tariff_rate=tariff_rate, trade_flow=flow, outside=outside, lowest=said == "minimum")
    rates = np.full(len(world.sectors), np.nan)
    if isinstance(said, dict):
        for name, rate in said.items():
            rates[effect.sector_mask((name,))] = rate
    return rates


def _with_exceptions(effect: Effect, provision: Tariff, mask: Mask) -> Array:
    share = np.where(mask, provision.cut_share, 0.0)
    for other in provision.exceptions:
        i, n = (effect.world.economies.index(effect.economy(name)) for name in (other.exporter, other.importer))
        cells = mask[i, n] & (effect.sector_mask(other.sectors) if other.sectors else True)
        if not cells.any():
            raise ScenarioError(
                f"the exception for {other.exporter} → {other.importer} lies outside its provision",
                hint="an exception names two members and sectors of its provision",
            )
        share[i, n] = np.where(cells, other.cut_share, share[i, n])
    return share
