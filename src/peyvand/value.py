"""What are the agreements worth that nobody has carried out yet, and which should come first?

An agreement's pending provisions are set into the World of the day as a union of its parties. Several agreements
together: where two cut the same tariff or the same border the larger cut holds, and their transit provisions share one
network. A year of delay costs the members one year's gain, whatever the rate of interest, since the gain of every
later year moves back by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.corridors import Carriage, carriage
from peyvand.errors import RegistryError
from peyvand.registry.worth import Pending, as_union, rank
from peyvand.run import carried, estimates_behind
from peyvand.scenarios import Effect, Facts
from peyvand.scenarios.provisions import Transit
from peyvand.trade import BorderSensitivity, CaliendoParro, CarriedCosts, border_sensitivity, draw, faded_borders
from peyvand.world import Shock, World

LEVEL = 0.9
"""Of the intervals: so many of the draws lie inside."""
_NAN = (float("nan"),) * 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Values:
    """What pending agreements are worth, M USD a year of the World's base year.

    Parameters
    ----------
    agreements : DataFrame
        In the order of implementation: `added_musd` to the members of all of them, solved again after each choice, and
        `alone_musd` with its interval (`alone_low_musd`, `alone_high_musd`, `probability_of_gain`; NaN without draws).
        Beside it the shortcut: `first_order_musd` by the derivatives of today's equilibrium, and its rank.
        `delay_musd` is what a year of delay costs.
    economies : DataFrame
        What each agreement alone gives each of its members: `gain_musd`, `low_musd`, `high_musd`, `first_order_musd`.
    counted : tuple of str
        Agreements that the baseline of the day holds already: they are not priced again.
    draws, seed : int
        Behind the intervals.
    """

    agreements: pd.DataFrame
    economies: pd.DataFrame
    counted: tuple[str, ...] = ()
    draws: int = 0
    seed: int = 0


def value_of(
    owed: Sequence[Pending],
    *,
    world: World | None = None,
    as_of: date | None = None,
    facts: Facts | None = None,
    model: CaliendoParro | None = None,
    draws: int = 0,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Values:
    """Price what agreements still owe, alone and in the best order.

    Parameters
    ----------
    owed : sequence of Pending
        See `peyvand.registry.worth.pending`; those without a provision that is simulated are left out.
    world : World, optional
        eurasia-2019 by default.
    as_of : date, optional
        The day whose agreements are in force; the World's own by default.
    facts : Facts, optional
        What is in force, by the register that ships by default.
    model : CaliendoParro, optional
        The trade model with its closure.
    draws, seed : int
        How often elasticities and flows are drawn for intervals, and from where; none by default.
    progress : callable, optional
        Told the code of each agreement as it is priced.

    Raises
    ------
    RegistryError
        If nothing is left to price.
    """
    asked, solver, known = world or World.embedded(), model or CaliendoParro(), facts or Facts.shipped()
    worth = [one for one in owed if one.provisions]
    if not worth:
        raise RegistryError("nothing that is pending can be simulated yet", hint="peyvand registry scenario names why")
    day = worth[0].union(world=asked.name, as_of=as_of).effect(asked, facts=known)
    held = {agreement.name for agreement, _ in day.new_in_force if agreement.tariff_cut_share}
    counted = tuple(one.agreement for one in worth if one.agreement in held)
    worth = [one for one in worth if one.agreement not in held]
    if not worth:
        raise RegistryError(
            f"what is pending came into force by {day.day}: the baseline holds it already",
            hint="leave out --as-of to price it from the World's own day",
        )
    today = day.baseline(lambda before, change: solver.solve(before, change).counterfactual)
    pricing = _Pricing(today, solver, known, as_of)
    for one in worth:
        (progress or (lambda _: None))(one.agreement)
        pricing.gains([one])
    economies = pd.concat([_economies(one, pricing, draws, seed) for one in worth], ignore_index=True)
    members = sorted({member for one in worth for member in one.members})
    alone = pd.DataFrame([_alone(one, members, pricing, draws, seed) for one in worth])
    order = pd.DataFrame(rank(worth, pricing.gains))
    table = order.merge(alone, on="agreement")
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    table["first_order_rank"] = table["first_order_musd"].rank(ascending=False, method="first").astype(int)
    table["delay_musd"] = table["alone_musd"]
    return Values(agreements=table, economies=economies, counted=counted, draws=draws, seed=seed)


@dataclass(eq=False)
class _Pricing:
    """Gains of any agreements together in one World, each set solved once."""

    world: World
    solver: CaliendoParro
    facts: Facts
    as_of: date | None
    _shocks: dict[frozenset[str], Shock] = field(default_factory=dict)
    _carriage: dict[frozenset[str], Carriage] = field(default_factory=dict)
    _solved: dict[frozenset[str], xr.DataArray] = field(default_factory=dict)
    _drawn: dict[str, xr.DataArray] = field(default_factory=dict)
    _slopes: BorderSensitivity | None = None

    def gains(self, chosen: Sequence[Pending]) -> dict[str, float]:
        """M USD a year by economy."""
        key = _key(chosen)
        if key not in self._solved:
            self._solved[key] = self.solver.solve(self.world, self.shock(chosen))["real_income_change_musd"]
        return dict(zip(self.world.economies, self._solved[key].values.tolist(), strict=True))

    def shock(self, chosen: Sequence[Pending]) -> Shock:
        """The lowest tariff and the lowest cost that any of them leaves, then carriage on the network of them all."""
        key = _key(chosen)
        if key not in self._shocks:
            alone = [self._effect([one]).shock() for one in chosen]
            cost, tariff = (
                xr.concat([one[name] for one in alone], "one").min("one")
                for name in ("iceberg_cost_hat", "tariff_rate_counterfactual")
            )
            made = Shock.of(self.world, iceberg_cost_hat=cost, tariff_rate_counterfactual=tariff)
            moved = self._moved(chosen, made)
            if moved is not None:
                self._carriage[key] = moved
            self._shocks[key] = made if moved is None else carried(made, moved.cost_hat, self.world)
        return self._shocks[key]

    def first_order(self, one: Pending) -> xr.DataArray:
        """M USD a year (economy), by the derivatives of today's equilibrium."""
        if self._slopes is None:
            self._slopes = border_sensitivity(self.world, model=self.solver)
        log_welfare = self._slopes.first_order(self.shock([one]))
        return log_welfare.copy(data=np.expm1(log_welfare.values)) * self.world["final_expenditure"]

    def drawn(self, one: Pending, draws: int, seed: int) -> xr.DataArray | None:
        """M USD a year (draw, economy)."""
        if draws and one.agreement not in self._drawn:
            effect, shock = self._effect([one]), self.shock([one])
            moved = self._carriage.get(_key([one]))
            found = draw(
                self.world,
                shock,
                draws=draws,
                seed=seed,
                gravity=estimates_behind(effect),
                faded=faded_borders(effect),
                carried=None if moved is None else CarriedCosts.of(moved.by_time_value()),
                model=self.solver,
            )
            self._drawn[one.agreement] = found["real_income_change_musd"]
        return self._drawn.get(one.agreement)

    def _moved(self, chosen: Sequence[Pending], shock: Shock) -> Carriage | None:
        """Carriage before and after what they say of transit; None where they say nothing."""
        parts = [tuple(part for part in one.provisions if isinstance(part, Transit)) for one in chosen]
        transit = [replace(one, provisions=part) for one, part in zip(chosen, parts, strict=True) if part]
        if not transit:
            return None
        return carriage(self._effect(transit)).settled(
            lambda cost_hat: self.solver.solve(self.world, carried(shock, cost_hat, self.world)).counterfactual
        )

    def _effect(self, chosen: Sequence[Pending]) -> Effect:
        union = as_union(chosen, title=chosen[0].title, world=self.world.name, as_of=self.as_of)
        return union.effect(self.world, facts=self.facts)


def _key(chosen: Sequence[Pending]) -> frozenset[str]:
    return frozenset(one.agreement for one in chosen)


def _economies(one: Pending, pricing: _Pricing, draws: int, seed: int) -> pd.DataFrame:
    members = list(one.members)
    gains = pricing.gains([one])
    drawn = pricing.drawn(one, draws, seed)
    spread = [_interval(None if drawn is None else drawn.sel(economy=member).values) for member in members]
    low, high, _ = zip(*spread, strict=True)
    return pd.DataFrame(
        {
            "agreement": one.agreement,
            "economy": members,
            "gain_musd": [gains[member] for member in members],
            "low_musd": low,
            "high_musd": high,
            "first_order_musd": pricing.first_order(one).sel(economy=members).values,
        }
    )


def _alone(one: Pending, members: list[str], pricing: _Pricing, draws: int, seed: int) -> dict[str, float | str]:
    drawn = pricing.drawn(one, draws, seed)
    total = None if drawn is None else drawn.sel(economy=members).sum("economy", skipna=False).values
    low, high, gain = _interval(total)
    return {
        "agreement": one.agreement,
        "alone_low_musd": low,
        "alone_high_musd": high,
        "probability_of_gain": gain,
        "first_order_musd": float(pricing.first_order(one).sel(economy=members).sum()),
    }


def _interval(drawn: np.ndarray | None) -> tuple[float, float, float]:
    """Low, high, and the share of draws above 0."""
    found = np.array([]) if drawn is None else drawn[np.isfinite(drawn)]
    if not len(found):
        return _NAN
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high), float((found > 0).mean())
