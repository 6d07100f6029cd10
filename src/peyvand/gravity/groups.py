"""How are fixed effects absorbed when the rows fill no panel?

Any number of fixed effects over any rows. Where two of them fall into connected blocks of manageable size
(exporter-year and importer-year within each year and product) these are eliminated exactly, block by block;
otherwise the one with most levels is. The others are solved by conjugate gradients on the Schur complement that
remains, all regressors at once, with sums as sparse matrix products; where these take too many steps all effects are
solved for by a factor of their normal equations (`factor.py`). Dummies are never built.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from peyvand.gravity.absorb import ROUNDING, Effects, by_diagonal, conjugate_gradients
from peyvand.gravity.design import renumbered
from peyvand.gravity.factor import Factor, factor_of
from peyvand.gravity.kernels import Array, Columns, column_effects_root, inverse_or_zero, proportional_step, sums_by
from peyvand.gravity.threads import each

Codes = NDArray[np.intp]
MOST_COLUMNS = 2500
MOST_BLOCK_CELLS = 20_000_000
LIKE_SIZE = 1.3
PATIENCE, MOST_STEPS = 500, 3000
"""Steps of conjugate gradients before a factor is made, and where none can be made."""
EXACT = 1e-5
"""Tolerance from which a factor is made at once where steps did not suffice before."""


class GroupEffects:
    """Absorbs fixed effects given by the level of each row.

    Parameters
    ----------
    codes : list of array
        For each fixed effect the level of each row, numbered from 0.
    keep : array, optional
        The rows to hold; the others have no cell.
    """

    def __init__(self, codes: list[Codes], keep: NDArray[np.bool_] | None = None) -> None:
        self.all_rows = len(codes[0])
        self.kept = None if keep is None or keep.all() else np.flatnonzero(keep)
        if self.kept is not None:
            codes = [renumbered(code[self.kept])[0] for code in codes]
        self.cells = len(codes[0])
        self.counts = [int(code.max()) + 1 for code in codes]
        self.codes = codes
        self.head, blocks = _head(codes, self.counts)
        self.blocks = sorted(blocks, key=lambda block: len(block.right))
        self.batches = _batches(self.blocks, self.counts[self.head[-1]])
        self.rest = [at for at in range(len(codes)) if at not in self.head]
        self.sorted = {at: _grouped_rows(codes[at], self.counts[at]) for at in {*self.head, *self.rest[:-1]}}
        self.ends = np.cumsum([0, *(self.counts[at] for at in self.rest)])
        self.patience = PATIENCE
        self.is_hard = False

    def to_cells(self, values: Array) -> Array:
        return values if self.kept is None else values[self.kept]

    def to_rows(self, cells: Array) -> Array:
        if self.kept is None:
            return cells
        rows = np.zeros(self.all_rows, dtype=cells.dtype)
        rows[self.kept] = cells
        return rows

    # -- weights ---------------------------------------------------------------------------------------------------
    def weigh(self, weight: Array) -> None:
        self.weight = weight
        self.factor: Factor | None = None
        self.sums = self.group_sums(weight)
        pairs = [(a, b) for a in self.head for b in self.rest] + list(combinations(self.rest, 2))
        if len(self.head) == 2:
            pairs.append((self.head[0], self.head[1]))
        self.cross = {pair: self._crossed(*pair) for pair in pairs}
        self.head_inverse = inverse_or_zero(self.sums[self.head[0]])
        self.inverses = [np.zeros((*batch.shape, batch.shape[1])) for batch in self.batches]
        places = [(inverse, at) for inverse in self.inverses for at in range(len(inverse))]
        each(self._invert, list(zip(self.blocks, places, strict=True)))

    def _crossed(self, left: int, right: int) -> csr_array:
        """Σ w over the rows of each (left level, right level), sparse."""
        order, starts = self.sorted[left]
        shape = (self.counts[left], self.counts[right])
        return csr_array((self.weight[order], self.codes[right][order], starts), shape=shape)

    def _invert(self, item: tuple[_Block, tuple[Array, int]]) -> None:
        """The inverse of one block, into its place in its batch."""
        block, (inverse, at) = item
        shape = (len(block.left), len(block.right))
        dense = sums_by(block.place, self.weight[block.rows], shape[0] * shape[1]).reshape(shape)
        row_sum, column_sum = dense.sum(axis=1), dense.sum(axis=0)
        root = column_effects_root(dense[None], row_sum[None], column_sum[None])[0]
        inverse[at, : shape[1], : shape[1]] = root.T @ root

    # -- least squares ---------------------------------------------------------------------------------------------
    def project(
        self, columns: Columns, *, tol: float, start: Effects | None = None, against: float = ROUNDING,
        weight: Array | None = None,
    ) -> Effects:  # fmt: skip
        """Effects (level, regressor) of the head and, solved for, (regressor, level) of the rest, joined."""
        weighted = [(self.weight if weight is None else weight) * column for column in columns]
        energy = np.array([total @ column for total, column in zip(weighted, columns, strict=True)])
        sums = [
            np.stack([sums_by(code, total, count) for total in weighted], axis=1)
            for code, count in zip(self.codes, self.counts, strict=True)
        ]
        if not self.rest:
            return Effects(tuple(self._solve_head([sums[at] for at in self.head])))
        if self.factor is None and not (self.is_hard and tol <= EXACT):
            start = self._by_steps(sums, energy=against * energy, start=start, tol=tol)
            if start.residual <= tol:
                return start
        if self.factor is None:
            self.factor, self.is_hard = factor_of(codes=self.codes, counts=self.counts, weight=self.weight), True
        if self.factor is None:  # steps are all there is
            self.is_hard, self.patience = False, MOST_STEPS
            return self._by_steps(sums, energy=against * energy, start=start, tol=tol)
        return self._by_factor(self.factor, sums)

    def _by_steps(self, sums: list[Array], *, energy: Array, start: Effects | None, tol: float) -> Effects:
        """Conjugate gradients on the Schur complement of the rest, with its diagonal."""
        right = self._joined([sums[at] for at in self.rest])
        diagonal = np.concatenate([self.sums[at] for at in self.rest])
        scale = np.sum(right**2 * inverse_or_zero(diagonal), axis=1)
        head = [sums[at] for at in self.head]
        solution, steps, residual = conjugate_gradients(
            self._schur, right=right - self._joined(self._rest_sums(self._solve_head(head))),
            precondition=by_diagonal(diagonal), reference=np.maximum(scale, energy),
            start=None if start is None else start.solved, tol=tol, max_steps=self.patience,
        )  # fmt: skip
        through = self._head_sums(self._split(solution))
        solved = self._solve_head([own - other for own, other in zip(head, through, strict=True)])
        return Effects(tuple(solved), solution, steps, residual)

    def _by_factor(self, factor: Factor, sums: list[Array]) -> Effects:
        """The factor's solution of the normal equations, and once more for what its ridge left."""
        right = np.concatenate(sums)
        solution = factor.solve(right)
        solution += factor.solve(right - self._normal(solution))
        levels = np.split(solution, np.cumsum(self.counts)[:-1])
        return Effects(tuple(levels[at] for at in self.head), self._joined([levels[at] for at in self.rest]))

    def expand(self, effects: Effects, column: int, out: Array) -> None:
        out[...] = 0.0
        for at, values in zip(self.head, effects.parts, strict=True):
            out += values[:, column][self.codes[at]]
        if effects.solved is not None:
            solution = effects.solved[column]
            for at, (low, high) in zip(self.rest, zip(self.ends[:-1], self.ends[1:], strict=True), strict=True):
                out += solution[low:high][self.codes[at]]

    def take_out(self, effects: Effects, columns: Array) -> None:
        fitted = np.empty(self.cells)
        for at, column in enumerate(columns):
            self.expand(effects, at, fitted)
            column -= fitted

    def levels(self, effects: Effects) -> list[Array]:
        found = {at: values[:, 0][self.codes[at]] for at, values in zip(self.head, effects.parts, strict=True)}
        if effects.solved is not None:
            split = self._split(effects.solved)
            found |= {at: values[:, 0][self.codes[at]] for at, values in zip(self.rest, split, strict=True)}
        return [self.to_rows(found[at]) for at in range(len(self.codes))]

    # -- start ------------------------------------------------------------------------------------------------------
    def group_sums(self, values: Array) -> list[Array]:
        return [sums_by(code, values, count) for code, count in zip(self.codes, self.counts, strict=True)]

    def scaled_start(self, flow: Array, reach: Array, sweeps: int) -> Array:
        fitted = reach.copy()
        flows = self.group_sums(flow)
        for _ in range(sweeps):
            for code, total in zip(self.codes, flows, strict=True):
                fitted *= proportional_step(total, sums_by(code, fitted, len(total)))[code]
        return fitted

    # -- private ---------------------------------------------------------------------------------------------------
    def _solve_head(self, sums: list[Array]) -> list[Array]:
        """Exact effects of the head from its right-hand sides (level, regressor)."""
        if len(self.head) == 1:
            return [sums[0] * self.head_inverse[:, None]]
        cross = self.cross[self.head[0], self.head[1]]
        reduced = sums[1] - cross.T @ (sums[0] * self.head_inverse[:, None])
        padded = np.concatenate([reduced, np.zeros((1, reduced.shape[1]))])
        for batch, inverse in zip(self.batches, self.inverses, strict=True):
            padded[batch] = inverse @ padded[batch]
        right = padded[:-1]
        return [(sums[0] - cross @ right) * self.head_inverse[:, None], right]

    def _schur(self, flat: Array) -> Array:
        rest = self._split(flat)
        image = self._tied(dict(zip(self.rest, rest, strict=True)))
        through = self._rest_sums(self._solve_head(self._head_sums(rest)))
        return self._joined([own - other for own, other in zip(image, through, strict=True)])

    def _normal(self, effects: Array) -> Array:
        """D'WD e of all effects (level, regressor)."""
        return np.concatenate(self._tied(dict(enumerate(np.split(effects, np.cumsum(self.counts)[:-1])))))

    def _tied(self, effects: dict[int, Array]) -> list[Array]:
        """For each of some effects (level, regressor), the weighted sums of their fitted values by its levels."""
        image = {at: self.sums[at][:, None] * values for at, values in effects.items()}
        for (left, right), cross in self.cross.items():
            if left in effects and right in effects:
                image[left] += cross @ effects[right]
                image[right] += cross.T @ effects[left]
        return list(image.values())

    def _head_sums(self, rest: list[Array]) -> list[Array]:
        return [
            sum((self.cross[a, b] @ values for b, values in zip(self.rest, rest, strict=True)), np.zeros(1))
            for a in self.head
        ]

    def _rest_sums(self, head: list[Array]) -> list[Array]:
        return [
            sum((self.cross[a, b].T @ values for a, values in zip(self.head, head, strict=True)), np.zeros(1))
            for b in self.rest
        ]

    def _split(self, flat: Array) -> list[Array]:
        turned = np.ascontiguousarray(flat.T)
        return [turned[low:high] for low, high in zip(self.ends[:-1], self.ends[1:], strict=True)]

    def _joined(self, parts: list[Array]) -> Array:
        return np.ascontiguousarray(np.concatenate(parts).T)


@dataclass(frozen=True, slots=True)
class _Block:
    """A connected part of two effects: its levels of each, its rows and their places in the dense block."""

    left: Codes
    right: Codes
    rows: Codes
    place: Codes


def _head(codes: list[Codes], counts: list[int]) -> tuple[tuple[int, ...], list[_Block]]:
    """The effects to eliminate exactly: two with blocks small enough to factor, or else the largest alone."""
    for left, right in [(0, 1), (1, 2), (0, 2)] if len(codes) > 2 else [(0, 1)][: len(codes) - 1]:
        ordered = (left, right) if counts[left] >= counts[right] else (right, left)
        blocks = _blocks(codes[ordered[0]], codes[ordered[1]], counts[ordered[0]], counts[ordered[1]])
        if blocks is not None:
            return ordered, blocks
    return (int(np.argmax(counts)),), []


def _blocks(left: Codes, right: Codes, left_count: int, right_count: int) -> list[_Block] | None:
    size = left_count + right_count
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right + left_count)), shape=(size, size))
    count, found = connected_components(graph.tocsr(), directed=False)
    label = found.astype(np.intp)
    left_sizes, right_sizes = (
        np.bincount(label[:left_count], minlength=count),
        np.bincount(label[left_count:], minlength=count),
    )
    if right_sizes.max() > MOST_COLUMNS or (left_sizes * right_sizes).max() > MOST_BLOCK_CELLS:
        return None
    if np.sum(right_sizes.astype(float) ** 2) > 50 * len(left) + 1e6:
        return None
    left_of, left_ends = _grouped_rows(label[:left_count], count)
    right_of, right_ends = _grouped_rows(label[left_count:], count)
    left_place, right_place = np.empty(left_count, dtype=np.intp), np.empty(right_count, dtype=np.intp)
    left_place[left_of] = np.arange(left_count) - left_ends[label[:left_count][left_of]]
    right_place[right_of] = np.arange(right_count) - right_ends[label[left_count:][right_of]]
    block = label[left]
    rows, ends = _grouped_rows(block, count)
    place = (left_place[left] * right_sizes[block] + right_place[right])[rows]
    return [
        _Block(
            left_of[left_ends[at] : left_ends[at + 1]], right_of[right_ends[at] : right_ends[at + 1]],
            rows[ends[at] : ends[at + 1]], place[ends[at] : ends[at + 1]],
        )
        for at in range(count)
    ]  # fmt: skip


def _batches(blocks: list[_Block], none: int) -> list[Codes]:
    """Blocks, sorted by size, in batches of like size: the right levels of each (block, level), filled up with `none`.

    Few large products of matrices instead of many small ones.
    """
    batches: list[list[_Block]] = []
    for block in blocks:
        if not batches or len(block.right) > LIKE_SIZE * len(batches[-1][0].right) + 4:
            batches.append([])
        batches[-1].append(block)
    found = []
    for batch in batches:
        place = np.full((len(batch), len(batch[-1].right)), none, dtype=np.intp)
        for row, block in zip(place, batch, strict=True):
            row[: len(block.right)] = block.right
        found.append(place)
    return found


def _grouped_rows(code: Codes, count: int) -> tuple[Codes, Codes]:
    """Row numbers sorted by level, and where each level starts: a counting sort."""
    rows = len(code)
    ones = np.ones(rows, dtype=np.int8)
    sorted_ = csr_array((ones, code, np.arange(rows + 1)), shape=(rows, count)).tocsc()
    return sorted_.indices.astype(np.intp), sorted_.indptr.astype(np.intp)
