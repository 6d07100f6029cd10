"""What the map of a run shows: which borders fade and by how much, which arcs of trade grow, where the names stand.

Weights are shares from 0 to 1 of the thickest member border (of the busiest pair of members for arcs); the page turns
them into line width and opacity, and its slider goes from the first to the second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from peyvand.reports.map.geometry import Frame, frame, geometry, points_along
from peyvand.reports.map.labels import Label, place_labels
from peyvand.reports.rows import Row, records

_MOST_ARCS = 16
_BULGE = 0.16


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """A border between two members, by land or by sea. Weights are None where no trade is recorded.

    `people` is how closed it is to them, 0 to 1, today and in the union.
    """

    pair: tuple[str, str]
    sea: str
    path: str
    movable: tuple[float, float] | None
    whole: tuple[float, float] | None
    row: Row
    people: tuple[float, float] | None = None

    @property
    def key(self) -> str:
        return "-".join(self.pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """Trade both ways between two members, drawn between their capitals."""

    pair: tuple[str, str]
    path: str
    weight: tuple[float, float]
    row: Row

    @property
    def key(self) -> str:
        return "-".join(self.pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """One land and what colour it has."""

    code: str
    path: str
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Everything the template draws."""

    frame: Frame
    lands: tuple[Land, ...]
    outer_lines: str
    disputed: str
    borders: tuple[Border, ...]
    arcs: tuple[Arc, ...]
    labels: dict[str, tuple[Label, ...]]
    capitals: dict[str, tuple[float, float]]
    absent: tuple[str, ...]
    thickest_movable: float
    thickest_whole: float
    unit: float


def draw(
    pairs: pd.DataFrame,
    *,
    members: Iterable[str],
    names: Mapping[str, Mapping[str, str]],
    closed: Mapping[frozenset[str], tuple[float, float]] | None = None,
) -> Map:
    """The map of a union.

    Parameters
    ----------
    pairs : DataFrame
        As `peyvand.reports.tables.pairs` gives it.
    members : iterable of str
    names : mapping
        By language, names of economies by code.
    closed : mapping, optional
        By pair, how closed it is to people, today and in the union.
    """
    inside = tuple(members)
    view = frame(inside)
    shapes = geometry()
    rows = {frozenset((row["economy"], row["partner"])): row for row in records(pairs) if row["both_members"]}
    thickest = {
        name: max((v for row in rows.values() if math.isfinite(v := row[f"{name}_log_points"])), default=0.0)
        for name in ("movable", "thickness")
    }
    borders = tuple(
        _border(shape, rows[frozenset(shape["pair"])], thickest, (closed or {}).get(frozenset(shape["pair"])))
        for shape in (*shapes["borders"], *shapes["sea_links"])
        if frozenset(shape["pair"]) in rows
    )
    fading = {frozenset(border.pair) for border in borders}
    outer = [b["path"] for b in shapes["borders"] if frozenset(b["pair"]) not in fading]
    capitals = {code: (x, y) for code, (x, y) in shapes["capitals"].items() if code in inside and view.holds(x, y)}
    unit = view.width / 1000
    arcs = tuple(_arcs(rows.values(), capitals))
    drawn = [*(border.path for border in borders), *(arc.path for arc in arcs)]
    lines = np.concatenate([np.empty((0, 2)), *map(points_along, drawn)])
    return Map(
        frame=view,
        lands=tuple(
            Land(code=code, path=land["path"], member=code in inside)
            for code, land in shapes["lands"].items()
            if view.meets(land["box"]) or land["cut"]
        ),
        outer_lines="".join(outer),
        disputed=shapes["disputed"],
        borders=borders,
        arcs=arcs,
        labels={
            language: tuple(place_labels(view, members=inside, names=spoken, language=language, unit=unit, lines=lines))
            for language, spoken in names.items()
        },
        capitals=capitals,
        absent=tuple(code for code in inside if code not in shapes["lands"]),
        thickest_movable=thickest["movable"],
        thickest_whole=thickest["thickness"],
        unit=unit,
    )


def _border(
    shape: dict[str, Any], row: Row, thickest: Mapping[str, float], people: tuple[float, float] | None
) -> Border:
    path = shape.get("path") or "M{} {}L{} {}".format(*shape["ends"][0], *shape["ends"][1])
    return Border(
        pair=(shape["pair"][0], shape["pair"][1]),
        sea=shape.get("sea", ""),
        path=path,
        movable=_weights(row, "movable", thickest["movable"]),
        whole=_weights(row, "thickness", thickest["thickness"]),
        row=row,
        people=people,
    )


def _weights(row: Row, name: str, most: float) -> tuple[float, float] | None:
    before, after = row[f"{name}_log_points"], row[f"{name}_counterfactual_log_points"]
    if not (math.isfinite(before) and math.isfinite(after)) or most <= 0:
        return None
    return max(before, 0.0) / most, max(after, 0.0) / most


def _arcs(rows: Iterable[Row], capitals: Mapping[str, tuple[float, float]]) -> Iterable[Arc]:
    """The busiest pairs of members, thin ones last so that they stay visible."""
    drawn = [row for row in rows if row["economy"] in capitals and row["partner"] in capitals]
    drawn = sorted(drawn, key=lambda row: -row["trade_counterfactual_musd"])[:_MOST_ARCS]
    most = max((max(row["trade_counterfactual_musd"], row["trade_musd"]) for row in drawn), default=0.0)
    for row in drawn:
        if row["trade_counterfactual_musd"] > 0:
            yield Arc(
                pair=(row["economy"], row["partner"]),
                path=_curve(capitals[row["economy"]], capitals[row["partner"]]),
                weight=(row["trade_musd"] / most, row["trade_counterfactual_musd"] / most),
                row=row,
            )


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A gentle arc, always bulging to the north."""
    (x0, y0), (x1, y1) = sorted((start, end))
    middle_x, middle_y = (x0 + x1) / 2 + (y1 - y0) * _BULGE, (y0 + y1) / 2 - (x1 - x0) * _BULGE
    return f"M{x0} {y0}Q{middle_x:.0f} {middle_y:.0f} {x1} {y1}"
