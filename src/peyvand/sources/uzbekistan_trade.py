"""What does Uzbekistan import, from whom, and at what tariff?  By HS chapter and by partner, 2025."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.errors import DataError
from peyvand.sources.codes import codes_of_names
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

YEAR = 2025
RATE_FACTOR = {"fta": 0.0, "mfn": 1.0, "full": 2.0}
"""Tariff of a regime as a multiple of the most-favoured-nation rate: CIS free trade, treaty, no treaty."""

UZBEKISTAN_TRADE = Source(
    publisher="UN Comtrade and UNCTAD TRAINS through WITS, compiled by CERR",
    title="Uzbekistan: imports and tariffs by HS chapter, imports by partner and regime, 2025",
    licence="compilation MIT; UN Comtrade and TRAINS terms",
    url="https://www.cerr.uz",
    vintage="2025, extract of 2026-04",
    citation="Center for Economic Research and Reforms (CERR), Tashkent, from a WITS extract of April 2026.",
    may_feed="averages",
)


def read_chapters(path: str | Path) -> Table:
    """Imports and the tariff of treaty partners by chapter: economy, year, hs2, section, imports_musd, tariff_rate."""
    columns = {"chapter": "hs2", "section_id": "section", "import_usd": "imports_musd", "avg_mfn_rate": "tariff_rate"}
    frame = read_frame(path, columns)
    require_numbers(frame, ["imports_musd", "tariff_rate"], path=path)
    require_unique(frame, ["hs2"], path=path)
    frame["hs2"] = frame["hs2"].astype(int).astype(str).str.zfill(2)
    frame["section"] = frame["section"].replace({"?": None})
    frame["imports_musd"] = frame["imports_musd"] * 1e-3
    frame["tariff_rate"] = frame["tariff_rate"] * 0.01
    frame.insert(0, "economy", "UZB")
    frame.insert(1, "year", YEAR)
    notes = (
        f"the source's USD are thousand USD: {frame['imports_musd'].sum() * 1e-3:.1f} bn USD in all",
        "the 'applied' rate equals the most-favoured-nation rate in every chapter and is not read: it ignores the "
        "free trade of the CIS; weights of the averages are not stated",
        "chapter 71 (gold) stands in section XIII, chapter 98 in none; the year is the source's own, not verified",
    )
    return Table(frame, UZBEKISTAN_TRADE, notes)


def read_partners(path: str | Path) -> Table:
    """Imports by partner and tariff regime.

    Returns
    -------
    Table
        exporter, importer (UZB), year, regime (fta, mfn, full), tariff_factor (what the regime multiplies the
        most-favoured-nation rate by: 0, 1, 2), trade_musd.
    """
    columns = {"name": "title", "regime": "regime", "import_usd": "trade_musd"}
    frame = read_frame(path, columns)
    require_numbers(frame, ["trade_musd"], path=path)
    frame.insert(0, "exporter", codes_of_names(frame["title"]))
    unknown = list(frame.loc[frame["exporter"].isna(), "title"])
    if unknown:
        raise DataError(f"{Path(path).name}: {unknown[0]!r} is no economy that peyvand knows", names=unknown)
    require_unique(frame, ["exporter"], path=path)
    frame.insert(1, "importer", "UZB")
    frame.insert(2, "year", YEAR)
    frame["tariff_factor"] = frame["regime"].map(RATE_FACTOR).astype(np.float64)
    frame["trade_musd"] = frame["trade_musd"] * 1e-3
    notes = (
        f"{len(frame)} partners add to {frame['trade_musd'].sum() * 1e-3:.1f} bn USD, a little under the chapters' sum",
        "the list at the full (double) rate is odd in places (GBR, CAN, NOR, MEX): check a partner's regime before use",
    )
    return Table(frame.drop(columns="title"), UZBEKISTAN_TRADE, notes)
