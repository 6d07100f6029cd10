"""What does each sector buy?  Input and value-added shares that agree with ICIO's flows and the World Bank's GDP.

For each economy one table: rows are the eleven inputs and value added, columns the eleven users and final demand.

    Σ_users + final  = E_r      (expenditure, tariff included)
    Σ value added    = GDP − tariff revenue
    Σ_inputs + value added = Y_s   (output)

The prior is the donor's cost shares times output and its final shares times final expenditure; the least cross-entropy
table with these sums has every cell positive, so no final demand is negative and all markets clear.
"""

from __future__ import annotations

import numpy as np

from peyvand.errors import DataError
from peyvand.world.balance import Array, fit_margins, margin

_FLOOR = 1e-4
"""Least share of a prior cell: a cell that is exactly zero in the donor could never be filled."""


def balanced_cost_shares(
    *, name: str, output: Array, expenditure: Array, value_added: float, prior_inputs: Array, prior_final: Array
) -> tuple[Array, Array]:
    """Input shares (input_sector, sector) and value-added shares (sector) of one economy.

    Parameters
    ----------
    name : str
        The economy, for the error.
    output, expenditure : array (sector)
        M USD; expenditure includes the tariff.
    value_added : float
        GDP less tariff revenue, M USD.
    prior_inputs : array (input_sector, sector)
        The donor's shares of output; what they leave is value added.
    prior_final : array (sector)
        The donor's final shares.

    Raises
    ------
    DataError
        If the sums cannot hold together: value added not between zero and output.
    """
    if not 0 < value_added < output.sum():
        raise DataError(
            f"{name}: value added of {value_added:,.0f} M USD does not fit an output of {output.sum():,.0f}",
            hint="compare GDP with the output of the flow table",
            economy=name,
        )
    size = len(output)
    final = value_added + expenditure.sum() - output.sum()
    prior = np.zeros((size + 1, size + 1))
    prior[:size, :size] = np.maximum(prior_inputs, _FLOOR) * output
    prior[size, :size] = np.maximum(1 - prior_inputs.sum(axis=0), _FLOOR) * output
    prior[:size, size] = np.maximum(prior_final, _FLOOR) * final
    margins = (
        margin(kept=(0,), total=np.append(expenditure, value_added), shape=prior.shape),
        margin(kept=(1,), total=np.append(output, final), shape=prior.shape),
    )
    found = fit_margins(prior, margins, tol=1e-13)
    if not found.residual <= 1e-9:
        raise DataError(f"{name}: no table of cost shares has these sums (residual {found.residual:.1e})", economy=name)
    users = np.where(output > 0, output, 1.0)
    shares = found.values[:, :size] / users
    shares = np.where(output > 0, shares, np.append(prior_inputs, 1 - prior_inputs.sum(axis=0)[None], axis=0))
    shares /= shares.sum(axis=0)
    return shares[:size], shares[size]
