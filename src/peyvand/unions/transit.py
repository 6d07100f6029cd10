"""Which transit provisions hold in a union of some candidates, and what do they do to the cost of carriage?

A crossing or port, a link, a new link holds in a union if every candidate on whose soil it lies is a member: whoever
stays out changes nothing at its borders. Goods take their routes anew on each network that comes of it; queues stay as
long as today's traffic makes them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from peyvand.corridors import AllenArkolakis, Network
from peyvand.corridors.allen_arkolakis import TransportCost
from peyvand.corridors.carriage import changed_network
from peyvand.scenarios import Effect, Transit

Kept = tuple[Transit, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransitTerms:
    """What the transit provisions of a union of all candidates come to in each union of some of them.

    Parameters
    ----------
    effect : Effect
        Of the union of all candidates.
    network : Network
        Today's.
    before : TransportCost
        On it.
    """

    effect: Effect
    network: Network
    before: TransportCost
    _found: dict[Kept, tuple[xr.DataArray, xr.DataArray]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, effect: Effect) -> TransitTerms:
        """On the network that ships.

        Raises
        ------
        ScenarioError
            If a provision names what the network does not hold.
        """
        network = Network.embedded()
        changed_network(effect, network, effect.transit)
        before = AllenArkolakis().cost(network, effect.world.sectors)
        return cls(effect=effect, network=network, before=before)

    def held(self, members: Collection[str]) -> Kept:
        """The provisions of a union, each with the crossings and links that its members can change."""
        found = (self._of_members(provision, frozenset(members)) for provision in self.effect.transit)
        return tuple(provision for provision in found if provision is not None)

    def cost_hat(self, members: Collection[str]) -> xr.DataArray:
        """τ̂ (exporter, importer, sector): between members with every provision that holds, else with those for all.

        Raises
        ------
        NoRouteError
            If a pair that trades would have no route left.
        """
        kept = self.held(members)
        if kept not in self._found:
            shared = tuple(provision for provision in kept if provision.who == "all")
            self._found[kept] = self._after(kept), self._after(shared)
        inside, everyone = self._found[kept]
        member = np.isin(self.effect.world.economies, list(members))
        both = xr.DataArray(
            np.outer(member, member), {dim: everyone[dim] for dim in everyone.dims[:2]}, everyone.dims[:2]
        )
        return inside.where(both, everyone).transpose(*everyone.dims)

    def _after(self, provisions: Kept) -> xr.DataArray:
        world = self.effect.world
        if not provisions:
            return xr.ones_like(world["trade_flow"])
        return self.before.change(self.before.again(changed_network(self.effect, self.network, provisions)), world)

    def _of_members(self, provision: Transit, members: frozenset[str]) -> Transit | None:
        absent = frozenset(self.effect.members) - members
        kept = {
            "crossings": tuple(name for name in provision.crossings if not self._owners(name) & absent),
            "links": tuple(ends for ends in provision.links if not self._owners(*ends) & absent),
            "new_links": tuple(link for link in provision.new_links if not self._owners(*link.between) & absent),
        }
        return provision.model_copy(update=kept) if any(kept.values()) else None

    def _owners(self, *names: str) -> frozenset[str]:
        """The economies on whose soil places lie; of a border crossing, both."""
        rows = [row for name in names for row in self.network.resolve(name)]
        sides = self.network.nodes.iloc[rows][["economy", "neighbour"]].to_numpy().ravel()
        return frozenset(str(code) for code in sides if code)
