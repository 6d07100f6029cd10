"""How thick is each border before and after, and which part of it can a union move at all?

The movable part of a border is its tariff and, in each sector, the positive unexplained remainder up to a cap: what
provisions on tariffs and on border formalities may touch. Distance, language and agreements are never in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.gravity import Thickness
from peyvand.gravity.borders import UNNAMED
from peyvand.scenarios.provisions import DEFAULT_CAP_PERCENT
from peyvand.variables import PAIR

if TYPE_CHECKING:
    from peyvand.run import Run

Array = NDArray[np.float64]

MOVABLE_CAP = float(np.log1p(DEFAULT_CAP_PERCENT / 100))
"""Log points of the unexplained part that formalities may account for: the provisions' own default."""


def border_table(run: Run) -> pd.DataFrame:
    """One row a pair (in the World's order): thickness, movable part and tariff part, before and after.

    Columns in log points. `implied_cut_percent` is the ad valorem cut of the pair's trade cost that the provisions
    come to, the mean of its two directions: `…_exports_percent` for the economy's sales, `…_imports_percent` for its
    purchases (see `peyvand.scenarios.Effect.implied_cuts`). `recorded` says whether there is trade both ways in some
    sector; where there is none, thickness is NaN.
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
        "transport_log_points": _part(before, "transport"),
    }
    labels = np.array(economies)
    table = pd.DataFrame({"economy": labels[first], "partner": labels[second]})
    table = table.assign(**{name: values[first, second] for name, values in columns.items()})
    cut = _implied_cuts(run)
    members = list(run.effect.members)
    return table.assign(
        implied_cut_percent=(cut + cut.T)[first, second] / 2,
        implied_cut_exports_percent=cut[first, second],
        implied_cut_imports_percent=cut[second, first],
        recorded=_pair(before["trade_recorded"].any("sector")).astype(bool)[first, second],
        sanctioned=_pair(before["sanctioned_pair"]).astype(bool)[first, second],
        both_members=table["economy"].isin(members) & table["partner"].isin(members),
    )


def movable_part(thickness: Thickness, *, cap: float = MOVABLE_CAP) -> Array:
    """Tariff plus what is unexplained or waiting from 0 to `cap`, weighted over sectors: (exporter, importer)."""
    parts = thickness["border_thickness_part"]
    tariff = parts.sel(component="tariff", drop=True)
    unexplained = parts.sel(component=[name for name in UNNAMED if name in thickness.components]).sum(
        "component", skipna=False
    )
    movable = (tariff + unexplained.clip(0.0, cap)) * thickness["border_weight"]
    recorded = thickness["trade_recorded"].any("sector")
    return _pair(movable.sum("sector").where(recorded))


def _implied_cuts(run: Run) -> Array:
    """Ad valorem cut by (exporter, importer), per cent: 0 where the union changes nothing."""
    economies = run.thickness.economies
    place = {code: at for at, code in enumerate(economies)}
    found = np.zeros((len(economies), len(economies)))
    cuts = run.effect.implied_cuts()
    found[cuts["exporter"].map(place), cuts["importer"].map(place)] = cuts["total_cut_percent"]
    return found


def _part(thickness: Thickness, name: str) -> Array:
    return _pair(thickness["pair_thickness_part"].sel(component=name, drop=True))


def _pair(array: xr.DataArray) -> Array:
    return np.asarray(array.transpose(*PAIR).values, dtype=float)
