"""Which gravity causes does a border's thickness show, and how large are they?  Estimates that ship, and their making.

`estimates/<name>.json` holds coefficients by sector with their covariance, formula, data, date and sources; all are
rebuilt by `peyvand gravity estimates --data FOLDER` (`build.py`). `known_causes(world)` turns one into the causes of
`thickness`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import xarray as xr

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.gravity.causes import AGREEMENT, TERMS, Array, Causes, joined
from peyvand.world import World

ICIO_ESTIMATE = "icio-2011-2019"
DEFAULT = ICIO_ESTIMATE


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
    def causes(self) -> dict[str, tuple[str, ...]]:
        """The causes of `thickness` that it has coefficients for, and their terms."""
        held = {term for sector in self.sectors.values() for term in sector["coefficients"]}
        found = {cause: tuple(term for term in terms if term in held) for cause, terms in TERMS.items()}
        return {cause: terms for cause, terms in found.items() if terms}

    def slopes(self, sector: str, terms: Sequence[str]) -> tuple[Array, Array]:
        """β (term) of some terms in one sector and their covariance; 0 where a term was not identified."""
        own = self.sectors.get(sector, {"coefficients": {}, "covariance": []})
        names = list(own["coefficients"])
        slopes = np.array([own["coefficients"].get(term, 0.0) for term in terms], dtype=float)
        if not names:
            return slopes, np.zeros((len(terms),) * 2)
        place = [names.index(term) if term in names else 0 for term in terms]
        known = np.array([term in names for term in terms], dtype=float)
        return slopes, np.array(own["covariance"])[np.ix_(place, place)] * np.outer(known, known)


def shipped_estimates() -> tuple[str, ...]:
    """The names of all that ship."""
    shelf = files("peyvand.gravity.estimates")
    return tuple(sorted(one.name.removesuffix(".json") for one in shelf.iterdir() if one.name.endswith(".json")))


@cache
def shipped_estimate(name: str = DEFAULT) -> ShippedEstimate:
    """A shipped estimate by name.

    >>> -2 < shipped_estimate().sectors["mining"]["coefficients"]["log(distance_km)"] < -1
    True

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


def known_causes(world: World, name: str = DEFAULT, *, agreements: str | None = None) -> Causes:
    """Coefficients over the World's sectors for each cause that both the estimate and the World hold.

    A sector that the estimate does not cover has coefficients of 0: there nothing beyond the tariff is explained. A
    World that shares no sector with it, or whose covariates are missing, has fewer causes, or none.

    Parameters
    ----------
    name : str
        The shipped estimate.
    agreements : str, optional
        Another one for the cause `agreement` alone; the two are taken to err independently.
    """
    whole = _causes_of(world, name)
    if agreements is None or agreements == name:
        return whole
    other = _causes_of(world, agreements, only=(AGREEMENT,))
    if not other:
        raise UnknownNameError(
            f"the estimate {agreements!r} knows no agreements of this World",
            hint=did_you_mean(
                agreements, [one for one in shipped_estimates() if AGREEMENT in shipped_estimate(one).causes]
            ),
            name=agreements,
        )
    return joined(_causes_of(world, name, only=tuple(cause for cause in TERMS if cause != AGREEMENT)), other)


def _causes_of(world: World, name: str, *, only: tuple[str, ...] = tuple(TERMS)) -> Causes:
    estimate = shipped_estimate(name)
    if not set(world.sectors) & set(estimate.sectors):
        return Causes({})
    held = {cause: terms for cause, terms in estimate.causes.items() if cause in only and cause in world.data}
    every = [term for terms in held.values() for term in terms]
    found = [estimate.slopes(sector, every) for sector in world.sectors]
    sector = {"sector": list(world.sectors)}
    slopes = xr.DataArray(
        np.reshape([own for own, _ in found], (len(found), len(every))), dims=("sector", "term"),
        coords=sector | {"term": every},
    )  # fmt: skip
    coefficients = {
        cause: slopes.sel(term=list(terms)).transpose("term", "sector")
        if cause == AGREEMENT
        else slopes.sel(term=terms[0], drop=True)
        for cause, terms in held.items()
    }
    covariance = np.reshape([matrix for _, matrix in found], (len(found), len(every), len(every)))
    return Causes(
        coefficients,
        xr.DataArray(
            covariance, dims=("sector", "term", "other_term"), coords=sector | {"term": every, "other_term": every}
        ),
    )
