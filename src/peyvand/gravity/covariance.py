"""How certain are the slopes?  Covariances under independence, heteroskedasticity and any number of clusters.

Small-sample factors are by default those of fixest: (n − 1)/(n − k) with k the slopes and the fixed effects not nested
in a cluster, times G/(G − 1) with the smallest G; `stata` keeps the second only, `none` neither. With several clusters
the sandwich adds and subtracts their intersections (Cameron, Gelbach and Miller 2011); a negative eigenvalue is set to
zero and said so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.gravity.design import FixedEffect, renumbered
from peyvand.gravity.formula import Formula
from peyvand.gravity.kernels import Array

Codes = NDArray[np.intp]
KINDS = ("iid", "hetero")
SMALL_SAMPLE = ("fixest", "stata", "none")
ALIASES = {"HC1": "hetero", "robust": "hetero"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariance:
    """A covariance matrix and what it is.

    Parameters
    ----------
    matrix : Array
        (regressor, regressor).
    name : str
        What kind it is, as printed under every table.
    factor : float
        The small-sample factor inside the matrix (of the first cluster).
    degrees : int
        Degrees of freedom for t-tests: the smallest G − 1, or n − k.
    clusters : dict
        Number of clusters by name.
    """

    matrix: Array
    name: str
    factor: float
    degrees: int
    clusters: dict[str, int]

    @property
    def std_error(self) -> Array:
        return np.sqrt(np.diag(self.matrix))


def read_vcov(vcov: str | Mapping[str, str] | None, cluster: object) -> tuple[str, tuple[str, ...]]:
    """The kind and the clusters that the arguments `vcov` and `cluster` ask for.

    `vcov` is `iid`, `hetero` (also HC1), {"CRV1": "a + b"} or "~a + b"; `cluster` is a name or several.
    """
    names: list[str] = []
    if isinstance(vcov, str) and vcov.lstrip().startswith("~"):
        vcov = {"CRV1": vcov}
    if isinstance(vcov, Mapping):
        for kind in vcov:
            if kind != "CRV1":
                raise UnknownNameError(f"no covariance {kind!r}", hint="clusters are CRV1: cluster='exporter + year'")
        names = [name for text in vcov.values() for name in text.replace("~", "").split("+")]
        vcov = None
    if isinstance(cluster, str):
        names += cluster.replace("~", "").replace("+", ",").split(",")
    elif cluster is not None:
        names += [str(name) for name in cluster]  # type: ignore[attr-defined]
    names = ["^".join(part.strip(" `") for part in name.replace(":", "^").split("^")) for name in names if name.strip()]
    if names:
        if vcov not in (None, "cluster"):
            raise DataError(f"vcov {vcov!r} and clusters do not go together", hint="give one of the two")
        return "cluster", tuple(dict.fromkeys(names))
    kind = ALIASES.get(str(vcov), str(vcov)) if vcov is not None else "hetero"
    if kind not in KINDS:
        raise UnknownNameError(f"no covariance {vcov!r}", hint=did_you_mean(str(vcov), (*KINDS, *ALIASES)))
    return kind, ()


def vcov_of(formula: Formula, vcov: str | Mapping[str, str] | None, cluster: object) -> tuple[str, tuple[str, ...]]:
    """The same with the default of an estimate: clusters by the last of three fixed effects, the pair."""
    if vcov is None and cluster is None and len(formula.effects) == 3:
        cluster = ["^".join(formula.effects[-1])]
    return read_vcov(vcov, cluster)


def covariance(
    *,
    kind: str,
    bread: Array,
    scores: Sequence[Array],
    clusters: Mapping[str, Codes],
    effects: tuple[FixedEffect, ...],
    keep: NDArray[np.bool_],
    variance: float | None = None,
    small_sample: str = "fixest",
) -> Covariance:
    """The covariance of the slopes.

    Parameters
    ----------
    kind : str
        `iid`, `hetero` or `cluster`.
    bread : Array
        (X̃'WX̃)⁻¹.
    scores : sequence of Array
        For each regressor (row,), zero for rows not in the sample; each is asked for once.
    clusters : mapping
        Level of each row, by name.
    keep : NDArray
        Rows in the sample.
    variance : float, optional
        σ² with divisor n − 1, for least squares under `iid`; None for a Poisson fit, whose variance is its mean.
    small_sample : str
        `fixest`, `stata` or `none`, see above.
    """
    if small_sample not in SMALL_SAMPLE:
        raise UnknownNameError(f"no factor {small_sample!r}", hint=did_you_mean(small_sample, SMALL_SAMPLE))
    rows, slopes = int(np.count_nonzero(keep)), len(bread)
    parameters = _parameters(slopes, effects, list(clusters.values()), keep)
    free = rows - parameters
    if free < 1:  # a perfect fit: the slopes exist, their uncertainty does not
        nowhere = np.full_like(bread, np.nan)
        return Covariance(matrix=nowhere, name=f"{kind}, no degrees of freedom", factor=np.nan, degrees=0, clusters={})
    if kind == "iid":
        factor = (rows - 1) / free if small_sample == "fixest" else 1.0
        matrix = factor * bread * (1.0 if variance is None else variance)
        return Covariance(matrix=matrix, name="iid", factor=factor, degrees=free, clusters={})
    if kind == "hetero":
        factor = rows / free if small_sample == "fixest" else rows / (rows - 1) if small_sample == "stata" else 1.0
        held = np.stack(list(scores)) if slopes else np.empty((0, 0))
        matrix = factor * bread @ (held @ held.T) @ bread
        name = "heteroskedasticity-robust (HC1)"
        return Covariance(matrix=matrix, name=name, factor=factor, degrees=free, clusters={})

    counts = {name: _levels_in(code, keep) for name, code in clusters.items()}
    smallest = min(counts.values())
    if smallest < 2:
        name = min(counts, key=lambda key: counts[key])
        raise DataError(f"cluster {name!r} has one group only", hint="clusters need several groups", cluster=name)
    factor = (rows - 1) / free if small_sample == "fixest" else 1.0
    factor *= smallest / (smallest - 1) if small_sample != "none" else 1.0
    meat = multiway_meat(scores, list(clusters.values()))
    matrix, repaired = positive_part(factor * bread @ meat @ bread)
    label = "clustered by " + " and ".join(f"{name} ({count:,})" for name, count in counts.items())
    if repaired:
        label += ", negative eigenvalues set to zero"
    label += "" if small_sample == "fixest" else f", small-sample factor: {small_sample}"
    return Covariance(matrix=matrix, name=label, factor=factor, degrees=smallest - 1, clusters=counts)


def multiway_meat(scores: Sequence[Array], codes: list[Codes]) -> Array:
    """Σ over non-empty sets of clusters of (−1)^(size+1) S'S, S the sums of scores over their intersections.

    Cameron, Gelbach and Miller (2011), eq. 2.11.
    """
    sets = [some for size in range(1, len(codes) + 1) for some in combinations(codes, size)]
    joint = [some[0] if len(some) == 1 else _intersection(some) for some in sets]
    sums = [[np.bincount(code, score) for code in joint] for score in scores]
    meat = np.zeros((len(sums), len(sums)))
    for some, of_regressors in zip(sets, zip(*sums, strict=True), strict=False):
        held = np.stack(of_regressors)
        meat += (-1) ** (len(some) + 1) * (held @ held.T)
    return meat


def positive_part(matrix: Array) -> tuple[Array, bool]:
    """The matrix with negative eigenvalues set to zero, and whether there were any."""
    if not len(matrix):
        return matrix, False
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values.min() >= 0 or values.min() > -1e-12 * abs(values).max():
        return matrix, False
    return (vectors * np.maximum(values, 0)) @ vectors.T, True


def is_nested(inner: Codes, outer: Codes) -> bool:
    """Whether every level of `inner` lies in one level of `outer`."""
    last = np.empty(int(inner.max()) + 1, dtype=np.intp)
    last[inner] = outer
    return bool(np.array_equal(last[inner], outer))


def _parameters(slopes: int, effects: tuple[FixedEffect, ...], clusters: list[Codes], keep: NDArray[np.bool_]) -> int:
    """Slopes and fixed effects, less those nested in a cluster (which count as one together each)."""
    counts = [_levels_in(effect.codes, keep) for effect in effects]
    total = slopes + sum(counts) - max(len(counts) - 1, 0)
    sizes = [_levels_in(code, keep) for code in clusters]
    for effect, count in zip(effects, counts, strict=True):
        larger = [code for code, size in zip(clusters, sizes, strict=True) if size <= count]
        if any(is_nested(effect.codes, c) or is_nested(effect.codes[keep], c[keep]) for c in larger):
            total += 1 - count
    return total


def _levels_in(code: Codes, keep: NDArray[np.bool_]) -> int:
    """How many levels have rows in the sample."""
    return int(np.count_nonzero(np.bincount(code, keep)))


def _intersection(codes: tuple[Codes, ...]) -> Codes:
    joint = codes[0]
    for code in codes[1:]:
        joint = renumbered(joint * (int(code.max()) + 1) + code)[0]
    return joint
