"""What one language of the page shows: every figure chosen, every sentence filled; the template only places them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from peyvand.reports import charts
from peyvand.reports.headline import doubts, headline, other_closure
from peyvand.reports.map.draw import Border, Map
from peyvand.reports.page.assumptions import assumptions, provisions, warnings
from peyvand.reports.page.border_parts import BorderParts, border_parts_view
from peyvand.reports.page.corridors import Corridors
from peyvand.reports.page.pacts import Bonds, bonds
from peyvand.reports.page.path import PathChart, path_chart
from peyvand.reports.page.people import PeopleView, border_rules, people_view
from peyvand.reports.page.reproduce import Item, command, facts
from peyvand.reports.page.sureness import Spread, spread, sureness
from peyvand.reports.page.tiles import (
    Readout,
    as_percent,
    mean_movable_percent,
    most_of_formalities,
    people_tile,
    readouts,
    tiles,
)
from peyvand.reports.page.trade_effects import TradeEffects
from peyvand.reports.page.variants import VariantTable, variant_table
from peyvand.reports.people import people_only
from peyvand.reports.rows import Row, records
from peyvand.reports.tables import MEMBERS, OUTSIDERS, estimated_shares, members_of
from peyvand.reports.voice import Voice

if TYPE_CHECKING:
    from peyvand.run import Run

_OUTSIDERS_SHOWN = 8
_PROVENANCE_SHOWN = 60


@dataclass(frozen=True, eq=False)
class Page:
    """One language of a run's page.

    Parameters
    ----------
    run : Run
    tables : mapping
        The run's tables by name.
    drawn : Map
    voice : Voice
    """

    run: Run
    tables_by_name: Mapping[str, pd.DataFrame]
    drawn: Map
    voice: Voice

    # -- opening ---------------------------------------------------------------------------------------------------
    @property
    def other(self) -> str:
        return "en" if self.voice.language == "fa" else "fa"

    @property
    def kicker(self) -> Markup:
        v, scenario = self.voice, self.run.scenario
        line = v.t(
            "masthead.line",
            kind=v.word(f"scenario.kind.{scenario.kind}"),
            count=v.n(len(scenario.members)),
            members=v.list([v.name(code) for code in members_of(self.run)]),
        )
        world = v.t(
            "masthead.world",
            year=v.year(self.run.world.base_year),
            world=v.latin(self.run.world.name),
            date=v.date(_day(scenario.as_of, self.run.world.base_year)),
        )
        return Markup("{}. {}.").format(line, world)

    @property
    def headline(self) -> Markup:
        return headline(
            self.run,
            economies=self._table("economies"),
            groups=self._table("groups"),
            voice=self.voice,
            rough=self.mostly_estimated,
        )

    @property
    def closure(self) -> Markup:
        v = self.voice
        if self.people_only:
            return v.t("people.closure")
        deficit = v.t(f"closure.{self.run.trade.deficit_rule}")
        said = v.t("headline.closure", year=v.year(self.run.world.base_year), deficit=deficit)
        other = other_closure(self._table("variants"), deficit_rule=self.run.trade.deficit_rule, voice=v)
        return Markup(" ").join(filter(None, (said, other)))

    @property
    def sureness(self) -> Markup | str:
        """The interval in words; empty where nothing was drawn."""
        members = self._group(MEMBERS)
        return sureness(self.run, economies=self._table("economies"), members=members, voice=self.voice)

    @property
    def spread(self) -> Spread:
        codes = [row["economy"] for row in self.members]
        return spread(self._table("uncertainty"), members=codes, voice=self.voice)

    @property
    def cautions(self) -> list[Markup | str]:
        """What must be read with the headline: what it owes to assumptions, and to estimated figures."""
        if self.people_only:
            return [self.voice.t("people.caution")]
        estimated = self.voice.t("assumptions.mostly_estimated") if self.mostly_estimated else ""
        said = doubts(self._table("variants"), deficit_rule=self.run.trade.deficit_rule, voice=self.voice)
        return [words for words in (said, estimated) if words]

    @cached_property
    def bonds(self) -> Bonds | None:
        return bonds(self.run, self.tables_by_name, voice=self.voice)

    @cached_property
    def mostly_estimated(self) -> bool:
        return max(estimated_shares(self.run)) > 0.5

    @property
    def cap(self) -> Markup:
        """The most that formalities are assumed to add to a border."""
        return most_of_formalities(self.voice)

    @property
    def people_only(self) -> bool:
        return people_only(self.run)

    @property
    def tiles(self) -> list[Item]:
        if self.people_only and self.people is not None:
            return [people_tile(row, voice=self.voice) for row in self.people.flows]
        return tiles(
            members=self._group(MEMBERS),
            outsiders=self._group(OUTSIDERS),
            movable_percent=self._movable_percent,
            voice=self.voice,
        )

    # -- map -------------------------------------------------------------------------------------------------------
    @property
    def readout(self) -> list[Readout]:
        if self.people_only:
            return []
        return readouts(members=self._group(MEMBERS), movable_percent=self._movable_percent, voice=self.voice)

    @property
    def has_sea(self) -> bool:
        return any(border.sea for border in self.drawn.borders)

    @property
    def has_closed(self) -> bool:
        return any(border.whole is None for border in self.drawn.borders)

    @property
    def has_people(self) -> bool:
        return any(border.people for border in self.drawn.borders)

    def rules(self, border: Border) -> list[Markup]:
        """What each side of a border asks of the other's nationals, today and in the union."""
        if self.run.people is None:
            return []
        return border_rules(self.run.people, border.pair, voice=self.voice)

    @property
    def absent(self) -> Markup | str:
        v = self.voice
        return v.t("map.absent", names=v.list([v.name(c) for c in self.drawn.absent])) if self.drawn.absent else ""

    def border_label(self, border: Border) -> Markup:
        v = self.voice
        key = "detail.sea_border" if border.sea else "detail.border"
        return v.t(key, first=v.name(border.pair[0]), second=v.name(border.pair[1]))

    @staticmethod
    def as_percent(log_points: float) -> float:
        """The ad valorem cost of a thickness: 100 (exp(h) − 1)."""
        return as_percent(log_points)

    # -- economies -------------------------------------------------------------------------------------------------
    @cached_property
    def economies(self) -> list[Row]:
        table = self._table("economies").sort_values(["member", "real_income_change_percent"], ascending=False)
        return records(table)

    @property
    def members(self) -> list[Row]:
        return [row for row in self.economies if row["member"]]

    def economy(self, code: str) -> Row:
        return next(row for row in self.economies if row["economy"] == code)

    @property
    def income_bars(self) -> charts.Bars:
        return self._bars("real_income_change_percent", decimals=2)

    @property
    def money_bars(self) -> charts.Bars:
        return self._bars("real_income_change_musd", decimals=0)

    def _bars(self, value: str, *, decimals: int) -> charts.Bars:
        """Every member, and the outsiders that move most, if their change is not zero as printed."""
        table = self._table("economies")
        size = table.loc[~table["member"], value].abs().round(decimals)
        outside = size[size > 0].nlargest(_OUTSIDERS_SHOWN).index
        shown = pd.Series(table.index.isin(outside), index=table.index)
        stem, unit = value.removesuffix("_musd").removesuffix("_percent"), value.rsplit("_", 1)[-1]
        ends = tuple(f"{stem.removesuffix('_change')}_{end}_{unit}" for end in ("low", "high"))
        return charts.bars(
            table,
            ends=(ends[0], ends[1]),
            value=value,
            decimals=decimals,
            groups=[(self.voice.t("economies.members"), table["member"]), (self.voice.t("economies.outsiders"), shown)],
        )

    @property
    def path(self) -> PathChart:
        income = self._table("economies").set_index("economy")["final_expenditure_musd"]
        return path_chart(self._table("path"), income=income, voice=self.voice)

    # -- what moves the answer -----------------------------------------------------------------------------------------
    @property
    def variants(self) -> VariantTable:
        codes = [row["economy"] for row in self.members]
        return variant_table(self._table("variants"), members=codes, voice=self.voice)

    # -- people ----------------------------------------------------------------------------------------------------
    @cached_property
    def people(self) -> PeopleView | None:
        return people_view(self.run, voice=self.voice)

    # -- sectors ---------------------------------------------------------------------------------------------------
    @property
    def sectors(self) -> list[str]:
        return list(self.run.world.sectors)

    @property
    def sector_names(self) -> list[str]:
        return [self.voice.sector(code) for code in self.sectors]

    @property
    def effects(self) -> TradeEffects:
        codes = [row["economy"] for row in self.members]
        return TradeEffects(run=self.run, tables=self.tables_by_name, members=codes, voice=self.voice)

    @property
    def heat(self) -> list[Row]:
        codes = [row["economy"] for row in self.members]
        table = self._table("sectors").set_index(["economy", "sector"])
        wide = table["output_change_percent"].unstack("sector").loc[codes, self.sectors]
        rows = [records(table.loc[code].loc[self.sectors]) for code in codes]
        parts = zip(codes, charts.heat(wide.to_numpy()), rows, strict=True)
        return [{"economy": code, "cells": cells, "rows": rows} for code, cells, rows in parts]

    @property
    def sector_totals(self) -> list[float]:
        table = self._table("sectors")
        table = table[table["member"]]
        change = table["output_counterfactual_musd"] - table["output_musd"]
        return [float(x) for x in change.groupby(table["sector"]).sum()[self.sectors]]

    # -- pairs -----------------------------------------------------------------------------------------------------
    @property
    def pairs(self) -> list[Row]:
        table = self._table("pairs")
        kinds = {frozenset(border.pair): "sea" if border.sea else "land" for border in self.drawn.borders}
        rows = records(table[table["both_members"]].sort_values("trade_counterfactual_musd", ascending=False))
        return [row | {"neighbours": kinds.get(frozenset((row["economy"], row["partner"])), "")} for row in rows]

    @cached_property
    def border_parts(self) -> BorderParts | None:
        return border_parts_view(self.tables_by_name, voice=self.voice)

    @cached_property
    def corridors(self) -> Corridors | None:
        """Traffic, crossings and journeys; None without transit provisions."""
        if self.run.carriage is None:
            return None
        places = self.run.carriage.network.nodes
        return Corridors(tables=self.tables_by_name, places=places, view=self.drawn.frame, voice=self.voice)

    @property
    def today(self) -> Markup:
        return self._when("column.today")

    @property
    def after(self) -> Markup:
        return self._when("column.after")

    def _when(self, key: str) -> Markup:
        return Markup("، {}" if self.voice.language == "fa" else ", {}").format(self.voice.t(key))

    @property
    def pairs_lead(self) -> Markup:
        return self.voice.t("pairs.lead", cap=self.cap)

    @cached_property
    def _movable_percent(self) -> tuple[float, float]:
        return mean_movable_percent(self._table("pairs"))

    # -- what it stands on -----------------------------------------------------------------------------------------
    @property
    def assumptions(self) -> list[Markup]:
        return assumptions(self.run, voice=self.voice)

    @property
    def provisions(self) -> list[Markup]:
        return provisions(self.run, voice=self.voice)

    @property
    def warnings(self) -> list[Markup]:
        return warnings(self.run, voice=self.voice)

    @property
    def provenance_lead(self) -> Markup:
        return self.voice.t("provenance.lead", count=self.voice.n(len(self._table("provenance"))))

    @property
    def sources(self) -> list[Row]:
        """Sources with the variables they give, most used first."""
        v, table = self.voice, self._table("provenance")
        by = ["source", "status", "licence"]
        table = table.assign(variable=table["variable"].str.split()).explode("variable")
        said = table.groupby(by, sort=False)["variable"].agg(lambda names: sorted(set(names))).reset_index()
        return [
            row
            | {
                "status": v.word(f"status.{row['status']}", row["status"]),
                "variables": v.t("list.comma").join(v.word(f"variables.{name}", name) for name in row["variable"]),
            }
            for row in records(said.head(_PROVENANCE_SHOWN))
        ]

    @property
    def tables(self) -> list[str]:
        return list(self.tables_by_name)

    @property
    def command(self) -> str:
        return command(self.run.meta)

    @property
    def facts(self) -> list[Item]:
        return facts(self.run.meta, voice=self.voice)

    # -- marks -----------------------------------------------------------------------------------------------------
    @property
    def percent_mark(self) -> str:
        return "، ٪" if self.voice.language == "fa" else ", %"

    @property
    def today_mark(self) -> Markup:
        return Markup(", {}, %" if self.voice.language == "en" else "، {}، ٪").format(self.voice.t("column.today"))

    @property
    def union_mark(self) -> Markup:
        return Markup(", {}, %" if self.voice.language == "en" else "، {}، ٪").format(self.voice.t("column.after"))

    def _table(self, name: str) -> pd.DataFrame:
        return self.tables_by_name[name]

    def _group(self, name: str) -> Row:
        table = self._table("groups")
        return records(table[table["group"] == name])[0]


def _day(value: date | None, year: int) -> date:
    return value or date(year, 12, 31)
