"""What goes with more migrants and students between two economies?  Gravity of people: estimates and their making.

`estimates/<name>.json` holds coefficients with their covariance, formula, data, date, sources and a cross-validation by
destination; all are rebuilt by `peyvand mobility estimates --data FOLDER`. Visa coefficients are cross-sectional: an
association with the rules of November 2019, not an effect. `visa_effects.csv` holds the published effects beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from peyvand.errors import OutputError, UnknownNameError, did_you_mean
from peyvand.mobility.panel import migrants, students, with_ties
from peyvand.mobility.ties import RULES_DAY, TIES, VISA_RULES
from peyvand.mobility.validation import leave_destinations_out
from peyvand.mobility.visas import Visas
from peyvand.sources.geodist import GEODIST
from peyvand.sources.migrants import UN_DESA
from peyvand.sources.passport_index import PASSPORT_INDEX
from peyvand.sources.students import OECD, UIS

YEAR, EARLIER_STOCK, RECENT_STOCK = 2019, 1990, 2015
EFFECTS = "origin + destination"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleEstimate:
    """A gravity estimate of people that ships with peyvand.

    Parameters
    ----------
    coefficients, std_errors : dict
        By regressor; those of `VISA_RULES` are associations, with `free` left out.
    covariance : tuple of tuples
        Of the coefficients in their order, clustered by origin and destination.
    cross_validation : dict
        See `peyvand.mobility.validation`.
    """

    name: str
    label: str
    formula: str
    vcov: str
    data: str
    made_on: str
    sources: tuple[str, ...]
    nobs: int
    pseudo_r2: float
    coefficients: dict[str, float]
    std_errors: dict[str, float]
    covariance: tuple[tuple[float, ...], ...]
    dropped: dict[str, str]
    cross_validation: dict[str, Any]

    def percent(self, rule: str) -> float:
        """People under a rule against none, per cent: 100 (exp(β) − 1)."""
        import math

        return 100 * math.expm1(self.coefficients[rule])


def shipped_names() -> tuple[str, ...]:
    """Names of the estimates that ship.

    >>> shipped_names()
    ('migrants-2019', 'migrants-2019-no-stock', 'students-2019', 'students-2019-listed')
    """
    held = files(__package__).iterdir()
    return tuple(sorted(entry.name.removesuffix(".json") for entry in held if entry.name.endswith(".json")))


@cache
def shipped_people_estimate(name: str) -> PeopleEstimate:
    """A shipped estimate by name.

    Raises
    ------
    UnknownNameError
        If no such estimate ships.
    """
    if name not in shipped_names():
        raise UnknownNameError(
            f"no estimate {name!r} ships with peyvand", hint=did_you_mean(name, shipped_names()), name=name
        )
    said = json.loads(files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
    said["covariance"] = tuple(map(tuple, said["covariance"]))
    return PeopleEstimate(**said | {"sources": tuple(said["sources"])})


def build_people_estimates(folder: str | Path, *, made_on: str) -> tuple[PeopleEstimate, ...]:
    """Estimate them all from the publishers' files.

    Poisson pseudo-maximum likelihood with origin and destination effects on the cross-section of 2019; errors are
    clustered by origin and by destination.
    """
    return tuple(_made(name, rows, data, made_on) for name, rows, data in _panels(Path(folder)))


def save(estimate: PeopleEstimate, folder: str | Path) -> Path:
    """Write an estimate's file.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    place = Path(folder) / f"{estimate.name}.json"
    try:
        place.write_text(json.dumps(asdict(estimate), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {place}: {error.strerror}", hint="name a folder that is there") from error
    return place


def _panels(folder: Path) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Each estimate's name, rows and data in words."""
    visas = Visas.shipped()
    now = migrants(folder, YEAR)
    earlier, recent = migrants(folder, EARLIER_STOCK), migrants(folder, RECENT_STOCK)
    stocks = "UN DESA migrant stocks 2019; pairs that a destination names"
    yield "migrants-2019", with_ties(now, folder, stock=earlier, visas=visas), f"{stocks}; stock of 1990 as a regressor"
    yield "migrants-2019-no-stock", with_ties(now, folder, visas=visas), stocks
    whole = students(folder, YEAR, listed=False)
    said = "students 2019 in 38 destinations of the OECD's whole table"
    yield "students-2019", with_ties(whole, folder, stock=recent, visas=visas), f"{said}; stock of 2015 as a regressor"
    lists = students(folder, YEAR)
    said = f"{said} and in others as far as UIS lists them among ten; chosen by size, so for predictions only"
    yield "students-2019-listed", with_ties(lists, folder, stock=recent, visas=visas), said


def _made(name: str, rows: pd.DataFrame, data: str, made_on: str) -> PeopleEstimate:
    from peyvand.gravity.poisson import ppml  # visa rules do not wait for the estimator

    stock = ("log_stock",) if "log_stock" in rows else ()
    terms = (*TIES, *stock, *VISA_RULES)
    formula = f"persons ~ {' + '.join(terms)} | {EFFECTS}"
    fit = ppml(formula, rows, vcov={"CRV1": EFFECTS})
    people = (UN_DESA,) if name.startswith("migrants") else (OECD, UN_DESA)
    used = (*people, *((UIS,) if name.endswith("listed") else ()), GEODIST, PASSPORT_INDEX)
    return PeopleEstimate(
        name=name,
        label="association",
        formula=formula,
        vcov=fit.vcov_name,
        data=f"{data}; visa rules as seen on {Visas.shipped().snapshot_of(RULES_DAY)}",
        made_on=made_on,
        sources=tuple(source.citation for source in used),
        nobs=fit.nobs,
        pseudo_r2=round(fit.pseudo_r2, 4),
        coefficients={str(term): round(float(value), 6) for term, value in fit.coefficients.items()},
        std_errors={str(term): round(float(value), 6) for term, value in fit.std_errors.items()},
        covariance=tuple(tuple(float(f"{value:.6g}") for value in row) for row in fit.covariance.matrix),
        dropped=fit.collinear,
        cross_validation=leave_destinations_out(rows, terms=terms, visa_terms=VISA_RULES),
    )
