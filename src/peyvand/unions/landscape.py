"""What came of a search: every union that was solved, and what it gives to everyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from peyvand.errors import ModelError, UnknownNameError, did_you_mean
from peyvand.unions.game import NOTICED, Array, Game, Numbers, places
from peyvand.unions.terms import Terms
from peyvand.variables import labelled


@dataclass(frozen=True, eq=False, kw_only=True)
class Landscape:
    """Unions among some candidates, solved.

    Parameters
    ----------
    terms : Terms
        Who might agree on what, on which World.
    numbers : Array (union)
        Σ 2^place of the members; ascending. All unions, or those that a search came by.
    welfare_hat : Array (union, economy)
        Real income, new / old; NaN where there is no answer.
    residual : Array (union)
    failed : mapping of int to str
        Unions without an answer, with the reason.
    meta : mapping
        What the figures stand on: World and its hash, terms, closure, tolerance, hash of the sweep.
    """

    terms: Terms
    numbers: Numbers
    welfare_hat: Array
    residual: Array
    failed: Mapping[int, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)

    # -- who -----------------------------------------------------------------------------------------------------------
    @property
    def candidates(self) -> tuple[str, ...]:
        return self.terms.unions.candidates

    @property
    def economies(self) -> tuple[str, ...]:
        return self.terms.world.economies

    @property
    def exhaustive(self) -> bool:
        """Whether every union of the candidates was solved."""
        return len(self.numbers) == 1 << len(self.candidates)

    @cached_property
    def places_of_candidates(self) -> NDArray[np.int64]:
        """Where the candidates stand among the economies."""
        return np.array([self.economies.index(code) for code in self.candidates])

    def members(self, number: int) -> tuple[str, ...]:
        """The members of a union."""
        return tuple(self.candidates[place] for place in places(number))

    def number(self, members: Iterable[str]) -> int:
        """The number of a union of candidates, by code or name.

        Raises
        ------
        UnknownNameError
            If one is no candidate.
        """
        codes = self.terms.world.resolve_economies(list(members))
        for code in codes:
            if code not in self.candidates:
                raise UnknownNameError(f"{code} is no candidate", hint=did_you_mean(code, self.candidates), name=code)
        return sum(1 << self.candidates.index(code) for code in set(codes))

    def row(self, number: int) -> int:
        """Where a union stands in the tables.

        Raises
        ------
        ModelError
            If the search did not come by it.
        """
        at = int(np.searchsorted(self.numbers, number))
        if at == len(self.numbers) or self.numbers[at] != number:
            names = ", ".join(self.members(number))
            raise ModelError(
                f"the union of {names} was not solved", hint="the search was no full one: take fewer candidates"
            )
        return at

    # -- figures -------------------------------------------------------------------------------------------------------
    @cached_property
    def income(self) -> Array:
        """(economy) real income of today, M USD."""
        return np.asarray(self.terms.world["final_expenditure"].values, dtype=np.float64)

    @cached_property
    def payoff(self) -> Array:
        """(union, economy) equivalent variation, M USD of the base year."""
        return (self.welfare_hat - 1) * self.income

    @cached_property
    def sizes(self) -> NDArray[np.uint8]:
        """Members of every union."""
        return np.bitwise_count(self.numbers).astype(np.uint8)

    @cached_property
    def is_member(self) -> NDArray[np.bool_]:
        """(union, economy)"""
        found = np.zeros((len(self.numbers), len(self.economies)), dtype=bool)
        found[:, self.places_of_candidates] = self.numbers[:, None] >> np.arange(len(self.candidates)) & 1 == 1
        return found

    @cached_property
    def game(self) -> Game:
        """The candidates' payoffs of every union, for questions of stability.

        Raises
        ------
        ModelError
            If not every union was solved.
        """
        if not self.exhaustive:
            raise ModelError(
                f"stability needs all unions of the {len(self.candidates)} candidates, and these are those of a search",
                hint="take fewer candidates: up to 20 are solved in full",
            )
        chosen = self.places_of_candidates
        return Game(players=self.candidates, payoff=self.payoff[:, chosen], threshold=NOTICED * self.income[chosen])

    def union(self, members: Iterable[str]) -> xr.Dataset:
        """`welfare_hat` and `real_income_change_musd` (economy) of one union."""
        at = self.row(self.number(members))
        labels = {"economy": list(self.economies)}
        arrays = {"welfare_hat": self.welfare_hat[at], "real_income_change_musd": self.payoff[at]}
        return xr.Dataset(
            {name: labelled(xr.DataArray(values, labels, ("economy",)), name) for name, values in arrays.items()}
        )

    def frame(self) -> pd.DataFrame:
        """A row a union and an economy: tidy, for files."""
        count = len(self.economies)
        return pd.DataFrame(
            {
                "union": np.repeat(self.numbers, count),
                "members": np.repeat([" ".join(self.members(int(number))) for number in self.numbers], count),
                "economy": np.tile(np.array(self.economies), len(self.numbers)),
                "member": self.is_member.ravel(),
                "real_income_change_percent": 100 * (self.welfare_hat.ravel() - 1),
                "real_income_change_musd": self.payoff.ravel(),
            }
        )

    def __repr__(self) -> str:
        kind = "all" if self.exhaustive else "a search"
        return (
            f"<Landscape: {len(self.numbers)} unions ({kind}) of {len(self.candidates)} candidates, "
            f"{len(self.failed)} failed, residual {float(np.nanmax(self.residual, initial=0.0)):.1e}>"
        )
