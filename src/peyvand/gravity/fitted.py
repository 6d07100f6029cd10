"""What do gravity causes explain of each border, and how surely?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from peyvand.gravity import head_ries
from peyvand.gravity.causes import Array, Causes, terms_of
from peyvand.variables import CELL
from peyvand.world import World


@dataclass(frozen=True, slots=True)
class Fitted:
    """What gravity causes explain of the borders: by term z̃ and its cause, by cause the part, and Σ of the slopes."""

    names: tuple[str, ...]
    away: Array
    parts: dict[str, Array]
    covariance: Array

    @classmethod
    def of(cls, world: World, causes: Mapping[str, float | xr.DataArray]) -> Fitted:
        terms, theta = terms_of(world, causes), world["trade_elasticity"].values
        count, sectors = len(terms), len(world.sectors)
        names = tuple(name for name, _, _ in terms)
        away = [head_ries.mean_of_directions(head_ries.away_from_home(cause=values)) for _, values, _ in terms]
        z = np.reshape(away, (count, len(world.economies), len(world.economies)))
        slopes = np.reshape([slope for _, _, slope in terms], (count, sectors))
        each = head_ries.cause_parts(away=z, slopes=slopes, trade_elasticity=theta)
        parts = {name: each[np.array(names) == name].sum(axis=0) for name in dict.fromkeys(names)}
        known = causes.covariance if isinstance(causes, Causes) else None
        matrix = np.zeros((sectors, count, count)) if known is None else known.transpose("sector", ...).values
        return cls(names, z, parts, np.asarray(matrix))

    def deviations(self, world: World, parts: dict[str, Array]) -> dict[str, Array]:
        """Standard deviation of every part, to first order; the tariff counts as known.

        A cause errs with β and with θ. What is unexplained errs with the flows, with all β, and with θ by all that is
        not tariff: h − Σ parts of causes.
        """
        theta, spread = world["trade_elasticity"].values, elasticity_spread(world)
        found = {"tariff": np.zeros_like(parts["tariff"])}
        for name in self.parts:
            own = np.array([term == name for term in self.names])
            of_slopes = head_ries.explained_variance(
                away=self.away[own], covariance=self.covariance[:, own][:, :, own], trade_elasticity=theta
            )
            found[name] = np.sqrt(of_slopes + (parts[name] * spread) ** 2)
        of_flows = head_ries.thickness_variance(
            thickness=parts["unexplained"] + parts["tariff"], trade_cv=flow_cv(world), trade_elasticity=theta,
            spread=spread,
        )  # fmt: skip
        of_slopes = head_ries.explained_variance(away=self.away, covariance=self.covariance, trade_elasticity=theta)
        return {**found, "unexplained": np.sqrt(of_flows + of_slopes)}


def flow_cv(world: World) -> Array:
    """Coefficients of variation of the flows (exporter, importer, sector), 0 where the World says nothing."""
    flow = world["trade_flow"].transpose(*CELL)
    held = world["trade_flow_cv"].transpose(*CELL) if "trade_flow_cv" in world.data else xr.zeros_like(flow)
    return np.asarray(held.values, dtype=float)


def elasticity_spread(world: World) -> Array:
    """Standard deviation of ln θ by sector."""
    held = world.data.get("trade_elasticity_se")
    return np.asarray(np.zeros(len(world.sectors)) if held is None else held.values, dtype=float)
