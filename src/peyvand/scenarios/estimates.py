"""Named gravity estimates of what a trade agreement does beyond its tariffs.

`estimates.csv` has a row per estimate: β with its standard error, from a regression that also holds ln(1+t), so that
the tariff part is not in it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from peyvand.errors import UnknownNameError, did_you_mean


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of `estimates.csv`."""

    name: str
    coefficient: float
    standard_error: float
    status: str
    sample: str
    estimator: str
    source: str


@cache
def estimates() -> dict[str, Estimate]:
    """Every estimate by name."""
    with files("peyvand.scenarios").joinpath("estimates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["name"]: Estimate(
            name=row["name"],
            coefficient=float(row["coefficient"]),
            standard_error=float(row["standard_error"]),
            status=row["status"],
            sample=row["sample"],
            estimator=row["estimator"],
            source=row["source"],
        )
        for row in rows
    }


def estimate(name: str) -> Estimate:
    """One estimate by name.

    Raises
    ------
    UnknownNameError
        With the nearest name.
    """
    if name not in estimates():
        raise UnknownNameError(f"no estimate {name!r}", hint=did_you_mean(name, estimates()), name=name)
    return estimates()[name]
