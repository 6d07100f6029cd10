"""What does a gravity formula say?  The manners of fixest: `trade ~ log(dist) + rta | exporter^year + importer^year`.

Left of `~` the outcome, right of it the regressors, after `|` the fixed effects. `^` (or `:`) joins columns to one
fixed effect; `:` multiplies regressors, `*` adds them too; `i(year, border, ref=2006)` gives one slope for each year;
`C(x)` or a column of words is a set of dummies. Transforms: log, log1p, exp, sqrt, abs, and arithmetic inside `I(...)`
or a call, where `^` is a power.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import FormulaError, did_you_mean

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "log": np.log, "ln": np.log, "log1p": np.log1p, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "I": np.asarray,
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


@dataclass(frozen=True, slots=True)
class Interaction:
    """`i(factor, by, ref=level)`: one regressor for each level of `factor`, except `ref`, times `by` if given."""

    factor: str
    by: str | None = None
    ref: str | float | None = None


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
        found = list(names_in(self.outcome))
        for term in self.terms:
            for factor in term.factors:
                found += names_in(factor)
            if term.interaction:
                found += [term.interaction.factor, *([term.interaction.by] if term.interaction.by else [])]
        found += [column for effect in self.effects for column in effect]
        return list(dict.fromkeys(found))


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
    if text.count("~") != 1:
        raise FormulaError(f"a formula has one ~: {text!r}", hint="trade ~ rta + log(dist) | exporter^year")
    left, right = text.split("~")
    parts = [part.strip() for part in right.split("|")]
    if not left.strip() or not parts[0]:
        raise FormulaError(f"nothing stands on one side of ~ in {text!r}", hint="trade ~ 1 | exporter + importer")
    if len(parts) > 2:
        raise FormulaError(f"only one | is understood in {text!r}", hint="outcome ~ regressors | fixed effects")
    intercept = True
    terms: list[Term] = []
    for piece in _split(parts[0], "+"):
        if piece in ("0", "-1"):
            intercept = False
        elif piece != "1":
            terms += _terms(piece)
    effects = _effects(parts[1]) if len(parts) == 2 else ()
    unique = tuple({term.label: term for term in terms}.values())
    return Formula(text.strip(), _compact(left), unique, effects, intercept and not effects)


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
    return [name for name in dict.fromkeys(names) if name not in called]


def categorical_column(factor: str) -> str | None:
    """The column inside `C(...)`, or None if the factor is not one."""
    tree = _tree(factor)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in CATEGORICAL:
        return names_in(factor)[0]
    return None


def _terms(piece: str) -> Iterator[Term]:
    if piece.startswith("i(") and piece.endswith(")") and _closes(piece):
        yield Term(piece, (), _interaction(piece))
        return
    starred = _split(piece, "*")
    if len(starred) > 1:
        for part in starred:
            yield from _terms(part)
        piece = ":".join(starred)
    factors = _split(piece, ":")
    for factor in factors:
        _check(_tree(factor), factor)
    yield Term(":".join(factors), tuple(factors))


def _interaction(piece: str) -> Interaction:
    call = _tree(piece)
    if not isinstance(call, ast.Call) or not 1 <= len(call.args) <= 2:
        raise FormulaError(f"i() takes a factor and perhaps a column: {piece!r}", hint="i(year, border, ref=2006)")
    if not all(isinstance(arg, ast.Name) for arg in call.args):
        raise FormulaError(f"i() takes the names of columns: {piece!r}", hint="i(year, border, ref=2006)")
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if set(keywords) - {"ref"}:
        raise FormulaError(f"i() knows only ref=: {piece!r}", hint="i(year, border, ref=2006)")
    names = [arg.id for arg in call.args if isinstance(arg, ast.Name)]
    ref = ast.literal_eval(keywords["ref"]) if "ref" in keywords else None
    return Interaction(names[0], names[1] if len(names) > 1 else None, ref)


def _effects(part: str) -> tuple[tuple[str, ...], ...]:
    if part in ("0", "1", ""):
        return ()
    effects = []
    for piece in _split(part, "+"):
        columns = tuple(name.strip().strip("`") for name in piece.replace(":", "^").split("^"))
        if not all(name.isidentifier() or "`" in piece for name in columns):
            raise FormulaError(f"a fixed effect is columns joined by ^: {piece!r}", hint="exporter^year")
        effects.append(columns)
    return tuple(dict.fromkeys(effects))


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark outside brackets; blanks are taken out of the pieces."""
    pieces, depth, current = [], 0, ""
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == mark and depth == 0:
            pieces.append(current)
            current = ""
        else:
            current += letter
    pieces.append(current)
    cleaned = [_compact(piece) for piece in pieces]
    if depth or "" in cleaned:
        raise FormulaError(f"something is missing around {mark!r} in {text.strip()!r}", hint="check the brackets")
    return cleaned


def _compact(text: str) -> str:
    return "".join(text.split())


def _closes(piece: str) -> bool:
    """Whether the first bracket is closed by the last letter."""
    depth = 0
    for at, letter in enumerate(piece):
        depth += (letter == "(") - (letter == ")")
        if letter == ")" and depth == 0:
            return at == len(piece) - 1
    return False


def _tree(expression: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"{expression!r} is not an expression", hint="columns, numbers, log(), I(x^2)") from error


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
        case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
            raise FormulaError(f"no function {name!r} in {expression!r}", hint=did_you_mean(name, FUNCTIONS))
        case _:
            raise FormulaError(f"{expression!r} cannot be read", hint="columns, numbers, log(x), I(x^2), x:z, i(year)")


def _value(node: ast.expr, columns: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    match node:
        case ast.Name(id=name):
            return columns[name]
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
