"""What does the map of today show? Lands, every border by its thickness, names: drawn once, for every page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from peyvand.locale import LANGUAGES, Language
from peyvand.reports.map.geometry import Frame, frame, geometry, points_along
from peyvand.reports.map.labels import Label, place_labels
from peyvand.web.shapes import border_id, sea_path
from peyvand.web.today import Today

ANCHORS = (
    *("IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG"),
    *("ARM", "GEO", "IRQ", "ARE", "RUS", "IND"),
)
"""The frame of the first view shows these whole, or by their capitals where they run out of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A border of the map; shares (0 to 1) of the thickest, None where no trade is recorded."""

    shape: str
    pair: tuple[str, str]
    sea: bool
    movable: float | None
    whole: float | None
    trade_musd: float

    @property
    def key(self) -> str:
        return "-".join(self.pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldMap:
    """What the templates draw."""

    frame: Frame
    unit: float
    region: tuple[str, ...]
    lands: tuple[str, ...]
    lines: tuple[Line, ...]
    outer: tuple[str, ...]
    labels: dict[Language, tuple[Label, ...]]
    capitals: dict[str, tuple[float, float]]
    thickest_movable: float
    thickest_whole: float


@lru_cache(maxsize=4)
def world_map(today: Today) -> WorldMap:
    """The map of a World's borders today.

    Weights are shares of the thickest border drawn, so that widths may be compared across the whole map.
    """
    shapes, view = geometry(), frame(code for code in ANCHORS if code in today.codes)
    lands = [code for code, land in shapes["lands"].items() if view.meets(land["box"]) or land["cut"]]
    shown = {code for code, (x, y) in shapes["capitals"].items() if view.holds(x, y)}
    region = tuple(code for code in today.codes if code in shown)
    rows = {frozenset((row["economy"], row["partner"])): row for row in today.pairs.to_dict("records")}
    both = [b for b in (*shapes["borders"], *shapes["sea_links"]) if set(b["pair"]) <= set(region)]
    drawn = [(shape, rows[frozenset(shape["pair"])]) for shape in both]
    most = {
        name: max((row[name] for _, row in drawn if math.isfinite(row[name])), default=0.0)
        for name in ("movable_log_points", "thickness_log_points")
    }
    lines = tuple(
        Line(
            shape=border_id(shape),
            pair=(shape["pair"][0], shape["pair"][1]),
            sea="sea" in shape,
            movable=_weight(row["movable_log_points"], most["movable_log_points"]),
            whole=_weight(row["thickness_log_points"], most["thickness_log_points"]),
            trade_musd=row["trade_musd"],
        )
        for shape, row in drawn
    )
    inside = {line.shape for line in lines}
    crossed = [points_along(sea_path(s) if "ends" in s else s["path"]) for s, _ in drawn]
    labels = {
        language: tuple(
            place_labels(
                view, members=region, names=today.names[language], language=language, unit=view.width / 1000,
                lines=np.concatenate([np.empty((0, 2)), *crossed]),
            )
        )
        for language in LANGUAGES
    }  # fmt: skip
    return WorldMap(
        frame=view,
        unit=view.width / 1000,
        region=region,
        lands=tuple(lands),
        lines=lines,
        outer=tuple(border_id(b) for b in shapes["borders"] if border_id(b) not in inside),
        labels=labels,
        capitals={code: tuple(shapes["capitals"][code]) for code in region},
        thickest_movable=most["movable_log_points"],
        thickest_whole=most["thickness_log_points"],
    )


def _weight(value: float, most: float) -> float | None:
    return max(value, 0.0) / most if math.isfinite(value) and most > 0 else None
