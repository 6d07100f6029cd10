"""Where do names stand on the map?  Greedy placing: each label takes the free place that crosses fewest lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.locale import Language
from peyvand.reports.map.geometry import Frame, capital_names, geometry

_SIZE = {"member": 15.0, "capital": 11.5, "outsider": 12.5}  # in thousandths of the frame's width
_GLYPH = {"member": 0.62, "capital": 0.52, "outsider": 0.62}  # mean width of a letter over its size
_SHIFTS = ((0, 0), (0, 1.5), (0, -1.5), (2.5, 0), (-2.5, 0), (2.5, 1.6), (-2.5, 1.6), (2.5, -1.6), (-2.5, -1.6))

_BESIDE = (
    ("start", 7, 4), ("end", -7, 4), ("middle", 0, 15), ("middle", 0, -8),
    ("start", 6, 13), ("end", -6, 13), ("start", 6, -6), ("end", -6, -6),
)  # fmt: skip

Array = NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name, where it stands, and how (`member`, `outsider`, `capital`)."""

    code: str
    kind: str
    text: str
    x: float
    y: float
    anchor: str = "middle"


def place_labels(
    view: Frame,
    *,
    members: Iterable[str],
    names: Mapping[str, str],
    language: str,
    unit: float,
    lines: Array | None = None,
) -> Iterator[Label]:
    """Names of members, then their capitals, then outsiders; what finds no free place is left out (members never).

    Parameters
    ----------
    view : Frame
    members : iterable of str
    names : mapping
        By code, in this language.
    language : str
    unit : float
        A thousandth of the frame's width.
    lines : array, optional
        Points (x, y) of the lines that labels should rather not cross, evenly spaced.
    """
    crossed = np.empty((0, 2)) if lines is None else lines
    inside = list(members)
    taken: list[Box] = [
        (x - 5 * unit, y - 5 * unit, x + 5 * unit, y + 5 * unit)
        for code, (x, y) in geometry()["capitals"].items()
        if code in inside
    ]
    lands = geometry()["lands"]
    # Small lands first: they have the fewest places to go.
    for code in sorted((c for c in inside if c in lands), key=lambda c: _area(lands[c]["box"])):
        x, y = lands[code]["label"]
        if not view.holds(x, y):
            x, y = _shown_middle(lands[code]["box"], view)
        label = _settle(code, "member", names.get(code, code), x, y, taken, unit, crossed, must=True)
        if label:
            yield label
    yield from _capitals(view, inside, language, taken, unit, crossed)
    for code, land in lands.items():
        x, y = land["label"]
        if code not in inside and code in names and view.holds(x, y):
            label = _settle(code, "outsider", names[code], x, y, taken, unit, crossed, must=False)
            if label:
                yield label


def _capitals(
    view: Frame, inside: list[str], language: str, taken: list[Box], unit: float, lines: Array
) -> Iterator[Label]:
    spoken: Language = "fa" if language == "fa" else "en"
    for code, (x, y) in geometry()["capitals"].items():
        if code not in inside or code not in capital_names() or not view.holds(x, y):
            continue
        text, size = capital_names()[code][spoken], _SIZE["capital"] * unit
        width = len(text) * _GLYPH["capital"] * size
        boxes = []
        for anchor, dx, dy in _BESIDE:
            left = x + dx * unit - {"start": 0, "end": width, "middle": width / 2}[anchor]
            boxes.append((left, y + dy * unit - size, left + width, y + dy * unit + 0.2 * size))
        best = _clearest(boxes, taken, lines)
        if best is not None:
            taken.append(boxes[best])
            anchor, dx, dy = _BESIDE[best]
            yield Label(code=code, kind="capital", text=text, x=x + dx * unit, y=y + dy * unit, anchor=anchor)


def _settle(
    code: str, kind: str, text: str, x: float, y: float, taken: list[Box], unit: float, lines: Array, *, must: bool
) -> Label | None:
    size = _SIZE[kind] * unit
    width = len(text) * _GLYPH[kind] * size
    boxes = [
        (x + dx * size - width / 2, y + dy * size - size, x + dx * size + width / 2, y + dy * size + 0.25 * size)
        for dx, dy in _SHIFTS
    ]
    best = _clearest(boxes, taken, lines)
    if best is None and not must:
        return None
    box = boxes[best or 0]
    taken.append(box)
    return Label(code=code, kind=kind, text=text, x=(box[0] + box[2]) / 2, y=box[3] - 0.25 * size)


def _clearest(boxes: list[Box], taken: Iterable[Box], lines: Array) -> int | None:
    """The free box with the fewest points of lines in it, an earlier one among near equals; None if none is free."""
    held = list(taken)
    cost = {at: at + _crossings(box, lines) for at, box in enumerate(boxes) if _free(box, held)}
    return min(cost, key=lambda at: cost[at]) if cost else None


def _crossings(box: Box, lines: Array) -> int:
    left, top, right, bottom = box
    x, y = lines[:, 0], lines[:, 1]
    return int(((x > left) & (x < right) & (y > top) & (y < bottom)).sum())


def _free(box: Box, taken: Iterable[Box]) -> bool:
    left, top, right, bottom = box
    return not any(left < r and right > x and top < b and bottom > y for x, y, r, b in taken)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shown_middle(box: Box, view: Frame) -> tuple[float, float]:
    """The middle of the part of a land's box that the frame shows."""
    left, right = max(box[0], view.x), min(box[2], view.x + view.width)
    top, bottom = max(box[1], view.y), min(box[3], view.y + view.height)
    return (left + right) / 2, (top + bottom) / 2
