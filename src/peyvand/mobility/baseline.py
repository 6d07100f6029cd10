"""Who is where today?  Journeys, border entries, migrants and students between the economies of the region.

`embedded/people.csv` ships them, each with its year, status and coefficient of variation; `peyvand mobility estimates`
makes it again from the publishers' files (see `peyvand.mobility.compile_baseline`). A pair that is not in it is not
known, which is not zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import OutputError
from peyvand.mobility.kernels import Array

FLOWS = ("journeys", "border_entries", "migrants", "students")
"""Tourists' arrivals in a year; crossings in a year; people born there in a year; students in a year."""
REGION = (
    "IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG", "ARM", "GEO", "MNG", "IRQ", "QAT", "RUS",
    "BLR", "UKR", "CHN", "IND", "SAU", "ARE",
)  # fmt: skip
"""Economies between which people are shipped."""
COLUMNS = ("flow", "origin", "destination", "year", "persons", "cv", "status", "source")
_FOLDER = "embedded"
_PEOPLE, _OTHERS = "people.csv", "people_others.csv"


@dataclass(frozen=True, eq=False)
class PeopleToday:
    """People by flow and pair.

    Parameters
    ----------
    pairs : DataFrame
        `COLUMNS`: a row a flow and pair; cv is the coefficient of variation of the figure.
    others : DataFrame
        flow, destination, persons: from all origins that are not in `REGION`.
    """

    pairs: pd.DataFrame
    others: pd.DataFrame

    @classmethod
    def shipped(cls) -> PeopleToday:
        """What ships with peyvand."""
        return _shipped()

    @property
    def economies(self) -> tuple[str, ...]:
        """Every economy that a pair names, in the order of `REGION`."""
        named = {*self.pairs["origin"], *self.pairs["destination"]}
        return tuple(code for code in REGION if code in named)

    def matrix(self, flow: str, economies: Sequence[str], *, column: str = "persons") -> Array:
        """(N, N) origin by destination of one flow; NaN where it is not known and on the diagonal."""
        mine = self.pairs[self.pairs["flow"] == flow]
        wide = mine.pivot(index="origin", columns="destination", values=column)
        return wide.reindex(index=list(economies), columns=list(economies)).to_numpy(float)

    def elsewhere(self, flow: str, economies: Sequence[str]) -> Array:
        """(N,) people of a flow at each destination from origins that are not among `economies`; 0 where not known."""
        mine = self.pairs[(self.pairs["flow"] == flow) & ~self.pairs["origin"].isin(economies)]
        inside = mine.groupby("destination")["persons"].sum()
        outside = self.others[self.others["flow"] == flow].set_index("destination")["persons"]
        total = inside.add(outside, fill_value=0.0).reindex(list(economies)).to_numpy(float)
        return np.asarray(np.nan_to_num(total))

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write both tables into a folder.

        Raises
        ------
        OutputError
            If they cannot be written.
        """
        made = {Path(folder) / _PEOPLE: self.pairs, Path(folder) / _OTHERS: self.others}
        for place, table in made.items():
            try:
                table.to_csv(place, index=False, lineterminator="\n")
            except OSError as error:
                raise OutputError(f"cannot write {place}: {error}", hint="name a folder that is there") from error
        return tuple(made)


@cache
def _shipped() -> PeopleToday:
    shelf = files("peyvand.mobility").joinpath(_FOLDER)
    tables = [
        pd.read_csv(BytesIO(shelf.joinpath(name).read_bytes()), keep_default_na=False) for name in (_PEOPLE, _OTHERS)
    ]
    return PeopleToday(*tables)
