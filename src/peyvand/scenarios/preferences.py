"""How much of a preference is really used, and who gets the duties: sensitive lists, rules of origin, shared revenue.

A sensitive list keeps a part of a member's imports out of the cut. Rules of origin ask for papers that cost a share of
the goods' value: traders use a preference only where it is worth more than the papers, and then only to a given share.
A customs union may put the duties on outsiders' goods into a pool and share it out by a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from peyvand.errors import ScenarioError
from peyvand.scenarios import kernels
from peyvand.scenarios.kernels import Array, Mask
from peyvand.scenarios.provisions import RulesOfOrigin, SensitiveList, Tariff
from peyvand.variables import CELL

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect
    from peyvand.world import Shock, World


def listed_cuts(effect: Effect, cut: Array) -> Array:
    """Cut shares (N, N, S) with the members' sensitive lists taken out of them.

    Raises
    ------
    ScenarioError
        If a list holds for goods whose tariff is not cut.
    """
    for provision, mask in effect.cells:
        if isinstance(provision, SensitiveList):
            _expect_a_tariff(effect, mask, f"{provision.economy}'s sensitive list")
            shorter = kernels.cut_with_list(
                cut_share=cut, listed_share=provision.share, listed_cut_share=provision.cut_share
            )
            cut = np.where(mask, shorter, cut)
    return cut


def used_preferences(effect: Effect, tariff: Array, *, today: Array) -> tuple[Array, Array]:
    """Tariffs as they are paid and the ln d̂ of the papers, both (N, N, S), where rules of origin hold.

    Raises
    ------
    ScenarioError
        If rules of origin hold for goods whose tariff is not cut.
    """
    papers = np.zeros_like(tariff)
    for provision, mask in effect.cells:
        if isinstance(provision, RulesOfOrigin):
            _expect_a_tariff(effect, mask, "rules of origin")
            paid, cost = kernels.paid_under_origin_rules(
                tariff_rate=today,
                preferential=tariff,
                compliance_cost=provision.compliance_cost_percent / 100,
                use_share=provision.use_share,
            )
            tariff, papers = np.where(mask, paid, tariff), np.where(mask, cost, papers)
    return tariff, papers


def pool_keys(effect: Effect) -> Array | None:
    """(N,) which share of the union's duties on outsiders each economy gets; None where everybody keeps its own.

    Raises
    ------
    ScenarioError
        If the keys are not those of the members, or the World does not know what they go by.
    """
    shares, world = effect.union.revenue_shares, effect.world
    if shares == "collected":
        return None
    if isinstance(shares, dict):
        given = {effect.economy(name): share for name, share in shares.items()}
        if set(given) != set(effect.members):
            strange = sorted(set(given) ^ set(effect.members))
            raise ScenarioError(
                f"revenue_shares and members differ: {', '.join(strange)}", hint="one share for every member, none else"
            )
        return np.array([given.get(code, 0.0) for code in world.economies])
    return keys_of(world, shares, membership=effect.membership)


def keys_of(world: World, shares: str, *, membership: Mask) -> Array:
    """(N,) shares of a pool by imports from outsiders, GDP, population, or equal ones; they sum to one over members.

    Raises
    ------
    ScenarioError
        If the World does not know what they go by.
    """
    if shares == "equal":
        weight = np.ones(len(world.economies))
    elif shares == "imports":
        flow = world["trade_flow"].transpose(*CELL).values.sum(axis=2)
        weight = (flow * ~membership[:, None]).sum(axis=0)
    else:
        name = {"gdp": "gdp_musd", "population": "population"}[shares]
        if name not in world.data:
            raise ScenarioError(f"the World {world.name} holds no {name}", hint="share revenue by another key")
        weight = world[name].values.astype(float)
    weight = np.where(membership, weight, 0.0)
    return np.asarray(weight / weight.sum())


def with_pool(shock: Shock, world: World, *, membership: Mask, keys: Array, share: float = 1.0) -> Shock:
    """A shock in which a share of the duties on outsiders' goods goes into the members' pool.

    Parameters
    ----------
    shock : Shock
    world : World
    membership : Mask (economy)
    keys : Array (economy)
        Which share of the pool each economy gets.
    share : float
        How much of the union is phased in.
    """
    like = world["tariff_rate"].transpose(*CELL)
    pooled = np.broadcast_to(kernels.from_outside(membership)[..., None], like.shape)
    return shock.replace(
        pooled_duty_share=like.copy(data=share * pooled.astype(float)),
        pool_key=xr.DataArray(keys, {"economy": list(world.economies)}, ("economy",)),
    )


def _expect_a_tariff(effect: Effect, mask: Mask, what: str) -> None:
    cut = np.zeros_like(mask)
    for provision, cells in effect.cells:
        if isinstance(provision, Tariff):
            cut |= cells
    if not (mask & cut).any():
        raise ScenarioError(f"{what} meets no tariff provision", hint="a tariff provision cuts what it speaks of")
