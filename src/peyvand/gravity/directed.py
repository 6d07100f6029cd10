"""How dear is it to sell from here to there?  Directed thickness from fitted gravity causes, with its interval.

Head–Ries thickness is the same from both sides; this is not. With z̃_ij = z_ij − ½(z_ii + z_jj) for each cause k of an
estimate (distance, contiguity, language, agreement, and `abroad`, what borders do beside these),

    ln τ_ij = ln(1 + t_ij) − Σ_k β_k z̃_k,ij / θ

so the mean of both directions is the part of Head–Ries thickness that tariff and causes explain. The tariff counts at
its face value. The interval holds the errors of β (its covariance) and of θ (lognormal), to first order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtri

from peyvand.errors import IdentificationError
from peyvand.gravity import head_ries
from peyvand.gravity.causes import term_values
from peyvand.gravity.estimates import DEFAULT, shipped_estimate
from peyvand.variables import CELL, labelled
from peyvand.world import World

ABROAD = "abroad"


@dataclass(frozen=True, eq=False)
class DirectedThickness:
    """The borders of one World, each way.

    Parameters
    ----------
    data : Dataset
        `directed_thickness`, `directed_thickness_deviation` (exporter, importer, sector) and `directed_thickness_part`
        (component, …): `tariff`, the causes, `abroad`; log points. A sector that the estimate does not cover is NaN.
    estimate : str
        The shipped estimate behind it.
    """

    data: xr.Dataset
    estimate: str

    def __getitem__(self, name: str) -> xr.DataArray:
        return self.data[name]

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(map(str, self.data.indexes["component"]))

    def to_frame(self, *, level: float = 0.95) -> pd.DataFrame:
        """A row per exporter, importer and sector: `thickness_log_points`, `low_…`, `high_…`, and the parts."""
        middle, deviation = self.data["directed_thickness"], self.data["directed_thickness_deviation"]
        reach = float(ndtri(0.5 + level / 2)) * deviation
        columns = {"thickness": middle, "low": middle - reach, "high": middle + reach}
        columns |= {
            name: self.data["directed_thickness_part"].sel(component=name, drop=True) for name in self.components
        }
        table = xr.Dataset({f"{name}_log_points": values.drop_attrs() for name, values in columns.items()})
        frame = table.to_dataframe(dim_order=list(CELL)).reset_index()
        return frame[frame["exporter"] != frame["importer"]].reset_index(drop=True)


def directed_thickness(world: World, estimate: str = DEFAULT) -> DirectedThickness:
    """Thickness of every border each way, in parts.

    Raises
    ------
    IdentificationError
        If the estimate and the World share no cause or no sector, or it was made without sales at home.
    """
    held = shipped_estimate(estimate)
    causes = [cause for cause in held.causes if cause in world.data]
    terms = [(cause, term) for cause in causes for term in held.causes[cause]]
    abroad = any(ABROAD in own["coefficients"] for own in held.sectors.values())
    if not causes or not abroad or not set(world.sectors) & set(held.sectors):
        raise IdentificationError(
            f"the estimate {estimate!r} explains no border of this World", hint=f"try {DEFAULT!r}", estimate=estimate
        )
    away = [head_ries.away_from_home(cause=term_values(world, cause, term)) for cause, term in terms]
    away.append(1.0 - np.eye(len(world.economies)))
    theta = np.broadcast_to(world["trade_elasticity"].values, len(world.sectors))
    spread = world["trade_elasticity_se"].values if "trade_elasticity_se" in world.data else np.zeros_like(theta)
    tariff = np.log1p(world["tariff_rate"].transpose(*CELL).values)
    names = np.array([*(cause for cause, _ in terms), ABROAD])
    parts = np.full((len(causes) + 2, *tariff.shape), np.nan)
    parts[0] = tariff
    deviation = np.full(tariff.shape, np.nan)
    for at, sector in enumerate(world.sectors):
        if sector in held.sectors:
            slopes, covariance = held.slopes(sector, [*(term for _, term in terms), ABROAD])
            each, deviation[..., at] = head_ries.directed_parts(
                away=np.stack(away), slopes=slopes, covariance=covariance, trade_elasticity=float(theta[at]),
                elasticity_deviation=float(spread[at]),
            )  # fmt: skip
            parts[1:, ..., at] = [each[names == name].sum(axis=0) for name in (*causes, ABROAD)]
        else:
            parts[0, ..., at] = np.nan
    like = world["tariff_rate"].transpose(*CELL).drop_attrs()
    stacked = xr.DataArray(parts, dims=("component", *CELL), coords=like.coords)
    stacked = stacked.assign_coords(component=["tariff", *causes, ABROAD])
    found = {
        "directed_thickness": like.copy(data=parts.sum(axis=0)),
        "directed_thickness_deviation": like.copy(data=deviation),
        "directed_thickness_part": stacked,
    }
    return DirectedThickness(xr.Dataset({name: labelled(array, name) for name, array in found.items()}), estimate)
