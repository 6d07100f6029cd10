"""How is a drawn line read?  Well-known text → arrays of longitude and latitude."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from peyvand.errors import DataError

Line = npt.NDArray[np.float64]
"""Points of one line or ring: (point, 2), longitude and latitude in degrees."""

_RUN = re.compile(r"\(([^()]+)\)")


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a LINESTRING or MULTILINESTRING.

    >>> [line.tolist() for line in lines_of("MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))")]
    [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
    """
    _require(text, "LINESTRING", "MULTILINESTRING")
    return _runs(text)


def polygons_of(text: str) -> tuple[tuple[Line, ...], ...]:
    """The polygons of a POLYGON or MULTIPOLYGON, each its outer ring and then its holes.

    >>> [len(rings) for rings in polygons_of("MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)), ((2 2, 3 2, 2 3, 2 2)))")]
    [1, 1]
    """
    _require(text, "POLYGON", "MULTIPOLYGON")
    return tuple(_runs(part) for part in re.split(r"\)\s*\)\s*,\s*\(\s*\(", text) for part in [f"({part})"])


def _require(text: str, *kinds: str) -> None:
    kind = text.split("(", 1)[0].strip().upper()
    if kind not in kinds:
        raise DataError(f"expected {' or '.join(kinds)} in well-known text, found {kind[:30]!r}")


def _runs(text: str) -> tuple[Line, ...]:
    try:
        runs = [np.array(run.replace(",", " ").split(), dtype=np.float64) for run in _RUN.findall(text)]
        return tuple(run.reshape(-1, 2) for run in runs)
    except ValueError as error:
        raise DataError(f"well-known text with other than pairs of numbers: {text[:60]!r}…") from error
