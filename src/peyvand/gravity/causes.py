"""Which gravity causes does a border's thickness show?  Their values in a World, their coefficients and covariance.

A cause is one part of a border; it rests on one or more terms of an estimate. `agreement` is the cause with several:
the same World variable says of what kind the agreement is, and an estimate may know each kind apart. At home every tie
is 1 and the agreement is as deep as an ordinary free-trade area, distance is the internal one, and nothing is
sanctioned:

    part of cause k = −(1/θ) Σ_(terms c of k) β_c [ ½(z_ij + z_ji) − ½(z_ii + z_jj) ]_c
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.variables import PAIR
from peyvand.world import AGREEMENT_KINDS, World

Array = NDArray[np.float64]
AGREEMENT = "agreement"
TERMS = {
    "distance_km": ("log(distance_km)",),
    "contiguous": ("contiguous",),
    "common_language": ("common_language",),
    AGREEMENT: (
        "agreement", "internal_market", "other_agreement", "eco", "cis", "cis_free_trade_2012", "eaeu",
    ),
    "sanctioned": ("sanctioned",),
}  # fmt: skip
"""A World's variable and the terms of estimates that it stands for."""
AGREEMENT_TERMS: dict[str, tuple[str, ...]] = {
    "none": (),
    "partial_scope": (),
    "eco": ("eco",),
    "free_trade": ("agreement", "other_agreement"),
    "cis": ("agreement", "cis"),
    "cis_2012": ("agreement", "cis_free_trade_2012"),
    "gcc": ("agreement", "other_agreement"),
    "eaeu": ("agreement", "eaeu"),
    "eu": ("agreement", "internal_market", "other_agreement"),
}
"""The terms that are 1 for each kind of agreement; those that an estimate does not hold say nothing."""
AT_HOME = "free_trade"
"""Home counts as bound by an agreement of this kind."""
_IN_LOGS = ("distance_km",)
_NOT_AT_HOME = ("sanctioned",)


@dataclass(frozen=True, eq=False)
class Causes(Mapping[str, xr.DataArray]):
    """Coefficients of the causes of thickness: a mapping from cause to β over (sector) or (term, sector).

    Parameters
    ----------
    coefficients : mapping
        By cause, which is a variable of the World.
    covariance : DataArray (sector, term, other_term), optional
        Of all terms, in the order of the coefficients; none counts as known for certain.
    """

    coefficients: Mapping[str, xr.DataArray]
    covariance: xr.DataArray | None = None

    def __getitem__(self, cause: str) -> xr.DataArray:
        return self.coefficients[cause]

    def __iter__(self) -> Iterator[str]:
        return iter(self.coefficients)

    def __len__(self) -> int:
        return len(self.coefficients)


def cause_values(world: World, name: str) -> Array:
    """A World's covariate as (exporter, importer) numbers: logs for distance; at home 1, and 0 for sanctions."""
    values = np.array(world[name].transpose(*PAIR).values, dtype=float)
    if name in _IN_LOGS:
        return np.asarray(np.log(values))
    np.fill_diagonal(values, 0.0 if name in _NOT_AT_HOME else 1.0)
    return values


def term_values(world: World, cause: str, term: str) -> Array:
    """What one term of a cause is for every pair: for agreements, whether the pair's kind is meant by the term."""
    if cause != AGREEMENT:
        return cause_values(world, cause)
    meant = np.array([term in AGREEMENT_TERMS[kind] for kind in AGREEMENT_KINDS], dtype=float)
    ordinary = AGREEMENT_KINDS.index(AT_HOME)
    if "agreement_kind" in world.data:
        kind = world["agreement_kind"].transpose(*PAIR).values.astype(int)
    else:
        kind = np.where(world[AGREEMENT].transpose(*PAIR).values > 0, ordinary, 0)
    values = meant[kind]
    np.fill_diagonal(values, meant[ordinary])
    return np.asarray(values)


def terms_of(world: World, causes: Mapping[str, float | xr.DataArray]) -> list[tuple[str, Array, Array]]:
    """Every term of some causes: (cause, z of (exporter, importer), β of (sector)), in the order of the causes."""
    found = []
    for cause, given in causes.items():
        if isinstance(given, xr.DataArray) and "term" in given.dims:
            for term in map(str, given.indexes["term"]):
                slope = given.sel(term=term, drop=True)
                found.append((cause, term_values(world, cause, term), _over_sectors(world, slope)))
        else:
            found.append((cause, cause_values(world, cause), _over_sectors(world, given)))
    return found


def joined(*parts: Causes) -> Causes:
    """Causes of several estimates as one; what different estimates say errs independently."""
    coefficients = {cause: values for part in parts for cause, values in part.items()}
    known = [part.covariance for part in parts if part.covariance is not None]
    if len(known) < len(parts):
        return Causes(coefficients)
    terms = [str(term) for matrix in known for term in matrix.indexes["term"]]
    blocks = [matrix.reindex(term=terms, other_term=terms, fill_value=0.0) for matrix in known]
    return Causes(coefficients, sum(blocks[1:], blocks[0]))


def _over_sectors(world: World, coefficient: float | xr.DataArray) -> Array:
    theta = xr.zeros_like(world["trade_elasticity"], dtype=float)
    return np.asarray((theta + coefficient).values)
