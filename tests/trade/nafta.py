"""The World of Caliendo and Parro (2015): 31 countries and 40 sectors in 1993, and NAFTA's tariff cuts as a Shock.

The authors' final consumption is cut at zero, so their accounts do not close; their shares, tariffs and value added do
define an equilibrium, with or without deficits, and that equilibrium is the World.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.trade.deficits import fixed_deficits
from peyvand.trade.equations import trade_flows
from peyvand.trade.kernels import baseline, blocks, solve_equilibrium
from peyvand.world import Shock, World
from peyvand.world.from_tables import world_from_arrays

PAIRS = ["sector", "exporter", "importer"]


def nafta_world(data_folder: Path, *, deficits: bool = False) -> tuple[World, Shock]:
    """The World with balanced trade, or with the authors' deficits, and the shock of NAFTA's tariffs alone."""
    folder = data_folder / "caliendo-parro-2015-nafta"
    economies = list(pd.read_csv(folder / "regions.csv")["region"])
    sectors = list(pd.read_csv(folder / "sectors.csv")["sector"])
    pairs = pd.read_parquet(folder / "trade_tariffs.parquet").set_index(PAIRS).to_xarray()
    pairs = pairs.sel(sector=sectors, exporter=economies, importer=economies)
    inputs = _table(folder / "intermediate_consumption.parquet", ["region", "input", "sector"])
    inputs = np.maximum(inputs.sel(region=economies, input=sectors, sector=sectors).values / 1e6, 0.0)  # one is below 0
    made = _table(folder / "value_added.csv", ["sector", "region"]).sel(sector=sectors, region=economies).values / 1e6
    used = _table(folder / "final_consumption.csv", ["sector", "region"])
    used = used.sel(sector=sectors, region=economies).values / 1e6
    theta = pd.read_csv(folder / "theta.csv").set_index("sector")["value"].loc[sectors].values
    deficit = pd.read_csv(folder / "deficit.csv").set_index("region")["D"].loc[economies].values / 1e6

    cost = made + inputs.sum(axis=1).T
    shares = {"value_added_share": made / cost, "input_share": inputs / cost.T[:, None, :], "trade_elasticity": theta}
    tariff = pairs["tariff"].values
    base = replace(
        baseline(trade_flow=pairs["value"].values / 1e6, tariff_rate=tariff, **shares),
        final_share=used / used.sum(axis=0),
        value_added=made.sum(axis=0),
        expenditure=used + inputs.sum(axis=2).T,
    )
    same = blocks(base, cost_hat=np.ones_like(tariff), tariff_rate=tariff)
    rule = fixed_deficits(value_added=base.value_added, trade_deficit=(deficit - deficit.mean()) * float(deficits))
    found = solve_equilibrium(base, same, income=rule, tol=1e-12)
    assert found.residual <= 1e-12
    world = world_from_arrays(
        economies=economies,
        sectors=sectors,
        name="caliendo-parro-2015",
        base_year=1993,
        trade_flow=np.moveaxis(trade_flows(same, found.conditions), 0, 2),
        tariff_rate=np.moveaxis(tariff, 0, 2),
        value_added_share=shares["value_added_share"].T,
        input_share=shares["input_share"],
        trade_elasticity=theta,
    )
    return world, Shock.of(world, tariff_rate_counterfactual=pairs["tariff_cfl"])


def _table(path: Path, keys: list[str]) -> xr.DataArray:
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    return frame.set_index(keys)["value"].to_xarray()
