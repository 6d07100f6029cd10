"""What should a reader of an estimate be warned of?  One small function for each warning.

A warning is a key; `gravity.warnings.<key>` in the locale files says it in the reader's language. Where a panel is
described in full, two rows for one cell are more than that: they are refused.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import DataError
from peyvand.gravity.design import Design

SHARED_LEVELS = 0.5
"""Exporters and importers are columns of the same names: at least this share of the shorter list is in both."""


def warnings_of(design: Design) -> tuple[str, ...]:
    """The keys of every warning that a design gives rise to."""
    found = {"no_domestic_flows": lacks_domestic_flows(design), "repeated_cells": bool(len(twin_rows(design)[0]))}
    return tuple(key for key, holds in found.items() if holds)


def lacks_domestic_flows(design: Design) -> bool:
    """Whether the fixed effects name exporters and importers, and no row is a sale at home.

    Without sales at home an agreement is measured against trade with other foreigners alone, and what makes all trade
    across borders cheaper at once has no counterpart (Yotov, Piermartini, Monteiro and Larch 2016, section 1.B.2).
    """
    sides = _exporter_and_importer(design)
    if sides is None or not design.names:
        return False
    (exporter, exporters), (importer, importers) = (design.axes[column] for column in sides)
    place = {name: at for at, name in enumerate(importers.tolist())}
    home = np.array([place.get(name, -1) for name in exporters.tolist()])
    return not np.any(home[exporter] == importer)


def twin_rows(design: Design) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the input that repeat the cell of another one, and these others.

    A cell is a level of all columns of the fixed effects together: exporter × importer × year. Two effects of one
    column each describe no cell, as a pooled panel has many rows for exporter and importer.
    """
    effects, none = design.effects, np.empty(0, dtype=np.intp)
    if len(effects) < 2 or (len(effects) == 2 and any(len(effect.columns) < 2 for effect in effects)):
        return none, none
    codes = np.zeros(len(design.outcome), dtype=np.int64)
    for column in _columns(design):
        codes = codes * len(design.axes[column][1]) + design.axes[column][0]
    if len(codes) > 1 and np.all(codes[1:] > codes[:-1]):
        return none, none
    order = np.argsort(codes, kind="stable")
    twins = np.flatnonzero(np.diff(codes[order]) == 0)
    return design.rows[order[twins + 1]], design.rows[order[twins]]


def refuse_repeated_cells(design: Design) -> None:
    """Refuse two rows for one exporter, importer and year, where three joined fixed effects describe a panel."""
    if len(design.effects) != 3 or any(len(effect.columns) < 2 for effect in design.effects):
        return
    second, first = twin_rows(design)
    if len(second):
        cell = " × ".join(_columns(design))
        raise DataError(
            f"rows {first[0]} and {second[0]} are one cell of {cell} ({len(second)} such pairs)",
            hint="add the missing column to the fixed effects, or repeated_cells='keep' (--repeated-cells keep)",
            rows=(int(first[0]), int(second[0])),
        )  # fmt: skip


def _columns(design: Design) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for effect in design.effects for column in effect.columns))


def _exporter_and_importer(design: Design) -> tuple[str, str] | None:
    """The two columns that two fixed effects do not share and that hold the same names."""
    for left, right in combinations([set(effect.columns) for effect in design.effects], 2):
        first, second = sorted(left - right), sorted(right - left)
        if len(first) == len(second) == 1:
            exporters, importers = (set(design.axes[side][1].tolist()) for side in (first[0], second[0]))
            if len(exporters & importers) >= SHARED_LEVELS * min(len(exporters), len(importers)):
                return first[0], second[0]
    return None
