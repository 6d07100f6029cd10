"""How do thousands of unions become work that can be handed out?  Everything a worker needs, in bare arrays.

A `UnionSweep` is made once from a World and its unions; it can be sent to a process or a machine, which solves a part
of all unions or any list of them and gives back figures in the World's own order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peyvand.trade.deficits import DeficitRule, IncomeRule, income_rule
from peyvand.trade.equations import Baseline
from peyvand.trade.figures import welfare_hat
from peyvand.trade.kernels import Equilibrium, reached, reason, solve_equilibrium
from peyvand.trade.masks import MaskedBlocks, dense_blocks
from peyvand.trade.sweep import BATCH_BITS, Batch, ChordStep, solve_columns, solve_part

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Some unions, solved.

    Parameters
    ----------
    numbers : Array (union)
        Places in the list asked for; of a part, the unions' numbers.
    welfare_hat : Array (union, economy)
        In the World's order; NaN where there is no answer.
    residual : Array (union)
    failed : mapping of int to str
        Unions without an answer, with the reason.
    """

    numbers: NDArray[np.int64]
    welfare_hat: Array
    residual: Array
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnionSweep:
    """The equations of all unions of some candidates, and the step that solves them.

    Parameters
    ----------
    base, masked, step
        Candidates come first among the economies.
    deficit_rule, numeraire
        The closure; the numeraire's place among these economies.
    back : Array (economy)
        Where the World's economies stand among these.
    tol : float
        Largest relative gap in any equation.
    max_iterations : int
        Of a union that the shared step does not solve, and that is solved alone.
    """

    base: Baseline
    masked: MaskedBlocks
    step: ChordStep
    deficit_rule: DeficitRule
    numeraire: int
    back: NDArray[np.int64]
    tol: float
    max_iterations: int

    def part(self, part: int, parts: int) -> Iterator[Solved]:
        """The unions whose highest candidates are those of `part`, batch after batch; `parts` is a power of two."""
        k = self.masked.candidates
        for batch in solve_part(
            self.base, self.masked, self.rule(columns=True), self.step, part=part, parts=parts, tol=self.tol
        ):
            yield self._finished(batch, (batch.numbers[None, :] >> np.arange(k)[:, None] & 1).astype(np.float64))

    def chosen(self, membership: Array) -> Solved:
        """Any unions, without warm starts: membership (candidate, union), or links (candidate, candidate, union)."""
        batches = []
        for first in range(0, membership.shape[-1], 1 << BATCH_BITS):
            columns = membership[..., first : first + (1 << BATCH_BITS)].astype(np.float64)
            batch = solve_columns(
                self.base, self.masked, self.rule(columns=True), self.step, columns, tol=self.tol, first=first
            )
            batches.append(self._finished(batch, columns))
        return Solved(
            numbers=np.concatenate([solved.numbers for solved in batches]),
            welfare_hat=np.concatenate([solved.welfare_hat for solved in batches]),
            residual=np.concatenate([solved.residual for solved in batches]),
            failed={number: reason for solved in batches for number, reason in solved.failed.items()},
        )

    def rule(self, *, columns: bool = False) -> IncomeRule:
        """The deficit rule, for one union or for many at once."""
        vectors = {name: getattr(self.base, name) for name in ("value_added", "tariff_revenue", "trade_deficit")}
        if columns:
            vectors = {name: vector[:, None] for name, vector in vectors.items()}
        return income_rule(self.deficit_rule, numeraire=self.numeraire, **vectors)

    def _finished(self, batch: Batch, membership: Array) -> Solved:
        """Welfare of a batch in the World's order; what the shared step did not solve is solved alone."""
        price = np.exp(-batch.log_consumer_price)
        welfare = (batch.final_expenditure / self.base.final_expenditure[:, None] * price).T
        residual, failed = batch.residual.copy(), {}
        for column in np.flatnonzero(~(residual <= self.tol)):
            block = dense_blocks(self.masked, membership[..., column])
            found = solve_equilibrium(
                self.base, block, income=self.rule(), tol=self.tol, max_iterations=self.max_iterations
            )
            welfare[column], residual[column] = welfare_of(self.base, found, self.tol), found.residual
            if not reached(found, self.tol):
                failed[int(batch.numbers[column])] = reason(found)
        return Solved(numbers=batch.numbers, welfare_hat=welfare[:, self.back], residual=residual, failed=failed)


def welfare_of(base: Baseline, found: Equilibrium, tol: float) -> Array:
    """Real income (economy), new / old; NaN where the equilibrium was not reached."""
    if not reached(found, tol):
        return np.full(len(base.value_added), np.nan)
    return welfare_hat(base, found.conditions)
