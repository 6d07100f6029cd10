"""Which gravity causes does a border's thickness show, and how large are they?  Estimates that ship, and their making.

`estimates/<name>.json` holds coefficients by sector with their covariance, formula, data, date and sources; all are
rebuilt by `peyvand gravity estimates --data FOLDER` (`build.py`). `known_causes(world)` turns one into the causes of
`thickness`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import xarray as xr

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.world import World

ICIO_ESTIMATE = "icio-2011-2019"
DEFAULT = ICIO_ESTIMATE
CAUSES = {
    "distance_km": "log(distance_km)", "contiguous": "contiguous", "common_language": "common_language",
    "agreement": "agreement",
}  # fmt: skip
"""A World's variable and the term of the formulas that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedEstimate:
    """A gravity estimate that ships with peyvand.

    Parameters
    ----------
    sectors : dict
        By sector: `coefficients`, `std_errors`, `covariance` (in the order of the coefficients), `nobs`, `dropped`.
    notes : tuple of str
        What to know before using it.
    """

    name: str
    formula: str
    vcov: str
    data: str
    made_on: str
    sources: tuple[str, ...]
    sectors: dict[str, dict[str, Any]]
    notes: tuple[str, ...] = ()

    @property
    def causes(self) -> dict[str, str]:
        """The causes of `thickness` that it has a coefficient for, and their terms."""
        terms = {term for sector in self.sectors.values() for term in sector["coefficients"]}
        return {cause: term for cause, term in CAUSES.items() if term in terms}


def shipped_estimates() -> tuple[str, ...]:
    """The names of all that ship."""
    shelf = files("peyvand.gravity.estimates")
    return tuple(sorted(one.name.removesuffix(".json") for one in shelf.iterdir() if one.name.endswith(".json")))


@cache
def shipped_estimate(name: str = DEFAULT) -> ShippedEstimate:
    """A shipped estimate by name.

    >>> shipped_estimate().sectors["mining"]["coefficients"]["log(distance_km)"]
    -1.269704

    Raises
    ------
    UnknownNameError
        If no such estimate ships.
    """
    held = shipped_estimates()
    if name not in held:
        raise UnknownNameError(f"no estimate {name!r} ships with peyvand", hint=did_you_mean(name, held), name=name)
    text = files("peyvand.gravity.estimates").joinpath(f"{name}.json").read_text(encoding="utf-8")
    content = json.loads(text)
    return ShippedEstimate(**content | {key: tuple(content.get(key, ())) for key in ("sources", "notes")})


def known_causes(world: World, name: str = DEFAULT) -> dict[str, xr.DataArray]:
    """Coefficients over the World's sectors for each cause that both the estimate and the World hold.

    A sector that the estimate does not cover has coefficients of 0: there nothing beyond the tariff is explained. A
    World that shares no sector with it, or whose covariates are missing, has fewer causes, or none.
    """
    estimate = shipped_estimate(name)
    held = [estimate.sectors.get(sector, {}).get("coefficients", {}) for sector in world.sectors]
    if not any(held):
        return {}
    values = {
        cause: [own.get(term, 0.0) for own in held] for cause, term in estimate.causes.items() if cause in world.data
    }
    coordinate = {"sector": list(world.sectors)}
    return {cause: xr.DataArray(found, dims="sector", coords=coordinate) for cause, found in values.items()}
