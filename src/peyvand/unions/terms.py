"""What would any union among some candidates change?  A union file read as terms for all of them at once.

The file's members are the candidates. Between two candidates it says what holds if both are in; a common external
tariff that is given says what a member levies on whoever is out. An average or minimum external tariff depends on who
is in: every union then has a shock of its own, which is slower and refused above 2^12 unions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from peyvand.errors import ScenarioError
from peyvand.locale import LANGUAGES
from peyvand.scenarios import Effect, Union
from peyvand.scenarios.blocs import split_blocs
from peyvand.scenarios.kernels import common_rates
from peyvand.scenarios.provisions import AnyProvision
from peyvand.scenarios.union import UnionKind
from peyvand.trade import CaliendoParro, Unions
from peyvand.world import Shock, World

_CELL = ("exporter", "importer", "sector")


@dataclass(frozen=True, eq=False, kw_only=True)
class Terms:
    """What all unions of the candidates agree on, on the World of the union's day.

    Parameters
    ----------
    scenario : Union
        Its members are the candidates, as codes.
    world : World
        Today's: moved to the union's day, balanced where the closure asks for it.
    unions : Unions
        The terms that depend on who is in only; without an external tariff that depends on the members.
    effect : Effect
        Of the union of all candidates.
    """

    scenario: Union
    world: World
    unions: Unions
    effect: Effect

    @property
    def has_mask(self) -> bool:
        """Whether all unions can be solved from shared matrices."""
        return self.scenario.external_tariff not in ("average", "minimum")

    @property
    def split_blocs(self) -> tuple[str, ...]:
        """Customs unions in force of which some candidates are members: some of the unions would split them."""
        free = {bloc.name for bloc, _ in split_blocs(self.effect)}
        held = set(self.unions.candidates)
        bound = self.effect.facts.in_force(self.effect.day, kinds=["customs-union"])
        within = {bloc.name for bloc in bound if len(bloc.members_on(self.effect.day) & held) > 1}
        return tuple(sorted((free | within) - set(self.scenario.leaves)))

    def shock(self, members: Iterable[str]) -> Shock:
        """What one union changes; nothing if it has fewer than two members."""
        inside = tuple(members)
        if len(inside) < 2:
            return Shock.none(self.world)
        masked = self.unions.shock(self.world, inside)
        if self.has_mask:
            return masked
        tariff = masked["tariff_rate_counterfactual"].transpose(*_CELL)
        today = self.world["tariff_rate"].transpose(*_CELL).values
        member = np.isin(self.world.economies, inside)
        outside = (~member[:, None] & member[None, :] & ~self.effect.already_free)[..., None]
        outside = np.broadcast_to(outside, today.shape)
        rates = common_rates(
            tariff_rate=today,
            trade_flow=self.world["trade_flow"].transpose(*_CELL).values,
            outside=outside,
            lowest=self.scenario.external_tariff == "minimum",
        )
        levied = np.where(outside & np.isfinite(rates), rates, tariff.values)
        return Shock.of(
            self.world,
            iceberg_cost_hat=masked["iceberg_cost_hat"],
            tariff_rate_counterfactual=tariff.copy(data=levied),
        )


def terms_of(
    world: World,
    scenario: Union | Iterable[str],
    provisions: Sequence[AnyProvision] = (),
    *,
    kind: UnionKind = "free-trade-area",
    external_tariff: dict[str, float] | str | None = None,
    model: CaliendoParro | None = None,
) -> Terms:
    """The terms of all unions among some candidates.

    Parameters
    ----------
    world : World
    scenario : Union or iterable of str
        A union whose members are the candidates; or the candidates, with the arguments that follow.
    provisions, kind, external_tariff
        As of `peyvand.scenarios.Union`.
    model : CaliendoParro, optional
        The closure.

    Raises
    ------
    ScenarioError
        If the candidates are fewer than two, named twice or not in the World, the provisions change nothing or
        hold for a route and not for a pair, or duties are shared out.
    """
    solver = model or CaliendoParro()
    if not isinstance(scenario, Union):
        codes = tuple(scenario)
        scenario = Union(
            title=dict.fromkeys(LANGUAGES, " + ".join(codes)), members=codes, world=world.name, kind=kind,
            provisions=tuple(provisions), external_tariff=external_tariff,
        )  # fmt: skip
    if scenario.effect(world).transit:
        raise ScenarioError(
            "transit provisions hold for routes, so that a union's effect is not one of its pairs",
            hint="search without them, and simulate the unions that are left with `peyvand run`",
        )
    if scenario.revenue_shares != "collected":
        raise ScenarioError(
            "a shared pool of duties depends on who is in, and a search keeps duties where they are collected",
            hint='search with revenue_shares = "collected", and simulate the unions that are left with `peyvand run`',
        )
    today = scenario.effect(world).baseline(lambda before, change: solver.solve(before, change).counterfactual)
    if solver.deficit_rule == "eliminated":
        today = solver.without_deficits(today)
    effect = scenario.effect(today)
    unions = _unions(effect)
    if not _changes_something(today, unions) and scenario.external_tariff in (None, "own"):
        raise ScenarioError(
            "the provisions change nothing between any two candidates",
            hint='kind = "tariff" with cut_share, or "border_cost" with fade_share or cut_percent',
        )
    return Terms(scenario=scenario.with_members(effect.members), world=today, unions=unions, effect=effect)


def _unions(effect: Effect) -> Unions:
    """The masks' form: what holds between two candidates, and what a member levies on everyone who is no member."""
    world, codes = effect.world, effect.members
    today, shock = world["tariff_rate"].transpose(*_CELL), effect.shock()
    into = today["importer"].isin(codes)
    between = into & today["exporter"].isin(codes)
    inside = Shock.of(
        world,
        iceberg_cost_hat=shock["iceberg_cost_hat"].where(between, 1.0).transpose(*_CELL),
        tariff_rate_counterfactual=shock["tariff_rate_counterfactual"].where(between, today).transpose(*_CELL),
    )
    if not isinstance(effect.union.external_tariff, dict):
        return Unions(candidates=codes, inside=inside)
    abroad = today["exporter"] != today["importer"]
    free = xr.DataArray(effect.already_free, today[..., 0].drop_vars("sector").coords, _CELL[:2])
    rates = xr.DataArray(effect.external_rates, {"sector": today["sector"]}, ("sector",))
    levied = today.where(~(into & abroad & ~free & rates.notnull()), rates).transpose(*_CELL)
    return Unions(candidates=codes, inside=inside, outside=Shock.of(world, tariff_rate_counterfactual=levied))


def _changes_something(world: World, unions: Unions) -> bool:
    cost = unions.inside["iceberg_cost_hat"] != 1
    tariff = unions.inside["tariff_rate_counterfactual"] != world["tariff_rate"]
    return bool(cost.any() | tariff.any())
