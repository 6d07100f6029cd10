"""Which rows and columns does an estimate stand on?  From a formula and a table to arrays, with every drop listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import DataError
from peyvand.gravity.expressions import names_in, shown
from peyvand.gravity.formula import Formula
from peyvand.gravity.kernels import Array
from peyvand.gravity.regressors import Table, factor_columns, regressor_columns
from peyvand.gravity.tables import Column, column_names, read_columns

Codes = NDArray[np.intp]
_NO_ROWS: Codes = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class FixedEffect:
    """One fixed effect: its columns, the level of each row, and the labels of the levels."""

    columns: tuple[str, ...]
    codes: Codes
    levels: tuple[Column, ...]

    @property
    def name(self) -> str:
        return "^".join(self.columns)

    @property
    def count(self) -> int:
        return len(self.levels[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The arrays of an estimate.

    Parameters
    ----------
    outcome : Array
        (row,).
    regressors : tuple of Array
        (row,) each, in the order of `names`; columns of the table as they are where they are numbers.
    rows : NDArray
        The 0-based row of the input behind each row kept.
    clusters : dict
        Level of each row, by name of the cluster.
    dropped : tuple
        (rows of the input, reason).
    offset_text : str or None
        The column or expression behind the offset.
    axes : dict
        Level of each row by single column of the fixed effects, clusters and dummies.
    """

    formula: Formula
    outcome: Array
    regressors: tuple[Array, ...]
    names: tuple[str, ...]
    effects: tuple[FixedEffect, ...]
    weights: Array | None
    offset: Array | None
    offset_text: str | None
    clusters: dict[str, Codes]
    rows: NDArray[np.intp]
    input_rows: int
    dropped: tuple[tuple[NDArray[np.intp], str], ...]
    axes: dict[str, tuple[Codes, Column]]


def build_design(
    formula: Formula,
    data: Any,
    *,
    cluster: Sequence[str] = (),
    weights: str | None = None,
    offset: str | None = None,
) -> Design:
    """Read the columns, evaluate the terms, number the fixed effects.

    Raises
    ------
    UnknownNameError
        If a column is missing.
    DataError
        If words stand where numbers should, a weight is negative, or no row is complete.
    """
    clusters = [tuple(name.split("^")) for name in cluster]
    extra = [name for text in (weights, offset) if text for name in names_in(text)]
    table = Table(read_columns(data, [*formula.columns, *(name for names in clusters for name in names), *extra]))
    count = len(table)
    if not count:
        raise DataError("the data have no rows", hint="is the right file or filter in use?")

    outcome = table.numbers(formula.outcome)
    names, regressors = _unzipped(regressor_columns(formula, table))
    weight_values = table.numbers(weights) if weights else None
    offset_values = table.numbers(offset) if offset else None

    grouping = [column for columns in (*formula.effects, *clusters) for column in columns]
    axes = {column: table.levels(column) for column in [*grouping, *factor_columns(formula, table)]}
    valued = [(shown(formula.outcome), outcome), *zip(names, regressors, strict=True)]
    for given, values_ in ((weights, weight_values), (offset, offset_values)):
        if given and values_ is not None:
            valued.append((given, values_))
    keep, dropped = _complete_rows(valued, {name: codes for name, (codes, _) in axes.items()})
    if weight_values is not None:
        if np.any(weight_values[keep] < 0):
            row = int(np.flatnonzero(keep & (weight_values < 0))[0])
            raise DataError(f"weight {weights!r} is negative in row {row}", hint="weights are zero or more", row=row)
        nothing = keep & (weight_values == 0)
        if nothing.any():
            dropped.append((np.flatnonzero(nothing), f"weight {weights} is zero"))
            keep &= ~nothing
    whole = Design(
        formula=formula, outcome=outcome, regressors=tuple(regressors), names=names, effects=(),
        weights=weight_values, offset=offset_values, offset_text=offset, clusters=dict.fromkeys(cluster, _NO_ROWS),
        rows=np.arange(count), input_rows=count, dropped=(), axes=axes,
    )  # fmt: skip
    return restricted(whole, keep, dropped)


def restricted(design: Design, keep: NDArray[np.bool_], dropped: Sequence[tuple[NDArray[np.intp], str]]) -> Design:
    """The design of some of its rows, effects and clusters numbered anew, the other rows listed with their reasons.

    Raises
    ------
    DataError
        If no row is left.
    """
    if not keep.any():
        raise DataError("no row is complete", hint="; ".join(dict.fromkeys(reason for _, reason in dropped)))
    whole = bool(keep.all())

    def of_rows(values: Array) -> Array:
        return np.ascontiguousarray(values if whole else values[keep], dtype=np.float64)

    axes = design.axes if whole else {name: (codes[keep], levels) for name, (codes, levels) in design.axes.items()}
    return replace(
        design,
        outcome=of_rows(design.outcome),
        regressors=tuple(of_rows(values) for values in design.regressors),
        effects=tuple(joint_effect(columns, axes, whole=whole) for columns in design.formula.effects),
        weights=None if design.weights is None else of_rows(design.weights),
        offset=None if design.offset is None else of_rows(design.offset),
        clusters={name: joint_effect(tuple(name.split("^")), axes, whole=whole).codes for name in design.clusters},
        rows=design.rows[keep],
        dropped=(*design.dropped, *dropped),
        axes=axes,
    )


def term_columns(formula: Formula, data: Any, offset: str | None = None) -> tuple[dict[str, Array], Table]:
    """The regressors of a formula by name in other data, the offset (or zeros) under the empty name; and the table."""
    needed = formula.regressor_columns + (names_in(offset) if offset else [])
    effects = [column for effect in formula.effects for column in effect]
    every = [*needed, *effects] or column_names(data)[:1]  # a constant alone still has as many rows
    table = Table(read_columns(data, every))
    found = {"Intercept": np.ones(len(table)), **dict(regressor_columns(formula, table, every_level=True))}
    return found | {"": table.numbers(offset) if offset else np.zeros(len(table))}, table


def joint_effect(
    columns: tuple[str, ...], axes: Mapping[str, tuple[Codes, Column]], *, whole: bool = False
) -> FixedEffect:
    """The fixed effect of several columns together, its levels numbered in sorted order without gaps.

    `whole` says that the axes have a row for each of their levels.
    """
    codes, sizes = axes[columns[0]][0], [len(axes[column][1]) for column in columns]
    if len(columns) == 1 and whole:
        return FixedEffect(columns, codes, (axes[columns[0]][1],))
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        codes = codes * size + axes[column][0]
    codes, used = renumbered(codes)
    labels = np.unravel_index(used, sizes)
    return FixedEffect(columns, codes, tuple(axes[c][1][at] for c, at in zip(columns, labels, strict=True)))


def renumbered(codes: Codes) -> tuple[Codes, Codes]:
    """Codes numbered anew from 0 without gaps, in the same order, and the old number behind each."""
    total = int(codes.max(initial=-1)) + 1
    if total > 16 * len(codes) + 1000:
        used, fresh = np.unique(codes, return_inverse=True)
        return fresh.astype(np.intp), used
    held = np.zeros(total, dtype=bool)
    held[codes] = True
    used = np.flatnonzero(held)
    return (codes if len(used) == total else (np.cumsum(held) - 1)[codes]), used


def _unzipped(regressors: list[tuple[str, Array]]) -> tuple[tuple[str, ...], list[Array]]:
    return tuple(name for name, _ in regressors), [values for _, values in regressors]


def _complete_rows(
    valued: list[tuple[str, Array]], axes: dict[str, Codes]
) -> tuple[NDArray[np.bool_], list[tuple[NDArray[np.intp], str]]]:
    """Rows with a finite value everywhere, and the others with the first reason that drops them."""
    keep = np.ones(len(valued[0][1]), dtype=bool)
    dropped: list[tuple[NDArray[np.intp], str]] = []

    def drop(bad: NDArray[np.bool_], reason: str) -> None:
        fresh = keep & bad
        if fresh.any():
            dropped.append((np.flatnonzero(fresh), reason))
            keep[fresh] = False

    for name, values in valued:
        with np.errstate(invalid="ignore", over="ignore"):
            finite = np.isfinite(values.sum())
        if not finite:
            drop(np.isnan(values), f"{name} is missing")
            drop(np.isinf(values), f"{name} is infinite")
    for name, codes in axes.items():
        if codes.min(initial=0) < 0:
            drop(codes < 0, f"{name} is missing")
    return keep, dropped
