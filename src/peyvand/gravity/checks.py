"""What should a reader of an estimate be warned of?  One small function for each warning; none of them is an error.

A warning is a key; `gravity.warnings.<key>` in the locale files says it in the reader's language.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from peyvand.gravity.design import Design

SHARED_LEVELS = 0.5
"""Exporters and importers are columns of the same names: at least this share of the shorter list is in both."""


def warnings_of(design: Design) -> tuple[str, ...]:
    """The keys of every warning that a design gives rise to."""
    return ("no_domestic_flows",) if lacks_domestic_flows(design) else ()


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


def _exporter_and_importer(design: Design) -> tuple[str, str] | None:
    """The two columns that two fixed effects do not share and that hold the same names."""
    for left, right in combinations([set(effect.columns) for effect in design.effects], 2):
        first, second = sorted(left - right), sorted(right - left)
        if len(first) == len(second) == 1:
            exporters, importers = (set(design.axes[side][1].tolist()) for side in (first[0], second[0]))
            if len(exporters & importers) >= SHARED_LEVELS * min(len(exporters), len(importers)):
                return first[0], second[0]
    return None
