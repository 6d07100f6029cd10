"""How sure is the answer?  The interval in a sentence, and what the spread of the draws comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from peyvand.reports.headline import LEAST_CHANGE_PERCENT
from peyvand.reports.rows import Row, records
from peyvand.reports.voice import Voice
from peyvand.trade.uncertainty import TOGETHER

if TYPE_CHECKING:
    from peyvand.run import Run

SURE = 0.95
"""From this share of the draws on a gain is called sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Ready to be placed: the sources that were drawn, and a row a member with the deviation and its shares."""

    sources: tuple[str, ...]
    rows: tuple[tuple[str, float, tuple[float, ...]], ...]


def sureness(run: Run, *, economies: pd.DataFrame, members: Row, voice: Voice) -> Markup | str:
    """One to four sentences: the members' intervals, who is not sure to gain, draws that failed; empty undrawn.

    Parameters
    ----------
    run : Run
    economies : DataFrame
        The run's table.
    members : dict
        The members' row of the table of groups.
    voice : Voice
    """
    if run.draws is None:
        return ""
    said = [
        voice.t(
            "sureness.interval",
            draws=voice.n(run.draws.data.sizes["draw"]),
            drawn=voice.list([voice.t(f"sureness.source.{name}") for name in run.draws.sources]),
            low=voice.percent(members["real_income_low_percent"]),
            high=voice.percent(members["real_income_high_percent"]),
        )
    ]
    if members["trade_within_low_percent"] == members["trade_within_low_percent"]:  # not nan: they trade
        low, high = (voice.percent(members[f"trade_within_{end}_percent"], 0) for end in ("low", "high"))
        said.append(voice.t("sureness.trade", low=low, high=high))
    inside = economies[economies["member"] & (economies["real_income_change_percent"].abs() >= LEAST_CHANGE_PERCENT)]
    unsure = inside[inside["gain_probability_share"] < SURE].sort_values("gain_probability_share")
    if len(unsure):
        worst = unsure.iloc[0]
        key = "sureness.unsure" if len(unsure) > 1 else "sureness.unsure_one"
        said.append(
            voice.t(
                key,
                names=voice.list([voice.name(code) for code in unsure["economy"]]),
                name=voice.name(worst["economy"]),
                share=voice.percent(100 * worst["gain_probability_share"], 0, sign=False),
            )
        )
    elif len(inside):
        said.append(voice.t("sureness.sure", share=voice.percent(100 * SURE, 0, sign=False)))
    if run.draws.failed:
        said.append(voice.t("sureness.failed", share=voice.percent(100 * run.draws.failed_share, 1, sign=False)))
    return Markup(" ").join(said)


def spread(table: pd.DataFrame, *, members: list[str], voice: Voice) -> Spread:
    """The members' standard deviations and what they come from, per cent; together last.

    Parameters
    ----------
    table : DataFrame
        As `peyvand.reports.intervals.uncertainty` gives it.
    members : list of str
        In the order of the rows.
    voice : Voice
    """
    names = [name.removesuffix("_share") for name in table.columns if name.endswith("_share")]
    by_code = {row["economy"]: row for row in records(table)}
    rows = [(voice.name(code), by_code[code]) for code in members]
    rows.append((voice.t("variants.together"), by_code[TOGETHER]))
    return Spread(
        sources=tuple(voice.t(f"sureness.column.{name}") for name in names),
        rows=tuple(
            (name, row["real_income_deviation_percent"], tuple(100 * row[f"{source}_share"] for source in names))
            for name, row in rows
        ),
    )
