"""What a page shows of how trade moves: the ladder, creation and diversion, and with whom the gain is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from markupsafe import Markup

from peyvand.reports.charts import Cell, heat
from peyvand.reports.trade_effects import members_ladder
from peyvand.reports.voice import Voice
from peyvand.trade.ladder import RUNGS

if TYPE_CHECKING:
    from peyvand.run import Run

_CREATION = (
    "from_members_change_musd", "trade_creation_musd", "trade_diversion_musd", "from_outsiders_change_musd",
    "at_home_change_musd",
)  # fmt: skip
_OTHERS = "others"


@dataclass(frozen=True, eq=False)
class TradeEffects:
    """Ready to be placed: rows of figures, members in the page's order.

    Parameters
    ----------
    run : Run
    tables : mapping
        The run's tables by name.
    members : list of str
    voice : Voice
    """

    run: Run
    tables: Mapping[str, pd.DataFrame]
    members: list[str]
    voice: Voice

    @property
    def ladder(self) -> list[tuple[str, tuple[float, ...]]]:
        """A member's exports and trade with members on each rung, per cent; trade among members last."""
        if "ladder" not in self.tables:
            return []
        table = self.tables["ladder"].set_index("economy")
        sides = ("exports", "trade_with_members")
        names = [f"{side}_{rung}_percent" for side in sides for rung in RUNGS]
        figures = table.loc[self.members, names].to_numpy(dtype=float)
        rows = [(self.voice.name(code), tuple(row)) for code, row in zip(self.members, figures, strict=True)]
        together = members_ladder(self.run)
        blank = (float("nan"),) * len(RUNGS)
        return [*rows, (str(self.voice.t("ladder.among")), (*blank, *(together[rung] for rung in RUNGS)))]

    @property
    def ladder_headings(self) -> list[Markup]:
        """Headings of `ladder`: what moves, on which rung."""
        sides = (self.voice.t("column.exports"), self.voice.t("ladder.with_members"))
        return [Markup("{}: {}").format(side, self.voice.t(f"ladder.{rung}")) for side in sides for rung in RUNGS]

    @property
    def creation(self) -> list[tuple[str, tuple[float, ...]]]:
        """By member: purchases from members, of it creation and diversion, from outsiders, at home, M USD."""
        table = self.tables["creation"]
        sums = table[table["member"]].groupby("economy")[list(_CREATION)].sum()
        rows = [(self.voice.name(code), tuple(map(float, sums.loc[code]))) for code in self.members]
        return [*rows, (str(self.voice.t("variants.together")), tuple(map(float, sums.sum())))]

    @property
    def partners(self) -> list[str]:
        """Headings of `by_partner`."""
        return [*(self.voice.name(code) for code in self.members), str(self.voice.t("sources.others"))]

    @property
    def by_partner(self) -> list[tuple[str, list[Cell]]]:
        """First-order gain of each member by partner, per cent of its income; the outsiders in one column."""
        table = self.tables["partners"]
        partner = table["partner"].where(table["partner"].isin(self.members), _OTHERS)
        # a member's own column holds what the union does to its home sales: nothing but a change of home costs
        wide = table.assign(partner=partner).pivot_table("first_order_percent", "economy", "partner", "sum")
        return self._heat(wide.reindex(columns=[*self.members, _OTHERS], fill_value=0.0))

    @property
    def by_sector(self) -> list[tuple[str, list[Cell]]]:
        """First-order gain of each member by sector, per cent of its income."""
        columns = ["terms_of_trade_percent", "volume_of_trade_percent", "trade_costs_saved_percent"]
        table = self.tables["sectors"]
        gain = table.assign(gain=table[columns].sum(axis=1))
        return self._heat(gain.pivot(index="economy", columns="sector", values="gain")[list(self.run.world.sectors)])

    def _heat(self, wide: pd.DataFrame) -> list[tuple[str, list[Cell]]]:
        values = wide.loc[self.members].to_numpy(dtype=float, copy=True)
        values[np.abs(values) < _QUIET] = 0.0
        return list(zip(map(self.voice.name, self.members), heat(values), strict=True))


_QUIET = 5e-4
"""Per cent of income: what prints as 0.000 has no sign."""
