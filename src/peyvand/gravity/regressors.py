"""Which columns does a formula's right side make?  Numbers, products, dummies: named as the formula names them.

A set of dummies leaves out its first level where the rest of its term is in the equation too, as R and formulaic code
factors (Chambers and Hastie 1992): `C(year)` beside a constant or fixed effects, `C(year):z` beside z. Its columns are
then called `C(year)[T.1990]`; with every level in they are called `C(year)[1986]`, `C(year)[1990]`.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.gravity.expressions import categorical_column, evaluate, names_in, shown, words_compared
from peyvand.gravity.formula import Formula, Interaction, Term, level_name
from peyvand.gravity.kernels import Array
from peyvand.gravity.tables import Column, coded, numeric

Codes = NDArray[np.intp]
Named = list[tuple[str, Array]]
_NO_WORDS = np.empty(0)


class Table:
    """Columns of the data as numbers and as levels, each converted once."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self.columns = columns
        self._numbers: dict[str, Array] = {}
        self._levels: dict[str, tuple[Codes, Column]] = {}
        self._words: dict[str, bool] = {}

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def numbers(self, expression: str) -> Array:
        """The values of a column or expression."""
        if expression in self.columns:
            return self._column(expression)
        alike = {name for name in words_compared(expression) if self.holds_words(name)}
        needed = {name: self.columns[name] if name in alike else self._column(name) for name in names_in(expression)}
        return np.broadcast_to(evaluate(expression, needed), len(self))

    def levels(self, name: str) -> tuple[Codes, Column]:
        """Each row's level of a column, −1 where it is missing, and the levels."""
        if name not in self._levels:
            self._levels[name] = coded(self.columns[name])
        return self._levels[name]

    def holds_words(self, name: str) -> bool:
        """Whether a column of this name holds words; numbers written as words are no words."""
        if name not in self._words:
            values = self.columns.get(name, _NO_WORDS)
            self._words[name] = values.dtype.kind in "OUT" and _are_words(self.levels(name)[1])
        return self._words[name]

    def _column(self, name: str) -> Array:
        if name not in self._numbers:
            self._numbers[name] = numeric(self.columns[name], name)
        return self._numbers[name]


def _are_words(levels: Column) -> bool:
    are_texts = any(isinstance(level, str) for level in levels)
    return are_texts and bool(pd.to_numeric(pd.Series(levels, dtype=object), errors="coerce").isna().all())


def factor_columns(formula: Formula, table: Table) -> list[str]:
    """The columns of the right side of which every level counts: in `C()` and `i()`, and columns of words."""
    words = [name for term in formula.terms for name in term.factors if table.holds_words(name)]
    bys = [term.interaction.by for term in formula.terms if term.interaction and term.interaction.by]
    return list(dict.fromkeys([*formula.factors, *words, *(name for name in bys if table.holds_words(name))]))


def regressor_columns(formula: Formula, table: Table, *, every_level: bool = False) -> Named:
    """The regressors of a formula by name, the constant first.

    `every_level` keeps the levels that are left out of an estimate, for predictions from other data.
    """
    coding = _left_out(formula, table)
    found: Named = [("Intercept", np.ones(len(table)))] if formula.intercept else []
    for term in formula.terms:
        if term.interaction:
            first = bool(coding[term.label])
            found += _interaction_columns(term.interaction, table, first_left_out=first, every_level=every_level)
        else:
            found += _product_columns(term, table, left_out=coding[term.label], every_level=every_level)
    return found


def _left_out(formula: Formula, table: Table) -> dict[str, set[str]]:
    """For each term the factors that leave out their first level, because the rest of the term spans it."""
    spanned: set[frozenset[str]] = {frozenset()} if formula.intercept or formula.effects else set()
    found = {}
    for term in sorted(formula.terms, key=lambda term: len(_parts(term))):
        parts, factors = _parts(term), _factors(term, table)
        chosen = {factor for factor in factors if parts - {factor} in spanned}
        found[term.label] = chosen
        whole = sorted(factors - chosen)
        spanned |= {parts - set(some) for size in range(len(whole) + 1) for some in combinations(whole, size)}
    return found


def _parts(term: Term) -> frozenset[str]:
    if term.interaction:
        return frozenset(filter(None, (term.interaction.factor, term.interaction.by)))
    return frozenset(categorical_column(factor) or factor for factor in term.factors)


def _factors(term: Term, table: Table) -> set[str]:
    """The parts of a term that are sets of dummies; those of `i()` say themselves which level they leave out."""
    if term.interaction:
        return set() if term.interaction.by or term.interaction.ref else {term.interaction.factor}
    held = ((categorical_column(factor), factor) for factor in term.factors)
    return {column or factor for column, factor in held if column or table.holds_words(factor)}


def _product_columns(term: Term, table: Table, *, left_out: set[str], every_level: bool) -> Named:
    products: list[tuple[str, Array | None]] = [("", None)]
    numbers = [factor for factor in term.factors if not (categorical_column(factor) or table.holds_words(factor))]
    for factor in term.factors:
        label = shown(factor)
        if factor in numbers:
            values = table.numbers(factor)
            products = [(_joined(name, label), values if held is None else held * values) for name, held in products]
            continue
        column = categorical_column(factor) or factor
        codes, levels = table.levels(column)
        mark, first = ("T.", 1) if column in left_out else ("", 0)
        products = [
            (_joined(name, f"{label}[{mark}{level_name(level)}]"), (codes == at) * (1.0 if held is None else held))
            for name, held in products
            for at, level in enumerate(levels)
            if at >= first or every_level
        ]
    return [(name, values) for name, values in products if values is not None]


def _interaction_columns(interaction: Interaction, table: Table, *, first_left_out: bool, every_level: bool) -> Named:
    """The columns of `i()`: one for each level, times the other column or each of its levels."""
    factor, by = interaction.factor, interaction.by
    codes, levels = table.levels(factor)
    names = [level_name(level) for level in levels]
    references = interaction.ref or (names[:1] if first_left_out else ())
    if every_level:
        references = ()
    for level in references:
        if level not in names:
            raise UnknownNameError(f"{factor} has no level {level!r}", hint=did_you_mean(level, names))
    wanted = [(f"{factor}::{name}", codes == at) for at, name in enumerate(names) if name not in references]
    if by is None:
        return [(name, held * 1.0) for name, held in wanted]
    if interaction.by_levels or table.holds_words(by):
        other, others = table.levels(by)
        return [
            (f"{name}:{by}::{level_name(level)}", (held & (other == at)) * 1.0)
            for name, held in wanted
            for at, level in enumerate(others)
        ]
    values = table.numbers(by)
    return [(f"{name}:{shown(by)}", held * values) for name, held in wanted]


def _joined(left: str, right: str) -> str:
    return f"{left}:{right}" if left else right
