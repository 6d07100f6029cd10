"""What does a gravity formula say?  The manners of fixest: `trade ~ log(dist) + rta | exporter^year + importer^year`.

Left of `~` the outcome, right of it the regressors, after `|` the fixed effects. `^` (or `:`) joins columns to one
fixed effect; `:` multiplies regressors, `*` adds them too, `- x` takes a term away and `- 1` the constant;
`i(year, border, ref=2006)` gives one slope for each year; `C(x)` or a column of words is a set of dummies. Transforms
(`expressions.py`): log, log1p, log10, exp, sqrt, abs, and arithmetic inside `I(...)` or a call, where `^` is a power.
A term is called what the formula calls it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from peyvand.errors import FormulaError
from peyvand.gravity.expressions import (
    ELSEWHERE,
    categorical_column,
    check_expression,
    named,
    names_in,
    protected,
    shown,
    tree_of,
)

_EXAMPLE = "trade ~ rta + log(dist) | exporter^year + importer^year"


@dataclass(frozen=True, slots=True)
class Interaction:
    """`i(factor, by, ref=level)`: one regressor for each level of `factor`, except those of `ref`, times `by` if given.

    `i(factor, i.by)`, or a `by` that is a column of words, has one regressor for each level of both.
    """

    factor: str
    by: str | None = None
    ref: tuple[str, ...] = ()
    by_levels: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A product of expressions; `C(x)` and word columns among them become dummies.

    `label` is the term as the formula writes it.
    """

    label: str
    factors: tuple[str, ...]
    interaction: Interaction | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula taken apart."""

    text: str
    outcome: str
    terms: tuple[Term, ...]
    effects: tuple[tuple[str, ...], ...]
    intercept: bool

    @property
    def columns(self) -> list[str]:
        """Every column of the data that the formula needs, in the order of first mention."""
        found = names_in(self.outcome) + self.regressor_columns
        return list(dict.fromkeys(found + [column for effect in self.effects for column in effect]))

    @property
    def regressor_columns(self) -> list[str]:
        """The columns of the regressors alone."""
        found = []
        for term in self.terms:
            for factor in term.factors:
                found += names_in(factor)
            if term.interaction:
                found += [term.interaction.factor, *(names_in(term.interaction.by) if term.interaction.by else [])]
        return list(dict.fromkeys(found))

    @property
    def factors(self) -> list[str]:
        """The columns of which every level counts: in `i()` and in `C()`."""
        inside = [term.interaction.factor for term in self.terms if term.interaction]
        inside += [str(term.interaction.by) for term in self.terms if term.interaction and term.interaction.by_levels]
        marked = [categorical_column(factor) for term in self.terms for factor in term.factors]
        return list(dict.fromkeys([*inside, *(name for name in marked if name)]))


def parse(text: str) -> Formula:
    """Take a formula apart.

    Raises
    ------
    FormulaError
        If there is no `~`, a part is empty, or an expression holds something other than columns, numbers, the
        functions above and arithmetic.

    >>> parse("trade ~ rta + log(dist) | exporter^year + importer^year").effects
    (('exporter', 'year'), ('importer', 'year'))
    """
    if not isinstance(text, str):
        raise FormulaError(f"a formula is a text, not {type(text).__name__}", hint=_EXAMPLE)
    plain = " ".join(protected(text).split())
    if plain.count("~") != 1:
        raise FormulaError(f"a formula has one ~: {text!r}", hint=_EXAMPLE)
    left, right = (side.strip() for side in plain.split("~"))
    parts = [part.strip() for part in right.split("|")]
    if not left or not parts[0]:
        raise FormulaError(f"nothing stands on one side of ~ in {text!r}", hint="trade ~ 1 | exporter + importer")
    if len(parts) > 2:
        raise FormulaError(f"only one | is understood in {text!r}", hint="outcome ~ regressors | fixed effects")
    check_expression(tree_of(left), left)
    intercept, terms = _right_side(parts[0])
    effects = _effects(parts[1]) if len(parts) == 2 else ()
    return Formula(text.strip(), left, tuple(terms), effects, intercept and not effects)


def _right_side(part: str) -> tuple[bool, list[Term]]:
    """Whether the equation has a constant, and its terms: `+` adds one, `-` takes one away."""
    intercept, terms = True, dict[str, Term]()
    for sign, piece in _signed(part):
        if piece in ("0", "1"):
            intercept = (piece == "1") == (sign == "+")
            continue
        for term in _terms(piece):
            if sign == "+":
                terms.setdefault(_compact(term.label), term)
            else:
                terms.pop(_compact(term.label), None)
    return intercept, list(terms.values())


def _terms(piece: str) -> list[Term]:
    """The terms of one piece: `a*b` is a, b and a:b; a sum in brackets is multiplied out."""
    if (call := re.match(r"i\s*\(", piece)) and _closes(piece, call.end() - 1):
        return [Term(shown(piece), (), _interaction(piece))]
    if len(factors := _split(piece, "*")) > 1:
        starred = [_terms(part) for part in factors]
        some = [chosen for size in range(1, len(starred) + 1) for chosen in combinations(starred, size)]
        return [_product(one) for chosen in some for one in product(*chosen)]
    if len(factors := _split(piece, ":")) > 1:
        return [_product(one) for one in product(*(_terms(part) for part in factors))]
    if piece.startswith("(") and _closes(piece, 0):
        inside = _signed(piece[1:-1])
        if len(inside) > 1 and all(sign == "+" for sign, _ in inside):
            return [term for _, part in inside for term in _terms(part)]
    _refuse_ambiguous(tree_of(piece), piece)
    check_expression(tree_of(piece), piece)
    return [Term(shown(piece), (piece,))]


def _refuse_ambiguous(tree: ast.expr, piece: str) -> None:
    """Refuse what other tools read as several terms and arithmetic reads as one: a/b and (a + b)^2."""
    match tree:
        case ast.BinOp(op=ast.Div(), right=right) if names_in(ast.unparse(right)):
            hint = f"I({shown(piece)}) is the quotient; a + a:b is what R means by a/b"
        case ast.BinOp(left=ast.BinOp(op=ast.Add() | ast.Sub()), op=ast.Pow() | ast.BitXor()):
            hint = f"I({shown(piece)}) is the power of the sum; a*b is both columns and their product"
        case _:
            return
    raise FormulaError(f"{shown(piece)!r} has two meanings", hint=hint)


def _product(terms: tuple[Term, ...]) -> Term:
    if any(term.interaction for term in terms) and len(terms) > 1:
        label = ":".join(term.label for term in terms)
        raise FormulaError(f"i() stands alone, not in {label!r}", hint="i(year, border), or C(year):border")
    return terms[0] if len(terms) == 1 else Term(
        ":".join(term.label for term in terms), tuple(factor for term in terms for factor in term.factors)
    )  # fmt: skip


def _interaction(piece: str) -> Interaction:
    hint = "i(year, border, ref=2006)"
    call = tree_of(piece)
    if not isinstance(call, ast.Call) or not 1 <= len(call.args) <= 3 or not isinstance(call.args[0], ast.Name):
        raise FormulaError(f"i() takes a factor, perhaps a column, and ref=: {shown(piece)!r}", hint=hint)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if set(keywords) - {"ref"} or (len(call.args) == 3 and keywords):
        raise FormulaError(f"i() knows only ref=: {shown(piece)!r}", hint=hint)
    ref = keywords.get("ref", call.args[2] if len(call.args) == 3 else None)
    levels = () if ref is None else _levels(ref, piece)
    factor = named(call.args[0].id)
    if len(call.args) == 1:
        return Interaction(factor, None, levels)
    match call.args[1]:
        case ast.Attribute(value=ast.Name(id="i"), attr=name):
            return Interaction(factor, named(name), levels, by_levels=True)
        case by:
            check_expression(by, piece)
            return Interaction(factor, ast.get_source_segment(piece, by), levels)


def _levels(node: ast.expr, piece: str) -> tuple[str, ...]:
    """The levels that `ref=` names: a number or word, or several as c(…), […] or (…)."""
    match node:
        case ast.Call(func=ast.Name(id="c"), args=several) | ast.List(elts=several) | ast.Tuple(elts=several):
            return tuple(level for one in several for level in _levels(one, piece))
        case ast.Constant(value=str() | int() | float() as value):
            return (level_name(value),)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return (level_name(-value),)
        case ast.Name(id=name):
            return (named(name),)
    raise FormulaError(f"ref= names a level in {shown(piece)!r}", hint="ref=2006, ref='KAZ', ref=c(2005, 2006)")


def level_name(value: object) -> str:
    """A level in a term's name: 2006 for 2006.0, as a column with gaps holds its years, and a date without midnight."""
    if isinstance(value, np.datetime64):
        return str(value.astype("datetime64[D]") if value == value.astype("datetime64[D]") else value)
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _effects(part: str) -> tuple[tuple[str, ...], ...]:
    if part in ("0", "1", ""):
        return ()
    effects = []
    for piece in _split(part, "+"):
        columns = [name.strip() for name in piece.replace(":", "^").split("^")]
        if not all(columns) or not all(isinstance(tree_of(name), ast.Name) for name in columns):
            raise FormulaError(f"a fixed effect is columns joined by ^: {shown(piece)!r}", hint=_instead_of(piece))
        effects.append(tuple(named(name) for name in columns))
    return tuple(dict.fromkeys(effects))


def _instead_of(effect: str) -> str:
    """What to write instead of another tool's manner of fixed effects."""
    if "[" in effect:
        return "slopes that vary stand among the regressors: i(exporter, log(dist))"
    return ELSEWHERE.get(effect.partition("(")[0].strip(), "exporter^year")


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark outside brackets.  `**` is a power, no mark."""
    return [piece for _, piece in _pieces(text, mark)]


def _signed(text: str) -> list[tuple[str, str]]:
    """The pieces of a sum, each with its sign: `x - 1 + z` is + x, − 1, + z."""
    return _pieces(text, "+-")


def _pieces(text: str, marks: str) -> list[tuple[str, str]]:
    found, depth, start, sign = [], 0, 0, "+"
    for at, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth or letter not in marks or "**" in (text[at : at + 2], text[max(at - 1, 0) : at + 1]):
            continue
        before = text[start:at].strip()
        if letter == "-" and (not before or before[-1] in "*:^/+"):
            if not before:
                sign, start = "-", at + 1
            continue
        found.append((sign, before))
        sign, start = letter, at + 1
    found.append((sign, text[start:].strip()))
    if depth or any(not piece for _, piece in found):
        raise FormulaError(
            f"something is missing around {marks!r} in {shown(text.strip())!r}", hint="check the brackets"
        )
    return found


def _compact(text: str) -> str:
    return "".join(text.split())


def _closes(piece: str, first: int) -> bool:
    """Whether the bracket at `first` is closed by the last letter."""
    depth = 0
    for at, letter in enumerate(piece[first:], first):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return at == len(piece) - 1
    return False
