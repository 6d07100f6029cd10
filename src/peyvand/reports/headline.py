"""The answer in one sentence: who gains, who loses, how much; and what a reader must know of it at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from peyvand.mobility.people import ALL as ALL_MEMBERS
from peyvand.reports.people import people_only, rounded
from peyvand.reports.rows import records
from peyvand.reports.tables import MEMBERS
from peyvand.reports.variants import NOTICEABLE_PERCENT, doubt
from peyvand.reports.voice import Voice
from peyvand.run import ALL

if TYPE_CHECKING:
    from peyvand.run import Run

LEAST_CHANGE_PERCENT = 1e-4
"""A change of real income below a millionth is none."""

_INCOME = "real_income_change_percent"
_MOST_NAMED = 3
_MOSTLY = 0.5


def headline(run: Run, *, economies: pd.DataFrame, groups: pd.DataFrame, voice: Voice, rough: bool = False) -> Markup:
    """One sentence: the union, its members' real income in per cent and USD, who gains and who loses most.

    Parameters
    ----------
    run : Run
    economies, groups : DataFrame
        Tables of the run.
    voice : Voice
    rough : bool
        Say one significant figure, "about": for a result that rests mainly on estimated figures.
    """
    together = groups.set_index("group").loc[MEMBERS]
    union, most = run.scenario.title[voice.language], economies[_INCOME].abs().max()
    if most < LEAST_CHANGE_PERCENT:
        return people_headline(run, voice=voice) or voice.t("headline.nothing", union=union)
    if most < NOTICEABLE_PERCENT:
        return voice.t("headline.hardly", union=union, percent=voice.percent(NOTICEABLE_PERCENT, 3, sign=False))
    rises = together[_INCOME] >= 0
    percent, money = abs(together[_INCOME]), abs(together["real_income_change_musd"])
    return voice.t(
        "headline.rises" if rises else "headline.falls",
        union=union,
        percent=_percent(percent, voice, rough=rough, sign=False),
        money=_money(money, voice, rough=rough),
        year=voice.year(run.world.base_year),
        gains=_gains(economies[economies["member"]], voice, rough=rough),
        loses=_loses(economies, voice, rough=rough),
    )


def people_headline(run: Run, *, voice: Voice) -> Markup | None:
    """One sentence on people, for a union that moves no trade; None where it moves nobody."""
    if not people_only(run) or run.people is None:
        return None
    totals = run.people.totals
    rows = {str(row["flow"]): row for row in records(rounded(totals[totals["destination"] == ALL_MEMBERS]))}
    flow = next((name for name in ("journeys", "students") if float(rows[name]["partial_change"]) > 0), None)
    if flow is None:
        return None
    return voice.t(
        f"people.headline.{flow}",
        union=run.scenario.title[voice.language],
        more=voice.n(rows[flow]["partial_change"]),
        low=voice.n(rows[flow]["partial_change_low"]),
        high=voice.n(rows[flow]["partial_change_high"]),
        full=voice.n(rows[flow]["conditional_change"]),
    )


def one_figure(value: float) -> float:
    """A number to its first significant figure.

    >>> [one_figure(value) for value in (0.768, -34.0, 0.0)]
    [0.8, -30.0, 0.0]
    """
    return round(value, -_magnitude(value))


def doubts(table: pd.DataFrame, *, deficit_rule: str, voice: Voice) -> Markup | str:
    """What the headline owes to an assumption, and which members the tariff provisions alone make poorer.

    Parameters
    ----------
    table : DataFrame
        As `peyvand.reports.variants.variants` gives it.
    deficit_rule : str
        The run's own closure.
    voice : Voice

    Returns
    -------
    str
        Empty where there is nothing to say.
    """
    found = doubt(table, deficit_rule=deficit_rule)
    said = []
    if found.assumed_share >= 1:
        said.append(voice.t("doubt.assumed_all"))
    elif found.assumed_share > _MOSTLY:
        said.append(voice.t("doubt.assumed", share=voice.percent(100 * found.assumed_share, 0, sign=False)))
    if len(found.losers):
        worst = found.losers.iloc[0]
        names = voice.list([voice.name(code) for code in found.losers["economy"]])
        percent = voice.percent(worst[_INCOME])
        several = len(found.losers) > 1
        key = "doubt.losers" if several else "doubt.loser"
        said.append(voice.t(key, names=names, name=voice.name(worst["economy"]), percent=percent))
    return Markup(" ").join(said)


def other_closure(table: pd.DataFrame, *, deficit_rule: str, voice: Voice) -> Markup | str:
    """The member whose result another closure moves most, and by how much; empty where none moves it noticeably."""
    mine = table[table["member"] & table["provisions"].eq(ALL)]
    wide = mine.pivot(index="economy", columns="deficit_rule", values=_INCOME)
    moved = wide.sub(wide[deficit_rule], axis=0).abs().fillna(0.0)
    if moved.empty or moved.to_numpy().max() < NOTICEABLE_PERCENT:
        return ""
    code = str(moved.max(axis=1).idxmax())
    rule = str(moved.loc[code].idxmax())
    return voice.t(
        "doubt.closure",
        closure=voice.t(f"closure_name.{rule}"),
        name=voice.name(code),
        percent=voice.percent(float(wide[rule][code])),
        own=voice.percent(float(wide[deficit_rule][code])),
    )


def _gains(members: pd.DataFrame, voice: Voice, *, rough: bool) -> Markup:
    best = members[_INCOME].max() if len(members) else 0.0
    if best < NOTICEABLE_PERCENT:
        return voice.t("headline.no_member_gains")
    shown = _percent(best, voice, rough=rough)
    ranked = members.sort_values(_INCOME, ascending=False)
    first = ranked[ranked[_INCOME].map(lambda change: _percent(change, voice, rough=rough) == shown)]
    names = [voice.name(code) for code in first["economy"]]
    if len(names) == 1 or len(names) > _MOST_NAMED:
        return voice.t("headline.gains_most", name=names[0], percent=shown)
    return voice.t("headline.gain_most", names=voice.list(names), percent=shown)


def _loses(economies: pd.DataFrame, voice: Voice, *, rough: bool) -> Markup:
    inside = economies["member"]
    for group, key in ((inside, "headline.member_loses"), (~inside, "headline.outsider_loses")):
        worst = economies[group].nsmallest(1, _INCOME)
        if len(worst) and worst[_INCOME].iloc[0] <= -NOTICEABLE_PERCENT:
            name, change = voice.name(worst["economy"].iloc[0]), worst[_INCOME].iloc[0]
            return voice.t(key, name=name, percent=_percent(change, voice, rough=rough))
    outsiders = economies.loc[~inside, _INCOME].abs()
    quiet = len(outsiders) and outsiders.max() < NOTICEABLE_PERCENT
    return voice.t("headline.outsiders_hardly" if quiet else "headline.nobody_loses")


def _percent(value: float, voice: Voice, *, rough: bool, sign: bool = True) -> Markup:
    """Two decimals, or "about" the first significant figure (no more than two decimals either)."""
    if not rough:
        return voice.percent(value, sign=sign)
    decimals = min(2, max(0, -_magnitude(value)))
    return voice.t("headline.about", figure=voice.percent(one_figure(value), decimals, sign=sign))


def _money(musd: float, voice: Voice, *, rough: bool) -> Markup:
    if not rough:
        return voice.money(musd)
    return voice.t("headline.about", figure=voice.money(one_figure(musd), decimals=0 if musd >= 1 else 2))


def _magnitude(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0
