"""Worlds and shocks rewritten in ways that must not matter: other money, other order, cells cut in two."""

from __future__ import annotations

import numpy as np
import xarray as xr

from peyvand.world import Shock, World
from peyvand.world.from_tables import world_from_arrays

NAMES = ("trade_flow", "tariff_rate", "value_added_share", "input_share", "trade_elasticity")
PAIRS = ("exporter", "importer", "sector")


def rebuild(data: xr.Dataset) -> World:
    """A World of the model's variables in `data`, on its labels."""
    return world_from_arrays(
        economies=list(data.indexes["exporter"]),
        sectors=list(data.indexes["sector"]),
        name="rebuilt",
        base_year=2019,
        **{name: data[name] for name in NAMES},
    )


def pick(array: xr.DataArray, economies: list[str], sectors: list[str]) -> xr.DataArray:
    """The array in a new order of labels, or with labels repeated."""
    wanted = {dim: economies for dim in ("exporter", "importer", "economy") if dim in array.dims}
    wanted |= {dim: sectors for dim in ("sector", "input_sector") if dim in array.dims}
    return array.sel(wanted)


def reorder(world: World, shock: Shock, economies: list[str], sectors: list[str]) -> tuple[World, Shock]:
    """The same World and shock with economies and sectors in another order."""
    turned = rebuild(pick(world.data[list(NAMES)], economies, sectors))
    return turned, Shock(pick(shock.data, economies, sectors))


def split_sector(world: World, shock: Shock, sector: str, part: float) -> tuple[World, Shock]:
    """One sector cut into `sector_a` and `sector_b`, which take `part` and 1 − `part` of all its flows."""
    old = [name for name in world.sectors for _ in range(1 + (name == sector))]
    new = _renamed(old, sector)
    weight = _weights(old, sector, part)
    data = pick(world.data[list(NAMES)], list(world.economies), old).assign_coords(sector=new, input_sector=new)
    data["trade_flow"] = data["trade_flow"] * xr.DataArray(weight, {"sector": new})
    data["input_share"] = data["input_share"] * xr.DataArray(weight, {"input_sector": new})
    shocked = pick(shock.data, list(world.economies), old).assign_coords(sector=new)
    return rebuild(data), Shock(shocked)


def split_economy(world: World, shock: Shock, economy: str, part: float) -> tuple[World, Shock]:
    """One economy cut into twins `_a` and `_b` that trade with each other as the two halves of a home market do."""
    old = [name for name in world.economies for _ in range(1 + (name == economy))]
    new = _renamed(old, economy)
    weight = _weights(old, economy, part)
    labels = {"exporter": new, "importer": new}
    data = pick(world.data[list(NAMES)], old, list(world.sectors)).assign_coords(labels | {"economy": new})
    sold, bought = xr.DataArray(weight, {"exporter": new}), xr.DataArray(weight, {"importer": new})
    data["trade_flow"] = data["trade_flow"] * sold * bought
    return rebuild(data), Shock(pick(shock.data, old, list(world.sectors)).assign_coords(labels))


def after(result) -> World:
    """The World that a result leads to: its flows under its tariffs."""
    flow = result["trade_flow_counterfactual"]
    return result.baseline.replace(trade_flow=flow, tariff_rate=result.shock["tariff_rate_counterfactual"])


def _renamed(old: list[str], name: str) -> list[str]:
    suffix = iter("ab")
    return [label + next(suffix) if label == name else label for label in old]


def _weights(old: list[str], name: str, part: float) -> np.ndarray:
    share = iter((part, 1 - part))
    return np.array([next(share) if label == name else 1.0 for label in old])
