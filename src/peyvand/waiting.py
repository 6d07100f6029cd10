"""What does waiting at crossings and ports cost today, and what is an hour less of it worth?

Corridors say how long and how dear a way is, gravity how thick a border, trade what a cost does to real income; here
the three meet.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import xarray as xr

from peyvand.corridors import AllenArkolakis, HourValues, Network, TransportCost, an_hour_less, value_of_hours
from peyvand.gravity import Thickness
from peyvand.scenarios import Facts
from peyvand.scenarios.effect import day_of
from peyvand.trade import CaliendoParro, border_sensitivity
from peyvand.world import Shock, World

TRANSPORT = "transport"
"""The part of a border's thickness that waiting and fees at crossings and ports make."""


def whose_hours(world: World) -> list[str] | None:
    """To whom an hour is worth something, where nobody is named: the members of ECO on the World's day.

    By the register that ships; None, for everyone, where the World holds none of them.
    """
    members = Facts.shipped().members_of("ECO", day_of(world))
    return [code for code in members if code in world.economies] or None


def with_waiting(
    borders: Thickness, world: World, *, before: TransportCost | None = None, network: Network | None = None
) -> Thickness:
    """The borders with a part `transport`: hours and fees at crossings and ports, out of the unexplained.

    Parameters
    ----------
    borders : Thickness
    world : World
    before : TransportCost, optional
        Costs on today's network, if they are known already.
    network : Network, optional
        The one that ships, by default.
    """
    cost = before or _cost_today(network, world.sectors)
    return borders.split(TRANSPORT, cost.waiting()) if cost.sectors else borders


def worth_of_hours(
    *,
    world: World | None = None,
    network: Network | None = None,
    model: CaliendoParro | None = None,
    routing: AllenArkolakis | None = None,
    only: pd.DataFrame | None = None,
) -> HourValues:
    """Real income of each economy for an hour saved at every crossing, port and link.

    Parameters
    ----------
    world : World, optional
        eurasia-2019 by default.
    network : Network, optional
        The one that ships, by default.
    model, routing : optional
        The trade and routing models.
    only : DataFrame, optional
        With owner ("place" or "link") and row: those to be priced.
    """
    today, held = world or World.embedded(), network or Network.embedded()
    cost = (routing or AllenArkolakis()).cost(held, today.sectors)
    melting = replace(model or CaliendoParro(), barrier="iceberg")  # an hour is nobody's rent
    slopes = border_sensitivity(today, model=melting)
    return value_of_hours(cost, slopes.world, slopes["welfare_by_cost"], only=only)


def hour_resolved(
    owner: str,
    row: int,
    *,
    world: World | None = None,
    network: Network | None = None,
    model: CaliendoParro | None = None,
    routing: AllenArkolakis | None = None,
) -> xr.DataArray:
    """Real income of each economy, M USD a year, when one place or link takes an hour less and all is solved again.

    Parameters
    ----------
    owner : {"place", "link"}
    row : int
        In the network's table.
    world, network, model, routing : optional
        As for `worth_of_hours`.
    """
    today, solver = world or World.embedded(), model or CaliendoParro()
    cost = (routing or AllenArkolakis()).cost(network or Network.embedded(), today.sectors)
    shock = Shock.of(today, iceberg_cost_hat=an_hour_less(cost, today, owner, row))
    return solver.solve(today, shock)["real_income_change_musd"]


def _cost_today(network: Network | None, sectors: tuple[str, ...]) -> TransportCost:
    return _shipped_cost(sectors) if network is None else AllenArkolakis().cost(network, sectors)


@cache
def _shipped_cost(sectors: tuple[str, ...]) -> TransportCost:
    """Costs on the network that ships do not depend on the World: once for its sectors is enough."""
    return AllenArkolakis().cost(Network.embedded(), sectors)
