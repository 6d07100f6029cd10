"""What was the world before an agreement?  Worlds of past years from ICIO or WIOD, with estimated cost shares.

Flows and tariffs are those of OECD ICIO (28 industries, from 2011) or of WIOD's 2016 release (16 sectors, 2000–2014).
Neither set holds inputs: cost shares are `estimated` from WIOD's 2013 release – the economy's own, else its rest of the
world – divided within an industry as the economy buys, and balanced to its output and expenditure by cross-entropy.
Elasticities are the medians of eight published sets, each between 1.5 and 15 (`assumed`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from peyvand.sources import wiod
from peyvand.sources.codes import REST_OF_WORLD
from peyvand.sources.icio import SERVICES, read_elasticities, read_icio, read_wiod_2016
from peyvand.world import World
from peyvand.world.compile.cost_shares import balanced_cost_shares
from peyvand.world.compile.icio import HIGHEST_TARIFF
from peyvand.world.from_tables import world_from_arrays

Array = NDArray[np.float64]
FlowTable = Literal["icio", "wiod"]
LAST_INPUTS = 2011
LOWEST, HIGHEST = 1.5, 15.0


@dataclass(frozen=True, slots=True)
class Flows:
    """One year of a set: labels, flows (exporter, importer, sector) in M USD and tariffs as shares."""

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    trade_flow: Array
    tariff_rate: Array

    @property
    def goods(self) -> NDArray[np.bool_]:
        """(sector,) which are no services."""
        return np.array([sector != SERVICES for sector in self.sectors])


def flows_of(table: FlowTable, year: int, folder: Path) -> Flows:
    """Flows and tariffs of a year.

    Tariffs that are not known (the rest of the world's) count as 0; none is above `HIGHEST_TARIFF`, as in the embedded
    World: simple averages near 100 % on food are carried by what alcohol and tobacco are charged (`assumed`).
    """
    if table == "icio":
        frame = read_icio(folder / "oecd-icio-trade-tariffs-2011-2022" / f"icio_{year}.parquet", year=year).frame
    else:
        path = folder / "wiod-2016-release-trade-tariffs-2000-2014" / "wiod_2000_2014.parquet"
        frame = read_wiod_2016(path, year=year).frame
    economies = tuple(sorted(frame["exporter"].unique()))
    sectors = tuple(industries_of(table))
    shape = (len(economies), len(economies), len(sectors))
    frame = frame.set_index(["exporter", "importer", "sector"]).reindex(
        pd.MultiIndex.from_product([economies, economies, sectors])
    )
    flow = frame["trade_musd"].fillna(0.0).to_numpy().reshape(shape)
    abroad = (1 - np.eye(shape[0]))[..., None]
    tariff = frame["tariff_rate"].fillna(0.0).clip(upper=HIGHEST_TARIFF).to_numpy().reshape(shape) * abroad
    return Flows(economies, sectors, flow, tariff)


def world_of(table: FlowTable, year: int, folder: Path) -> World:
    """The World of a year."""
    held = flows_of(table, year, folder)
    paid = held.trade_flow * (1 + held.tariff_rate)
    output, expenditure = held.trade_flow.sum(axis=1), paid.sum(axis=0)
    inputs, final = _donor_shares(folder, min(year, LAST_INPUTS))
    value_added_share, input_share = [], []
    for place, code in enumerate(held.economies):
        donor = code if code in inputs else REST_OF_WORLD
        bought, spent = _divided(inputs[donor], final[donor], industries_of(table), expenditure[place])
        added = float(((1 - bought.sum(axis=0)) * output[place]).sum())
        shares, own = balanced_cost_shares(
            name=code,
            output=output[place],
            expenditure=expenditure[place],
            value_added=added,
            prior_inputs=bought,
            prior_final=spent,
        )
        input_share.append(shares)
        value_added_share.append(own)
    return world_from_arrays(
        economies=held.economies,
        sectors=held.sectors,
        name=f"{table}-{year}",
        base_year=year,
        trade_flow=held.trade_flow,
        tariff_rate=held.tariff_rate,
        trade_elasticity=_elasticities(table, held.sectors, folder),
        value_added_share=np.array(value_added_share),
        input_share=np.array(input_share),
    )


@cache
def industries_of(table: FlowTable) -> dict[str, tuple[str, ...]]:
    """WIOD-2013 industries of each sector of a set, in its order."""
    with files("peyvand.trade").joinpath("backcast_sectors.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["sector"]: tuple(row["industries"].split("|")) for row in rows if row["table"] == table}


def _elasticities(table: FlowTable, sectors: tuple[str, ...], folder: Path) -> Array:
    shelf = {"icio": "oecd-icio-trade-tariffs-2011-2022", "wiod": "wiod-2016-release-trade-tariffs-2000-2014"}[table]
    sets = read_elasticities(folder / shelf / "trade_elasticities.csv").frame
    by_set = sets.pivot(index="specification", columns="sector", values="trade_elasticity").clip(LOWEST, HIGHEST)
    return by_set.median()[list(sectors)].to_numpy(dtype=np.float64)


def _donor_shares(folder: Path, year: int) -> tuple[dict[str, pd.DataFrame], dict[str, pd.Series]]:
    """By economy: money of inputs (input industry × industry) with a row of output, and final spending (industry)."""
    held = folder / "wiod-2013-release-1995-2011"
    use = wiod.read_use(held / "io_use_by_country.parquet", year=year).frame
    made = wiod.read_output(held / "output_by_country_sector.parquet", year=year).frame
    spent = wiod.read_final_demand(held / "final_demand_by_country_sector.parquet", year=year).frame
    inputs = {
        str(code): rows.pivot_table(index="input_sector", columns="sector", values="use_musd", aggfunc="sum")
        for code, rows in use.groupby("economy")
    }
    outputs = made.set_index(["economy", "sector"])["output_musd"]
    for code, table in inputs.items():
        table.loc["output"] = outputs[code].reindex(table.columns)
    final = {
        str(code): rows.groupby("sector")["final_musd"].sum().clip(lower=0.0) for code, rows in spent.groupby("economy")
    }
    return inputs, final


def _divided(
    inputs: pd.DataFrame, final: pd.Series, industries: dict[str, tuple[str, ...]], expenditure: Array
) -> tuple[Array, Array]:
    """Prior shares of output (input sector, sector) and of final spending (sector) of one economy.

    A sector takes the columns of its industries; sectors that share an industry divide what is bought of it as the
    economy spends on them.
    """
    groups = list(industries.values())
    rows = np.array([inputs.loc[list(group)].sum().to_numpy(dtype=np.float64) for group in groups])
    places = [inputs.columns.get_indexer(pd.Index(group)) for group in groups]
    outputs = inputs.loc["output"].to_numpy(dtype=np.float64)
    made = np.array([max(outputs[place].sum(), 1e-9) for place in places])
    bought = np.array([rows[:, place].sum(axis=1) for place in places]).T
    spent = np.array([final.reindex(list(group)).sum() for group in groups])
    twins = np.array([[group == other for other in groups] for group in groups], dtype=np.float64)
    part = np.maximum(expenditure, 1e-9) / (twins @ np.maximum(expenditure, 1e-9))
    share = np.clip(bought * part[:, None] / made, 0.0, None)
    share *= np.minimum(1.0, 0.95 / np.maximum(share.sum(axis=0), 1e-9))
    spent = spent * part
    return share, spent / spent.sum()
