"""Which rows and columns does an estimate stand on?  From a formula and a table to arrays, with every drop listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import DataError, UnknownNameError, did_you_mean
from peyvand.gravity.formula import Formula, Term, categorical_column, evaluate, level_name, names_in, shown
from peyvand.gravity.kernels import Array
from peyvand.gravity.tables import Column, coded, numeric, read_columns

Codes = NDArray[np.intp]


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
    axes : dict
        Level of each row by single column of the fixed effects, for finding the panel's shape.
    """

    formula: Formula
    outcome: Array
    regressors: tuple[Array, ...]
    names: tuple[str, ...]
    effects: tuple[FixedEffect, ...]
    weights: Array | None
    offset: Array | None
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
    clusters = [tuple(name.replace(":", "^").split("^")) for name in cluster]
    extra = [column for columns in clusters for column in columns] + [name for name in (weights, offset) if name]
    columns = read_columns(data, [*formula.columns, *(name for text in extra for name in names_in(text))])
    count = len(next(iter(columns.values()))) if columns else 0
    if not count:
        raise DataError("the data have no rows", hint="is the right file or filter in use?")
    words = _word_columns(columns)
    numbers = _Numbers(columns)

    outcome = numbers.of(formula.outcome)
    regressors, names = [], []
    if formula.intercept:
        regressors.append(np.ones(count))
        names.append("Intercept")
    for term in formula.terms:
        for name, values in _regressors(term, numbers, words):
            names.append(name)
            regressors.append(values)
    weight_values = numbers.of(weights) if weights else None
    offset_values = numbers.of(offset) if offset else None

    axes = {column: coded(columns[column]) for effect in formula.effects for column in effect}
    axes |= {column: coded(columns[column]) for columns_ in clusters for column in columns_ if column not in axes}
    valued = [(formula.outcome, outcome), *zip(names, regressors, strict=True)]
    for given, values_ in ((weights, weight_values), (offset, offset_values)):
        if given and values_ is not None:
            valued.append((given, values_))
    factors = dict.fromkeys([*formula.factors, *(name for name in formula.columns if name in words)])
    keep, dropped = _complete_rows(valued, {name: codes for name, (codes, _) in axes.items()}, factors, columns)
    if weight_values is not None:
        if np.any(weight_values[keep] < 0):
            row = int(np.flatnonzero(keep & (weight_values < 0))[0])
            raise DataError(f"weight {weights!r} is negative in row {row}", hint="weights are zero or more", row=row)
        nothing = keep & (weight_values == 0)
        if nothing.any():
            dropped.append((np.flatnonzero(nothing), f"weight {weights} is zero"))
            keep &= ~nothing
    if not keep.any():
        raise DataError("no row is complete", hint="; ".join(reason for _, reason in dropped))

    whole = bool(keep.all())
    if not whole:
        outcome, regressors = outcome[keep], [values[keep] for values in regressors]
        axes = {name: (codes[keep], levels) for name, (codes, levels) in axes.items()}
        weight_values = None if weight_values is None else weight_values[keep]
        offset_values = None if offset_values is None else offset_values[keep]
    return Design(
        formula=formula,
        outcome=outcome,
        regressors=tuple(np.ascontiguousarray(values, dtype=np.float64) for values in regressors),
        names=tuple(names),
        effects=tuple(joint_effect(effect, axes, whole=whole) for effect in formula.effects),
        weights=weight_values,
        offset=offset_values,
        clusters={"^".join(names_): joint_effect(names_, axes, whole=whole).codes for names_ in clusters},
        rows=np.flatnonzero(keep),
        input_rows=count,
        dropped=tuple(dropped),
        axes=axes,
    )


def term_columns(formula: Formula, data: Any, offset: str | None = None) -> dict[str, Array]:
    """The regressors of a formula by name in other data, and the offset (or zeros) under the empty name."""
    needed = formula.regressor_columns + (names_in(offset) if offset else [])
    effects = [column for effect in formula.effects for column in effect]
    columns = read_columns(data, [*needed, *effects])
    count = len(next(iter(columns.values()))) if columns else 0
    numbers = _Numbers(columns)
    found = {"Intercept": np.ones(count)}
    for term in formula.terms:
        found |= dict(_regressors(term, numbers, _word_columns(columns), reference=False))
    return found | {"": numbers.of(offset) if offset else np.zeros(count)}


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


class _Numbers:
    """Columns as numbers, each converted once."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self.columns, self.done = columns, dict[str, Array]()

    def of(self, expression: str) -> Array:
        if expression in self.columns:
            return self._column(expression)
        needed = {name: self._column(name) for name in names_in(expression)}
        return np.broadcast_to(evaluate(expression, needed), len(next(iter(self.columns.values()))))

    def _column(self, name: str) -> Array:
        if name not in self.done:
            self.done[name] = numeric(self.columns[name], name)
        return self.done[name]


def _word_columns(columns: dict[str, Column]) -> set[str]:
    return {
        name for name, values in columns.items()
        if values.dtype.kind in "OUT" and any(isinstance(value, str) for value in values[:1000])
    }  # fmt: skip


def _regressors(term: Term, numbers: _Numbers, words: set[str], *, reference: bool = True) -> list[tuple[str, Array]]:
    """The columns of one term by name; dummies are named `C(x)[level]` or `x::level`.

    With `reference` the first level of a set of dummies is left out, as it must be when they are fitted.
    """
    if term.interaction:
        return _interaction_columns(term, numbers, words, reference=reference)
    products: list[tuple[str, Array | None]] = [("", None)]
    dummies = [factor for factor in term.factors if categorical_column(factor) or factor in words]
    for factor in term.factors:
        if factor not in dummies:
            values = numbers.of(factor)
            label = shown(factor)
            products = [(_joined(name, label), values if held is None else held * values) for name, held in products]
            continue
        codes, levels = coded(numbers.columns[categorical_column(factor) or factor])
        first = 1 if reference and len(term.factors) == 1 else 0
        products = [
            (_joined(name, f"{shown(factor)}[{level_name(level)}]"), (codes == at) * (1.0 if held is None else held))
            for name, held in products
            for at, level in enumerate(levels)
            if at >= first
        ]
    return [(name, values) for name, values in products if values is not None]


def _interaction_columns(term: Term, numbers: _Numbers, words: set[str], *, reference: bool) -> list[tuple[str, Array]]:
    """The columns of `i()`: one for each level, times the other column or each of its levels."""
    interaction = term.interaction
    assert interaction is not None
    factor, by = interaction.factor, interaction.by
    codes, levels = coded(numbers.columns[factor])
    names = [level_name(level) for level in levels]
    for level in interaction.ref if reference else ():
        if level not in names:
            raise UnknownNameError(f"{factor} has no level {level!r}", hint=did_you_mean(level, names))
    wanted = [(f"{factor}::{name}", codes == at) for at, name in enumerate(names) if name not in interaction.ref]
    if by is None:
        return [(name, held * 1.0) for name, held in wanted]
    if interaction.by_levels or by in words:
        other, others = coded(numbers.columns[by])
        return [
            (f"{name}:{by}::{level_name(level)}", (held & (other == at)) * 1.0)
            for name, held in wanted
            for at, level in enumerate(others)
        ]
    values = numbers.of(by)
    return [(f"{name}:{shown(by)}", held * values) for name, held in wanted]


def _joined(left: str, right: str) -> str:
    return f"{left}:{right}" if left else right


def _complete_rows(
    valued: list[tuple[str, Array]], axes: dict[str, Codes], factors: Iterable[str], columns: dict[str, Column]
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
        if not np.isfinite(values.sum()):
            drop(np.isnan(values), f"{name} is missing")
            drop(np.isinf(values), f"{name} is infinite")
    for name in factors:
        if name not in axes:
            drop(pd.isna(columns[name]), f"{name} is missing")
    for name, codes in axes.items():
        if codes.min(initial=0) < 0:
            drop(codes < 0, f"{name} is missing")
    return keep, dropped
