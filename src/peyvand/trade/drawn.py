"""One draw: the scenario's arrays with other elasticities, gravity coefficients and flows, and its answer there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from peyvand.trade.balancing import scale_to_margins
from peyvand.trade.barriers import Accounts, Pool, Problem, problem
from peyvand.trade.caliendo_parro import CaliendoParro, accounts_of, pool_of
from peyvand.trade.deficits import no_deficits
from peyvand.trade.equations import trade_flows
from peyvand.trade.kernels import Equilibrium, solve_equilibrium, unchanged
from peyvand.world import Shock, World

Array = NDArray[np.float64]
Source = Literal["elasticity", "gravity", "flow"]
SOURCES: tuple[Source, ...] = ("elasticity", "gravity", "flow")
ANSWERS = ("welfare_hat", "real_income_change_musd", "final_expenditure", "exports_hat")
"""What is kept of a draw, each (economy)."""
_PAIRS = ("sector", "exporter", "importer")


@dataclass(frozen=True, eq=False, kw_only=True)
class GravityEffect:
    """Coefficients behind a shock: ln d̂ = −Σ_k β_k z_k / θ on the cells of z.

    Parameters
    ----------
    coefficient : Array (coefficient)
        β, the values that the shock was made with.
    covariance : Array (coefficient, coefficient)
        Of their estimates.
    cells : DataArray (coefficient, exporter, importer, sector)
        z: how far each coefficient holds; mostly 0 or 1.
    """

    coefficient: Array
    covariance: Array
    cells: xr.DataArray


Normal = Callable[..., Array]
"""Standard normal numbers of a shape."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Centre:
    """The central values of a scenario in bare arrays, and how to solve it away from them."""

    world: World
    solver: CaliendoParro
    accounts: Accounts
    log_cost: Array
    tariff_rate: Array
    pool: Pool | None
    elasticity_deviation: Array | None
    flow_deviation: Array | None
    effect: tuple[Array, Array, Array] | None
    """β, a root of its covariance, and z (coefficient, sector, exporter, importer)"""
    start: Array
    tol: float

    @classmethod
    def of(cls, world: World, shock: Shock, gravity: GravityEffect | None, solver: CaliendoParro, tol: float) -> Centre:
        posed = solver.problem(world, shock)
        found = solve_equilibrium(posed.base, posed.block, income=solver.income_rule(world, posed.base), tol=tol)
        effect = None
        if gravity is not None:
            values, vectors = np.linalg.eigh(np.atleast_2d(gravity.covariance))
            root = vectors * np.sqrt(np.maximum(values, 0.0))
            cells = gravity.cells.transpose("coefficient", *_PAIRS).values.astype(np.float64)
            effect = (np.atleast_1d(np.asarray(gravity.coefficient, dtype=np.float64)), root, cells)
        held = world.data.data_vars
        cv = world["trade_flow_cv"].transpose(*_PAIRS).values if "trade_flow_cv" in held else None
        return cls(
            world=world,
            solver=solver,
            accounts=accounts_of(world),
            log_cost=np.log(shock["iceberg_cost_hat"].transpose(*_PAIRS).values),
            tariff_rate=shock["tariff_rate_counterfactual"].transpose(*_PAIRS).values,
            pool=pool_of(shock),
            elasticity_deviation=world["trade_elasticity_se"].values if "trade_elasticity_se" in held else None,
            flow_deviation=None if cv is None else np.sqrt(np.log1p(np.nan_to_num(cv) ** 2)),
            effect=effect,
            start=found.state,
            tol=tol,
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        has = (self.elasticity_deviation, self.effect, self.flow_deviation)
        return tuple(name for name, known in zip(SOURCES, has, strict=True) if known is not None)

    def size_of(self, source: Source) -> int:
        """How many normal numbers a source takes."""
        if source == "gravity":
            return 0 if self.effect is None else len(self.effect[0])
        return len(self.accounts.trade_elasticity) if source == "elasticity" else self.accounts.trade_flow.size

    def drawn(self, normals: Mapping[Source, Normal]) -> tuple[Accounts, Array] | str:
        """The World's arrays and ln d̂ with some sources drawn, trade balanced where the closure asks for it."""
        accounts, log_cost = self.accounts, self.log_cost
        theta = accounts.trade_elasticity
        if "elasticity" in normals and self.elasticity_deviation is not None:
            theta = theta * np.exp(self.elasticity_deviation * normals["elasticity"](len(theta)))
        if self.effect is not None:
            central, root, cells = self.effect
            beta = central + root @ normals["gravity"](len(central)) if "gravity" in normals else central
            per_theta = beta[:, None] / theta - central[:, None] / accounts.trade_elasticity
            log_cost = log_cost - np.einsum("ks,ksin->sin", per_theta, cells)
        flow = accounts.trade_flow
        if "flow" in normals and self.flow_deviation is not None:
            noise = self.flow_deviation * normals["flow"](flow.shape) - self.flow_deviation**2 / 2
            scaled = scale_to_margins(flow * np.exp(noise), rows=flow.sum(axis=2), columns=flow.sum(axis=1), tol=1e-9)
            if not scaled.residual <= 1e-8:
                return f"flows were not balanced: off by {scaled.residual:.1e}"
            flow = scaled.values
        drawn = replace(accounts, trade_elasticity=theta, trade_flow=flow)
        if self.solver.deficit_rule == "eliminated":
            posed = self._problem(drawn, log_cost)
            balanced = solve_equilibrium(
                posed.base, unchanged(posed.base), income=no_deficits(value_added=posed.base.value_added), tol=self.tol
            )
            if not balanced.residual <= self.tol:
                return f"trade was not balanced: residual {balanced.residual:.1e}"
            drawn = replace(drawn, trade_flow=trade_flows(unchanged(posed.base), balanced.conditions))
        return drawn, log_cost

    def solve(self, normals: Mapping[Source, Normal]) -> dict[str, Array] | str:
        """`ANSWERS` for draws of some sources, or why there is none."""
        drawn = self.drawn(normals)
        if isinstance(drawn, str):
            return drawn
        posed = self._problem(*drawn)
        found = solve_equilibrium(
            posed.base,
            posed.block,
            income=self.solver.income_rule(self.world, posed.base),
            start=self.start,
            tol=self.tol,
            max_iterations=self.solver.max_iterations,
        )
        if not found.residual <= self.tol or found.share_of_shock < 1:
            return f"residual {found.residual:.1e} after {found.iterations} steps"
        return _answer(posed, found)

    def _problem(self, accounts: Accounts, log_cost: Array) -> Problem:
        return problem(
            accounts,
            cost_hat=np.exp(log_cost),
            tariff_rate=self.tariff_rate,
            supply_elasticity=self.solver.supply_elasticity,
            barrier=self.solver.barrier,
            rent_keeper=self.solver.rent_keeper,
            pool=self.pool,
        )


def _answer(posed: Problem, found: Equilibrium) -> dict[str, Array]:
    """Ŵ, the equivalent variation in M USD, what was spent before, and exports new / old."""
    base, after = posed.base, found.conditions
    price = (base.final_share * np.log(after.price_index_hat)).sum(axis=0)
    welfare = after.final_expenditure / base.final_expenditure * np.exp(-price)
    exports = _sold_abroad(base.trade_flow)
    exports_after = _sold_abroad(trade_flows(posed.block, after))
    return {
        "welfare_hat": welfare,
        "real_income_change_musd": (welfare - 1) * base.final_expenditure,
        "final_expenditure": base.final_expenditure,
        "exports_hat": np.where(exports > 0, exports_after / np.where(exports > 0, exports, 1.0), np.nan),
    }


def _sold_abroad(flow: Array) -> Array:
    return np.asarray(flow.sum(axis=(0, 2)) - np.einsum("snn->n", flow))
