"""The one place where a variable is defined: reads `variables.csv` and puts units and labels on arrays.

`variables.csv` has a row per variable: name, symbol, dims, unit, definition, source. Labels for readers, in English
and Persian, are in the locale files under `variables.<name>`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from peyvand.errors import UnknownNameError, did_you_mean

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of `variables.csv`."""

    name: str
    symbol: str
    dims: tuple[str, ...]
    unit: str
    definition: str
    source: str


@cache
def variables() -> dict[str, Variable]:
    """Every variable by name, in the file's order."""
    with files("peyvand").joinpath("variables.csv").open(encoding="utf-8") as file:
        rows = [row | {"dims": tuple(row["dims"].split())} for row in csv.DictReader(file)]
    return {str(row["name"]): Variable(**row) for row in rows}


def variable(name: str) -> Variable:
    """One variable's definition.

    Raises
    ------
    UnknownNameError
        If `variables.csv` has no such row.

    >>> variable("trade_flow").unit
    'M USD'
    """
    if name not in variables():
        hint = did_you_mean(name, variables())
        raise UnknownNameError(f"no variable {name!r} in variables.csv", hint=hint, name=name)
    return variables()[name]


def labelled(array: xr.DataArray, name: str) -> xr.DataArray:
    """The array under its name, with dims in the defined order and unit and definition in `attrs`."""
    defined = variable(name)
    extra = [str(dim) for dim in array.dims if dim not in defined.dims]
    named = array.transpose(*extra, *defined.dims).rename(name)
    return named.assign_attrs(unit=defined.unit, long_name=defined.definition)
