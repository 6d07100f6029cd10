"""Which rows are alone in a level of a fixed effect?

The effect fits such a row perfectly, so that it says nothing of slopes or other effects. An estimate keeps it and warns
(slopes and fitted values are the same either way), or drops it as Stata's reghdfe and ppmlhdfe do: it counts in N, and
therefore in small-sample factors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from peyvand.gravity.design import Design, FixedEffect, restricted
from peyvand.gravity.separation import empty_groups

Mask = NDArray[np.bool_]
CHOICES = ("keep", "drop")


def lone_rows(effects: Sequence[FixedEffect], keep: Mask) -> dict[str, Mask]:
    """The rows that are alone in a level of an effect, and those that are once these are gone; by effect."""
    keep = keep.copy()
    found = {effect.name: np.zeros_like(keep) for effect in effects}
    last = -1
    while last != (last := int(np.count_nonzero(keep))):
        for effect in effects:
            alone = keep & (np.bincount(effect.codes, keep, effect.count) == 1)[effect.codes]
            found[effect.name] |= alone
            keep &= ~alone
    return {name: rows for name, rows in found.items() if rows.any()}


def without_lone_rows(design: Design, *, poisson: bool) -> Design:
    """The design without rows that are alone, each listed with its effect.

    Of a Poisson fit the rows of groups without a positive flow do not count as company: they are separated.
    """
    keep = np.ones(len(design.outcome), dtype=bool)
    if poisson:
        for empty in empty_groups(design.outcome, [effect.codes for effect in design.effects]):
            keep &= ~empty
    found = lone_rows(design.effects, keep)
    alone = np.any([*found.values()], axis=0) if found else np.zeros_like(keep)
    reasons = [(design.rows[rows], f"singleton: alone in its {name}") for name, rows in found.items()]
    return restricted(design, ~alone, reasons) if alone.any() else design
