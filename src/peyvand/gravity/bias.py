"""Are three-way gravity estimates centred?  The analytical correction of Weidner and Zylkin (2021).

With exporter-time, importer-time and pair effects, PPML slopes carry a bias of the order of their standard errors, and
clustered standard errors are too small. Write for each pair μ_t, e_t = y_t − μ_t, x̃_t (regressors without effects) and
H = diag(μ) − μμ'/Σμ (T × T). With H_i = Σ_j H_ij the slopes are too large by

    (X̃'WX̃)⁻¹ [ N_i/(N_i−1) b_i + N_j/(N_j−1) b_j ],
    b_i = Σ_i { − Σ_j e' H_i⁺ H_ij x̃ + ½ Tr( H_i⁺ [Σ_j G_ij x̃] H_i⁺ Σ_j e e' ) },   (G x̃)_st = −H_st (x̃_s + x̃_t)

and b_j alike over importers. The variance replaces e e' by (I − H (x̃ V_x x̃' + d V_d d'))⁻¹ e e', with V_d the inverse
information of the exporter-time and importer-time effects. Two-way models need the second part only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from peyvand.errors import IdentificationError
from peyvand.gravity.covariance import Covariance, is_nested
from peyvand.gravity.design import renumbered, restricted
from peyvand.gravity.finite import fit_sample
from peyvand.gravity.formula import parse
from peyvand.gravity.kernels import Array, sums_by
from peyvand.gravity.panel import PanelEffects
from peyvand.gravity.results import Estimate, Sample
from peyvand.gravity.threads import one_blas_thread

MOST_EFFECTS = 12_000
SAFE_PIVOT = 1e-5
"""Of a Cholesky factor with ones on the diagonal; a smaller one is a null vector that is not yet filled in."""


def correct_bias(estimate: Estimate) -> Estimate:
    """The estimate with Weidner and Zylkin's correction.

    Three-way models (exporter-time, importer-time, directed pair): slopes and standard errors; two-way models
    (exporter-time, importer-time): standard errors only, the slopes are not biased at this order.

    Raises
    ------
    IdentificationError
        If the model is not of this kind: symmetric or shared pair effects, clusters other than the pair, pairs seen
        once, an unfilled panel, more than 12,000 exporter-time and importer-time effects.
    """
    panel = _panel(estimate)
    with one_blas_thread():
        pairs = _Pairs.of(estimate, panel)
        bread = estimate.sample.bread
        if panel.has_pairs:
            bias = bread @ (_country_bias(pairs, pairs.exporter) + _country_bias(pairs, pairs.importer))
        else:
            bias = np.zeros(len(bread))
        matrix = _corrected_variance(pairs, bread, three_way=panel.has_pairs)
    count = len(pairs.fitted)
    covariance = Covariance(
        matrix=matrix, name=f"{estimate.vcov_name}, corrected for estimated country-time effects (Weidner and Zylkin)",
        factor=count / (count - 1), degrees=count - 1, clusters=estimate.covariance.clusters,
    )  # fmt: skip
    note = "slopes and standard errors" if panel.has_pairs else "standard errors"
    slopes = estimate.values - bias
    return replace(
        estimate, values=slopes, covariance=covariance,
        sample=_with_slopes(estimate, slopes) if panel.has_pairs else estimate.sample,
        note=f"{note} corrected for incidental parameters (Weidner and Zylkin 2021)",
    )  # fmt: skip


def pair_of(formula: str) -> str | None:
    """The directed pair behind a formula's country-time effects, as a cluster; None if the names do not tell.

    >>> pair_of("trade ~ rta | exporter^year + importer^year")
    'exporter^importer'
    """
    effects = parse(formula).effects
    if len(effects) == 3:
        return "^".join(effects[2])
    if len(effects) != 2:
        return None
    sides = [[column for column in own if column not in other] for own, other in (effects, effects[::-1])]
    return "^".join([*sides[0], *sides[1]]) if all(sides) else None


def _with_slopes(estimate: Estimate, slopes: Array) -> Sample:
    """The sample with the effects and fitted flows that go with other slopes: totals fit again."""
    sample = estimate.sample
    held = restricted(sample.design, sample.keep, ())
    index = np.zeros(len(held.outcome)) if held.offset is None else held.offset
    for name, slope in zip(estimate.names, slopes, strict=True):
        index = index + slope * held.regressors[held.names.index(name)]
    bare = replace(held, regressors=(), names=(), offset=index)
    with one_blas_thread():
        fit, absorber, *_ = fit_sample(bare, separation="none", layout="auto")
    linear = sample.linear.copy()
    linear[sample.keep] = absorber.to_rows(fit.log_fitted)
    return replace(sample, linear=linear)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """The panel by pair: `fitted` and `error` (pair, time), `regressors` (pair, time, regressor).

    `group` is the panel that a pair is of (a sector, say); exporters and importers are numbered through all of them.
    """

    fitted: Array
    error: Array
    regressors: Array
    exporter: NDArray[np.intp]
    importer: NDArray[np.intp]
    group: NDArray[np.intp]

    @classmethod
    def of(cls, estimate: Estimate, panel: PanelEffects) -> _Pairs:
        shape, sample = panel.shape, estimate.sample
        full = (shape.groups, shape.blocks, shape.rows, shape.columns)

        def by_pair(cells: Array) -> Array:
            return cells.reshape(full).transpose(0, 2, 3, 1).reshape(-1, shape.blocks)

        fitted = by_pair(sample.fit_weight)
        seen = (fitted > 0).any(axis=1)
        place = np.flatnonzero(seen)
        group, row, column = np.unravel_index(place, (shape.groups, shape.rows, shape.columns))
        regressors = np.stack([by_pair(column_)[seen] for column_ in sample.residual_regressors], axis=2)
        if panel.has_pairs and ((fitted[seen] > 0).sum(axis=1) < 2).any():
            raise IdentificationError(
                f"{int(((fitted[seen] > 0).sum(axis=1) < 2).sum())} pairs are seen in one period only",
                hint="singletons='drop' (--singletons drop) leaves them out: they say nothing about the slopes",
            )
        if min(len(np.unique(row)), len(np.unique(column))) < 2:
            raise IdentificationError(
                "the correction needs two exporters and two importers", hint="is the sample what it should be?"
            )
        return cls(
            fitted=fitted[seen], error=by_pair(sample.score_weight)[seen], regressors=regressors,
            exporter=group * shape.rows + row, importer=group * shape.columns + column, group=group,
        )  # fmt: skip

    def information(self, *, three_way: bool) -> Array:
        """H of each pair, (pair, time, time): without the pair's effect it is diag(μ) alone."""
        diagonal = self.fitted[:, :, None] * np.eye(self.fitted.shape[1])
        if not three_way:
            return diagonal
        total = self.fitted.sum(axis=1)[:, None, None]
        return np.asarray(diagonal - self.fitted[:, :, None] * self.fitted[:, None, :] / total)


def _country_bias(pairs: _Pairs, country: NDArray[np.intp]) -> Array:
    """N/(N−1) b of the exporters, or of the importers; (regressor,)."""
    curvature = pairs.information(three_way=True)
    count = int(country.max()) + 1
    inverse = np.linalg.pinv(_summed(curvature, country, count), rcond=1e-12, hermitian=True)
    pulled = np.einsum("pts,psk->ptk", curvature, pairs.regressors)
    first = np.einsum("pt,pts,psk->k", pairs.error, inverse[country], pulled)
    scores = _summed(pairs.error[:, :, None] * pairs.error[:, None, :], country, count)
    middle = inverse @ scores @ inverse
    second = np.empty(len(first))
    for at in range(len(first)):
        x = pairs.regressors[:, :, at]
        skew = _summed(-curvature * (x[:, :, None] + x[:, None, :]), country, count)
        second[at] = np.einsum("cts,cst->", middle, skew)
    used = len(np.unique(country)) / len(np.unique(pairs.group))
    return np.asarray(used / (used - 1) * (-first + second / 2))


def _corrected_variance(pairs: _Pairs, bread: Array, *, three_way: bool) -> Array:
    curvature = pairs.information(three_way=three_way)
    spread = np.einsum("ptk,kl,psl->pts", pairs.regressors, bread, pairs.regressors)
    spread += _effects_variance(pairs, curvature) if three_way else _two_way_variance(pairs)
    leverage = np.eye(curvature.shape[1]) - curvature @ spread
    lifted = _lifted(leverage, pairs.error)
    left = np.einsum("ptk,pt->pk", pairs.regressors, lifted)
    right = np.einsum("ptk,pt->pk", pairs.regressors, pairs.error)
    count = len(pairs.fitted)
    matrix = count / (count - 1) * bread @ (left.T @ right) @ bread
    return np.asarray((matrix + matrix.T) / 2)


def _lifted(leverage: Array, error: Array) -> Array:
    """(I − leverage)⁻¹ e of each pair; what the effects fit perfectly has e = 0 and stays 0."""
    inverse = np.linalg.pinv(leverage, rcond=1e-9) if _is_singular(leverage) else np.linalg.inv(leverage)
    return np.asarray(np.einsum("pts,ps->pt", inverse, error))


def _is_singular(matrices: Array) -> bool:
    return bool(np.any(np.abs(np.linalg.det(matrices)) < 1e-13))


def _effects_variance(pairs: _Pairs, curvature: Array) -> Array:
    """d V_d d' of each pair, (pair, time, time), from the full information of the country-time effects."""
    found = np.empty_like(curvature)
    for group in np.unique(pairs.group):
        own = pairs.group == group
        i, j = (renumbered(country[own])[0] for country in (pairs.exporter, pairs.importer))
        found[own] = _effects_variance_of(curvature[own], i, j)
    return found


def _effects_variance_of(curvature: Array, i: NDArray[np.intp], j: NDArray[np.intp]) -> Array:
    """The same for one panel, of exporters i and importers j."""
    times = curvature.shape[1]
    exporters, importers = int(i.max()) + 1, int(j.max()) + 1
    size = (exporters + importers) * times
    if size > MOST_EFFECTS:
        raise IdentificationError(
            f"{size:,} country-time effects are more than the correction holds in memory ({MOST_EFFECTS:,})",
            hint="correct a model of fewer years or economies",
        )
    whole = np.zeros((exporters + importers, exporters + importers, times, times))
    diagonal = np.arange(exporters)
    whole[diagonal, diagonal] = _summed(curvature, i, exporters)
    diagonal = np.arange(importers)
    whole[exporters + diagonal, exporters + diagonal] = _summed(curvature, j, importers)
    j = exporters + j
    whole[i, j] = curvature
    whole[j, i] = curvature.transpose(0, 2, 1)
    inverse = _filled_inverse(whole.transpose(0, 2, 1, 3).reshape(size, size), times, exporters)
    blocks = inverse.reshape(exporters + importers, times, -1, times).transpose(0, 2, 1, 3)
    return np.asarray(blocks[i, i] + blocks[j, j] + blocks[i, j] + blocks[j, i])


def _filled_inverse(information: Array, times: int, exporters: int) -> Array:
    """A generalised inverse: what pair effects and levels absorb (null vectors) is filled in before inverting."""
    size = len(information)
    filled = information.copy()
    scale = np.sqrt(np.maximum(filled.flat[:: size + 1], 0))
    empty = scale == 0
    country = np.arange(size) // times
    same_country = country[:, None] == country
    side = np.where(country < exporters, 1.0, -1.0)
    time = np.arange(size) % times
    level = float(np.mean(scale[~empty] ** 2)) / size
    filled += level * (same_country + np.where(time[:, None] == time, side[:, None] * side, 0.0))
    filled[empty] = 0.0
    filled[:, empty] = 0.0
    filled.flat[:: size + 1] += empty
    root = np.sqrt(filled.flat[:: size + 1])
    both = np.outer(root, root)
    try:
        factor = cho_factor(filled / both, lower=True)
    except np.linalg.LinAlgError:
        factor = None
    if factor is None or np.diag(factor[0]).min() < SAFE_PIVOT:  # rows with gaps fall into parts, each with its level
        return np.asarray(np.linalg.pinv(information / both, rcond=1e-12, hermitian=True) / both)
    return np.asarray(cho_solve(factor, np.eye(size)) / both)


def _two_way_variance(pairs: _Pairs) -> Array:
    """The same for a model without pair effects: each period by itself, diagonal in time."""
    exporters, importers = int(pairs.exporter.max()) + 1, int(pairs.importer.max()) + 1
    times = pairs.fitted.shape[1]
    out = np.zeros((len(pairs.fitted), times, times))
    i, j = pairs.exporter, exporters + pairs.importer
    for at in range(times):
        information = np.zeros((exporters + importers,) * 2)
        np.add.at(information, (i, i), pairs.fitted[:, at])
        np.add.at(information, (j, j), pairs.fitted[:, at])
        information[i, j] = information[j, i] = pairs.fitted[:, at]
        root = np.sqrt(np.diag(information))
        root[root == 0] = 1.0
        inverse = np.linalg.pinv(information / np.outer(root, root), rcond=1e-12, hermitian=True) / np.outer(root, root)
        out[:, at, at] = inverse[i, i] + inverse[j, j] + 2 * inverse[i, j]
    return out


def _summed(values: Array, code: NDArray[np.intp], count: int) -> Array:
    """Sums of (pair, time, time) over the pairs of each country."""
    flat = values.reshape(len(values), -1)
    sums = np.stack([sums_by(code, column, count) for column in flat.T], axis=1)
    return sums.reshape(count, *values.shape[1:])


def _panel(estimate: Estimate) -> PanelEffects:
    """The absorber of an estimate that the correction fits, or the reason why it does not."""
    absorber, design = estimate.sample.absorber, estimate.sample.design
    if estimate.estimator != "ppml":
        raise IdentificationError("the correction is for Poisson fits", hint="ppml(...)")
    if estimate.note:
        raise IdentificationError(f"already corrected: {estimate.note}", hint="correct the original estimate")
    if not isinstance(absorber, PanelEffects):
        raise IdentificationError(
            "the correction needs exporter-time and importer-time effects (and pair effects) on a filled panel",
            hint="exporter^year + importer^year + exporter^importer",
        )
    if design.weights is not None:
        raise IdentificationError("the correction is for unweighted fits", hint="leave weights out")
    if absorber.shape.pair is not None:
        raise IdentificationError(
            "the correction needs directed pair effects, and here pairs share effects",
            hint="exporter^importer as the third fixed effect",
        )
    if not len(estimate.values):
        raise IdentificationError("there is no slope to correct", hint="add a regressor")
    if not _clustered_by_pair(estimate, absorber):
        raise IdentificationError(
            f"the correction is for standard errors clustered by directed pair, not {estimate.vcov_name}",
            hint="cluster='exporter^importer'",
        )
    return absorber


def _clustered_by_pair(estimate: Estimate, panel: PanelEffects) -> bool:
    """Whether the one cluster and the pair (row, column) of the panel split the rows alike."""
    names = list(estimate.covariance.clusters)
    if len(names) != 1:
        return not names and panel.shape.blocks == 1 and estimate.vcov_name.startswith("heterosk")
    shape = panel.shape
    cell = np.arange(shape.cells) if shape.cell is None else shape.cell
    places = shape.rows * shape.columns
    pair = cell // (places * shape.blocks) * places + cell % places
    cluster = estimate.sample.cluster_codes(names[0])
    keep = estimate.sample.keep
    return is_nested(pair[keep], cluster[keep]) and is_nested(cluster[keep], pair[keep])
