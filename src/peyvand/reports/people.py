"""The tables of people: by pair, by destination, places, and how open each border is to them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from peyvand.mobility.pair_openness import openness_to_people
from peyvand.mobility.people import ALL, People

if TYPE_CHECKING:
    from peyvand.run import Run


def people(run: Run) -> pd.DataFrame | None:
    """One row a flow, origin and destination, the destination a member: today, with room, with a full destination."""
    return _worded(run.people.pairs) if run.people is not None and len(run.people.pairs) else None


def destinations(run: Run) -> pd.DataFrame | None:
    """One row a flow and destination among members, and one for all of them together."""
    return _worded(run.people.totals) if run.people is not None and len(run.people.pairs) else None


def destinations_by_year(run: Run) -> pd.DataFrame | None:
    """One row a year of the phase-in, flow and destination among members; None for a union at once, or of no people."""
    people = run.people
    return _worded(people.path) if people is not None and people.moved and len(people.path) else None


def places(run: Run) -> pd.DataFrame | None:
    """One row a kind of place, origin and destination: places a year and the people in them."""
    return run.people.places if run.people is not None and len(run.people.places) else None


def openness(run: Run) -> pd.DataFrame | None:
    """One row an ordered pair of members with visa rules."""
    return openness_to_people(run.people) if run.people is not None and len(run.people.rules) else None


def people_only(run: Run) -> bool:
    """Whether the union moves people, and nothing else."""
    return run.people is not None and run.people.moved and not run.effect.transit and not run.effect.moves_trade


def moved_flows(people: People) -> pd.DataFrame:
    """The flows that change among members."""
    together = people.totals[people.totals["destination"] == ALL]
    ends = together[["partial_change", "partial_change_low", "partial_change_high"]]
    return together[(ends.abs() > 0).any(axis=1)]


def moved_by_year(people: People) -> pd.DataFrame:
    """Every year of the phase-in of the flows that change, all members together; empty for a union at once."""
    if people.path.empty:
        return people.path
    together = people.path[people.path["destination"] == ALL]
    return together[together["flow"].isin(moved_flows(people)["flow"])]


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Changes to two significant figures, since the effects are not known better; what is there today to three."""
    digits = {str(name): 3 if name == "persons" else 2 for name in table if name == "persons" or "change" in str(name)}
    return table.assign(**{name: table[name].map(partial(figures, digits=count)) for name, count in digits.items()})


def figures(value: float, *, digits: int) -> float:
    """A number to so many significant figures.

    >>> figures(-12345.0, digits=2)
    -12000.0
    """
    if not np.isfinite(value) or value == 0:
        return float(value)
    return float(round(value, digits - 1 - int(np.floor(np.log10(abs(value))))))


def _worded(table: pd.DataFrame) -> pd.DataFrame:
    """`flow` is trade's word in these tables: here it is `who`."""
    return table.rename(columns={"flow": "who"})
