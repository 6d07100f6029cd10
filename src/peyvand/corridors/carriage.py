"""What does a union's transit provision do to the cost of carriage, to traffic and to queues?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.corridors.allen_arkolakis import AllenArkolakis, TransportCost
from peyvand.corridors.congestion import requeued
from peyvand.corridors.measures import after_transit, eases_stops
from peyvand.corridors.network import Network
from peyvand.errors import ScenarioError
from peyvand.scenarios import BorderCost, Caution, Effect, Listed, Transit
from peyvand.world import World

Array = NDArray[np.float64]

QUEUE_TOLERANCE = 1e-3
"""Largest change of hours at a crossing, as a share, at which queues count as settled."""

QUEUE_ROUNDS = 12
HOURS_SHOWN = 0.05
TIME_VALUE_NORMALS = (-2.5, -1.25, 0.0, 1.25, 2.5)
"""How far the value of time is off, standard deviations, where carriage is costed again for intervals."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Carriage:
    """Carriage before and after a union's transit provisions.

    Parameters
    ----------
    world : World
        Today's.
    members : array of bool
        In the World's order.
    before, after : TransportCost
        On today's network, and on that with every provision.
    for_all : TransportCost
        On the network with what holds for everyone's goods.
    cost_hat : DataArray (exporter, importer, sector)
        τ̂, for members with every provision, for others with what is for all.
    tonnes, tonnes_after : DataArray (exporter, importer, sector)
        Tonnes a year.
    queue_gap : float
        How far queues still were from settled, share of hours; NaN where no capacity is published.
    queue_rounds : int
        How often traffic and queues were made to agree.
    warnings : tuple of Caution
        What a reader must know of the transit provisions; words under `scenario.warnings` in the locale files.
    """

    world: World
    members: NDArray[np.bool_]
    before: TransportCost
    after: TransportCost
    for_all: TransportCost
    cost_hat: xr.DataArray
    tonnes: xr.DataArray
    tonnes_after: xr.DataArray
    queue_gap: float = float("nan")
    queue_rounds: int = 0
    warnings: tuple[Caution, ...] = ()

    @property
    def network(self) -> Network:
        """Today's."""
        return self.before.graph.network

    def settled(self, solve: Callable[[xr.DataArray], World]) -> Carriage:
        """With traffic after the equilibrium, and queues that agree with it.

        Parameters
        ----------
        solve : callable
            Gives the World after a change of carriage.
        """
        now, hours = self, _capacity_hours(self.after)
        today = _traffic(self.before, self.tonnes)
        for round_ in range(1, QUEUE_ROUNDS + 1):
            world = solve(now.cost_hat)
            now = replace(now, tonnes_after=now.before.tonnes(world), queue_rounds=round_)
            if hours.empty:
                return now
            traffic = _traffic(now.after, now.tonnes_after)
            capacity = self.after.graph.network.nodes["capacity_mt_per_year"].loc[hours.index].to_numpy() * 1e6
            queues = requeued(
                hours=hours.to_numpy(), before=today.loc[hours.index].to_numpy(),
                after=traffic.loc[hours.index].to_numpy(), capacity=capacity,
            )  # fmt: skip
            last = _capacity_hours(now.after).to_numpy()
            step = 0.5 * (queues - last)
            gap = float(np.max(np.abs(step) / np.maximum(last, 1.0)))
            now = replace(now, queue_gap=gap)
            if gap <= QUEUE_TOLERANCE:
                return now
            now = now._with_hours(pd.Series(last + step, hours.index))
        return now

    def by_time_value(self) -> xr.DataArray:
        """τ̂ (time_value_normal, exporter, importer, sector) with the value of time off by so many standard deviations.

        The same networks, with the queues that have settled; 0 is the central one.
        """
        slices = []
        for normal in TIME_VALUE_NORMALS:
            before = self.before if normal == 0 else self.before.with_time_values(normal)
            for_all = before.again(self.for_all.graph.network)
            after = for_all if self.after is self.for_all else before.again(self.after.graph.network)
            slices.append(_cost_hat(replace(self, before=before), after, for_all))
        return xr.concat(slices, pd.Index(TIME_VALUE_NORMALS, name="time_value_normal"))

    def traffic(self) -> pd.DataFrame:
        """Tonnes a year by link and place: kind, row, tonnes, tonnes_after."""
        frames = [
            cost.use(tonnes).groupby(["kind", "row"])["use"].sum()
            for cost, tonnes in ((self.before, self.tonnes), (self.after, self.tonnes_after))
        ]
        return pd.concat(frames, axis=1, keys=["tonnes", "tonnes_after"]).fillna(0.0).reset_index()

    def crossings(self) -> pd.DataFrame:
        """Crossings and ports: hours and traffic before and after, most traffic first."""
        held, later = self.network.nodes, self.after.graph.network.nodes
        used = self.traffic()
        used = used[
            (used["kind"] == "place") & ~held["kind"].reindex(used["row"]).isin(["city", "sea", "centre"]).to_numpy()
        ]
        rows = used["row"].to_numpy()
        frame = held.loc[rows, ["name", "name_fa", "kind"]].reset_index(drop=True)
        hours, hours_after = (
            nodes.loc[rows, "pass_h"].where(nodes.loc[rows, "pass_h"] > 0, nodes.loc[rows, "transfer_h"])
            for nodes in (held, later)
        )
        return frame.assign(
            hours=hours.to_numpy(),
            hours_after=hours_after.to_numpy(),
            hours_status=held.loc[rows, "stop_status"].to_numpy(),
            tonnes=used["tonnes"].to_numpy(),
            tonnes_after=used["tonnes_after"].to_numpy(),
        ).sort_values("tonnes_after", ascending=False, ignore_index=True)

    def changed_crossings(self) -> pd.DataFrame:
        """Those of `crossings` whose hours change, or whose traffic does by more than a tenth of the most changed."""
        table = self.crossings()
        moved = (table["tonnes_after"] - table["tonnes"]).abs()
        hours = (table["hours"] - table["hours_after"]).abs() > HOURS_SHOWN
        return pd.DataFrame(table[hours | (moved > 0.1 * moved.max())]).reset_index(drop=True)

    def meta(self) -> dict[str, Any]:
        """What it stands on, in plain values."""
        return {
            "network": self.network.name,
            "dispersion": {sector: round(value, 6) for sector, value in self.before.dispersion.items()},
            "queue_gap": None if np.isnan(self.queue_gap) else self.queue_gap,
            "queue_rounds": self.queue_rounds,
            "crossings": self.changed_crossings().to_dict("records"),
            "not_on_the_network": sorted(set(self.world.economies) - set(self.before.economies)),
        }

    def _with_hours(self, hours: pd.Series) -> Carriage:
        after = self.after.again(_with_capacity_hours(self.after.graph.network, hours))
        if self.for_all is self.after:
            for_all = after
        else:
            for_all = self.for_all.again(_with_capacity_hours(self.for_all.graph.network, hours))
        return replace(self, after=after, for_all=for_all, cost_hat=_cost_hat(self, after, for_all))


def carriage(effect: Effect, *, network: Network | None = None, routing: AllenArkolakis | None = None) -> Carriage:
    """The change of carriage that a union's transit provisions bring; traffic is still today's.

    Raises
    ------
    ScenarioError
        If a provision names what the network does not hold.
    NoRouteError
        If a pair that trades would have no route left.
    """
    held, world = network or Network.embedded(), effect.world
    shared = [provision for provision in effect.transit if provision.who == "all"]
    networks = [changed_network(effect, held, provisions) for provisions in (shared, effect.transit)]
    before = (routing or AllenArkolakis()).cost(held, world.sectors)
    for_all = before.again(networks[0])
    after = for_all if len(shared) == len(effect.transit) else before.again(networks[1])
    tonnes = before.tonnes(world)
    found = Carriage(
        world=world, members=effect.membership, before=before, after=after, for_all=for_all,
        cost_hat=xr.ones_like(world["trade_flow"]), tonnes=tonnes, tonnes_after=tonnes,
        warnings=cautions_of(effect, held),
    )  # fmt: skip
    return replace(found, cost_hat=_cost_hat(found, after, for_all))


def changed_network(effect: Effect, network: Network, provisions: Iterable[Transit]) -> Network:
    """The network after the provisions; what it does not hold is named with its line in the union's file."""
    try:
        return after_transit(network, provisions)
    except ScenarioError as error:
        line = effect.union.line_of(str(error.context["name"])) if "name" in error.context else None
        place = f"line {line}: " if line else ""
        raise ScenarioError(f"{place}{error.message}", hint=error.hint, line=line, **error.context) from error


def cautions_of(effect: Effect, network: Network) -> tuple[Caution, ...]:
    """Borders on which the union makes both formalities and waiting cheaper: part of the saving counts twice."""
    named = {
        row for each in effect.transit if eases_stops(each) for name in each.crossings for row in network.resolve(name)
    }
    ends = network.nodes.loc[sorted(named), ["economy", "neighbour"]].itertuples(index=False)
    place = {code: at for at, code in enumerate(effect.world.economies)}
    fading = np.zeros((len(place), len(place)), dtype=bool)
    for provision, mask in effect.cells:
        fading |= isinstance(provision, BorderCost) & mask.any(axis=-1)
    borders = dict.fromkeys(tuple(sorted(pair)) for pair in ends if set(pair) <= place.keys())
    both = [f"{one}–{other}" for one, other in borders if fading[place[one], place[other]]]
    return (Caution("scenario.warnings.border_and_transit", {"pairs": Listed(both)}),) if both else ()


def _cost_hat(held: Carriage, after: TransportCost, for_all: TransportCost) -> xr.DataArray:
    """τ̂ of members on the whole network, of others on that for all."""
    everyone = held.before.change(for_all, held.world)
    if after is for_all:
        return everyone
    both = held.members[:, None] & held.members[None, :]
    inside = xr.DataArray(both, {dim: everyone[dim] for dim in ("exporter", "importer")}, ("exporter", "importer"))
    return held.before.change(after, held.world).where(inside, everyone).transpose(*everyone.dims)


def _capacity_hours(cost: TransportCost) -> pd.Series:
    """Hours at the places whose capacity is published, by row: of passing, or of the port."""
    nodes = cost.graph.network.nodes
    limited = nodes[nodes["capacity_mt_per_year"].notna()]
    return limited["pass_h"].where(limited["pass_h"] > 0, limited["transfer_h"])


def _with_capacity_hours(network: Network, hours: pd.Series) -> Network:
    nodes = network.nodes.copy()
    passing = nodes["pass_h"].loc[hours.index] > 0
    nodes.loc[hours.index[passing], "pass_h"] = hours[passing]
    nodes.loc[hours.index[~passing], "transfer_h"] = hours[~passing]
    return network.with_tables(nodes=nodes)


def _traffic(cost: TransportCost, tonnes: xr.DataArray) -> pd.Series:
    """Tonnes a year through every place, by row."""
    used = cost.use(tonnes)
    places = used[used["kind"] == "place"].groupby("row")["use"].sum()
    return places.reindex(range(len(cost.graph.network)), fill_value=0.0)
