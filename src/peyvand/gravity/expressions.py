"""What is the value of `log(1 + tariff)`?  Expressions of columns, read as a tree and never run as code.

A column's name may be any word, Persian ones with half-spaces and words that Python keeps for itself (`from`, `class`)
among them; a name with blanks, dots or brackets stands in `backticks`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.errors import FormulaError, did_you_mean

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "log": np.log, "ln": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10, "asinh": np.arcsinh,
    "exp": np.exp, "expm1": np.expm1, "sqrt": np.sqrt, "abs": np.abs, "I": np.asarray,
}  # fmt: skip
CATEGORICAL = ("C", "factor")
LIBRARIES = ("np", "numpy")
"""`np.log(x)` is log(x)."""
ARITHMETIC = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.BitXor: np.power,
}  # fmt: skip
COMPARISON = {
    ast.Eq: np.equal, ast.NotEq: np.not_equal, ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}  # fmt: skip
ELSEWHERE = {
    **dict.fromkeys(
        ("sw", "sw0", "csw", "csw0", "mvsw"), "one formula at a time; etable([first, second]) puts fits side by side"
    ),
    **dict.fromkeys(
        ("l", "f", "d", "lag", "lead", "shift"), "leads_and_lags(data, 'rta', lags=[4]) adds the column rta_lag4"
    ),
    "poly": "x + I(x^2)",
    "c": "one outcome at a time",
}
"""What other tools' functions are here."""

_WORD = r"[^\W\d][^\s\x00-\x2f\x3a-\x40\x5b-\x5e`\x7b-\x7f]*"
_TOKEN = re.compile(rf"""'[^']*'|"[^"]*"|`(?P<quoted>[^`]*)`|(?P<word>{_WORD})""")
_STAND_IN = re.compile("_(quoted|word)_([0-9a-f]+)_")
_CONSTANTS = ("True", "False", "None")


def protected(text: str) -> str:
    """The text with a stand-in, letters and digits only, for every name that is no plain word of Python's."""

    def stand_in(found: re.Match[str]) -> str:
        for kind in ("quoted", "word"):
            name = found[kind]
            if name is not None and not _is_plain(name):
                return f"_{kind}_{name.encode().hex()}_"
        return found["quoted"] or found[0]

    return _TOKEN.sub(stand_in, text)


def named(name: str) -> str:
    """The column behind a name."""
    found = _STAND_IN.fullmatch(name)
    return bytes.fromhex(found[2]).decode() if found else name


def quoted(name: str) -> str:
    """A column's name as a formula writes it: in backticks if it is no word.

    >>> quoted("rta"), quoted("duty (%)")
    ('rta', '`duty (%)`')
    """
    return name if re.fullmatch(_WORD, name) else f"`{name}`"


def shown(expression: str) -> str:
    """An expression as the formula wrote it."""
    return _STAND_IN.sub(lambda found: f"`{named(found[0])}`" if found[1] == "quoted" else named(found[0]), expression)


def evaluate(expression: str, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """The values of an expression, float64.  Invalid values (the log of 0) come out as nan or inf.

    A comparison is 1 or 0, and nan where a side is missing.

    >>> evaluate("log(1 + t)^2", {"t": np.array([0.0])})
    array([0.])
    """
    with np.errstate(all="ignore"):
        return np.asarray(_value(tree_of(expression), columns), dtype=np.float64)


def names_in(expression: str) -> list[str]:
    """The columns that an expression mentions.

    >>> names_in("log(log / gdp)")
    ['log', 'gdp']
    """
    tree = tree_of(expression)
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {id(part) for call in calls for part in ast.walk(call)}
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    return [named(name) for name in dict.fromkeys(names)]


def words_compared(expression: str) -> set[str]:
    """The columns that stand on a side of == or != and may hold words: `I(exporter != importer)`."""
    same = [
        node for node in ast.walk(tree_of(expression))
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
    ]  # fmt: skip
    sides = [side for node in same for side in (node.left, *node.comparators)]
    return {named(side.id) for side in sides if isinstance(side, ast.Name)}


def categorical_column(factor: str) -> str | None:
    """The column inside `C(...)`, or None if the factor is not one."""
    tree = tree_of(factor)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in CATEGORICAL:
        return names_in(factor)[0]
    return None


def tree_of(expression: str) -> ast.expr:
    """The syntax tree of an expression."""
    try:
        return ast.parse(protected(expression).strip(), mode="eval").body
    except SyntaxError as error:
        raise FormulaError(
            f"{shown(expression)!r} is not an expression",
            hint="columns, numbers, log(), I(x^2); a column whose name has blanks stands in `backticks`",
        ) from error


def check_expression(node: ast.AST, expression: str) -> None:
    """Refuse what is not columns, numbers, the functions above and arithmetic."""
    match node:
        case ast.Name() | ast.Constant(value=int() | float()):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            check_expression(inner, expression)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            check_expression(left, expression)
            check_expression(right, expression)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISON:
            check_expression(left, expression)
            if not isinstance(right, ast.Constant):
                check_expression(right, expression)
        case ast.Call(func=ast.Name(id=name), args=[ast.Name()], keywords=[]) if name in CATEGORICAL:
            pass
        case ast.Call(func=func, args=[inner], keywords=[]) if _function(func) in FUNCTIONS:
            check_expression(inner, expression)
        case ast.Call(func=func) if (name := _function(func)) and name not in (*FUNCTIONS, *CATEGORICAL):
            hint = ELSEWHERE.get(name) or did_you_mean(name, FUNCTIONS)
            raise FormulaError(f"no function {name!r} in {shown(expression)!r}", hint=hint)
        case ast.Attribute():
            raise FormulaError(
                f"{shown(ast.unparse(node))!r} cannot be read",
                hint="a column whose name has a dot or blank stands in `backticks`",
            )
        case _:
            hint = "columns, numbers, log(x), I(x^2), x:z, i(year)"
            raise FormulaError(f"{shown(expression)!r} cannot be read", hint=hint)


def _is_plain(name: str) -> bool:
    """Whether Python reads the name as itself."""
    kept = iskeyword(name) and name not in _CONSTANTS
    return name.isidentifier() and not kept and normalize("NFKC", name) == name


def _function(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=library), attr=name) if library in LIBRARIES:
            return name
    return ""


def _value(node: ast.expr, columns: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    match node:
        case ast.Name(id=name):
            return columns[named(name)]
        case ast.Constant(value=value):
            return np.asarray(value)
        case ast.UnaryOp(op=op, operand=inner):
            return np.asarray(_value(inner, columns) * (-1 if isinstance(op, ast.USub) else 1))
        case ast.BinOp(left=left, op=op, right=right):
            return np.asarray(
                ARITHMETIC[type(op)](np.asarray(_value(left, columns), dtype=np.float64), _value(right, columns))
            )
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            first, second = _value(left, columns), _value(right, columns)
            missing = pd.isna(first) | pd.isna(second)
            return np.where(missing, np.nan, COMPARISON[type(op)](first, second))
        case ast.Call(func=func, args=[inner]):
            return np.asarray(FUNCTIONS[_function(func)](_value(inner, columns)))
    raise FormulaError(f"{shown(ast.unparse(node))!r} cannot be read", hint="columns, numbers, log(x), I(x^2), x:z")
