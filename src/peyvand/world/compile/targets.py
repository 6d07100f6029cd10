"""What should each split economy's accounts say?  Trade by sector, services and domestic sales, before balancing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import GOODS, Economy
from peyvand.world.compile.home import broad_shares, home_sales
from peyvand.world.compile.inputs import Inputs
from peyvand.world.compile.mixes import Mixes
from peyvand.world.compile.services import donor_service_shares

CIF_TO_FOB = 0.95
"""Goods imports are recorded with freight and insurance, flows without: a twentieth is taken off (`assumed`)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Accounts of one split economy over the eight goods sectors and all services, M USD."""

    code: str
    exports: Array
    imports: Array
    home: Array


def targets(inputs: Inputs, split: tuple[Economy, ...], donors: xr.Dataset) -> tuple[Target, ...]:
    """The accounts that the split aims at, all `estimated`.

    Goods totals: WDI merchandise trade of 2019.  Mixes: `mixes`.  Services imports: WTO, else WDI goods and services
    less goods.  Services exports: WDI goods and services less goods where positive, else the region's ratio to imports.
    """
    mixes = Mixes(inputs)
    services = services_trade(inputs, [economy.code for economy in split])
    return tuple(_target(inputs, economy, mixes, services.T[economy.code], donors) for economy in split)


def _target(inputs: Inputs, economy: Economy, mixes: Mixes, services: pd.Series, donors: xr.Dataset) -> Target:
    totals = inputs.base_year.T[economy.code]
    exports = mixes.exports(economy.code).to_numpy() * totals["merchandise_exports_musd"]
    imports = mixes.imports(economy.code).to_numpy() * totals["merchandise_imports_musd"] * CIF_TO_FOB
    _, sold = donor_service_shares(donors, (economy,))
    home = home_sales(
        gdp=float(inputs.gdp_musd[economy.code]),
        shares=broad_shares(inputs.structure.T[economy.code], inputs.uzbekistan["sectors"]),
        donor=donors.sel(donor=economy.donor),
        exports=np.append(exports, services["exports"] * sold[0]),
        imports=np.append(imports, services["imports"] * sold[0]),
    )
    at_home = np.append(home[: len(GOODS)], home[len(GOODS) :].sum())
    return Target(
        economy.code, np.append(exports, services["exports"]), np.append(imports, services["imports"]), at_home
    )


def services_trade(inputs: Inputs, codes: list[str]) -> pd.DataFrame:
    """Exports and imports of all services, M USD, by economy."""
    year = inputs.base_year.reindex(codes)
    gdp = inputs.gdp_musd.reindex(codes)
    bought = inputs.services_imports["all_services"].reindex(codes)
    imports = bought.fillna(year["imports_of_gdp_share"] * gdp - year["merchandise_imports_musd"])
    exports = year["exports_of_gdp_share"] * gdp - year["merchandise_exports_musd"]
    known = exports > 0
    ratio = exports[known].sum() / imports[known].sum()
    return pd.DataFrame({"exports": exports.where(known, ratio * imports), "imports": imports})
