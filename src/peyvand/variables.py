"""The one place where a variable is defined: reads `variables.csv` and puts units and labels on arrays.

`variables.csv` has a row per variable: name, symbol, dims, unit, definition, source, and the definition in Persian.
Labels for readers, in English and Persian, are in the locale files under `variables.<name>`, units under
`units.<unit>`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from peyvand.errors import UnknownNameError, did_you_mean
from peyvand.locale import Language

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

CELL = ("exporter", "importer", "sector")
"""Dims of a flow of trade, in the order of tables and files."""
KERNEL_CELL = ("sector", "exporter", "importer")
"""The same in the order of the kernels, which go sector by sector."""
PAIR = ("exporter", "importer")
"""Dims of a border."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of `variables.csv`."""

    name: str
    symbol: str
    dims: tuple[str, ...]
    unit: str
    definition: str
    source: str
    definition_fa: str

    def defined(self, language: Language) -> str:
        """The definition in a language."""
        return self.definition_fa if language == "fa" else self.definition


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


def labelled_dataset(arrays: Mapping[str, NDArray[Any]], labels: Mapping[Any, Any]) -> xr.Dataset:
    """Bare arrays, each in its defined order of dims, as one Dataset with labels, units and definitions.

    Parameters
    ----------
    arrays : mapping of str to array
        By the names of `variables.csv`.
    labels : mapping of str to index
        The labels of every dim that the arrays have; others are left out.
    """
    import xarray as xr

    defined = {name: variable(name) for name in arrays}
    used = {dim for row in defined.values() for dim in row.dims}
    return xr.Dataset(
        {
            name: (row.dims, arrays[name], {"unit": row.unit, "long_name": row.definition})
            for name, row in defined.items()
        },
        {dim: index for dim, index in labels.items() if dim in used},
    )
