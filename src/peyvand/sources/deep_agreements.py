"""Which provisions joined two economies, and what did they trade?  Exports and deep agreements, 1964–2016."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.sources.codes import known_codes, tidy_codes
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

PROVISIONS = (
    "ad_prov_14", "cp_prov_23", "cp_prov_26", "tbt_prov_07", "tbt_prov_33", "tf_prov_41", "tf_prov_45", "env_prov_18",
    "et_prov_38", "inv_prov_22", "ipr_prov_15", "ipr_prov_44", "lm_prov_10", "moc_prov_21", "ser_prov_47",
    "ste_prov_30",
)  # fmt: skip
"""Provisions by the World Bank's codes: anti-dumping, competition, technical barriers, trade facilitation, environment,
export taxes, investment, intellectual property, labour, movement of capital, services, state enterprises."""

OWN_CODES = {"BLX": "BEL", "MNT": "MNE"}
"""The source's code → ours; Belgium and Luxembourg are one throughout."""

DEEP_AGREEMENTS = Source(
    publisher="UN Comtrade (trade); World Bank, Deep Trade Agreements (provisions)",
    title="Bilateral exports and provisions of trade agreements, 1964-2016",
    licence="provisions CC BY 4.0; compilation MIT; UN Comtrade terms",
    url="https://datatopics.worldbank.org/dta",
    vintage="1964-2016, every four years",
    citation="A. Mattoo, N. Rocha and M. Ruta (2020), Handbook of deep trade agreements, World Bank; assembled by "
    "H. Breinlich, V. Corradi, N. Rocha, M. Ruta, J. Santos Silva and T. Zylkin (2021), Machine learning in "
    "international trade research: evaluating the impact of trade agreements.",
    may_feed="averages",
)


def read_exports(path: str | Path, *, year: int | None = None) -> Table:
    """Exports as the exporter reports them, the agreement in force and its provisions.

    Returns
    -------
    Table
        exporter, importer, year, trade_musd, agreement (missing if none), and one yes/no column per provision.  An
        exporter without rows in a year did not report: missing, not zero.
    """
    columns = {"exp": "exporter", "imp": "importer", "time": "year", "export": "trade_musd", "agreement": "agreement"}
    frame = read_frame(path, columns | {name: name for name in PROVISIONS}, year=year)
    require_numbers(frame, ["trade_musd"], path=path)
    for name in ("exporter", "importer"):
        frame[name] = frame[name].replace(OWN_CODES)
    place = frame["importer"].isin(known_codes()) & frame["exporter"].isin(known_codes())
    elsewhere = frame.loc[~place, "trade_musd"].sum() / max(frame["trade_musd"].sum(), 1.0)
    frame = frame[place].reset_index(drop=True)
    for name in ("exporter", "importer"):
        frame[name] = tidy_codes(frame[name], path=path)
    require_unique(frame, ["exporter", "importer", "year"], path=path)
    frame["trade_musd"] = frame["trade_musd"].astype(np.float64) * 1e-6
    frame["agreement"] = frame["agreement"].replace({"": None})
    frame[list(PROVISIONS)] = frame[list(PROVISIONS)].astype(bool)
    notes = (
        f"{elsewhere:.2%} of exports left out: to bunkers, free zones, unspecified places and former territories",
        "BEL is Belgium and Luxembourg together",
        "exporters that did not report have no rows (UZB never, TJK and TKM in 2000 only): missing, not zero",
        "one agreement is named per pair and year; no domestic sales",
    )
    return Table(frame, DEEP_AGREEMENTS, notes)


def read_export_totals(path: str | Path) -> Table:
    """All exports of an exporter in a year to wherever, also to unspecified places: exporter, year, total_musd."""
    frame = read_frame(path, {"exp": "exporter", "time": "year", "export": "trade_musd"})
    require_numbers(frame, ["trade_musd"], path=path)
    frame["exporter"] = frame["exporter"].replace(OWN_CODES)
    totals = frame.groupby(["exporter", "year"])["trade_musd"].sum().mul(1e-6).rename("total_musd").reset_index()
    return Table(totals[totals["total_musd"] > 0].reset_index(drop=True), DEEP_AGREEMENTS)
