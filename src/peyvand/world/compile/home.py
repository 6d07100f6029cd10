"""What does each split economy make for itself?  Domestic sales from what it buys, what it imports, and its GDP.

- What is bought of each sector, in relation to GDP, is that of ICIO's economies around, those of like income first.
- Purchases of oil and gas follow what refineries and gas users take (Energy Institute) at world prices, times the ratio
  that ICIO has to this at the producers around, at most the largest share of GDP that ICIO has there.
- Less imports, and then scaled until the value added of all that is sold – at home and abroad, at a donor's
  value-added shares – is GDP, and that of each broad sector (agriculture, industry, services) its share of it (WDI).
  A broad sector grows by a fifth at most: where an oil exporter's industry earns more, its oil has the value added.

All `estimated`.
"""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import ALL_SERVICES, GOODS, SERVICES, Economy
from peyvand.world.compile.fuels import TONNES_PER_BARREL_A_DAY
from peyvand.world.compile.inputs import Inputs

PEERS = ("KAZ", "TUR", "PAK", "RUS", "BLR", "UKR", "IND", "SAU", "ARE", "BGD", "EGY", "JOR")
"""ICIO's economies around the region."""
PRODUCERS = ("KAZ", "PAK", "RUS", "SAU", "ARE")
"""Those that pump most of what they burn: their purchases of oil and gas are not imports under hidden codes."""
BROAD = {
    "agriculture": ("agriculture_food",),
    "industry": (
        "oil_gas", "mining", "refining_chemicals", "pharmaceuticals", "textiles_light", "metals_minerals",
        "machinery_equipment",
    ),
    "services": (ALL_SERVICES,),
}  # fmt: skip
_LABELS = (*GOODS, ALL_SERVICES)
_FOOD, _FARMS, _IN_SERVICES, _INDUSTRY = ("C10", "C11", "C12"), ("A",), ("D", "E", "F"), ("B", "C", "D", "E", "F")
_LIKE_INCOME = 0.7
"""Distance in log GDP a head at which a peer's weight falls to 1/e (`assumed`)."""
_HOME_FLOOR = 0.1
"""Least part of an economy's purchases of a sector that is made at home (`assumed`)."""
_MOST_RESCALED = 1.2
_LEAST_MUSD = 1.0
"""No sector is empty: its shares and prices would be undefined."""


class Purchases:
    """What economies buy of each sector, from the economies around that ICIO holds."""

    def __init__(
        self, inputs: Inputs, flow: xr.DataArray, economies: tuple[Economy, ...], prices: tuple[float, float]
    ) -> None:
        shown = {economy.code for economy in economies if economy.kind == "reported"}
        self.inputs = inputs
        self.peers = [code for code in PEERS if code in shown]
        self.gdp = inputs.gdp_musd
        expenditure = flow.sum("exporter").to_pandas()
        self.shares = expenditure.loc[self.peers, list(_LABELS)].div(self.gdp[self.peers], axis=0)
        self.burnt = _burnt_musd(inputs.energy, prices)
        producers = [code for code in PRODUCERS if code in shown]
        self.ratio = float((expenditure.loc[producers, "oil_gas"] / self.burnt[producers]).median())

    def of(self, code: str) -> Array:
        """M USD over the goods sectors and all services."""
        income = np.log(self.gdp / self.inputs.population)
        weight = np.exp(-(income[self.peers] - income[code]).abs() / _LIKE_INCOME)
        shares = self.shares.mul(weight, axis=0).sum() / weight.sum()
        if code in self.burnt.index:
            burnt = self.ratio * self.burnt[code] / self.gdp[code]
            shares["oil_gas"] = min(burnt, self.shares["oil_gas"].max())
        return np.asarray(shares.to_numpy(float) * self.gdp[code])


def _burnt_musd(energy: pd.DataFrame, prices: tuple[float, float]) -> pd.Series:
    """What refineries and gas users take, at world prices; where both are known."""
    oil, gas = prices
    refined = energy["refinery_throughput_kbd"] * TONNES_PER_BARREL_A_DAY / 1e3
    burnt: pd.Series = (refined * oil + energy["gas_consumption_bcm"] * gas).dropna()
    return burnt


def broad_shares(structure: pd.Series, uzbek_products: pd.DataFrame) -> pd.Series:
    """Shares of value added of our three broad sectors, from the World Bank's three.

    Ours put food processing with agriculture, and utilities and construction with services; the World Bank has them all
    in industry.  They are moved in Uzbekistan's proportions.
    """
    added = uzbek_products.set_index("sector")["value_added_muzs"]

    def made(codes: tuple[str, ...]) -> float:
        return float(added[added.index.str.startswith(codes)].sum())

    farms, industry = structure["agriculture_of_gdp_share"], structure["industry_of_gdp_share"]
    food = farms * made(_FOOD) / made(_FARMS)
    moved = industry * made(_IN_SERVICES) / made(_INDUSTRY)
    broad = pd.Series(
        {
            "agriculture": farms + food,
            "industry": max(industry - food - moved, industry / 4),
            "services": structure["services_of_gdp_share"] + moved,
        }
    )
    return broad / broad.sum()


def home_sales(
    *,
    gdp: float,
    shares: pd.Series,
    bought: Array,
    value_added_share: Array,
    exports: Array,
    imports: Array,
    known: Array | None = None,
) -> Array:
    """Domestic sales of the eight goods sectors and all services, M USD.

    Parameters
    ----------
    gdp : float
        M USD.
    shares : Series
        Of GDP by broad sector.
    bought, exports, imports : array (sector)
        M USD.
    value_added_share : array (sector)
        Of output.
    known : array (sector), optional
        Domestic sales that are known, M USD; nan elsewhere.
    """
    known = np.full(len(bought), np.nan) if known is None else known
    bought = np.where(np.isnan(known), bought, 0.0)
    exports_and_known = exports + np.nan_to_num(known)
    imports = np.where(np.isnan(known), imports, 0.0)
    overall = _scale(gdp, value_added_share, bought, exports_and_known, imports)
    sales = np.zeros(len(_LABELS))
    for broad, sectors in BROAD.items():
        at = [_LABELS.index(sector) for sector in sectors]
        own = _scale(gdp * shares[broad], value_added_share[at], bought[at], exports_and_known[at], imports[at])
        sales[at] = _sales(min(own, overall * _MOST_RESCALED), bought[at], imports[at])
    return np.where(np.isnan(known), sales, known)


def known_sales(code: str, exports: Array, prices: tuple[float, float]) -> Array:
    """Domestic sales of oil and gas where hardly any is pumped: what is, less what is sold abroad; nan elsewhere."""
    found = np.full(len(_LABELS), np.nan)
    with files(__package__).joinpath("oil_gas_output.csv").open(encoding="utf-8") as file:
        pumped = {row["economy"]: row for row in csv.DictReader(file)}
    if code in pumped:
        oil, gas = prices
        tonnes = float(pumped[code]["oil_barrels_per_day"]) * TONNES_PER_BARREL_A_DAY / 1e6
        worth = tonnes * oil + float(pumped[code]["gas_million_m3"]) * gas / 1e3
        at = _LABELS.index("oil_gas")
        found[at] = max(worth - exports[at], _LEAST_MUSD)
    return found


def donor_value_added_share(donor: xr.Dataset) -> Array:
    """Value-added shares of the eight goods sectors and all services, the three services by their output."""
    share = donor["value_added_share"].sel(sector=list(GOODS)).to_numpy()
    services = donor.sel(sector=list(SERVICES))
    mean = np.average(services["value_added_share"], weights=services["output_share"])
    return np.append(share, mean)


def _sales(scale: float, bought: Array, imports: Array) -> Array:
    """What is bought and not imported, and at least a tenth of what is bought."""
    return np.maximum(scale * bought - imports, _HOME_FLOOR * scale * bought)


def _scale(target: float, added: Array, bought: Array, exports: Array, imports: Array) -> float:
    """The scale of purchases at which the value added of all sales meets its target; 0 if exports alone exceed it."""
    low, high = 0.0, 100 * float(target + imports.sum()) / float(bought.sum())
    for _ in range(100):
        middle = (low + high) / 2
        made = added @ (_sales(middle, bought, imports) + exports)
        low, high = (middle, high) if made < target else (low, middle)
    return high
