"""The shipped geometry: lands, borders by pair, sea links and capitals, and the frame that shows a union whole."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peyvand.locale import Language

_MARGIN = 90
_LEAST_WIDTH, _LEAST_HEIGHT = 620, 460
_TALLEST, _WIDEST = 0.66, 0.52  # height over width of a frame


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the page in map units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        return f"{self.x:.0f} {self.y:.0f} {self.width:.0f} {self.height:.0f}"

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def meets(self, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = box
        return left < self.x + self.width and right > self.x and top < self.y + self.height and bottom > self.y


@cache
def geometry() -> dict[str, Any]:
    """What `compile` wrote: `lands`, `borders`, `disputed`, `sea_links`, `capitals`, `width`, `height`."""
    text = files(__package__).joinpath("geometry.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def capital_names() -> dict[str, dict[Language, str]]:
    """Names of the region's capitals by economy."""
    with files(__package__).joinpath("places.csv").open(encoding="utf-8") as file:
        return {row["economy"]: {"en": row["capital_en"], "fa": row["capital_fa"]} for row in csv.DictReader(file)}


def points_along(path: str, *, spacing: float = 5.0) -> NDArray[np.float64]:
    """Points (x, y) along an SVG path of absolute M, L and Q and relative l, about `spacing` units apart.

    >>> points_along("M0 0l10 0", spacing=5).tolist()
    [[0.0, 0.0], [5.0, 0.0], [10.0, 0.0]]
    """
    found: list[NDArray[np.float64]] = []
    here = np.zeros(2)
    for command, written in re.findall(r"([MLlQ])([^MLlQz]*)", path):
        steps = np.array([float(number) for number in re.findall(r"-?[\d.]+", written)]).reshape(-1, 2)
        if command == "Q":
            bend, end = steps
            share = np.linspace(0, 1, 2 + int(np.linalg.norm(end - here) / spacing))[:, None]
            found.append((1 - share) ** 2 * here + 2 * share * (1 - share) * bend + share**2 * end)
            here = end
            continue
        for step in steps:
            there = here + step if command == "l" else step
            if command != "M":
                share = np.linspace(0, 1, 1 + max(1, int(np.ceil(np.linalg.norm(there - here) / spacing))))[:, None]
                found.append(here + share * (there - here))
            here = there
    return np.concatenate(found) if found else np.empty((0, 2))


def frame(economies: Iterable[str]) -> Frame:
    """The part of the page that shows these economies.

    A land that runs out of the page (Russia, China, India) is shown by its capital; economies that are not on the page
    at all do not move the frame.
    """
    lands, capitals = geometry()["lands"], geometry()["capitals"]
    boxes = []
    for code in economies:
        if code in lands and not lands[code]["cut"]:
            boxes.append(lands[code]["box"])
        elif code in capitals:
            boxes.append(capitals[code] * 2)
    page = Frame(0, 0, geometry()["width"], geometry()["height"])
    if not boxes:
        return page
    left, top = min(box[0] for box in boxes) - _MARGIN, min(box[1] for box in boxes) - _MARGIN
    right, bottom = max(box[2] for box in boxes) + _MARGIN, max(box[3] for box in boxes) + _MARGIN
    width, height = max(right - left, _LEAST_WIDTH), max(bottom - top, _LEAST_HEIGHT)
    width, height = max(width, height / _TALLEST), max(height, width * _WIDEST)
    width, height = min(width, page.width), min(height, page.height)
    x = min(max((left + right - width) / 2, 0), page.width - width)
    y = min(max((top + bottom - height) / 2, 0), page.height - height)
    return Frame(x, y, width, height)
