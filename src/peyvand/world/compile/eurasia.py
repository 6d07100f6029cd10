"""The embedded World eurasia-2019, compiled from its sources in the order of the steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile import facts
from peyvand.world.compile.concordance import GOODS, SECTORS, SERVICES, Economy, economies
from peyvand.world.compile.cost_shares import balanced_cost_shares
from peyvand.world.compile.donors import donor_shares, engineering_part_of_business
from peyvand.world.compile.elasticities import elasticities
from peyvand.world.compile.icio import icio_flows_and_tariffs
from peyvand.world.compile.inputs import BASE_YEAR, Inputs
from peyvand.world.compile.services import donor_service_shares, import_shares, split_services
from peyvand.world.from_tables import world_from_arrays
from peyvand.world.world import STATUSES, World

NAME = "eurasia-2019"
REPORTED, ESTIMATED, ASSUMED = (STATUSES.index(word) for word in ("reported", "estimated", "assumed"))
_REPORTED_CV, _SERVICES_CV = 0.05, 0.25
_TAIWAN_LIKE = "KOR"


def build_eurasia(folder: str | Path) -> World:
    """Compile eurasia-2019 from the data folder."""
    inputs = Inputs(Path(folder))
    chosen = tuple(economy for economy in economies() if economy.kind != "split")
    table = icio_flows_and_tariffs(inputs.icio, chosen)
    donors = donor_shares(wiod=inputs.wiod, uzbekistan=inputs.uzbekistan)
    flow = _eleven_sectors(table["trade_flow"].to_numpy(), donors, inputs, chosen)
    tariff = _tariffs(table["tariff_rate"])
    gdp, held = _gdp(inputs, chosen, flow)
    input_share, value_added_share = _cost_shares(flow, tariff, gdp, donors, chosen)
    theta, spread = elasticities(inputs.elasticities, _world_trade(inputs.icio))
    status = np.full(flow.shape, REPORTED, dtype=np.int8)
    status[:, :, len(GOODS) :] = ESTIMATED
    tariff_status = np.full(flow.shape, REPORTED, dtype=np.int8)
    tariff_status[:, [economy.kind == "rest" for economy in chosen], : len(GOODS)] = ASSUMED
    return world_from_arrays(
        economies=[economy.code for economy in chosen],
        sectors=SECTORS,
        name=NAME,
        base_year=BASE_YEAR,
        trade_flow=flow,
        trade_flow_status=status,
        trade_flow_cv=np.where(status == REPORTED, _REPORTED_CV, _SERVICES_CV),
        tariff_rate=tariff,
        tariff_status=tariff_status,
        value_added_share=value_added_share,
        input_share=input_share,
        trade_elasticity=theta,
        trade_elasticity_se=spread,
        gdp_musd=gdp.to_numpy(),
        **_covariates(inputs, chosen, held),
    )


def _eleven_sectors(flow: Array, donors: xr.Dataset, inputs: Inputs, chosen: tuple[Economy, ...]) -> Array:
    """Flows of eight goods sectors and three services from eight and one."""
    output_share, export_share = donor_service_shares(donors, chosen)
    bought = import_shares(inputs.wto, chosen, engineering_part=engineering_part_of_business(inputs.uzbekistan))
    services = split_services(
        flow=flow[:, :, -1], output_share=output_share, export_share=export_share, import_share=bought
    )
    return np.concatenate([flow[:, :, :-1], services], axis=2)


def _tariffs(table: xr.DataArray) -> Array:
    """Tariffs over eleven sectors; those that ICIO has not are the mean of the others' (assumed)."""
    goods = table.sel(sector=list(GOODS))
    filled = goods.fillna(goods.mean(["exporter", "importer"]).round(3)).to_numpy()
    filled = filled * (1 - np.eye(len(filled)))[:, :, None]
    return np.concatenate([filled, np.zeros((*filled.shape[:2], len(SERVICES)))], axis=2)


def _gdp(inputs: Inputs, chosen: tuple[Economy, ...], flow: Array) -> tuple[pd.Series, facts.Members]:
    """GDP in M USD (World Bank); Taiwan, which it does not report, at Korea's ratio of output to GDP (estimated)."""
    held = facts.members_with_data(chosen, inputs.gdp_musd)
    gdp = facts.totals(inputs.gdp_musd, held)
    output = pd.Series(flow.sum(axis=(1, 2)), [economy.code for economy in chosen])
    like = output[_TAIWAN_LIKE] / gdp[_TAIWAN_LIKE]
    return gdp.fillna(output / like), held


def _cost_shares(
    flow: Array, tariff: Array, gdp: pd.Series, donors: xr.Dataset, chosen: tuple[Economy, ...]
) -> tuple[Array, Array]:
    output, expenditure = flow.sum(axis=1), (flow * (1 + tariff)).sum(axis=0)
    revenue = (flow * tariff).sum(axis=(0, 2))
    shares = [
        balanced_cost_shares(
            name=economy.code,
            output=output[at],
            expenditure=expenditure[at],
            value_added=float(gdp[economy.code] - revenue[at]),
            prior_inputs=donors["input_share"].sel(donor=economy.donor).transpose("input_sector", "sector").to_numpy(),
            prior_final=donors["final_share"].sel(donor=economy.donor).to_numpy(),
        )
        for at, economy in enumerate(chosen)
    ]
    return np.stack([inputs for inputs, _ in shares]), np.stack([added for _, added in shares])


def _covariates(inputs: Inputs, chosen: tuple[Economy, ...], held: facts.Members) -> dict[str, Any]:
    pairs = inputs.distances
    people = inputs.population
    held = facts.members_with_data(chosen, people)
    square = {
        name: pairs.pivot(index="iso_o", columns="iso_d", values=name) for name in ("distw", "contig", "comlang_off")
    }
    people = people.reindex(square["distw"].index.union(people.index)).fillna(1.0)
    places = facts.capitals(inputs.places, chosen)
    return {
        "distance_km": facts.weighted_distance_km(square["distw"], people, held).round(1),
        "contiguous": facts.shared(square["contig"], people, held, least=0.0),
        "common_language": facts.shared(square["comlang_off"], people, held, least=0.5),
        "language_proximity": facts.language_proximity(chosen),
        "population": facts.totals(inputs.population, held).fillna(23_600_000).to_numpy(),
        "capital_latitude": places["capital_latitude"].to_numpy(),
        "capital_longitude": places["capital_longitude"].to_numpy(),
        "name_en": facts.names(chosen, "en"),
        "name_fa": facts.names(chosen, "fa"),
    }


def _world_trade(table: pd.DataFrame) -> pd.Series:
    return table[table["exporter"] != table["importer"]].groupby("sector")["trade_musd"].sum()
