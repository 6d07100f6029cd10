"""How did this border come to be what it is? Its trade and thickness over the years, and what happened meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from peyvand.gravity.history import SOURCES
from peyvand.registry.between import Happening, between
from peyvand.registry.dates import first_day
from peyvand.reports.history import Chart, pair_years, thickness_chart, trade_chart
from peyvand.reports.voice import Voice
from peyvand.web.pages.registry_shared import shown_day
from peyvand.web.site import Site

MARKED = ("signed", "in_force")
"""What stands on the time line of the chart, beside the list."""


def layer(site: Site, pair: tuple[str, str], _voice: Voice) -> dict[str, Any] | None:
    """The years as rows and charts, and the dated happenings, the newest first; None where there is neither."""
    today = datetime.now(UTC).date()
    years = pair_years(*pair, world=site.today.world)
    with site.registry.reading() as connection:
        happened = between(connection, *pair, on=today)
    trade, walls = trade_chart(years), thickness_chart(years)
    if trade is None and not happened:
        return None
    return {
        "years": years[::-1],
        "trade": trade,
        "thickness": walls,
        "marks": marks(trade, happened) if trade else (),
        "happened": happened[::-1],
        "shown_day": shown_day,
        "records": tuple(dict.fromkeys(year.record for year in years)),
        "sources": {name: sources for name, sources in SOURCES.items() if name in {year.record for year in years}},
    }


def marks(chart: Chart, happened: list[Happening]) -> tuple[tuple[float, Happening], ...]:
    """Where the texts of the pair stand on the chart's line of time."""
    placed = [(_in_years(first_day(one.day)), one) for one in happened if one.kind in MARKED]
    return tuple((chart.across(when), one) for when, one in placed if chart.first <= when < chart.last + 1)


def _in_years(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366
