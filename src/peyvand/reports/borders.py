"""How thick is each border before and after, and which part of it can a union move at all?

The movable part of a border is its tariff and, in each sector, the positive unexplained remainder up to a cap: what
provisions on tariffs and on border formalities may touch. Distance, language and agreements are never in it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.gravity import Thickness

if TYPE_CHECKING:
    from peyvand.run import Run

MOVABLE_CAP = math.log(1.25)
"""Log points of the unexplained part that formalities may account for; the scenarios' own default."""
_PAIR = ("exporter", "importer")


def border_table(run: Run) -> pd.DataFrame:
    """One row a pair (in the World's order): thickness, movable part and tariff part, before and after.

    Columns in log points; `implied_cut_percent` is 100 (1 − exp(after − before)), the ad valorem cut of the pair's
    trade cost. `recorded` says whether there is trade both ways in some sector; where not, thickness is NaN.
    """
    before, after = run.thickness, run.thickness_after
    economies = before.economies
    first, second = np.triu_indices(len(economies), k=1)
    movable = movable_part(before)
    moved = np.maximum(movable + _pair(after["pair_thickness"]) - _pair(before["pair_thickness"]), 0.0)
    columns = {
        "thickness_log_points": _pair(before["pair_thickness"]),
        "thickness_counterfactual_log_points": _pair(after["pair_thickness"]),
        "movable_log_points": movable,
        "movable_counterfactual_log_points": moved,
        "tariff_log_points": _part(before, "tariff"),
        "tariff_counterfactual_log_points": _part(after, "tariff"),
    }
    labels = np.array(economies)
    table = pd.DataFrame({"economy": labels[first], "partner": labels[second]})
    table = table.assign(**{name: values[first, second] for name, values in columns.items()})
    change = table["thickness_counterfactual_log_points"] - table["thickness_log_points"]
    members = list(run.scenario.members)
    return table.assign(
        implied_cut_percent=100 * (1 - np.exp(change)),
        recorded=_pair(before["trade_recorded"].any("sector")).astype(bool)[first, second],
        sanctioned=_pair(before["sanctioned_pair"]).astype(bool)[first, second],
        both_members=table["economy"].isin(members) & table["partner"].isin(members),
    )


def movable_part(thickness: Thickness, *, cap: float = MOVABLE_CAP) -> np.ndarray:
    """Tariff plus the unexplained part from 0 to `cap`, weighted over sectors: (exporter, importer), log points."""
    parts = thickness["border_thickness_part"]
    tariff, unexplained = (parts.sel(component=name, drop=True) for name in ("tariff", "unexplained"))
    movable = (tariff + unexplained.clip(0.0, cap)) * thickness["border_weight"]
    recorded = thickness["trade_recorded"].any("sector")
    return _pair(movable.sum("sector").where(recorded))


def _part(thickness: Thickness, name: str) -> np.ndarray:
    return _pair(thickness["pair_thickness_part"].sel(component=name, drop=True))


def _pair(array: xr.DataArray) -> np.ndarray:
    return np.asarray(array.transpose(*_PAIR).values, dtype=float)
