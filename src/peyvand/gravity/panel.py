"""How are fixed effects absorbed on a panel whose rows fill exporter × importer × year (× sector)?

For each block (a year of a sector) exporter and importer effects are eliminated exactly with one Cholesky factor;
the pair effects that remain are solved by conjugate gradients on their Schur complement, all regressors at once. PPML
weights are nearly products of country terms, so what remains is nearly diagonal and a few steps suffice.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from peyvand.gravity.absorb import ROUNDING, Effects, by_diagonal, conjugate_gradients
from peyvand.gravity.kernels import (
    Array,
    Columns,
    cell_sums,
    column_effects_root,
    inverse_or_zero,
    pair_sums_of_effects,
    proportional_step,
    sums_by,
    sums_of_pair_effects,
    two_way_effects,
)
from peyvand.gravity.threads import FEW, each, ranges

Codes = NDArray[np.intp]
CACHED_CELLS = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelShape:
    """Where each row of the data stands in the panel.

    Parameters
    ----------
    groups, blocks, rows, columns : int
        Sectors, years of a sector, exporters, importers; the cells are their product in this order.
    cell : Codes or None
        The cell of each row of the data; None when row k is cell k.
    order : tuple of int
        Which fixed effect of the formula is that of rows, of columns and, third, of pairs.
    pair : Codes or None
        The pair effect of each (group, row × column), numbered within its group, where pairs share effects (symmetric
        pairs, one effect for all domestic pairs); None when each has its own.
    """

    groups: int
    blocks: int
    rows: int
    columns: int
    cell: Codes | None
    order: tuple[int, ...]
    pair: Codes | None = None

    @property
    def cells(self) -> int:
        return self.groups * self.blocks * self.rows * self.columns


@dataclass(slots=True)
class PanelEffects:
    """Absorbs row and column effects of each block and, when the shape has a third effect, pair effects."""

    shape: PanelShape
    weight: Array = field(init=False)
    turned: Array = field(init=False)
    row_inverse: Array = field(init=False)
    column_root: Array = field(init=False)
    pair_weight: Array = field(init=False)
    parts: dict[int, Codes] = field(init=False, default_factory=dict)

    @property
    def cells(self) -> int:
        return self.shape.cells

    @property
    def has_pairs(self) -> bool:
        return len(self.shape.order) == 3

    # -- rows of the data and cells of the panel -------------------------------------------------------------------
    def to_cells(self, values: Array) -> Array:
        if self.shape.cell is None:
            return values
        cells = np.zeros(self.cells, dtype=values.dtype)
        cells[self.shape.cell] = values
        return cells

    def to_rows(self, cells: Array) -> Array:
        return cells if self.shape.cell is None else cells[self.shape.cell]

    # -- weights ---------------------------------------------------------------------------------------------------
    def weigh(self, weight: Array) -> None:
        shape = self.shape
        blocks = shape.groups * shape.blocks
        weights = weight.reshape(blocks, shape.rows, shape.columns)
        if not hasattr(self, "weight"):
            self.weight = np.empty((blocks, shape.rows, shape.columns))
            self.turned = np.empty((blocks, shape.columns, shape.rows))
            self.row_inverse = np.empty((blocks, shape.rows))
            self.column_root = np.empty((blocks, shape.columns, shape.columns))
            self.parts = _disconnected_blocks(weights)

        def factor(run: slice) -> None:
            for some in self._few_blocks(run, alone=self.parts):
                self.weight[some] = weights[some]
                self._factor(some)

        each(factor, ranges(blocks, cells=self.cells), cells=self.cells)
        if self.has_pairs:
            grouped = self.weight.reshape(shape.groups, shape.blocks, shape.rows, shape.columns)
            self.pair_weight = self._to_pairs(grouped.sum(axis=1)[None])[0]

    def _factor(self, some: slice) -> None:
        weight = self.weight[some]
        self.turned[some] = weight.transpose(0, 2, 1)
        row_sum, column_sum = weight.sum(axis=2), weight.sum(axis=1)
        self.row_inverse[some] = inverse_or_zero(row_sum)
        self.column_root[some] = column_effects_root(weight, row_sum, column_sum, self.parts.get(some.start))

    # -- least squares ---------------------------------------------------------------------------------------------
    def project(
        self, columns: Columns, *, tol: float, start: Effects | None = None, against: float = ROUNDING,
        weight: Array | None = None,
    ) -> Effects:  # fmt: skip
        """Effects (block, regressor, row), (block, regressor, column) and, solved for, (regressor, group, pair)."""
        weights = self.weight if weight is None else weight.reshape(self.weight.shape)
        row_sums, column_sums, pair_sums, energy = self._right_hand_sides(weights, columns)
        if not self.has_pairs:
            return Effects(self._two_way(row_sums, column_sums))
        first = self._pair_sums(*self._two_way(row_sums, column_sums))
        scale = np.sum(pair_sums**2 * inverse_or_zero(self.pair_weight), axis=(1, 2))
        pairs, steps, residual = conjugate_gradients(
            self._schur, right=pair_sums - first, precondition=by_diagonal(self.pair_weight),
            reference=np.maximum(scale, against * energy), start=None if start is None else start.solved, tol=tol,
        )  # fmt: skip
        rows, cols = self._country_sums(pairs)
        return Effects(self._two_way(row_sums - rows, column_sums - cols), pairs, steps, residual)

    def expand(self, effects: Effects, column: int, out: Array) -> None:
        cells = out.reshape(self.weight.shape)

        def fill(some: slice, fitted: Array) -> None:
            cells[some] = fitted

        self._hand_fitted(effects, column, fill)

    def take_out(self, effects: Effects, columns: Array) -> None:
        for column, values in enumerate(columns.reshape(len(columns), *self.weight.shape)):

            def subtract(some: slice, fitted: Array, values: Array = values) -> None:
                values[some] -= fitted

            self._hand_fitted(effects, column, subtract)

    def levels(self, effects: Effects) -> list[Array]:
        shape = self.shape
        blocks = shape.groups * shape.blocks
        full = (blocks, shape.rows, shape.columns)
        found = [
            np.broadcast_to(effects.parts[0][:, 0, :, None], full),
            np.broadcast_to(effects.parts[1][:, 0, None, :], full),
        ]
        if effects.solved is not None:
            found.append(np.repeat(self._from_pairs(effects.solved[:1])[0], shape.blocks, axis=0))
        by_formula = sorted(zip(shape.order, found, strict=True), key=lambda pair: pair[0])
        return [self.to_rows(values.reshape(-1)) for _, values in by_formula]

    # -- start ------------------------------------------------------------------------------------------------------
    def group_sums(self, values: Array) -> list[Array]:
        shape = self.shape
        cells = values.reshape(-1, shape.rows, shape.columns)
        sums = [cells.sum(axis=2), cells.sum(axis=1)]
        if self.has_pairs:
            grouped = cells.reshape(shape.groups, shape.blocks, shape.rows, shape.columns)
            sums.append(self._to_pairs(grouped.sum(axis=1)[None])[0])
        return sums

    def scaled_start(self, flow: Array, reach: Array, sweeps: int) -> Array:
        shape = self.shape
        flows = flow.reshape(-1, shape.rows, shape.columns)
        fitted = reach.reshape(flows.shape).copy()
        row_flow, column_flow = flows.sum(axis=2), flows.sum(axis=1)
        grouped = (shape.groups, shape.blocks, shape.rows, shape.columns)
        pair_flow = self._to_pairs(flows.reshape(grouped).sum(axis=1)[None]) if self.has_pairs else None
        for _ in range(sweeps):

            def scale(run: slice) -> None:
                part = fitted[run]
                part *= proportional_step(row_flow[run], part.sum(axis=2))[:, :, None]
                part *= proportional_step(column_flow[run], part.sum(axis=1))[:, None, :]

            each(scale, ranges(len(fitted), cells=self.cells), cells=self.cells)
            if pair_flow is not None:
                reached = self._to_pairs(fitted.reshape(grouped).sum(axis=1)[None])
                factor = self._from_pairs(proportional_step(pair_flow, reached))[0]
                by_group = fitted.reshape(grouped)
                by_group *= factor[:, None]
        return fitted.reshape(-1)

    # -- private ---------------------------------------------------------------------------------------------------
    def _hand_fitted(self, effects: Effects, column: int, use: Callable[[slice, Array], None]) -> None:
        """Hand the fitted values of one column to `use`, a few blocks at a time."""
        rows, cols = effects.parts[0][:, column], effects.parts[1][:, column]
        pairs = None if effects.solved is None else self._from_pairs(effects.solved[column][None])[0]

        def hand(run: slice) -> None:
            for some in self._few_blocks(run):
                fitted = rows[some, :, None] + cols[some, None, :]
                if pairs is not None:
                    fitted += pairs[some.start // self.shape.blocks]
                use(some, fitted)

        each(hand, ranges(len(rows), cells=self.cells), cells=self.cells)

    def _few_blocks(self, run: slice, alone: Container[int] = ()) -> Iterator[slice]:
        """A run of blocks in slices of one group that fit a core's cache; a block of `alone` is alone."""
        shape = self.shape
        most = max(1, CACHED_CELLS // (shape.rows * shape.columns))
        start = run.start
        while start < run.stop:
            end = min(start + most, run.stop, (start // shape.blocks + 1) * shape.blocks)
            stop = start + 1
            while stop < end and start not in alone and stop not in alone:
                stop += 1
            yield slice(start, stop)
            start = stop

    def _right_hand_sides(self, weight: Array, columns: Columns) -> tuple[Array, Array, Array, Array]:
        shape, count = self.shape, len(columns)
        values = [column.reshape(-1, shape.rows, shape.columns) for column in columns]
        items = [(column, group) for column in range(count) for group in range(shape.groups)]

        def sums(item: tuple[int, int]) -> tuple[Array, Array, Array, float]:
            column, group = item
            run = slice(group * shape.blocks, (group + 1) * shape.blocks)
            return cell_sums(weight[run], values[column][run])

        parts = each(sums, items, cells=self.cells)
        blocks = shape.groups * shape.blocks
        rows = np.stack([part[0] for part in parts]).reshape(count, blocks, shape.rows).transpose(1, 0, 2)
        cols = np.stack([part[1] for part in parts]).reshape(count, blocks, shape.columns).transpose(1, 0, 2)
        pairs = np.stack([part[2] for part in parts]).reshape(count, shape.groups, shape.rows, shape.columns)
        energy = np.array([part[3] for part in parts]).reshape(count, shape.groups).sum(axis=1)
        return rows, cols, self._to_pairs(pairs) if self.has_pairs else pairs, energy

    def _two_way(self, row_sums: Array, column_sums: Array) -> tuple[Array, Array]:
        def fit(run: slice) -> tuple[Array, Array]:
            return two_way_effects(
                weight=self.weight[run], weight_turned=self.turned[run], row_inverse=self.row_inverse[run],
                column_root=self.column_root[run], row_sums=row_sums[run], column_sums=column_sums[run],
            )  # fmt: skip

        parts = each(fit, ranges(len(self.weight), cells=self.cells), cells=self.cells)
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _schur(self, pairs: Array) -> Array:
        return self.pair_weight * pairs - self._pair_sums(*self._two_way(*self._country_sums(pairs)))

    def _country_sums(self, pairs: Array) -> tuple[Array, Array]:
        """Σ_j w e (block, regressor, row) and Σ_i w e (block, regressor, column)."""
        shape = self.shape
        dense = self._from_pairs(pairs)
        row_sums = np.empty((shape.groups * shape.blocks, len(pairs), shape.rows))
        column_sums = np.empty((shape.groups * shape.blocks, len(pairs), shape.columns))

        def add(item: tuple[int, slice, bool]) -> None:
            group, run, of_rows = item
            blocks = slice(group * shape.blocks, (group + 1) * shape.blocks)
            if of_rows:
                effects = np.ascontiguousarray(dense[:, group, run].transpose(1, 2, 0))
                row_sums[blocks, :, run] = sums_of_pair_effects(self.weight[blocks, run], effects).transpose(1, 2, 0)
            else:
                effects = np.ascontiguousarray(dense[:, group, :, run].transpose(2, 1, 0))
                column_sums[blocks, :, run] = sums_of_pair_effects(self.turned[blocks, run], effects).transpose(1, 2, 0)

        each(add, self._both_sides(), cells=self.cells)
        return row_sums, column_sums

    def _pair_sums(self, rows: Array, cols: Array) -> Array:
        """Σ_b w (a + g), (regressor, group, pair)."""
        shape, count = self.shape, rows.shape[1]
        from_rows = np.empty((shape.groups, shape.rows, count, shape.columns))
        from_columns = np.empty((shape.groups, shape.columns, count, shape.rows))

        def add(item: tuple[int, slice, bool]) -> None:
            group, run, of_rows = item
            blocks = slice(group * shape.blocks, (group + 1) * shape.blocks)
            weight, effects, out = (self.weight, rows, from_rows) if of_rows else (self.turned, cols, from_columns)
            side = np.ascontiguousarray(effects[blocks, :, run].transpose(2, 1, 0))
            out[group, run] = pair_sums_of_effects(weight[blocks, run], side)

        each(add, self._both_sides(), cells=self.cells)
        return self._to_pairs(from_rows.transpose(2, 0, 1, 3) + from_columns.transpose(2, 0, 3, 1))

    def _both_sides(self) -> list[tuple[int, slice, bool]]:
        shape = self.shape
        whole = shape.groups > 1 or self.cells < FEW
        rows = [slice(0, shape.rows)] if whole else ranges(shape.rows)
        cols = [slice(0, shape.columns)] if whole else ranges(shape.columns)
        return [(g, run, True) for g in range(shape.groups) for run in rows] + [
            (g, run, False) for g in range(shape.groups) for run in cols
        ]

    def _to_pairs(self, dense: Array) -> Array:
        """Sums of (regressor, group, row, column) over the pairs that share an effect: (regressor, group, pair)."""
        flat = dense.reshape(len(dense), self.shape.groups, -1)
        if self.shape.pair is None:
            return flat
        levels = int(self.shape.pair.max()) + 1
        return np.stack(
            [[sums_by(p, v, levels) for p, v in zip(self.shape.pair, column, strict=True)] for column in flat]
        )

    def _from_pairs(self, pairs: Array) -> Array:
        """Pair effects (regressor, group, pair) written out to (regressor, group, row, column)."""
        if self.shape.pair is not None:
            pairs = np.take_along_axis(pairs, self.shape.pair[None], axis=2)
        return pairs.reshape(len(pairs), self.shape.groups, self.shape.rows, self.shape.columns)


def _disconnected_blocks(weight: Array) -> dict[int, Codes]:
    """The connected part of each column, for the blocks that have more than one part."""
    found = {}
    for block, cells in enumerate(weight):
        present = cells > 0
        used = present.any(axis=0)
        if present.sum(axis=1).max(initial=0) == used.sum():
            continue
        part = _column_parts(present)
        if len(np.unique(part[used])) > 1:
            found[block] = part
    return found


def _column_parts(present: NDArray[np.bool_]) -> Codes:
    """The connected part of each column, named for its first column: columns meet in the rows that both have."""
    part = np.full(present.shape[1], -1, dtype=np.intp)
    for first in range(len(part)):
        if part[first] >= 0:
            continue
        reached, size = np.arange(len(part)) == first, 0
        while np.count_nonzero(reached) > size:
            size = int(np.count_nonzero(reached))
            reached |= present[present[:, reached].any(axis=1)].any(axis=0)
        part[reached] = first
    return part
