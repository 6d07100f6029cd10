"""What do easier visas do to trade?  Nothing, unless a provision states how much of it visas hinder.

    ln d̂_ijs = ln(1 − h_s) / θ_s · ½ Σ_directions (b_today − b_union)

h is the share of trade that visas on both sides are taken to hinder (`goods_trade_percent`, `services_trade_percent`),
b the burden of a rule: its effect on journeys over that of a required visa, 1 for a required visa and 0 for none.
Neumayer (2011) finds up to 28 per cent for goods, Czaika and Neumayer (2017) less.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.mobility.effects import rule_effects
from peyvand.scenarios import Effect, Visa
from peyvand.sources.passport_index import REGIMES
from peyvand.variables import labelled
from peyvand.world.compile.concordance import SERVICES


def trade_response(
    effect: Effect, *, codes: tuple[str, ...], rules: NDArray[np.int_], asked: NDArray[np.int_]
) -> xr.DataArray | None:
    """The change of iceberg cost that a union's visa provisions are stated to have; None where none states one.

    Parameters
    ----------
    effect : Effect
        The union in its World.
    codes : tuple of str
        Economies of the rules.
    rules, asked : NDArray
        (origin, destination) rules today and in the union, positions in `REGIMES`.
    """
    stated = [
        (provision, mask)
        for provision, mask in effect.people
        if isinstance(provision, Visa) and (provision.goods_trade_percent or provision.services_trade_percent)
    ]
    if not stated:
        return None
    world = effect.world
    eased = _eased(world.economies, codes, rules, asked)
    cost = world["tariff_rate"].transpose("exporter", "importer", "sector")
    theta = world["trade_elasticity"].values.astype(float)
    services = np.isin(world.sectors, SERVICES)
    log_cost = np.zeros(cost.shape)
    for provision, mask in stated:
        hindered = np.where(services, provision.services_trade_percent, provision.goods_trade_percent) / 100
        log_cost += np.where(mask[..., None], eased[..., None] * np.log1p(-hindered) / theta, 0.0)
    return labelled(cost.copy(data=np.exp(log_cost)), "iceberg_cost_hat")


def _eased(
    economies: tuple[str, ...], codes: tuple[str, ...], rules: NDArray[np.int_], asked: NDArray[np.int_]
) -> NDArray[np.float64]:
    """(N, N) over the World: the mean fall of the burden in the two directions of a pair."""
    mean = rule_effects("journeys").mean
    burden = mean / mean[REGIMES.index("required")]
    fall = burden[rules] - burden[asked]
    found = np.zeros((len(economies), len(economies)))
    held = [code for code in codes if code in economies]
    at, from_ = [economies.index(code) for code in held], [codes.index(code) for code in held]
    found[np.ix_(at, at)] = (0.5 * (fall + fall.T))[np.ix_(from_, from_)]
    return found
