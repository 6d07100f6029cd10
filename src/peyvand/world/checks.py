"""The rules a World must keep: one small function a rule, each naming the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from peyvand.errors import DataError
from peyvand.world.world import World

Rule = Callable[[World], Iterator["Problem"]]
LARGEST_TARIFF = 20.0
LARGEST_MEAN_TARIFF = 1.0
"""Of the positive tariffs: beyond it they are per cent, not shares."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: what it says, the rows that break it, worst first, and how such rows are mended."""

    rule: str
    rows: tuple[str, ...]
    hint: str

    def __str__(self) -> str:
        more = f" … and {len(self.rows) - _SHOWN} more" if len(self.rows) > _SHOWN else ""
        return f"{self.rule}: {'; '.join(self.rows[:_SHOWN])}{more}"


def problems(world: World) -> list[Problem]:
    """Every broken rule of a World; an empty list is a sound World.

    Figures that are not finite are named alone: the accounts that the other rules look at cannot be computed of them.
    """
    gaps = list(values_are_finite(world))
    return gaps or [problem for rule in RULES for problem in rule(world)]


def check(world: World) -> None:
    """Raise if a World breaks a rule.

    Raises
    ------
    DataError
        With every broken rule and the rows that break it; the list is in `context["problems"]`.
    """
    found = problems(world)
    if found:
        shown = "\n".join(f"- {problem}" for problem in found)
        count = "a rule" if len(found) == 1 else f"{len(found)} rules"
        raise DataError(f"the World {world.name} breaks {count}:\n{shown}", hint=found[0].hint, problems=found)


def _breaking(rule: str, broken: xr.DataArray, size: xr.DataArray, *, hint: str) -> Iterator[Problem]:
    """The Problem of the cells where `broken` is true, if any, the largest `size` first."""
    if not bool(broken.any()):
        return
    places = np.argwhere(broken.values)
    values = size.transpose(*broken.dims).values
    weight = np.array([abs(values[tuple(place)]) for place in places])
    order = np.argsort(-np.nan_to_num(weight, nan=np.inf), kind="stable")
    labels = [broken.indexes[dim] for dim in broken.dims]
    rows = tuple(
        f"{' '.join(str(label[at]) for label, at in zip(labels, place, strict=True))} = {values[tuple(place)]:.6g}"
        for place in places[order]
    )
    yield Problem(rule, rows, hint)


def values_are_finite(world: World) -> Iterator[Problem]:
    for name in world.data.data_vars:
        array = world.data[name]
        if array.dtype.kind == "f":
            finite = xr.apply_ufunc(np.isfinite, array)
            yield from _breaking(f"{name} must be finite", finite == 0, array, hint="fill the gaps; no trade is 0")


def flows_are_not_negative(world: World) -> Iterator[Problem]:
    flow = world["trade_flow"]
    hint = "a flow is what was sold: set it to 0, or net it out of another"
    yield from _breaking("trade_flow must not be negative", flow < 0, flow, hint=hint)


def tariffs_are_shares(world: World) -> Iterator[Problem]:
    """Single duties beyond 500 per cent exist (rice in Japan, cereals in Korea); a mean of 100 per cent does not."""
    tariff = world["tariff_rate"]
    per_cent = float(tariff.where(tariff > 0).mean()) > LARGEST_MEAN_TARIFF
    beyond = (tariff < 0) | (tariff > (LARGEST_MEAN_TARIFF if per_cent else LARGEST_TARIFF))
    rule = (
        f"tariff_rate is a share from 0 to {LARGEST_TARIFF:g}, positive ones below {LARGEST_MEAN_TARIFF:g} in the mean"
    )
    yield from _breaking(rule, beyond, tariff, hint="a tariff of 10% is 0.1")
    at_home = tariff.where(tariff["exporter"] == tariff["importer"], 0.0)
    yield from _breaking("tariff_rate must be 0 at home", at_home != 0, at_home, hint="set its diagonal to 0")


def elasticities_are_positive(world: World) -> Iterator[Problem]:
    theta = world["trade_elasticity"]
    hint = "it is the size of d ln X / d ln τ, such as 5"
    yield from _breaking("trade_elasticity must be positive", theta <= 0, theta, hint=hint)


def cost_shares_sum_to_one(world: World) -> Iterator[Problem]:
    total = world["value_added_share"] + world["input_share"].sum("input_sector")
    hint = "both are shares of output: where inputs take 0.6, value added is 0.4"
    yield from _breaking("value_added_share and input_share must sum to 1", abs(total - 1) > 1e-9, total, hint=hint)
    for name in ("value_added_share", "input_share"):
        yield from _breaking(f"{name} must not be negative", world[name] < 0, world[name], hint=hint)


def final_shares_sum_to_one(world: World) -> Iterator[Problem]:
    share = world["final_share"]
    total = share.sum("sector")
    hint = (
        "it is what flows and inputs leave: world_from_arrays computes it; where it is negative, inputs take too much"
    )
    yield from _breaking("final_share must sum to 1", abs(total - 1) > 1e-9, total, hint=hint)
    yield from _breaking("final_share must not be negative", share < 0, share, hint=hint)


def markets_clear(world: World) -> Iterator[Problem]:
    """Final shares are those that the flows and input shares leave: E = α I + Σ γ Y."""
    gap = world["final_demand"] - world["final_share"] * world["final_expenditure"]
    off = abs(gap) > 1e-6 * world["final_expenditure"]
    hint = "world_from_arrays computes the final shares that the flows leave"
    yield from _breaking("expenditure must equal final demand plus inputs (M USD apart)", off, gap, hint=hint)


def every_economy_is_alive(world: World) -> Iterator[Problem]:
    for name in ("value_added", "final_expenditure"):
        hint = "give the economy sales and purchases, or leave it out"
        yield from _breaking(f"{name} must be positive", world[name] <= 0, world[name], hint=hint)


RULES: tuple[Rule, ...] = (
    values_are_finite,
    flows_are_not_negative,
    tariffs_are_shares,
    elasticities_are_positive,
    cost_shares_sum_to_one,
    final_shares_sum_to_one,
    markets_clear,
    every_economy_is_alive,
)
