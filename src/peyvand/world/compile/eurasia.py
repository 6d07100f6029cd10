"""The embedded World eurasia-2019, compiled from its sources in the order of the steps.

ICIO's flows and tariffs → the rest of the world taken apart → services in three → tariffs where ICIO has none → cost
shares that agree with GDP → covariates, statuses and provenance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile import facts
from peyvand.world.compile.agreements import agreements, agreements_in_force
from peyvand.world.compile.concordance import GOODS, SECTORS, Economy, economies
from peyvand.world.compile.cost_shares import balanced_cost_shares
from peyvand.world.compile.donors import donor_shares, engineering_part_of_business
from peyvand.world.compile.elasticities import elasticities
from peyvand.world.compile.geography import geography, population
from peyvand.world.compile.icio import icio_flows_and_tariffs
from peyvand.world.compile.inputs import BASE_YEAR, Inputs
from peyvand.world.compile.mixes import Mixes
from peyvand.world.compile.provenance import provenance
from peyvand.world.compile.services import donor_service_shares, import_shares, split_services
from peyvand.world.compile.split import split_flows
from peyvand.world.compile.status import flow_cv, flow_status
from peyvand.world.compile.tariffs import tariffs
from peyvand.world.from_tables import world_from_arrays
from peyvand.world.world import World

NAME = "eurasia-2019"
_TAIWAN_LIKE = "KOR"


def build_eurasia(folder: str | Path) -> World:
    """Compile eurasia-2019 from the data folder; the same folder gives the same figures.

    Parameters
    ----------
    folder : str or Path
        Holds one folder per source, see `peyvand.world.compile.inputs`.

    Raises
    ------
    DataError
        If a source is missing or broken, or the result breaks a rule of `peyvand.world.checks`.
    ConvergenceError
        If the sources' totals contradict one another.
    """
    inputs, chosen = Inputs(Path(folder)), economies()
    donors = donor_shares(wiod=inputs.wiod, uzbekistan=inputs.uzbekistan)
    reported = icio_flows_and_tariffs(inputs.icio, chosen)
    whole = split_flows(inputs, reported["trade_flow"], donors, chosen)
    flow = _eleven_sectors(whole.to_numpy(), donors, inputs, chosen)
    duty = tariffs(inputs, Mixes(inputs), reported, chosen)
    gdp = gdp_musd(inputs, chosen, flow)
    input_share, value_added_share = _cost_shares(flow, duty["tariff_rate"].to_numpy(), gdp, donors, chosen)
    theta, spread = elasticities(inputs.elasticities, _world_trade(inputs.icio))
    status = flow_status(chosen)
    return world_from_arrays(
        economies=[economy.code for economy in chosen],
        sectors=SECTORS,
        name=NAME,
        base_year=BASE_YEAR,
        trade_flow=flow,
        trade_flow_status=status,
        trade_flow_cv=flow_cv(flow, status, chosen),
        tariff_rate=duty["tariff_rate"],
        tariff_status=duty["tariff_status"],
        value_added_share=value_added_share,
        input_share=input_share,
        trade_elasticity=theta,
        trade_elasticity_se=spread,
        gdp_musd=gdp.to_numpy(),
        provenance=provenance(chosen, duty),
        **_covariates(inputs, chosen),
    )


def gdp_musd(inputs: Inputs, chosen: tuple[Economy, ...], flow: Array) -> pd.Series:
    """GDP in M USD (World Bank); Taiwan, which it does not report, at Korea's ratio of output to GDP (`estimated`)."""
    gdp = facts.totals(inputs.gdp_musd, facts.members_with_data(chosen, inputs.gdp_musd))
    output = pd.Series(flow.sum(axis=(1, 2)), [economy.code for economy in chosen])
    return gdp.fillna(output * gdp[_TAIWAN_LIKE] / output[_TAIWAN_LIKE])


def _eleven_sectors(flow: Array, donors: xr.Dataset, inputs: Inputs, chosen: tuple[Economy, ...]) -> Array:
    """Flows of eight goods sectors and three services from eight and one."""
    output_share, export_share = donor_service_shares(donors, chosen)
    bought = import_shares(
        inputs.services_imports, chosen, engineering_part=engineering_part_of_business(inputs.uzbekistan)
    )
    services = split_services(
        flow=flow[:, :, len(GOODS)], output_share=output_share, export_share=export_share, import_share=bought
    )
    return np.concatenate([flow[:, :, : len(GOODS)], services], axis=2)


def _cost_shares(
    flow: Array, tariff: Array, gdp: pd.Series, donors: xr.Dataset, chosen: tuple[Economy, ...]
) -> tuple[Array, Array]:
    """Input shares (economy, input_sector, sector) and value-added shares (economy, sector)."""
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


def _covariates(inputs: Inputs, chosen: tuple[Economy, ...]) -> dict[str, Any]:
    people = population(inputs)
    held = facts.members_with_data(chosen, people)
    where = geography(inputs, chosen)
    pairs = agreements_in_force(BASE_YEAR, notified=inputs.notified_agreements, parties=inputs.treaty_parties)
    bound = agreements(pairs, chosen, people, held)
    places = inputs.capitals.loc[[economy.capital_of for economy in chosen]]
    return {
        "distance_km": where.distance_km,
        "contiguous": where.contiguous,
        "common_language": where.common_language,
        "language_proximity": facts.language_proximity(chosen),
        "agreement": bound.agreement,
        "agreement_kind": bound.kind,
        "agreement_status": bound.status,
        "sanctioned": facts.sanctioned(inputs.sanctions, held),
        "population": facts.totals(people, held).to_numpy(),
        "capital_latitude": places["latitude_deg"].to_numpy(),
        "capital_longitude": places["longitude_deg"].to_numpy(),
        "name_en": facts.names(chosen, "en"),
        "name_fa": facts.names(chosen, "fa"),
    }


def _world_trade(table: pd.DataFrame) -> pd.Series:
    """World trade between economies by ICIO industry, M USD."""
    return table[table["exporter"] != table["importer"]].groupby("sector")["trade_musd"].sum()
