"""Do the rows fill a panel?  Finds blocks, rows, columns and pairs behind two or three fixed effects.

`exporter^year + importer^year + exporter^importer` has a block for each year, exporters as rows, importers as columns.
Where the fixed effects are ready-made numbers (`ey + iy + pair`), the axes are found as connected parts: exporter-years
and pairs that share rows of the data belong to one exporter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from peyvand.gravity.absorb import Absorber, NoEffects
from peyvand.gravity.design import Design, FixedEffect, joint_effect
from peyvand.gravity.panel import PanelEffects, PanelShape

Codes = NDArray[np.intp]
LEAST_FILL = 0.2
"""Share of a panel's cells that must be filled. Below 0.45 groups are as fast; the bias correction wants panels."""
MOST_COLUMNS = 2500


def absorber_for(design: Design, shape: PanelShape | None, keep: NDArray[np.bool_]) -> Absorber:
    """The absorber that suits the rows: a panel where they fill one, groups otherwise."""
    if not design.effects:
        return NoEffects(len(design.outcome))
    if shape is not None:
        return PanelEffects(shape)
    from peyvand.gravity.groups import GroupEffects  # SciPy's sparse arrays: a panel does not wait for them

    return GroupEffects([effect.codes for effect in design.effects], keep)


def panel_shape(design: Design, *, least_fill: float = LEAST_FILL) -> PanelShape | None:
    """The panel that the rows fill, or None when they fill less than `least_fill` of any."""
    count = len(design.effects)
    sorted_ = _shape_in_order(design.effects)
    if sorted_ is not None:
        return sorted_
    orders: dict[int, list[tuple[int, ...]]] = {2: [(0, 1)], 3: [(0, 1, 2), (1, 2, 0), (0, 2, 1)]}
    for order in orders.get(count, []):
        effects = [design.effects[at] for at in order]
        finders: tuple[Callable[[list[FixedEffect]], _Axes | None], ...]
        finders = (partial(_named_axes, design=design), _connected_axes)
        for find in finders:
            axes = find(effects)
            shape = axes and _shape(axes, effects, order, least_fill)
            if shape:
                return shape
    return None


@dataclass(frozen=True, slots=True)
class _Axes:
    """Group, block, row and column of each row of the data, each numbered from 0."""

    group: Codes
    block: Codes
    row: Codes
    column: Codes


def _shape_in_order(effects: tuple[FixedEffect, ...]) -> PanelShape | None:
    """The panel whose cells the rows are, one by one: all there and sorted by block, row and column; or None.

    Sorted rows show the lengths of the axes; that each effect is constant where it should be and has a level for each
    of its places then proves the shape.
    """
    for order in permutations(range(len(effects))) if len(effects) in (2, 3) else []:
        row, column, *pair = (effects[at] for at in order)
        count = len(row.codes)
        columns = _first(row.codes != row.codes[0])
        rows = _first(column.codes[::columns] != column.codes[0])
        area = rows * columns
        blocks = _first(pair[0].codes[::area] != pair[0].codes[0]) if pair else max(count // area, 1)
        if not 1 < columns <= rows or columns > MOST_COLUMNS or count % (area * blocks):
            continue
        groups = count // (area * blocks)
        if (row.count, column.count) != (groups * blocks * rows, groups * blocks * columns):
            continue
        if pair and (blocks < 2 or pair[0].count != groups * area):
            continue
        cells = (groups, blocks, rows, columns)
        if all(
            np.array_equal(levels, np.broadcast_to(levels.take([0], axis), cells))
            for levels, axis in (
                (effects[at].codes.reshape(cells), axis) for at, axis in zip(order, (3, 2, 1), strict=False)
            )
        ):
            return PanelShape(groups=groups, blocks=blocks, rows=rows, columns=columns, cell=None, order=order)
    return None


def _first(found: NDArray[np.bool_]) -> int:
    """Where it is first true, or how many there are if nowhere."""
    at = int(np.argmax(found))
    return at if found[at] else len(found)


def _named_axes(effects: list[FixedEffect], design: Design) -> _Axes | None:
    """Axes from the columns that the effects share by name."""
    first, second = (set(effect.columns) for effect in effects[:2])
    third = set(effects[2].columns) if len(effects) == 3 else set()
    common = first & second
    rows, columns = first - common, second - common
    if not rows or not columns or (len(effects) == 3 and not common):
        return None

    def numbered(names: set[str]) -> Codes:
        if not names:
            return np.zeros(len(design.outcome), dtype=np.intp)
        return joint_effect(tuple(sorted(names)), design.axes).codes

    return _Axes(numbered(common & third), numbered(common - third), numbered(rows), numbered(columns))


def _connected_axes(effects: list[FixedEffect]) -> _Axes | None:
    """Axes from the connected parts of the effects, where ready-made numbers hide the columns."""
    codes = [effect.codes for effect in effects]
    counts = [effect.count for effect in effects]
    blocks = _parts(codes[0], codes[1], counts[0], counts[1])
    if len(effects) == 2:
        zero = np.zeros(len(codes[0]), dtype=np.intp)
        block = blocks[codes[0]]
        rows = _within(np.arange(counts[0]), blocks)[codes[0]]
        second_block = np.zeros(counts[1], dtype=np.intp)
        second_block[codes[1]] = block
        return _Axes(zero, block, rows, _within(np.arange(counts[1]), second_block)[codes[1]])
    exporters = _parts(codes[0], codes[2], counts[0], counts[2])
    importers = _parts(codes[1], codes[2], counts[1], counts[2])
    if exporters.max() == 0 or importers.max() == 0:
        return None
    sectors = _parts(blocks, exporters, int(blocks.max()) + 1, int(exporters.max()) + 1)
    block, exporter, importer = blocks[codes[0]], exporters[codes[0]], importers[codes[1]]
    group = sectors[block]
    return _Axes(group, _within_group(block, group), _within_group(exporter, group), _within_group(importer, group))


def _parts(left: Codes, right: Codes, left_count: int, right_count: int) -> Codes:
    """The connected part of each left level, where rows of the data connect left and right levels.

    The last row of each level usually connects what all rows do; the rows that connect more are then few.
    """
    size = left_count + right_count
    last = np.empty(size, dtype=np.intp)
    last[left] = last[right + left_count] = np.arange(len(left))
    label = _labels(left[last], right[last] + left_count, size)
    here, there = label[left], label[left_count:][right]
    apart = here != there
    if apart.any():
        label = _labels(here[apart], there[apart], int(label.max()) + 1)[label]
    _, number = np.unique(label[:left_count], return_inverse=True)
    return np.asarray(number, dtype=np.intp)


def _labels(start: Codes, end: Codes, size: int) -> Codes:
    """The connected part of each of `size` nodes, of edges from `start` to `end`."""
    from scipy.sparse import coo_array  # slow to import, and a panel in order needs none of it
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(size, size))
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1], dtype=np.intp)


def _within(levels: Codes, group: Codes) -> Codes:
    """Number each level from 0 within its group."""
    order = np.lexsort((levels, group))
    sizes = np.bincount(group)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    number = np.empty(len(levels), dtype=np.intp)
    number[order] = np.arange(len(levels)) - starts[group[order]]
    return number


def _within_group(label: Codes, group: Codes) -> Codes:
    """Renumber labels, each of which belongs to one group, from 0 within the group."""
    if group.max() == 0:
        return label
    of_label = np.zeros(int(label.max()) + 1, dtype=np.intp)
    of_label[label] = group
    return _within(np.arange(len(of_label)), of_label)[label]


def _shape(axes: _Axes, effects: list[FixedEffect], order: tuple[int, ...], least_fill: float) -> PanelShape | None:
    groups, blocks, rows, columns = (int(axis.max()) + 1 for axis in (axes.group, axes.block, axes.row, axes.column))
    if columns > rows:
        axes = _Axes(axes.group, axes.block, axes.column, axes.row)
        rows, columns, order = columns, rows, (order[1], order[0], *order[2:])
        effects = [effects[1], effects[0], *effects[2:]]
    count, cells = len(axes.row), groups * blocks * rows * columns
    if count < least_fill * cells or columns > MOST_COLUMNS:
        return None
    cell = ((axes.group * blocks + axes.block) * rows + axes.row) * columns + axes.column
    held = np.zeros(cells, dtype=bool)
    held[cell] = True
    if np.count_nonzero(held) < count:
        return None
    pair = None
    if len(effects) == 3:
        place = axes.group * (rows * columns) + axes.row * columns + axes.column
        fits, pair = _pair_numbers(place, effects[2], axes.group, groups, rows * columns)
        if not fits:
            return None
    in_order = count == cells and bool(np.all(cell[1:] > cell[:-1]))
    return PanelShape(
        groups=groups,
        blocks=blocks,
        rows=rows,
        columns=columns,
        cell=None if in_order else cell,
        order=order,
        pair=pair,
    )


def _pair_numbers(
    place: Codes, effect: FixedEffect, group: Codes, groups: int, places: int
) -> tuple[bool, Codes | None]:
    """Whether the third effect depends on (group, row, column) alone, and which of its levels pairs share."""
    of_place = np.full(groups * places, -1, dtype=np.intp)
    of_place[place] = effect.codes
    if not np.array_equal(of_place[place], effect.codes):
        return False, None
    used = of_place >= 0
    if np.count_nonzero(used) == effect.count:
        return True, None
    of_level = np.full(effect.count, -1, dtype=np.intp)
    of_level[effect.codes] = group
    if not np.array_equal(of_level[effect.codes], group):
        return False, None
    number = _within(np.arange(effect.count), of_level)
    return True, np.where(used, number[of_place], 0).reshape(groups, places)
