"""What should each split economy's accounts say?  Trade by sector, services and domestic sales, before balancing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import Economy
from peyvand.world.compile.home import Purchases, broad_shares, donor_value_added_share, home_sales, known_sales
from peyvand.world.compile.inputs import Inputs
from peyvand.world.compile.mixes import Mixes
from peyvand.world.compile.partners import CIF_TO_FOB


@dataclass(frozen=True, slots=True)
class Target:
    """Accounts of one split economy over the eight goods sectors and all services, M USD."""

    code: str
    exports: Array
    imports: Array
    home: Array


def targets(
    inputs: Inputs, economies: tuple[Economy, ...], flow: xr.DataArray, donors: xr.Dataset
) -> tuple[Target, ...]:
    """The accounts that the split aims at, one per split economy, all `estimated`.

    Goods totals: WDI merchandise trade of 2019.  Mixes: `mixes`.  Services imports: WTO, else WDI goods and services
    less goods.  Services exports: WDI goods and services less goods where positive, else the region's ratio to imports.
    Domestic sales: `home`.

    Parameters
    ----------
    flow : DataArray (exporter, importer, sector)
        ICIO's flows, for what economies around buy.
    """
    split = [economy for economy in economies if economy.kind == "split"]
    mixes = Mixes(inputs)
    purchases = Purchases(inputs, flow, economies, mixes.prices)
    services = services_trade(inputs, [economy.code for economy in split])
    return tuple(_target(inputs, economy, mixes, purchases, services.T[economy.code], donors) for economy in split)


def _target(
    inputs: Inputs,
    economy: Economy,
    mixes: Mixes,
    purchases: Purchases,
    services: pd.Series,
    donors: xr.Dataset,
) -> Target:
    code, totals = economy.code, inputs.base_year.T[economy.code]
    exports = mixes.exports(code).to_numpy() * totals["merchandise_exports_musd"]
    imports = mixes.imports(code).to_numpy() * totals["merchandise_imports_musd"] * CIF_TO_FOB
    exports, imports = np.append(exports, services["exports"]), np.append(imports, services["imports"])
    home = home_sales(
        gdp=float(inputs.gdp_musd[code]),
        shares=broad_shares(inputs.structure.T[code], inputs.uzbekistan["sectors"]),
        bought=purchases.of(code),
        value_added_share=donor_value_added_share(donors.sel(donor=economy.donor)),
        exports=exports,
        imports=imports,
        known=known_sales(code, exports, mixes.prices),
    )
    return Target(code, exports, imports, home)


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
