"""The answer in one sentence: who gains, who loses, how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from peyvand.reports.tables import MEMBERS
from peyvand.reports.voice import Voice

if TYPE_CHECKING:
    from peyvand.run import Run

LEAST_CHANGE_PERCENT = 1e-4
"""A change of real income below a millionth is none."""


def headline(run: Run, *, economies: pd.DataFrame, groups: pd.DataFrame, voice: Voice) -> Markup:
    """One sentence: the union, its members' real income in per cent and USD, who gains and who loses most."""
    together = groups.set_index("group").loc[MEMBERS]
    income = "real_income_change_percent"
    if economies[income].abs().max() < LEAST_CHANGE_PERCENT:
        return voice.t("headline.nothing", union=run.scenario.title[voice.language])
    rises = together[income] >= 0
    return voice.t(
        "headline.rises" if rises else "headline.falls",
        union=run.scenario.title[voice.language],
        percent=voice.percent(abs(together[income]), sign=False),
        money=voice.money(abs(together["real_income_change_musd"])),
        year=voice.year(run.world.base_year),
        gains=_gains(economies, voice),
        loses=_loses(economies, voice),
    )


def _gains(economies: pd.DataFrame, voice: Voice) -> Markup:
    best = _extreme(economies[economies["member"]], largest=True)
    if best is None:
        return voice.t("headline.no_member_gains")
    return voice.t("headline.gains_most", name=voice.name(best[0]), percent=voice.percent(best[1]))


def _loses(economies: pd.DataFrame, voice: Voice) -> Markup:
    for group, key in (
        (economies["member"], "headline.member_loses"),
        (~economies["member"], "headline.outsider_loses"),
    ):
        worst = _extreme(economies[group], largest=False)
        if worst is not None:
            return voice.t(key, name=voice.name(worst[0]), percent=voice.percent(worst[1]))
    return voice.t("headline.nobody_loses")


def _extreme(table: pd.DataFrame, *, largest: bool) -> tuple[str, float] | None:
    """Code and change of who gains (loses) most, None if nobody does."""
    if table.empty:
        return None
    change = table["real_income_change_percent"].to_numpy()
    at = int(change.argmax() if largest else change.argmin())
    code, value = table["economy"].iloc[at], float(change[at])
    moved = value > LEAST_CHANGE_PERCENT if largest else value < -LEAST_CHANGE_PERCENT
    return (str(code), value) if moved else None
