"""What a union changes in one World: tariffs and costs, year by year, with what a reader must be warned of.

Everything is refused here that only the World can tell: economies and sectors that it does not hold, a cost counted
twice, a customs union that would be split, a baseline that has not been moved to the union's day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.errors import ScenarioError, UnknownNameError
from peyvand.gravity import Thickness, known_causes, thickness
from peyvand.scenarios import kernels
from peyvand.scenarios.blocs import left_unions, split_blocs
from peyvand.scenarios.borders import border_cost, unexplained_thickness, unmeasured_cells
from peyvand.scenarios.cautions import Caution, cautions_of
from peyvand.scenarios.cells import cells_of
from peyvand.scenarios.cuts import pair_cuts
from peyvand.scenarios.estimates import estimate
from peyvand.scenarios.in_force import Agreement, AgreementKind, Facts
from peyvand.scenarios.kernels import Array, Mask
from peyvand.scenarios.people import people_pairs, visas_move_trade
from peyvand.scenarios.preferences import pool_keys, used_preferences, with_pool
from peyvand.scenarios.provisions import (
    AgreementEffect,
    AnyProvision,
    BorderCost,
    PeopleProvision,
    Transit,
)
from peyvand.scenarios.tariffs import common_tariff, cut_shares
from peyvand.variables import CELL
from peyvand.world import Shock, World

if TYPE_CHECKING:
    from peyvand.scenarios.union import Union

T = TypeVar("T")
FREE_TRADE: tuple[AgreementKind, ...] = ("free-trade-area", "customs-union")


def day_of(world: World) -> date:
    """The day that a World stands for: the end of its base year, or later if a baseline was moved."""
    said = world.data.attrs.get("as_of")
    return date.fromisoformat(str(said)) if said else date(world.base_year, 12, 31)


@dataclass(frozen=True, eq=False, kw_only=True)
class Effect:
    """A union set into a World; made by `Union.effect`.

    `carriage_hat` (exporter, importer, sector) is what its transit provisions do to the cost of carriage, once the
    corridors room has said it: see `carried`.

    Raises
    ------
    ScenarioError
        When it is made, if the union cannot be set into this World.
    """

    union: Union
    world: World
    facts: Facts
    given_borders: Thickness | None = None
    carriage_hat: xr.DataArray | None = None

    def __post_init__(self) -> None:
        if self.day.year < self.world.base_year:
            raise ScenarioError(
                f"as_of is {self.day}, before the World {self.world.name} begins",
                hint=f"a day from {self.world.base_year}-01-01 on",
            )
        if "as_of" in self.world.data.attrs and self.day < day_of(self.world):
            raise ScenarioError(
                f"as_of is {self.day}, but the World {self.world.name} was moved to {day_of(self.world)}",
                hint="set the union into the World of its base year",
            )
        split_blocs(self)
        self._tariffs_and_costs(1.0)  # refuses early what provisions say twice or of nobody,
        self._pool_keys, self.people  # noqa: B018  (and shares of revenue that are not the members')

    # -- who, where, when ----------------------------------------------------------------------------------------------
    @property
    def day(self) -> date:
        """The union's day: `as_of`, or the World's."""
        return self.union.as_of or day_of(self.world)

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The members as this World's codes."""
        found = tuple(self.economy(member) for member in self.union.members)
        twice = [code for code in dict.fromkeys(found) if found.count(code) > 1]
        if twice:
            raise ScenarioError(f"{', '.join(twice)} is a member twice", hint="name every member once")
        return found

    @cached_property
    def membership(self) -> Mask:
        """(N,) in the World's order."""
        return np.isin(self.world.economies, self.members)

    @cached_property
    def borders(self) -> Thickness:
        """The World's borders before the union, with the shipped gravity causes: `border_cost` fades the rest only."""
        return self.given_borders or thickness(self.world, causes=known_causes(self.world))

    @property
    def transit(self) -> tuple[Transit, ...]:
        """The provisions that change a transport network."""
        return tuple(provision for provision in self.union.provisions if isinstance(provision, Transit))

    @cached_property
    def people(self) -> tuple[tuple[PeopleProvision, Mask], ...]:
        """The provisions that move people, each with its (N, N) pairs: the mobility room simulates them."""
        return people_pairs(self)

    @property
    def moves_trade(self) -> bool:
        """Whether a provision or a common tariff changes what goods and services cost, transit apart."""
        return bool(self.cells) or self.union.kind == "customs-union" or visas_move_trade(self)

    def carried(self, carriage_hat: xr.DataArray) -> Effect:
        """The effect with the change of carriage τ̂ (exporter, importer, sector) that its transit provisions bring.

        It then is in the shock of every year, phased in like a border cost, in the implied cuts and the warnings. What
        easier visas do to the cost of trade, where a provision states it, comes the same way; one multiplies the other.
        """
        before = 1.0 if self.carriage_hat is None else self.carriage_hat
        return replace(self, carriage_hat=before * carriage_hat)

    # -- the baseline of the day ---------------------------------------------------------------------------------------
    @cached_property
    def new_in_force(self) -> tuple[tuple[Agreement, frozenset[frozenset[str]]], ...]:
        """Agreements between economies of this World that came into force after its day and until the union's."""
        if self.day <= day_of(self.world):
            return ()
        held = set(self.world.economies)
        fresh = self.facts.came_into_force(after=day_of(self.world), until=self.day)
        within = ((agreement, frozenset(pair for pair in pairs if pair <= held)) for agreement, pairs in fresh)
        return tuple((agreement, pairs) for agreement, pairs in within if pairs)

    def baseline_shock(self) -> Shock:
        """What came into force between the World's day and the union's: tariffs cut where a source says by how much."""
        cut = np.zeros_like(self._tariff)
        for agreement, pairs in self.new_in_force:
            if agreement.tariff_cut_share is not None:
                mask = self._pair_mask(pairs)[..., None]
                cut = np.where(mask, np.maximum(cut, agreement.tariff_cut_share), cut)
        return self._shock(
            tariff=kernels.cut_tariff(tariff_rate=self._tariff, cut_share=cut), log_cost=np.zeros_like(self._tariff)
        )

    @property
    def needs_baseline(self) -> bool:
        """Whether the World must be moved to the union's day first."""
        return any(agreement.tariff_cut_share for agreement, _ in self.new_in_force)

    def baseline(self, solve: Callable[[World, Shock], World]) -> World:
        """The World on the union's day: `solve` moves it by `baseline_shock`; the same World if nothing came.

        Parameters
        ----------
        solve : callable
            Gives the counterfactual World of a World and a Shock.
        """
        moved = solve(self.world, self.baseline_shock()) if self.needs_baseline else self.world
        if self.day <= day_of(self.world):
            return moved
        return World(moved.data.assign_attrs(as_of=self.day.isoformat()), moved.provenance)

    # -- the union's shock ---------------------------------------------------------------------------------------------
    def shock(self, *, year: int | None = None) -> Shock:
        """What changes `year` years after the start, on this World; in the end by default.

        Raises
        ------
        ScenarioError
            If the World must first be moved to the union's day, or the year is negative.
        """
        if self.needs_baseline:
            names = ", ".join(agreement.name for agreement, _ in self.new_in_force if agreement.tariff_cut_share)
            raise ScenarioError(
                f"{names} came into force after the day of the World {self.world.name} and before {self.day}",
                hint="move the World first: union.effect(world).baseline(solve), as `peyvand run` does",
            )
        share = self._share_in(year)
        tariff, log_cost = self._tariffs_and_costs(share)
        shock = self._shock(tariff=tariff, log_cost=log_cost + share * self._final_log_carriage)
        if self._pool_keys is None:
            return shock
        return with_pool(shock, self.world, membership=self.membership, keys=self._pool_keys, share=share)

    def agreement_hat(self, *, year: int | None = None) -> xr.DataArray:
        """The factor of d̂ that its provisions of agreements are: what moves a border's part `agreement`."""
        like = self.world["tariff_rate"].transpose(*CELL)
        return like.copy(data=np.exp(self._share_in(year) * self._final_log_agreement)).drop_attrs()

    def schedule(self) -> dict[int, Shock]:
        """The shock of every year of the phase-in, from 1 to the last (0 where there is none)."""
        years = range(1, self.union.phase_in_years + 1) if self.union.phase_in_years else (0,)
        return {year: self.shock(year=year) for year in years}

    def implied_cuts(self, *, year: int | None = None) -> pd.DataFrame:
        """The ad valorem cut of every pair that the union touches, in per cent of cost; one row per direction.

        Columns: `exporter`, `importer`, `tariff_cut_percent`, `cost_cut_percent`, `transport_cut_percent`,
        `total_cut_percent` (1 − κ̂, in logs weighted by what the importer pays today), `partial_trade_ratio` (trade by
        its own cost alone, new / old). NaN where no trade is recorded. On a World that must first be moved to the
        union's day, tariffs are cut from those of the day and flows weigh as they are.
        """
        if self.needs_baseline:
            moved = self.baseline(lambda world, shock: world.replace(tariff_rate=shock["tariff_rate_counterfactual"]))
            return replace(self.union.effect(moved, facts=self.facts), carriage_hat=self.carriage_hat).implied_cuts(
                year=year
            )
        share = self._share_in(year)
        tariff, log_cost = self._tariffs_and_costs(share)
        changes = {
            "tariff": np.log1p(tariff) - np.log1p(self._tariff),
            "cost": log_cost,
            "transport": share * self._final_log_carriage,
        }
        return pair_cuts(
            changes,
            economies=self.world.economies,
            membership=self.membership,
            paid=self._paid,
            trade_elasticity=self._theta,
        )

    @cached_property
    def warnings(self) -> tuple[Caution, ...]:
        """What a reader must know: (key, values), the words under `scenario.warnings.<key>` in both languages."""
        return cautions_of(self)

    # -- arrays --------------------------------------------------------------------------------------------------------
    @cached_property
    def _tariff(self) -> Array:
        return np.asarray(self.world["tariff_rate"].transpose(*CELL).values, dtype=float)

    @cached_property
    def _paid(self) -> Array:
        return np.asarray(self.world["trade_flow"].transpose(*CELL).values * (1 + self._tariff))

    @cached_property
    def _theta(self) -> Array:
        return np.asarray(self.world["trade_elasticity"].values, dtype=float)

    @cached_property
    def _final_tariff(self) -> Array:
        tariff = kernels.cut_tariff(tariff_rate=self._tariff, cut_share=cut_shares(self))
        rates = self.external_rates
        return np.where(self._outside_tariffs & np.isfinite(rates), rates, tariff)

    def _tariffs_and_costs(self, share: float) -> tuple[Array, Array]:
        """Tariffs as they are paid and ln d̂ without carriage, with a share of the union phased in."""
        tariff = kernels.phased_tariff(tariff_rate=self._tariff, final=self._final_tariff, share=share)
        tariff, papers = used_preferences(self, tariff, today=self._tariff)
        return tariff, share * self._final_log_cost + papers

    @cached_property
    def _final_log_cost(self) -> Array:
        log_cost = self._final_log_agreement.copy()
        for provision, mask in self.cells:
            if isinstance(provision, BorderCost):
                log_cost += np.where(mask, border_cost(self, provision), 0.0)
        return log_cost

    @cached_property
    def _final_log_agreement(self) -> Array:
        """ln d̂ of the provisions of agreements: nothing where free trade is in force already."""
        log_cost = np.zeros_like(self._tariff)
        for provision, mask in self.cells:
            if isinstance(provision, AgreementEffect):
                change = kernels.agreement_cost(
                    coefficient=estimate(provision.estimate).coefficient, trade_elasticity=self._theta
                )
                log_cost += np.where(mask & ~self.already_free[..., None], change, 0.0)
        return log_cost

    @cached_property
    def _final_log_carriage(self) -> Array:
        if self.carriage_hat is None:
            return np.zeros_like(self._tariff)
        return np.asarray(np.log(self.carriage_hat.transpose(*CELL).values))

    @cached_property
    def unmeasured(self) -> Mask:
        """(N, N, S) cells with trade whose border cannot be measured, of pairs with a border that is."""
        return unmeasured_cells(self.borders, paid=self._paid)

    @cached_property
    def unexplained(self) -> Array:
        """(N, N, S) unexplained thickness and waiting, log points: the pair's mean where unmeasured, NaN if unknown."""
        return unexplained_thickness(self.borders, unmeasured=self.unmeasured)

    # -- whom a provision holds for ------------------------------------------------------------------------------------
    @cached_property
    def cells(self) -> tuple[tuple[AnyProvision, Mask], ...]:
        """Every provision with the (N, N, S) cells it holds for; refuses what is said or counted twice."""
        return cells_of(self)

    def pairs_of(self, pairs: Iterable[tuple[str, str]]) -> Mask:
        """(N, N) both directions of the pairs named, or of all members where none is.

        Raises
        ------
        ScenarioError
            If a pair does not name two members.
        """
        between = kernels.pairs_between(self.membership)
        wanted = frozenset(frozenset(self.economy(name) for name in pair) for pair in pairs)
        strange = [pair for pair in wanted if len(pair) < 2 or not pair <= set(self.members)]
        if strange:
            raise ScenarioError(
                f"{' and '.join(sorted(strange[0]))} is no pair of two members", hint="pairs name two members each"
            )
        return between & self._pair_mask(wanted) if wanted else between

    # -- a customs union's outside ------------------------------------------------------------------------------------
    @cached_property
    def already_free(self) -> Mask:
        """(N, N): a free-trade area or customs union that nobody leaves binds the pair on the union's day."""
        left = left_unions(self)
        linked = self.facts.linked(self.day, kinds=FREE_TRADE)
        return self._pair_mask(pair for pair, agreement in linked.items() if agreement.name not in left)

    @cached_property
    def _pool_keys(self) -> Array | None:
        return pool_keys(self)

    @cached_property
    def _outside_tariffs(self) -> Mask:
        """(N, N, S) cells on which a member levies the common tariff: from outsiders without free trade with it."""
        between = kernels.from_outside(self.membership) & ~self.already_free
        return np.broadcast_to(between[..., None], self._tariff.shape)

    @cached_property
    def external_rates(self) -> Array:
        """(S,) the common external tariff, NaN where each member keeps its own."""
        return common_tariff(self, tariff_rate=self._tariff, outside=self._outside_tariffs)

    # -- labels to places ----------------------------------------------------------------------------------------------
    def _share_in(self, year: int | None) -> float:
        if year is not None and year < 0:
            raise ScenarioError(f"year {year} is before the start", hint="year 0 is the start, phase_in_years the end")
        steps = self.union.phase_in_years
        return 1.0 if year is None or year >= steps else year / steps

    def _shock(self, *, tariff: Array, log_cost: Array) -> Shock:
        like = self.world["tariff_rate"].transpose(*CELL)
        return Shock.of(
            self.world,
            iceberg_cost_hat=like.copy(data=np.exp(log_cost)),
            tariff_rate_counterfactual=like.copy(data=tariff),
        )

    def _pair_mask(self, pairs: Iterable[frozenset[str]]) -> Mask:
        place = {code: at for at, code in enumerate(self.world.economies)}
        mask = np.zeros((len(place), len(place)), dtype=bool)
        for pair in pairs:
            if pair <= place.keys():
                one, other = pair
                mask[place[one], place[other]] = mask[place[other], place[one]] = True
        return mask

    def sector_mask(self, names: Iterable[str]) -> Mask:
        """(S,) the sectors named, by code or name or group, or a ScenarioError with the line of the file."""
        return np.isin(self.world.sectors, self.known(lambda: self.world.resolve_sectors(names)))

    def economy(self, name: str) -> str:
        """An economy by code or name as this World writes it, or a ScenarioError with the line of the file."""
        return self.known(lambda: self.world.economy(name))

    def known(self, look_up: Callable[[], T]) -> T:
        """What a look-up finds, or a ScenarioError with the line of the file on which the unknown name stands."""
        try:
            return look_up()
        except UnknownNameError as error:
            name = str(error.context.get("name", error.context.get("code", "")))
            line = self.union.line_of(name)
            place = f"line {line}: " if line else ""
            raise ScenarioError(f"{place}{error.message}", hint=error.hint, name=name, line=line) from error
