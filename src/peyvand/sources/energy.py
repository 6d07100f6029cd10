"""How much oil, gas and coal does each economy make, use and have left?  Energy Institute, 2010–2024, 20 economies."""

from __future__ import annotations

from pathlib import Path

from peyvand.sources.codes import WORLD, tidy_codes
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

ENERGY = Source(
    publisher="Energy Institute",
    title="Statistical Review of World Energy 2025, extract for the region",
    licence="quoting with attribution; extensive reproduction needs permission",
    url="https://www.energyinst.org/statistical-review",
    vintage="2025 (2010-2024)",
    citation="Energy Institute (2025), Statistical Review of World Energy, 74th edition.",
    may_feed="facts",
)
_COLUMNS = {
    "oil_production_tonnes": "oil_production_mt", "oil_consumption_tonnes": "oil_consumption_mt",
    "oil_refinery_throughput": "refinery_throughput_kbd", "gas_production_bcm": "gas_production_bcm",
    "gas_consumption_bcm": "gas_consumption_bcm", "gas_lng_imports_bcm": "lng_imports_bcm",
    "natural_gas_flaring": "gas_flared_bcm", "coal_production_exajoules": "coal_production_ej",
    "coal_consumption_exajoules": "coal_consumption_ej", "electricity_generation_twh": "electricity_twh",
}  # fmt: skip
FUELS = {"oil": "mt", "gas": "bcm", "coal": "ej"}
"""Fuel → the unit of its balance: million tonnes, billion cubic metres, exajoules."""


def read_energy_balance(path: str | Path, *, year: int | None = None) -> Table:
    """Production, use and balance of fuels.

    Returns
    -------
    Table
        economy, year, oil_production_mt, oil_consumption_mt, refinery_throughput_kbd (thousand barrels a day),
        gas_production_bcm, …, coal_production_ej, …, electricity_twh, and oil_balance_mt, gas_balance_bcm,
        coal_balance_ej = production − consumption; NaN where either is unknown.
    """
    frame = read_frame(path, {"iso3": "economy", "year": "year"} | _COLUMNS, year=year)
    require_numbers(frame, list(_COLUMNS.values()), path=path, gaps=True)
    frame["economy"] = frame["economy"].replace({"WORLD": WORLD})
    frame = frame[frame["economy"] != "OTHER_CIS"].reset_index(drop=True)
    frame["economy"] = tidy_codes(frame["economy"], path=path)
    require_unique(frame, ["economy", "year"], path=path)
    unknown = []
    for fuel, unit in FUELS.items():
        made, used = frame[f"{fuel}_production_{unit}"], frame[f"{fuel}_consumption_{unit}"]
        frame[f"{fuel}_balance_{unit}"] = made - used
        missing = sorted(frame.loc[made.isna() & used.notna(), "economy"].unique())
        unknown.append(f"no production of {fuel} is published for {', '.join(missing) or 'nobody'}")
    notes = (
        "a balance is not exports: stocks, losses, bunkers, products and swaps are in it",
        *(f"{line}: no balance, where the source's own takes 0" for line in unknown),
        "KGZ, TJK, ARM and GEO are only inside a group (OTHER_CIS), which is left out",
        "crude exports of IRN are estimates of tanker trackers",
    )
    return Table(frame, ENERGY, notes)
