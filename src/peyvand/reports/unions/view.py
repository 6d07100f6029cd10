"""What does a page about unions show, in one language?  Figures and sentences of an answer, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from markupsafe import Markup

from peyvand.reports.charts import Cell, heat
from peyvand.reports.rows import Row, records
from peyvand.reports.unions.lattice import Lattice, lattice
from peyvand.reports.voice import Voice
from peyvand.scenarios import Effect, explain_caution
from peyvand.unions.concepts import Concept, Stability
from peyvand.unions.deviations import Deviation, words
from peyvand.unions.draws import UnionDraws
from peyvand.unions.game import Rule
from peyvand.unions.landscape import Landscape
from peyvand.unions.questions import OPTIONS, JoinAnswer, VariantName
from peyvand.unions.rankings import Ranking, compensation, ranking
from peyvand.unions.repair import stabilising_transfers
from peyvand.unions.summary import confirmations, described, drawn_sentences, stabilities

SHOWN, COLUMNS = 12, 12


@dataclass(frozen=True, eq=False)
class UnionsView:
    """All unions among some candidates under one set of provisions, in one language.

    Parameters
    ----------
    landscape : Landscape
        Of all unions.
    voice : Voice
    name : str
        Of the variant.
    draws : UnionDraws, optional
    rule : str
        What those left behind do.
    """

    landscape: Landscape
    voice: Voice
    name: VariantName = "all"
    draws: UnionDraws | None = None
    rule: Rule = "stay"

    # -- answers -------------------------------------------------------------------------------------------------------
    @cached_property
    def asked(self) -> dict[Concept, Stability]:
        return stabilities(self.landscape, rule=self.rule)

    @property
    def held(self) -> Stability:
        """Individual stability: what "holds" means on the page."""
        return self.asked["individual"]

    @cached_property
    def ranked(self) -> Ranking:
        return ranking(self.landscape)

    @cached_property
    def lattice(self) -> Lattice:
        return lattice(self.landscape, self.held, self.ranked.best_for["members"])

    @cached_property
    def probability(self) -> np.ndarray | None:
        """(union): share of the draws in which it holds."""
        return None if self.draws is None else self.draws.probability_of_stability("individual", rule=self.rule)

    @cached_property
    def drawn(self) -> list[Markup]:
        """How often the union of all holds over the draws, and what holds most often."""
        if self.draws is None or self.probability is None:
            return []
        return [self.voice.prose(said) for said in drawn_sentences(self.draws, self.probability, self.voice.language)]

    @cached_property
    def regret(self) -> dict[int, float]:
        """By union: what the best one would have given its members more, M USD on average over the draws."""
        if self.draws is None:
            return {}
        table = self.draws.regret()
        return dict(zip(table["union"].tolist(), table["mean_regret_musd"].tolist(), strict=True))

    # -- words ---------------------------------------------------------------------------------------------------------
    def says(self, union: int) -> str:
        """A union in words."""
        return described(self.landscape, union, self.voice.language, self.voice.names)

    @cached_property
    def headline(self) -> Markup:
        """How many hold, and whether the union of all does."""
        whole = len(self.landscape.numbers) - 1
        count = len(self.held.numbers)
        key = "none" if count == 0 else "holds" if self.held.stable[whole] else "breaks"
        if key == "holds" and count == 1:
            key = "only"
        return self.voice.t(
            f"unions.headline.{key}",
            count=self.voice.n(count),
            total=self.voice.n(int(self.held.asked.sum())),
            candidates=self.voice.n(len(self.landscape.candidates)),
        )

    @cached_property
    def tiles(self) -> list[dict[str, object]]:
        """Three figures: the best for its members, the best that holds, the best for the world."""
        table = self.ranked.table
        gains = {
            name: dict(zip(table["union"].tolist(), table[f"{name}_gain_musd"].tolist(), strict=True))
            for name in ("members", "world")
        }
        holding = [union for union in table["union"].tolist() if self.held.stable[union]]
        chosen = [("best", self.ranked.best_for["members"]), ("world", self.ranked.best_for["world"])]
        if holding:
            chosen.insert(1, ("holding", int(holding[0])))
        labels: dict[int, Markup] = {}
        for key, union in chosen:
            label = self.voice.t(f"unions.tile.{key}")
            labels[union] = self.voice.t("unions.also", first=labels[union], second=label) if union in labels else label
        return [
            {
                "label": label,
                "value": self.says(union),
                "note": self.voice.t(
                    "unions.tile.gain",
                    members=self.voice.money(gains["members"][union], sign=True),
                    world=self.voice.money(gains["world"][union], sign=True),
                ),
            }
            for union, label in labels.items()
        ]

    @cached_property
    def cautions(self) -> list[Markup]:
        """What the reader must know of the scenario."""
        return _cautions(self.landscape.terms.effect, self.voice)

    @cached_property
    def stable_kinds(self) -> list[dict[str, object]]:
        """A row a kind of stability: how many unions have it, which (up to three), what breaks the union of all."""
        whole = len(self.landscape.numbers) - 1
        rows: list[dict[str, object]] = []
        for concept, held in self.asked.items():
            deviation = held.deviation(whole) if held.asked[whole] else None
            rows.append(
                {
                    "name": self.voice.word(f"unions.concept_short.{concept}"),
                    "meaning": self.voice.word(f"unions.concept.{concept}"),
                    "count": len(held.numbers),
                    "unions": [self.says(int(union)) for union in self._by_gain(held)[:3]],
                    "whole": self._told(deviation),
                }
            )  # fmt: skip
        return rows

    @cached_property
    def rows(self) -> list[Row]:
        """The unions of the table: those whose members gain most, and the largest gains among those that hold."""
        table = self.ranked.table.set_index("union", drop=False)
        chosen = [*table.index[:SHOWN], *self._by_gain(self.held)[:SHOWN]]
        found = records(table.loc[list(dict.fromkeys(chosen))])
        for row in found:
            union = int(row["union"])
            deviation = self.held.deviation(union)
            row["described"] = self.says(union)
            row["holds"] = bool(self.held.stable[union])
            row["probability"] = None if self.probability is None else float(self.probability[union])
            row["regret"] = self.regret.get(union)
            row["broken_by"] = self._told(deviation)
        return found

    @cached_property
    def confirmed(self) -> Markup:
        """That what breaks the unions of the table was solved again, one by one."""
        again = confirmations(self.landscape, self.rule, tuple(int(row["union"]) for row in self.rows))
        key = "all" if all(one.holds for one in again) else "not_all"
        return self.voice.t(f"unions.confirmed.{key}", count=self.voice.n(len(again))) if again else Markup("")

    # -- pictures ------------------------------------------------------------------------------------------------------
    @cached_property
    def columns(self) -> list[int]:
        """Unions of the heatmap: of all, the best, those that hold, then the next best."""
        table = self.ranked.table
        first = [len(self.landscape.numbers) - 1, *(self.ranked.best_for[whom] for whom in ("members", "world"))]
        chosen = dict.fromkeys((*first, *self._by_gain(self.held), *map(int, table["union"])))
        return list(chosen)[:COLUMNS]

    @cached_property
    def heatmap(self) -> list[tuple[str, list[tuple[Cell, bool]]]]:
        """A row a candidate: its real income in every union shown, per cent, and whether it is in."""
        places = self.landscape.places_of_candidates
        values = 100 * (self.landscape.welfare_hat[self.columns][:, places].T - 1)
        inside = self.landscape.is_member[self.columns][:, places].T
        return [
            (code, list(zip(cells, is_in, strict=True)))
            for code, cells, is_in in zip(self.landscape.candidates, heat(values), inside.tolist(), strict=True)
        ]

    @cached_property
    def transfers(self) -> list[dict[str, object]]:
        """What each member of the union of all would get or pay so that nobody loses, and so that nobody leaves."""
        whole = len(self.landscape.numbers) - 1
        fair = compensation(self.landscape, whole)
        kept = stabilising_transfers(self.landscape.game, whole, rule=self.rule)
        by_code = dict(zip(fair["economy"], fair["transfer_musd"], strict=True))
        to_stay = {} if kept is None else dict(zip(kept["player"], kept["transfer_musd"], strict=True))
        payoff = dict(zip(self.landscape.candidates, self.landscape.game.payoff[whole], strict=True))
        return [
            {"economy": code, "gain": float(payoff[code]), "fair": by_code.get(code), "stay": to_stay.get(code)}
            for code in self.landscape.candidates
        ]

    def _by_gain(self, held: Stability) -> list[int]:
        """Stable unions, the members' largest gain first."""
        gain = np.where(self.landscape.is_member, self.landscape.payoff, 0.0).sum(axis=1)
        return [int(union) for union in sorted(held.numbers, key=lambda union: -gain[union])]

    def _told(self, deviation: Deviation | None) -> Markup:
        if deviation is None:
            return Markup("")
        return self.voice.prose(words(deviation, self.landscape.game, self.voice.language, self.voice.names))


@dataclass(frozen=True, eq=False)
class JoinView:
    """Free trade beside joining, in one language."""

    answer: JoinAnswer
    voice: Voice

    options = OPTIONS

    @cached_property
    def headline(self) -> Markup:
        """What gives the joiner more, or that neither beats today."""
        better = self.answer.better
        return self.voice.t(
            f"unions.join.headline.{better or 'neither'}",
            joiner=self.voice.name(self.answer.joiner),
            free_trade=self.voice.percent(self.answer.gain_percent("free_trade")),
            join=self.voice.percent(self.answer.gain_percent("join")),
        )

    @cached_property
    def refusals(self) -> list[Markup]:
        """Who would lose by each option."""
        said = []
        for option in self.options:
            losers = [self.voice.name(code) for code in self.answer.refusing(option)]
            name = self.voice.t(f"unions.join.{option}")
            key = "refused" if losers else "accepted"
            said.append(self.voice.t(f"unions.join.{key}", option=name, losers=self.voice.list(losers)))
        return said

    @cached_property
    def cautions(self) -> list[Markup]:
        """What the reader must know of the scenario."""
        return _cautions(self.answer.scenario.effect(self.answer.world), self.voice)

    @cached_property
    def rows(self) -> list[Row]:
        """Members first, then the outsiders that notice."""
        table = self.answer.table
        noticed = table[[f"{name}_percent" for name in self.options]].abs().max(axis=1) >= 0.005
        shown = table[table["member"] | noticed]
        return records(shown.sort_values(["member", "join_musd"], ascending=False))

    @cached_property
    def rates(self) -> list[tuple[str, float, float]]:
        """A row a goods sector: what the joiner levies on outsiders today, on average, and what it would levy."""
        world, joiner = self.answer.world, self.answer.joiner
        inside = list(self.answer.scenario.members)
        flow = world["trade_flow"].sel(importer=joiner).drop_sel(exporter=inside)
        tariff = world["tariff_rate"].sel(importer=joiner).drop_sel(exporter=inside)
        bought = flow.sum("exporter")
        mean = (flow * tariff).sum("exporter") / bought.where(bought > 0)
        return [
            (sector, 100 * float(mean.sel(sector=sector)), 100 * rate)
            for sector, rate in zip(world.sectors, self.answer.external_rates.tolist(), strict=True)
            if rate > 0 or float(mean.sel(sector=sector)) > 0
        ]


def _cautions(effect: Effect, voice: Voice) -> list[Markup]:
    return [voice.prose(explain_caution(caution, effect, voice.language)) for caution in effect.warnings]
