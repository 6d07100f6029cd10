"""Which flows clear, where tables from several sources do not?

Final demand is what purchases leave after inputs, F = E − Σ_r γ_r Y_r. Where tables leave less than nothing, that cell
is set to zero, the final shares are those of what remains, and the equilibrium of these shares with today's tariffs,
factors and deficits is taken for today's world. Caliendo and Parro (2015) begin in this way: their final shares are
cut at zero too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from peyvand.errors import ConvergenceError, DataError
from peyvand.trade.deficits import fixed_deficits
from peyvand.trade.equations import Baseline, in_each_economy, trade_flows
from peyvand.trade.kernels import solve_equilibrium, unchanged

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""Final demand below zero by less than this part of income is rounding."""

LARGEST_CUT = 0.1
"""A larger part of the world's final demand than this is not cut away: the tables do not speak of one world."""


class AccountsAdjusted(UserWarning):
    """Flows were moved so that accounts close; `clearing` says by how much."""

    def __init__(self, clearing: Clearing) -> None:
        self.clearing = clearing
        super().__init__(
            f"inputs take more than all purchases in {clearing.cells} of {clearing.of_cells} cells: final demand was "
            f"set to zero there ({100 * clearing.cut_share:.2g} % of it), and flows moved until markets cleared, "
            f"output by {100 * clearing.moved:.2g} % on average"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Flows whose accounts close, and what it took."""

    trade_flow: Array
    """(sector, exporter, importer), in the money of the flows given"""
    cells: int
    """Sectors of economies whose final demand was below zero"""
    of_cells: int
    cut_share: float
    """What was cut away, of the world's final demand"""
    moved: float
    """Σ |Y' − Y| / Σ Y"""


def clearing_flows(base: Baseline) -> Clearing | None:
    """Flows that clear where final demand is below zero, or None where it is nowhere.

    Parameters
    ----------
    base : Baseline
        The accounts as the tables have them.

    Raises
    ------
    DataError
        If more than a tenth of final demand would be cut.
    ConvergenceError
        If the equilibrium of the shares that remain is not reached.
    """
    below = base.final_share < -ROUNDING
    if not below.any():
        return None
    demand = base.final_share * base.final_expenditure
    cut = -demand[below].sum() / base.final_expenditure.sum()
    if cut > LARGEST_CUT:
        raise DataError(
            f"inputs take more than all purchases in {int(below.sum())} of {below.size} cells, "
            f"by {100 * cut:.0f} % of the world's final demand",
            hint="are inputs and flows in the same money, and inputs of the sectors that buy them?",
            cells=int(below.sum()),
        )
    share = np.maximum(base.final_share, 0.0)
    share = share / share.sum(axis=0)
    wanted = share * base.final_expenditure + in_each_economy(base.input_share, base.output)
    kept = replace(base, final_share=share, expenditure=wanted)
    block = unchanged(kept)
    income = fixed_deficits(value_added=kept.value_added, trade_deficit=kept.trade_deficit)
    found = solve_equilibrium(kept, block, income=income, tol=1e-12)
    if not found.residual <= 1e-10:
        raise ConvergenceError(
            f"no world clears at these shares: residual {found.residual:.1e}",
            hint="final demand below zero was set to zero first; look at inputs and value added",
            residual=found.residual,
        )
    flow = trade_flows(block, found.conditions)
    output = flow.sum(axis=2)
    return Clearing(
        trade_flow=flow,
        cells=int(below.sum()),
        of_cells=below.size,
        cut_share=float(cut),
        moved=float(np.abs(output - base.output).sum() / base.output.sum()),
    )
