"""What does a gravity formula say?  The manners of fixest: `trade ~ log(dist) + rta | exporter^year + importer^year`.

Left of `~` the outcome, right of it the regressors, after `|` the fixed effects. `^` (or `:`) joins columns to one
fixed effect; `:` multiplies regressors, `*` adds them too, `- x` takes a term away and `- 1` the constant;
`i(year, border, ref=2006)` gives one slope for each year; `C(x)` or a column of words is a set of dummies. Transforms:
log, log1p, log10, exp, sqrt, abs, and arithmetic inside `I(...)` or a call, where `^` is a power. A column whose name
has blanks stands in `backticks`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import FormulaError, did_you_mean

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "log": np.log, "ln": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10, "asinh": np.arcsinh,
    "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "I": np.asarray,
}  # fmt: skip
CATEGORICAL = ("C", "factor")
ARITHMETIC = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.BitXor: np.power,
}  # fmt: skip
COMPARISON = {
    ast.Eq: np.equal, ast.NotEq: np.not_equal, ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}  # fmt: skip


QUOTED = re.compile("`([^`]*)`")
STAND_IN = re.compile("_quoted_([0-9a-f]+)_")


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

    `label` is the term as the formula writes it, without blanks.
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
    plain = QUOTED.sub(_stand_in, text)
    if plain.count("~") != 1:
        raise FormulaError(f"a formula has one ~: {text!r}", hint="trade ~ rta + log(dist) | exporter^year")
    left, right = plain.split("~")
    parts = [part.strip() for part in right.split("|")]
    if not left.strip() or not parts[0]:
        raise FormulaError(f"nothing stands on one side of ~ in {text!r}", hint="trade ~ 1 | exporter + importer")
    if len(parts) > 2:
        raise FormulaError(f"only one | is understood in {text!r}", hint="outcome ~ regressors | fixed effects")
    _check(_tree(_compact(left)), left.strip())
    intercept, terms = _right_side(parts[0])
    effects = _effects(parts[1]) if len(parts) == 2 else ()
    return Formula(text.strip(), _compact(left), tuple(terms), effects, intercept and not effects)


def evaluate(expression: str, columns: Mapping[str, NDArray[np.generic]]) -> NDArray[np.float64]:
    """The values of an expression, float64.  Invalid values (the log of 0) come out as nan or inf.

    >>> evaluate("log(1+t)^2", {"t": np.array([0.0])})
    array([0.])
    """
    with np.errstate(all="ignore"):
        return np.asarray(_value(_tree(expression), columns), dtype=np.float64)


def names_in(expression: str) -> list[str]:
    """The columns that an expression mentions."""
    tree = _tree(expression)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return [_named(name) for name in dict.fromkeys(names) if name not in called]


def shown(expression: str) -> str:
    """An expression as the formula wrote it, with backticked names in backticks again."""
    return STAND_IN.sub(lambda found: f"`{_named(found[0])}`", expression)


def categorical_column(factor: str) -> str | None:
    """The column inside `C(...)`, or None if the factor is not one."""
    tree = _tree(factor)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in CATEGORICAL:
        return names_in(factor)[0]
    return None


def _right_side(part: str) -> tuple[bool, list[Term]]:
    """Whether the equation has a constant, and its terms: `+` adds one, `-` takes one away."""
    intercept, terms = True, dict[str, Term]()
    for sign, piece in _signed(part):
        if piece in ("0", "1"):
            intercept = (piece == "1") == (sign == "+")
            continue
        for term in _terms(piece):
            if sign == "+":
                terms[term.label] = term
            else:
                terms.pop(term.label, None)
    return intercept, list(terms.values())


def _terms(piece: str) -> list[Term]:
    """The terms of one piece: `a*b` is a, b and a:b; a sum in brackets is multiplied out."""
    if piece.startswith("i(") and _closes(piece, 1):
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
    _check(_tree(piece), piece)
    return [Term(shown(piece), (piece,))]


def _product(terms: tuple[Term, ...]) -> Term:
    if any(term.interaction for term in terms) and len(terms) > 1:
        label = ":".join(term.label for term in terms)
        raise FormulaError(f"i() stands alone, not in {label!r}", hint="i(year, border), or C(year):border")
    return terms[0] if len(terms) == 1 else Term(
        ":".join(term.label for term in terms), tuple(factor for term in terms for factor in term.factors)
    )  # fmt: skip


def _interaction(piece: str) -> Interaction:
    hint = "i(year, border, ref=2006)"
    call = _tree(piece)
    if not isinstance(call, ast.Call) or not 1 <= len(call.args) <= 3 or not isinstance(call.args[0], ast.Name):
        raise FormulaError(f"i() takes a factor, perhaps a column, and ref=: {piece!r}", hint=hint)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if set(keywords) - {"ref"} or (len(call.args) == 3 and keywords):
        raise FormulaError(f"i() knows only ref=: {piece!r}", hint=hint)
    ref = keywords.get("ref", call.args[2] if len(call.args) == 3 else None)
    levels = () if ref is None else _levels(ref, piece)
    factor = _named(call.args[0].id)
    if len(call.args) == 1:
        return Interaction(factor, None, levels)
    match call.args[1]:
        case ast.Attribute(value=ast.Name(id="i"), attr=name):
            return Interaction(factor, _named(name), levels, by_levels=True)
        case by:
            _check(by, piece)
            return Interaction(factor, _compact(ast.unparse(by)), levels)


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
            return (_named(name),)
    raise FormulaError(f"ref= names a level in {piece!r}", hint="ref=2006, ref='KAZ', ref=c(2005, 2006)")


def level_name(value: object) -> str:
    """A level in a term's name: 2006 for 2006.0, as a column with gaps holds its years."""
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _effects(part: str) -> tuple[tuple[str, ...], ...]:
    if part in ("0", "1", ""):
        return ()
    effects = []
    for piece in _split(part, "+"):
        columns = tuple(piece.replace(":", "^").split("^"))
        if not all(isinstance(_tree(name), ast.Name) if name else False for name in columns):
            raise FormulaError(f"a fixed effect is columns joined by ^: {shown(piece)!r}", hint="exporter^year")
        effects.append(tuple(_named(name) for name in columns))
    return tuple(dict.fromkeys(effects))


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark outside brackets; blanks are taken out of the pieces.  `**` is a power, no mark."""
    return [piece for _, piece in _pieces(text, mark)]


def _signed(text: str) -> list[tuple[str, str]]:
    """The pieces of a sum, each with its sign: `x - 1 + z` is + x, − 1, + z."""
    return _pieces(text, "+-")


def _pieces(text: str, marks: str) -> list[tuple[str, str]]:
    plain = _compact(text)
    found, depth, start, sign = [], 0, 0, "+"
    for at, letter in enumerate(plain):
        depth += (letter in "([") - (letter in ")]")
        if depth or letter not in marks or "**" in (plain[at : at + 2], plain[max(at - 1, 0) : at + 1]):
            continue
        if letter == "-" and (at == start or plain[at - 1] in "*:^/+"):
            if at == start:
                sign, start = "-", at + 1
            continue
        found.append((sign, plain[start:at]))
        sign, start = letter, at + 1
    found.append((sign, plain[start:]))
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


def _stand_in(found: re.Match[str]) -> str:
    """A name of letters only for a backticked one, from which `_named` reads it back."""
    return found[1] if found[1].isidentifier() else f"_quoted_{found[1].encode().hex()}_"


def _named(name: str) -> str:
    """The column behind a name."""
    found = STAND_IN.fullmatch(name)
    return bytes.fromhex(found[1]).decode() if found else name


def _tree(expression: str) -> ast.expr:
    plain = QUOTED.sub(_stand_in, expression)
    try:
        return ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(
            f"{shown(expression)!r} is not an expression", hint="columns, numbers, log(), I(x^2)"
        ) from error


def _check(node: ast.AST, expression: str) -> None:
    match node:
        case ast.Name() | ast.Constant(value=int() | float()):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            _check(inner, expression)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            _check(left, expression)
            _check(right, expression)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISON:
            _check(left, expression)
            if not isinstance(right, ast.Constant):
                _check(right, expression)
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in (*FUNCTIONS, *CATEGORICAL):
            _check(inner, expression)
        case ast.Call(func=ast.Name(id=name)) if name not in (*FUNCTIONS, *CATEGORICAL):
            raise FormulaError(f"no function {name!r} in {shown(expression)!r}", hint=did_you_mean(name, FUNCTIONS))
        case ast.Attribute():
            raise FormulaError(
                f"{ast.unparse(node)!r} cannot be read",
                hint="a column whose name has a dot or blank stands in `backticks`",
            )
        case _:
            hint = "columns, numbers, log(x), I(x^2), x:z, i(year)"
            raise FormulaError(f"{shown(expression)!r} cannot be read", hint=hint)


def _value(node: ast.expr, columns: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    match node:
        case ast.Name(id=name):
            return columns[_named(name)]
        case ast.Constant(value=value):
            return np.asarray(value)
        case ast.UnaryOp(op=op, operand=inner):
            return np.asarray(_value(inner, columns) * (-1 if isinstance(op, ast.USub) else 1))
        case ast.BinOp(left=left, op=op, right=right):
            return np.asarray(
                ARITHMETIC[type(op)](np.asarray(_value(left, columns), dtype=np.float64), _value(right, columns))
            )
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return np.asarray(COMPARISON[type(op)](_value(left, columns), _value(right, columns)))
        case ast.Call(func=ast.Name(id=name), args=[inner]):
            return np.asarray(FUNCTIONS[name](_value(inner, columns)))
    raise FormulaError(f"{ast.unparse(node)!r} cannot be read", hint="columns, numbers, log(x), I(x^2), x:z")
