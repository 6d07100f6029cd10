"""What would any union among some candidates change?  A union file read as terms for all of them at once.

The file's members are the candidates. Between two candidates it says what holds if both are in; a common external
tariff that is given says what a member levies on whoever is out. An average or minimum external tariff, a shared pool
of duties and transit provisions depend on who is in: every union then has a shock of its own, refused above 2^12.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from peyvand.errors import ScenarioError
from peyvand.locale import LANGUAGES
from peyvand.mobility import people_of
from peyvand.scenarios import Effect, Union
from peyvand.scenarios.blocs import split_blocs
from peyvand.scenarios.kernels import Mask, common_rates, from_outside
from peyvand.scenarios.people import visas_move_trade
from peyvand.scenarios.preferences import keys_of, with_pool
from peyvand.scenarios.provisions import AnyProvision
from peyvand.scenarios.union import UnionKind
from peyvand.trade import CaliendoParro, Unions
from peyvand.unions.transit import TransitTerms
from peyvand.variables import CELL
from peyvand.world import Shock, World


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
    transit : TransitTerms or None
        Where it has transit provisions.
    """

    scenario: Union
    world: World
    unions: Unions
    effect: Effect
    transit: TransitTerms | None = None

    @property
    def has_mask(self) -> bool:
        """Whether all unions can be solved from shared matrices."""
        return self.depends_on_members is None

    @property
    def depends_on_members(self) -> str | None:
        """What depends on who is in, so that every union has a shock of its own; None where nothing does."""
        if self.scenario.external_tariff in ("average", "minimum"):
            return f"an {self.scenario.external_tariff} external tariff"
        if self.scenario.revenue_shares != "collected":
            return "a shared pool of duties"
        return None if self.transit is None else "what transit provisions come to"

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
        shock = self.unions.shock(self.world, inside)
        if self.has_mask:
            return shock
        member = np.isin(self.world.economies, inside)
        if self.scenario.external_tariff in ("average", "minimum"):
            levied = self._levied(member, shock["tariff_rate_counterfactual"])
            shock = Shock.of(self.world, iceberg_cost_hat=shock["iceberg_cost_hat"], tariff_rate_counterfactual=levied)
        if self.transit is not None:
            shock = shock.replace(iceberg_cost_hat=shock["iceberg_cost_hat"] * self.transit.cost_hat(inside))
        return self._pooled(member, shock)

    def _levied(self, member: Mask, tariff: xr.DataArray) -> xr.DataArray:
        """Tariffs with the common one that these members set."""
        today = self.world["tariff_rate"].transpose(*CELL).values
        outside = (from_outside(member) & ~self.effect.already_free)[..., None]
        outside = np.broadcast_to(outside, today.shape)
        rates = common_rates(
            tariff_rate=today,
            trade_flow=self.world["trade_flow"].transpose(*CELL).values,
            outside=outside,
            lowest=self.scenario.external_tariff == "minimum",
        )
        now = tariff.transpose(*CELL)
        return now.copy(data=np.where(outside & np.isfinite(rates), rates, now.values))

    def _pooled(self, member: Mask, shock: Shock) -> Shock:
        """With the pool of duties on outsiders' goods that these members share."""
        shares = self.scenario.revenue_shares
        if shares == "collected" or isinstance(shares, dict):
            return shock
        keys = keys_of(self.world, shares, membership=member)
        return with_pool(shock, self.world, membership=member, keys=keys)


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
        If the candidates are fewer than two, named twice or not in the World, the provisions change nothing, or duties
        are shared out by name.
    """
    solver = model or CaliendoParro()
    if not isinstance(scenario, Union):
        codes = tuple(scenario)
        scenario = Union(
            title=dict.fromkeys(LANGUAGES, " + ".join(codes)), members=codes, world=world.name, kind=kind,
            provisions=tuple(provisions), external_tariff=external_tariff,
        )  # fmt: skip
    if isinstance(scenario.revenue_shares, dict):
        raise ScenarioError(
            "revenue_shares gives each member a share, which says nothing of a union without one of them",
            hint='share the pool by "imports", "gdp", "population" or "equal"',
        )
    today = scenario.effect(world).baseline(lambda before, change: solver.solve(before, change).counterfactual)
    if solver.deficit_rule == "eliminated":
        today = solver.without_deficits(today)
    effect = scenario.effect(today)
    unions = _unions(_with_visas(effect))
    transit = TransitTerms.of(effect) if effect.transit else None
    if not _changes_something(today, unions) and transit is None and scenario.external_tariff in (None, "own"):
        raise ScenarioError(
            "the provisions change nothing between any two candidates",
            hint='kind = "tariff" with cut_share, or "border_cost" with fade_share or cut_percent',
        )
    return Terms(
        scenario=scenario.with_members(effect.members), world=today, unions=unions, effect=effect, transit=transit
    )


def _with_visas(effect: Effect) -> Effect:
    """With what easier visas do to the cost of trade, where a provision says so: a matter of each pair alone."""
    eased = people_of(effect, draws=1).cost_hat if visas_move_trade(effect) else None
    return effect if eased is None else effect.carried(eased)


def _unions(effect: Effect) -> Unions:
    """The masks' form: what holds between two candidates, and what a member levies on everyone who is no member."""
    world, codes = effect.world, effect.members
    today, shock = world["tariff_rate"].transpose(*CELL), effect.shock()
    into = today["importer"].isin(codes)
    between = into & today["exporter"].isin(codes)
    inside = Shock.of(
        world,
        iceberg_cost_hat=shock["iceberg_cost_hat"].where(between, 1.0).transpose(*CELL),
        tariff_rate_counterfactual=shock["tariff_rate_counterfactual"].where(between, today).transpose(*CELL),
    )
    if not isinstance(effect.union.external_tariff, dict):
        return Unions(candidates=codes, inside=inside)
    abroad = today["exporter"] != today["importer"]
    free = xr.DataArray(effect.already_free, today[..., 0].drop_vars("sector").coords, CELL[:2])
    rates = xr.DataArray(effect.external_rates, {"sector": today["sector"]}, ("sector",))
    levied = today.where(~(into & abroad & ~free & rates.notnull()), rates).transpose(*CELL)
    return Unions(candidates=codes, inside=inside, outside=Shock.of(world, tariff_rate_counterfactual=levied))


def _changes_something(world: World, unions: Unions) -> bool:
    cost = unions.inside["iceberg_cost_hat"] != 1
    tariff = unions.inside["tariff_rate_counterfactual"] != world["tariff_rate"]
    return bool(cost.any() | tariff.any())
