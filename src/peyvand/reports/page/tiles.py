"""The few figures at the top of the page, and those beside the map that move with its slider."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from peyvand.reports.page.reproduce import Item
from peyvand.reports.rows import Row
from peyvand.reports.voice import Voice, money_unit
from peyvand.scenarios.provisions import DEFAULT_CAP_PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """A figure that moves with the slider, from `before` to `after`."""

    label: str
    before: float
    after: float
    decimals: int
    pattern: str
    shown: Markup
    sign: bool = False


def tiles(*, members: Row, outsiders: Row, movable_percent: tuple[float, float], voice: Voice) -> list[Item]:
    """Income and trade of the members, their borders, income of the outsiders.

    Parameters
    ----------
    members, outsiders : Row
        Of the table `groups`.
    movable_percent : tuple
        See `mean_movable_percent`.
    voice : Voice
    """
    v = voice
    before, after = (v.percent(value, 1, sign=False) for value in movable_percent)
    return [
        Item(
            label=v.t("tile.income"),
            value=v.percent(members["real_income_change_percent"]),
            note=_a_year(members, v),
        ),
        Item(
            label=v.t("tile.trade"),
            value=v.percent(members["trade_within_change_percent"], 1),
            note=v.t(
                "tile.from_to",
                before=v.money(members["trade_within_musd"]),
                after=v.money(members["trade_within_counterfactual_musd"], like=members["trade_within_musd"]),
            ),
        ),
        Item(
            label=v.t("tile.border"),
            value=v.t("tile.from_to", before=before, after=after),
            note=v.t("tile.border_note", cap=most_of_formalities(v)),
        ),
        Item(
            label=v.t("tile.outsiders"),
            value=v.percent(outsiders["real_income_change_percent"], 3),
            note=_a_year(outsiders, v),
        ),
    ]


def people_tile(row: Row, *, voice: Voice) -> Item:
    """A flow of people today and its change, of a union that moves people only."""
    v = voice
    sure = row["partial_change_low"] == row["partial_change_high"]
    return Item(
        label=v.t(f"people.flow.{row['flow']}"),
        value=v.n(row["partial_change"], 0, sign=True),
        note=v.t(
            "people.tile_sure" if sure else "people.tile",
            today=v.n(row["persons"]),
            low=v.n(row["partial_change_low"], 0, sign=True),
            high=v.n(row["partial_change_high"], 0, sign=True),
        ),
    )


def readouts(*, members: Row, movable_percent: tuple[float, float], voice: Voice) -> list[Readout]:
    """The members' borders, trade and income; parameters as of `tiles`."""
    v, (before, after) = voice, movable_percent
    sign = "٪" if v.language == "fa" else "%"
    trade, trade_after = members["trade_within_musd"], members["trade_within_counterfactual_musd"]
    unit = money_unit(trade)
    income = members["real_income_change_percent"]
    return [
        Readout(
            label=v.t("tile.border"), before=before, after=after, decimals=1, pattern=f"#{sign}",
            shown=v.percent(before, 1, sign=False),
        ),
        Readout(
            label=v.t("tile.trade"), before=trade / unit.musd, after=trade_after / unit.musd,
            decimals=unit.decimals, pattern="#", shown=v.money(trade),
        ),
        Readout(
            label=v.t("tile.income"), before=0.0, after=income, decimals=2, pattern=f"#{sign}", sign=True,
            shown=v.percent(0.0),
        ),
    ]  # fmt: skip


def mean_movable_percent(pairs: pd.DataFrame) -> tuple[float, float]:
    """Trade-weighted movable part of the members' borders as per cent of cost, today and in the union.

    Parameters
    ----------
    pairs : DataFrame
        The table `pairs` of a run.
    """
    table = pairs[pairs["both_members"] & pairs["recorded"] & (pairs["trade_musd"] > 0)]
    if table.empty:
        return 0.0, 0.0
    today, union = (
        as_percent(float(np.average(table[f"movable_{when}log_points"], weights=table["trade_musd"])))
        for when in ("", "counterfactual_")
    )
    return today, union


def most_of_formalities(voice: Voice) -> Markup:
    """The most that formalities are assumed to add to a border."""
    return voice.percent(DEFAULT_CAP_PERCENT, 0, sign=False)


def as_percent(log_points: float) -> float:
    """The ad valorem cost of a thickness: 100 (exp(h) − 1)."""
    return float(100 * np.expm1(log_points))


def _a_year(group: Row, v: Voice) -> Markup:
    return Markup("{} {}").format(v.money(group["real_income_change_musd"], sign=True), v.t("tile.year"))
