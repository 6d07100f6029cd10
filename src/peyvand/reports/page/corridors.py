"""What the page shows of corridors: the map of traffic, the crossings that change, the journeys that change most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from peyvand.locale import number
from peyvand.reports.corridors import IN_UNION, TODAY
from peyvand.reports.map.geometry import Frame
from peyvand.reports.map.ways import Stop, Way, Ways, draw_ways
from peyvand.reports.rows import Row, records
from peyvand.reports.voice import Voice

WIDTH, HEIGHT = 340.0, 170.0
"""Of a diagram, in units of its view box."""
MARKED = 0.08
"""A stop that takes this share of a journey's hours is named on its diagram."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Steps of one journey as SVG points; `when` is its name among those of the diagram."""

    when: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stop that is named: where its step ends."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A time– or cost–distance diagram: `what` is "hours" or "usd"; the totals are in the order of the curves."""

    what: str
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]
    totals: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A pair with its two diagrams; `km` and the places on the way, in the union."""

    exporter: str
    importer: str
    ends: tuple[str, str]
    km: float
    panels: tuple[Panel, ...]


@dataclass(frozen=True, eq=False)
class Corridors:
    """The section of one language.

    Parameters
    ----------
    tables : mapping
        The run's tables by name.
    places : DataFrame
        The network's places.
    view : Frame
        Of the run's map.
    voice : Voice
    """

    tables: Mapping[str, pd.DataFrame]
    places: pd.DataFrame
    view: Frame
    voice: Voice

    @cached_property
    def drawn(self) -> Ways:
        return draw_ways(
            self.tables["corridor_links"], self.tables["crossings"], self.places.set_index("name"), view=self.view
        )

    def place(self, row: Row, end: str = "place") -> str:
        """The place of a row in this language."""
        return str(row[f"{end}_{self.voice.language}"] or row[f"{end}_en"])

    def plain(self, value: float, decimals: int) -> str:
        """A number for a tooltip, which holds no markup."""
        return number(value, self.voice.language, decimals=decimals)

    def tonnes(self, item: Way | Stop) -> tuple[float, float]:
        """Million tonnes a year, today and in the union."""
        return item.row["traffic_t"] / 1e6, item.row["traffic_counterfactual_t"] / 1e6

    @property
    def changed(self) -> list[Row]:
        """Crossings and ports whose hours change, or whose traffic does by a tenth of the most changed."""
        table = self.tables["crossings"]
        moved = (table["traffic_counterfactual_t"] - table["traffic_t"]).abs()
        hours = (table["standing_h"] - table["standing_counterfactual_h"]).abs() > 0.05
        return records(table[hours | (moved > 0.1 * moved.max())])

    @property
    def journeys(self) -> list[Journey]:
        table = self.tables.get("journeys")
        if table is None:
            return []
        pairs = table.groupby(["exporter", "importer"], sort=False)
        return [self._journey(str(pair[0]), str(pair[1]), steps) for pair, steps in pairs]

    def _journey(self, exporter: str, importer: str, steps: pd.DataFrame) -> Journey:
        place = f"place_{self.voice.language}"
        after = steps[steps["when"] == IN_UNION]
        return Journey(
            exporter=exporter,
            importer=importer,
            ends=(str(after[place].iloc[0]), str(after[place].iloc[-1])),
            km=float(after["travelled_km"].max()),
            panels=panels(steps, order=(TODAY, IN_UNION), voice=self.voice),
        )


def panels(steps: pd.DataFrame, *, order: Sequence[str], voice: Voice) -> tuple[Panel, ...]:
    """Hours and dollars against kilometres of several journeys on one scale each.

    Parameters
    ----------
    steps : DataFrame
        As `peyvand.reports.corridors.steps_of` gives them, `when` tells the journeys apart.
    order : sequence of str
        The journeys; the long stops of the first are named.
    voice : Voice
    """
    place = f"place_{voice.language}"
    columns = (("hours", "elapsed_h"), ("usd", "paid_usd_per_t"))
    return tuple(_panel(steps, what, column, place, order) for what, column in columns)


def _panel(steps: pd.DataFrame, what: str, column: str, place: str, order: Sequence[str]) -> Panel:
    """All curves on one scale, from the lower left corner; the stops of the first that take long are named."""
    across, up = WIDTH / steps["travelled_km"].max(), HEIGHT / max(float(steps[column].max()), 1e-9)
    curves, totals = [], []
    for when in order:
        rows = steps[steps["when"] == when]
        xs, ys = rows["travelled_km"] * across, HEIGHT - rows[column] * up
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
        curves.append(Curve(when=when, points=points))
        totals.append(float(rows[column].max()))
    first = steps[steps["when"] == order[0]]
    taken = first[column].diff()
    stops = first[(first["mode"] == "stop") & (taken > MARKED * totals[0])]
    marks = tuple(
        Mark(x=row["travelled_km"] * across, y=HEIGHT - row[column] * up, text=str(row[place]))
        for row in records(stops)
    )
    return Panel(what=what, curves=tuple(curves), marks=marks, totals=tuple(totals))
