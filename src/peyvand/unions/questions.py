"""Which questions ship, and how are they answered?  A question file names a scenario and what is asked of it.

- `search`: all unions among the scenario's members, with all its provisions and, as a variant, with its tariffs alone.
- `join`: one economy and a customs union that is there already: keep free trade with it, as the scenario says, or join.
  Who joins has no tariffs with the others and levies on outsiders what they do, by sector the mean of what they import.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from peyvand.errors import ScenarioError, UnknownNameError, did_you_mean
from peyvand.scenarios import Effect, Tariff, Union, open_scenario
from peyvand.scenarios.kernels import common_rates
from peyvand.trade import CaliendoParro, draw
from peyvand.unions.blocks import Progress
from peyvand.unions.draws import UnionDraws, draw_unions, regret_between
from peyvand.unions.game import NOTICED
from peyvand.unions.landscape import Landscape
from peyvand.unions.searches import search
from peyvand.variables import CELL
from peyvand.world import Shock, World

VariantName = Literal["all", "tariffs"]
OptionName = Literal["free_trade", "join"]
OPTIONS: tuple[OptionName, ...] = ("free_trade", "join")
_SHELF = files("peyvand.unions") / "shipped"


class Question(BaseModel):
    """A question that ships, or one of your own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: dict[Literal["en", "fa"], str]
    kind: Literal["search", "join"]
    scenario: str
    variants: Annotated[tuple[VariantName, ...], Field(min_length=1, strict=False)] = ("all",)
    joiner: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SearchAnswer:
    """All unions, under one or more sets of provisions.

    Parameters
    ----------
    question : Question
    landscapes : dict of str to Landscape
        By the name of the variant.
    draws : dict of str to UnionDraws
        Where draws were asked for.
    """

    question: Question
    landscapes: dict[VariantName, Landscape]
    draws: dict[VariantName, UnionDraws]

    def regret(self, aim: str = "members") -> pd.DataFrame:
        """What the best union under one variant loses if another is the truth, M USD."""
        return regret_between({str(name): held for name, held in self.landscapes.items()}, aim)


@dataclass(frozen=True, eq=False, kw_only=True)
class JoinAnswer:
    """Free trade with a customs union beside joining it.

    Parameters
    ----------
    question : Question
    scenario : Union
        The free-trade area, with its members as codes.
    joiner : str
    world : World
    external_rates : Series
        By sector, the tariff that the joiner would levy on outsiders; NaN where the union levies none.
    table : DataFrame
        A row an economy: `economy`, `member`, and per option `<option>_percent`, `<option>_musd`; with draws
        `<option>_gain_probability` and `join_better_probability`.
    draws : int
        How many; 0 without.
    """

    question: Question
    scenario: Union
    joiner: str
    world: World
    external_rates: pd.Series[float]
    table: pd.DataFrame
    draws: int

    @property
    def better(self) -> OptionName | None:
        """What gives the joiner more; None where neither beats today."""
        gains = {name: self.gain_percent(name) for name in OPTIONS}
        best: OptionName = "free_trade" if gains["free_trade"] >= gains["join"] else "join"
        return best if gains[best] > 100 * NOTICED else None

    def gain_percent(self, option: OptionName) -> float:
        """The joiner's change of real income by an option, per cent."""
        own = self.table["economy"] == self.joiner
        return float(self.table.loc[own, f"{option}_percent"].to_numpy()[0])

    def refusing(self, option: OptionName) -> tuple[str, ...]:
        """Members that would lose by an option against today, and so have a reason to refuse."""
        losing = self.table["member"] & (self.table[f"{option}_percent"] < -100 * NOTICED)
        return tuple(self.table.loc[losing, "economy"])


Answer = SearchAnswer | JoinAnswer


@cache
def shipped() -> tuple[str, ...]:
    """Names of the questions that ship.

    >>> shipped()
    ('eco-sub-unions', 'iran-eaeu')
    """
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in _SHELF.iterdir() if entry.name.endswith(".toml")))


def question(name: str) -> Question:
    """A question that ships.

    Raises
    ------
    UnknownNameError
        If there is none of this name.
    """
    if name not in shipped():
        raise UnknownNameError(f"no question {name!r}", hint=did_you_mean(name, shipped()), name=name)
    return Question.model_validate(tomllib.loads(_SHELF.joinpath(f"{name}.toml").read_text(encoding="utf-8")))


def ask(
    asked: Question | str,
    *,
    world: World | None = None,
    draws: int = 0,
    seed: int = 0,
    model: CaliendoParro | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer a question.

    Parameters
    ----------
    asked : Question or str
        A question, or the name of one that ships.
    world : World, optional
        Instead of the scenario's.
    draws, seed : int
        Of elasticities and flows, for probabilities; none by default.
    model : CaliendoParro, optional
        The closure.
    progress : callable, optional
        Told the share that is done.

    Raises
    ------
    UnknownNameError
        If there is no such question.
    ScenarioError
        If the scenario does not fit it.
    """
    put = question(asked) if isinstance(asked, str) else asked
    scenario = open_scenario(put.scenario)
    held = world or World.embedded(scenario.world)
    solver = model or CaliendoParro()
    tell = progress or (lambda _: None)
    if put.kind == "join":
        return _join(put, scenario, held, solver, draws, seed, tell)
    landscapes: dict[VariantName, Landscape] = {}
    drawn: dict[VariantName, UnionDraws] = {}
    steps = len(put.variants) * (1 + (draws > 0))
    for name in put.variants:
        landscapes[name] = search(held, variant(scenario, name), model=solver)
        tell((len(landscapes) + len(drawn)) / steps)
        if draws:
            drawn[name] = draw_unions(landscapes[name], draws=draws, seed=seed, model=solver)
            tell((len(landscapes) + len(drawn)) / steps)
    return SearchAnswer(question=put, landscapes=landscapes, draws=drawn)


def variant(scenario: Union, name: VariantName) -> Union:
    """The scenario as it stands, or with its tariff provisions alone.

    Raises
    ------
    ScenarioError
        If it has none.
    """
    if name == "all":
        return scenario
    kept = tuple(held for held in scenario.provisions if isinstance(held, Tariff))
    if not kept:
        raise ScenarioError("the scenario has no tariff provisions", hint='variants = ["all"]')
    return scenario.model_copy(update={"provisions": kept})


def _join(
    put: Question, scenario: Union, world: World, solver: CaliendoParro, draws: int, seed: int, tell: Progress
) -> JoinAnswer:
    today = scenario.effect(world).baseline(lambda before, change: solver.solve(before, change).counterfactual)
    effect = scenario.effect(today)
    joiner = today.economy(put.joiner or "")
    if joiner not in effect.members:
        raise ScenarioError(f"{joiner} is no member of {put.scenario}", hint="the joiner is one of the members")
    rates, joining = joining_shock(effect, joiner)
    shocks: dict[OptionName, Shock] = {"free_trade": effect.shock(), "join": joining}
    columns: dict[str, object] = {
        "economy": list(today.economies), "member": [code in effect.members for code in today.economies],
    }  # fmt: skip
    welfare = {}
    for name, shock in shocks.items():
        result = solver.solve(today, shock)
        columns[f"{name}_percent"] = 100 * (result["welfare_hat"].values - 1)
        columns[f"{name}_musd"] = result["real_income_change_musd"].values
        if draws:
            found = draw(today, shock, draws=draws, seed=seed, model=solver)
            welfare[name] = found["welfare_hat"].transpose("draw", "economy").values
            columns[f"{name}_gain_probability"] = (welfare[name] - 1 > NOTICED).mean(axis=0)
        tell((len(columns) - 2) / (6 if draws else 4))
    if draws:
        columns["join_better_probability"] = (welfare["join"] - welfare["free_trade"] > NOTICED).mean(axis=0)
    return JoinAnswer(
        question=put, scenario=scenario.with_members(effect.members), joiner=joiner, world=today,
        external_rates=rates, table=pd.DataFrame(columns), draws=draws,
    )  # fmt: skip


def joining_shock(effect: Effect, joiner: str) -> tuple[pd.Series[float], Shock]:
    """What changes if one member joins the customs union of the others, and its external tariff by sector."""
    world, members = effect.world, effect.members
    today = world["tariff_rate"].transpose(*CELL)
    tariff = today.values
    others = np.isin(world.economies, [code for code in members if code != joiner])
    member = np.isin(world.economies, members)
    outside = ~member[:, None] & others[None, :] & ~effect.already_free
    rates = common_rates(
        tariff_rate=tariff,
        trade_flow=world["trade_flow"].transpose(*CELL).values,
        outside=np.broadcast_to(outside[..., None], tariff.shape),
        lowest=False,
    )
    place = world.economies.index(joiner)
    levies = ~member & ~effect.already_free[:, place]
    new = tariff.copy()
    new[levies, place] = np.where(np.isfinite(rates), rates, new[levies, place])
    new[member, place], new[place, member] = 0.0, 0.0
    shock = Shock.of(
        world,
        iceberg_cost_hat=effect.shock()["iceberg_cost_hat"],
        tariff_rate_counterfactual=today.copy(data=new),
    )
    return pd.Series(rates, index=list(world.sectors), name="external_tariff"), shock
