"""What would a union change for travellers, migrants and students?  Its provisions on today's people, with intervals.

    partial      F'_od = F_od exp(Δ_od)                                  every destination has room
    conditional  F'_od = F_od exp(Δ_od) · K_d / Σ_o F_od exp(Δ_od)       every destination takes as many as before
    Δ_od = β(rule in the union) − β(rule today),  β by flow from `peyvand.mobility.effects`

Exchange places come on top of both: they are new room. The first says what more there could be, the second who would
come instead of whom. Places for scholars are counted and allotted; nothing is simulated of them.

A union that is phased in moves people in equal yearly steps too: after y of Y years Δ and the places are y/Y of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import DataError
from peyvand.mobility.baseline import FLOWS, PeopleToday
from peyvand.mobility.effects import RuleEffects, positions, rule_effects
from peyvand.mobility.kernels import Array, allotted, conditional, partial
from peyvand.mobility.openness import usual_rules
from peyvand.mobility.trade_response import trade_response
from peyvand.mobility.visas import Visas
from peyvand.scenarios import Effect, Students, Visa
from peyvand.sources.passport_index import REGIMES
from peyvand.world import World

DRAWS, SEED, LEVEL = 1000, 0, 0.9
ALL = "all"
"""Of the totals: all members together."""
_PAIR = ["origin", "destination"]
Rules = NDArray[np.int_]


@dataclass(frozen=True, eq=False, kw_only=True)
class People:
    """People of a union, today and in it.

    Parameters
    ----------
    pairs : DataFrame
        A row a flow, origin and destination, the destination a member: flow, origin, destination, both_members, rule,
        rule_in_union, persons, year, status, cv, effect_percent, effect_status, places, persons_partial,
        persons_conditional, and the changes of both with their intervals (`partial_change`, `…_low`, `…_high`).
    totals : DataFrame
        The same by flow and destination, and for all members together (destination `all`), among members.
    path : DataFrame
        The totals of every year of the phase-in, with `year`; the last year's are `totals`. Empty for a union at once.
    places : DataFrame
        kind (students, scholars), origin, destination, places a year; as many out as in for each economy.
    rules : DataFrame
        origin, destination, rule, rule_in_union of every pair of members with visa rules.
    without_figures : tuple of str
        Members of whom no people are known.
    cost_hat : DataArray or None
        (exporter, importer, sector) what easier visas do to the cost of trade; None unless a provision says so.
    day : date
        The snapshot of the rules.
    """

    pairs: pd.DataFrame
    totals: pd.DataFrame
    path: pd.DataFrame
    places: pd.DataFrame
    rules: pd.DataFrame
    without_figures: tuple[str, ...]
    cost_hat: xr.DataArray | None
    day: date
    seed: int
    draws: int

    @property
    def moved(self) -> bool:
        """Whether the union changes anything for people."""
        return bool(len(self.places)) or self.eased

    @property
    def eased(self) -> bool:
        """Whether a visa rule becomes more open."""
        return bool((self.rules["rule"] != self.rules["rule_in_union"]).any())

    def meta(self) -> Mapping[str, object]:
        """What the people of a run stand on, in plain values."""
        return {"rules_of": self.day.isoformat(), "draws": self.draws, "seed": self.seed, "level": LEVEL}


def people_of(
    effect: Effect,
    *,
    today: PeopleToday | None = None,
    visas: Visas | None = None,
    effects: Mapping[str, RuleEffects] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> People:
    """The people of a union.

    Parameters
    ----------
    effect : Effect
        The union set into its World; its provisions `visa`, `students` and `scholars` are simulated.
    today : PeopleToday, optional
        The people of today; those that ship, by default.
    visas : Visas, optional
        The rules; those that ship, by default, of the union's day.
    effects : mapping, optional
        By flow; see `peyvand.mobility.effects`.
    draws, seed : int
        Of the intervals: effects and today's figures are drawn together.
    """
    today, visas = today or PeopleToday.shipped(), visas or Visas.shipped()
    members = effect.members
    ruled = tuple(code for code in members if code in visas.economies)
    codes = (*ruled, *(code for code in today.economies if code not in ruled and code in visas.economies))
    rules = positions(usual_rules(visas, codes, effect.day).to_numpy())
    asked = _asked(effect, codes, rules)
    places = _places(effect)
    pairs = _Pairs(codes=codes, members=len(ruled), rules=rules, asked=asked)
    rng = np.random.default_rng(seed)
    used = {flow: (effects or {}).get(flow) or rule_effects(flow) for flow in FLOWS}
    moves = [_move(pairs, today, places, used[flow], rng=rng, draws=draws) for flow in FLOWS]
    last = effect.union.phase_in_years
    years = range(1, last + 1) if last > 1 else ()
    paths = [_totals(move, ruled, share=year / last).assign(year=year) for year in years for move in moves]
    inside = [(a, b) for a in range(len(ruled)) for b in range(len(ruled)) if a != b]
    known = set(today.economies)
    return People(
        pairs=pd.concat([_table(pairs, today, move) for move in moves], ignore_index=True),
        totals=pd.concat([_totals(move, ruled) for move in moves], ignore_index=True),
        path=pd.concat(paths, ignore_index=True) if paths else pd.DataFrame(),
        places=places,
        rules=pd.DataFrame(
            [(codes[a], codes[b], REGIMES[rules[a, b]], REGIMES[asked[a, b]]) for a, b in inside],
            columns=[*_PAIR, "rule", "rule_in_union"],
        ),
        without_figures=tuple(code for code in members if code not in known),
        cost_hat=trade_response(effect, codes=codes, rules=rules, asked=asked),
        day=visas.snapshot_of(effect.day),
        seed=seed,
        draws=draws,
    )


def _asked(effect: Effect, codes: tuple[str, ...], rules: Rules) -> Rules:
    """Rules in the union: the more open of today's and the provision's."""
    found = rules.copy()
    at = [effect.world.economies.index(code) if code in effect.world.economies else -1 for code in codes]
    for provision, mask in effect.people:
        if isinstance(provision, Visa):
            holds = np.pad(mask, (0, 1))[np.ix_(at, at)]  # the last row stands for economies outside the World
            found = np.where(holds, np.maximum(found, REGIMES.index(provision.regime)), found)
    return found


def _places(effect: Effect) -> pd.DataFrame:
    """Places of every provision by pair, by √(population of both) / distance, as many out as in."""
    rows = []
    for provision, mask in effect.people:
        if isinstance(provision, Visa):
            continue
        weight = np.where(mask, _nearness(effect.world), 0.0)
        share = allotted(weight=weight, places=provision.places_per_year)
        kept = provision.filled_share * provision.years if isinstance(provision, Students) else 0.0
        for a, b in np.argwhere(share > 0):
            economies = effect.world.economies[a], effect.world.economies[b]
            rows.append((provision.kind, *economies, int(share[a, b]), kept * share[a, b]))
    return pd.DataFrame(rows, columns=["kind", *_PAIR, "places", "persons"])


def _nearness(world: World) -> Array:
    """(N, N) √(p_i p_j) / d_ij, the distance that of both directions."""
    missing = [name for name in ("population", "distance_km") if name not in world.data]
    if missing:
        raise DataError(
            f"places are allotted by population and distance, and the World {world.name} holds no {missing[0]}",
            hint="World.replace adds it",
        )
    population = world["population"].transpose("economy").values.astype(float)
    distance = world["distance_km"].transpose("exporter", "importer").values.astype(float)
    return np.asarray(np.sqrt(np.outer(population, population)) * 0.5 * (1 / distance + 1 / distance.T))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Economies with rules, the members first, and the (origin, destination) rules today and in the union."""

    codes: tuple[str, ...]
    members: int
    rules: Rules
    asked: Rules

    def change(self, effects: Array) -> Array:
        """(…, N, N) Δ of effects by rule (…, rule)."""
        return np.asarray(effects[..., self.asked] - effects[..., self.rules])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Move:
    """One flow's people and what the union does to them: central figures, and draws of both.

    `persons` (N, N), `change` Δ (N, N), `fresh` (N, N) people in new places, `others` (N,) from elsewhere; `drawn` and
    `drawn_change` with draws in front, a single one where nothing changes.
    """

    effects: RuleEffects
    persons: Array
    change: Array
    fresh: Array
    others: Array
    drawn: Array
    drawn_change: Array

    def central(self, share: float = 1.0) -> tuple[Array, Array]:
        """(N, N) people, partial and conditional, once this share of the union is there."""
        return _both(self.persons, share * self.change, self.others, share * self.fresh)

    def gains(self, share: float = 1.0) -> list[Array]:
        """(N, N) changes, partial and conditional."""
        fresh = share * self.fresh
        return [_gained(answer, self.persons, fresh) for answer in self.central(share)]

    def drawn_gains(self, share: float = 1.0) -> list[Array]:
        """(draw, N, N) changes, partial and conditional."""
        fresh = share * self.fresh
        answers = _both(self.drawn, share * self.drawn_change, self.others, fresh)
        return [_gained(answer - self.drawn, 0.0 * self.persons, fresh) for answer in answers]


def _move(
    pairs: _Pairs,
    today: PeopleToday,
    places: pd.DataFrame,
    effects: RuleEffects,
    *,
    rng: np.random.Generator,
    draws: int,
) -> _Move:
    """One flow, with its draws."""
    flow, codes = effects.flow, pairs.codes
    persons, cv = (today.matrix(flow, codes, column=name) for name in ("persons", "cv"))
    fresh, change = _fresh(flow, codes, places), pairs.change(effects.mean)
    drawn, drawn_change = persons[None], change[None]
    if change.any() or fresh.any():
        spread = np.sqrt(np.log1p(cv**2))
        drawn = persons * np.exp(spread * rng.standard_normal((draws, *persons.shape)) - spread**2 / 2)
        drawn_change = pairs.change(effects.draws(draws, rng))
    return _Move(
        effects=effects,
        persons=persons,
        change=change,
        fresh=fresh,
        others=today.elsewhere(flow, codes),
        drawn=drawn,
        drawn_change=drawn_change,
    )


def _table(pairs: _Pairs, today: PeopleToday, move: _Move) -> pd.DataFrame:
    """One flow's pairs whose destination is a member."""
    flow, codes, persons, fresh = move.effects.flow, pairs.codes, move.persons, move.fresh
    columns: dict[str, Array] = {"persons": persons}
    answers = zip(("partial", "conditional"), move.central(), move.gains(), move.drawn_gains(), strict=True)
    for name, answer, gain, drawn in answers:
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        columns |= {
            f"persons_{name}": answer,
            f"{name}_change": gain,
            f"{name}_change_low": low,
            f"{name}_change_high": high,
        }
    inside = range(pairs.members)
    shown = np.isfinite(persons) | (fresh > 0)
    rows = [(a, b) for b in inside for a in range(len(codes)) if a != b and shown[a, b]]
    at = tuple(np.array(rows, dtype=int).reshape(-1, 2).T)
    said = today.pairs[today.pairs["flow"] == flow].set_index(_PAIR)[["year", "status", "cv"]]
    table = pd.DataFrame(
        {
            "flow": flow,
            "origin": [codes[a] for a, _ in rows],
            "destination": [codes[b] for _, b in rows],
            "both_members": at[0] < pairs.members,
            "rule": np.array(REGIMES)[pairs.rules[at]],
            "rule_in_union": np.array(REGIMES)[pairs.asked[at]],
        }
    )
    return (
        table.join(said, on=_PAIR)
        .fillna({"status": ""})
        .assign(
            effect_percent=100 * np.expm1(move.change[at]),
            effect_status=move.effects.status,
            places=fresh[at],
            **{name: values[at] for name, values in columns.items()},
        )
    )


def _gained(after: Array, before: Array, fresh: Array) -> Array:
    """The change; where nothing is known of today, the new places alone (NaN without any)."""
    return np.asarray(np.where(np.isfinite(before), after - before, np.where(fresh > 0, fresh, np.nan)))


def _fresh(flow: str, codes: tuple[str, ...], places: pd.DataFrame) -> Array:
    """(N, N) people in the new places of a flow."""
    found = np.zeros((len(codes), len(codes)))
    mine = places[(places["kind"] == flow) & places["origin"].isin(codes) & places["destination"].isin(codes)]
    for origin, destination, persons in zip(mine["origin"], mine["destination"], mine["persons"], strict=True):
        found[codes.index(origin), codes.index(destination)] += persons
    return found


def _both(persons: Array, change: Array, others: Array, fresh: Array) -> tuple[Array, Array]:
    """Partial and conditional people, with the new places on top of both."""
    return (
        partial(persons=persons, log_change=change) + fresh,
        conditional(persons=persons, log_change=change, others=others) + fresh,
    )


def _totals(move: _Move, members: tuple[str, ...], *, share: float = 1.0) -> pd.DataFrame:
    """Sums among members by destination, and for all members together (`all`); NaN where nothing is known."""
    count = len(members)
    gains, spread = move.gains(share), move.drawn_gains(share)
    rows = []
    for name, at in (*((code, slice(k, k + 1)) for k, code in enumerate(members)), (ALL, slice(0, count))):
        today = move.persons[:count, at]
        row: dict[str, object] = {
            "flow": move.effects.flow,
            "destination": name,
            "pairs": int(np.isfinite(today).sum()),
        }
        row["persons"] = float(_sum(today))
        for kind, gain, drawn in zip(("partial", "conditional"), gains, spread, strict=True):
            low, high = np.quantile(_sum(drawn[:, :count, at]), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            row[f"{kind}_change"] = float(_sum(gain[:count, at]))
            row |= {f"{kind}_change_low": float(low), f"{kind}_change_high": float(high)}
        rows.append(row)
    return pd.DataFrame(rows)


def _sum(values: Array) -> Array:
    """Over the last two dims, NaN where nothing is known."""
    known = np.isfinite(values)
    return np.asarray(np.where(known.any(axis=(-2, -1)), np.where(known, values, 0.0).sum(axis=(-2, -1)), np.nan))
