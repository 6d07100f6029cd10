"""What does each split economy make for itself?  Domestic sales that agree with GDP and its three broad sectors.

A donor's table says how an economy's purchases divide over sectors.  They are scaled until the value added of all that
the economy sells – at home and abroad, at the donor's value-added shares – is its GDP; then each broad sector
(agriculture, industry, services) again until it has its share of GDP (WDI), at most a fifth up: where an oil exporter's
industry earns more than its exports explain, the donor's value-added share of oil is too low rather than its home
industry large.  `estimated`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from peyvand.world.balance import Array
from peyvand.world.compile.concordance import SECTORS

BROAD = {
    "agriculture": ("agriculture_food",),
    "industry": (
        "oil_gas", "mining", "refining_chemicals", "pharmaceuticals", "textiles_light", "metals_minerals",
        "machinery_equipment", "engineering_services",
    ),
    "services": ("transport_services", "other_services"),
}  # fmt: skip
_FOOD, _FARMS, _UTILITIES, _INDUSTRY = ("C10", "C11", "C12"), ("A",), ("D", "E"), ("B", "C", "D", "E", "F")
_HOME_FLOOR = 0.1
"""Least part of an economy's purchases of a sector that is made at home."""
_MOST_RESCALED = 1.2


def broad_shares(structure: pd.Series, uzbek_products: pd.DataFrame) -> pd.Series:
    """Shares of value added of our three broad sectors, from the World Bank's three.

    Ours put food processing with agriculture and utilities with services; the World Bank has both in industry.  They
    are moved in Uzbekistan's proportions.
    """
    added = uzbek_products.set_index("sector")["value_added_muzs"]

    def made(codes: tuple[str, ...]) -> float:
        return float(added[added.index.str.startswith(codes)].sum())

    farms, industry = structure["agriculture_of_gdp_share"], structure["industry_of_gdp_share"]
    food = farms * made(_FOOD) / made(_FARMS)
    utilities = industry * made(_UTILITIES) / made(_INDUSTRY)
    broad = pd.Series(
        {
            "agriculture": farms + food,
            "industry": max(industry - food - utilities, 0.3 * industry),
            "services": structure["services_of_gdp_share"] + utilities,
        }
    )
    return broad / broad.sum()


def home_sales(*, gdp: float, shares: pd.Series, donor: xr.Dataset, exports: Array, imports: Array) -> Array:
    """Domestic sales by the eleven sectors, M USD.

    Parameters
    ----------
    gdp : float
        M USD.
    shares : Series
        Of GDP by broad sector.
    donor : Dataset
        `input_share`, `value_added_share`, `output_share`, `final_share` of one donor.
    exports, imports : array (sector)
        Of all eleven sectors, M USD.
    """
    bought = _purchases(donor)
    added = donor["value_added_share"].to_numpy()
    overall = _scale(gdp, added, bought, exports, imports)
    sales = np.zeros(len(SECTORS))
    for broad, sectors in BROAD.items():
        at = [SECTORS.index(sector) for sector in sectors]
        own = _scale(gdp * shares[broad], added[at], bought[at], exports[at], imports[at])
        sales[at] = _sales(min(own, overall * _MOST_RESCALED), bought[at], imports[at])
    return sales


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


def _purchases(donor: xr.Dataset) -> Array:
    """How a donor's purchases, intermediate and final, divide over sectors."""
    output, inputs = (
        donor["output_share"].to_numpy(),
        donor["input_share"].transpose("input_sector", "sector").to_numpy(),
    )
    final = donor["final_share"].to_numpy() * (donor["value_added_share"].to_numpy() @ output)
    return np.asarray(inputs @ output + final)
