"""What did each economy sell to each, by industry?  OECD ICIO with domestic sales and applied tariffs, 2011–2022.

One Parquet file a year: 81 economies × 81 × 28 industries, trade in M USD at basic prices, net of tariff.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.sources.codes import REST_OF_WORLD, tidy_codes
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

SERVICES = "services"
"""Our name of the one industry that sums all services (the publisher's D–T)."""

EAEU = ("BLR", "KAZ", "RUS")
"""The members of the Eurasian customs union that the ICIO holds one by one; its tariff-free trade began in 2010."""

ICIO = Source(
    publisher="OECD",
    title="Inter-Country Input-Output tables, bilateral trade by industry, 2025 edition",
    licence="CC BY 4.0",
    url="https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    vintage="2025 edition (2011-2022)",
    citation="OECD (2025), Inter-Country Input-Output tables; assembled by A. Lashkaripour (2021), The cost of a "
    "global tariff war, Journal of International Economics 131, 103489.  Tariffs: F. Teti (2024), 30+ years of trade "
    "policy: evidence from 160 countries (Global Tariff Database), shipped only as rounded sector averages.",
    may_feed="figures",
)
TARIFFS = Source(
    publisher="F. Teti",
    title="Global Tariff Database, as concorded to ICIO industries",
    licence="free for research with citation; no formal licence",
    url="https://feodorateti.github.io/data.html",
    vintage="2024 (1988-2021; 2022 repeats 2021)",
    citation="F. Teti (2024), 30+ years of trade policy: evidence from 160 countries.",
    may_feed="averages",
)
WIOD_2016 = Source(
    publisher="World Input-Output Database",
    title="World Input-Output Tables, 2016 release, bilateral trade by industry with applied tariffs",
    licence="CC BY 4.0 to our knowledge; tariffs free for research with citation",
    url="https://www.rug.nl/ggdc/valuechain/wiod/wiod-2016-release",
    vintage="2016 release (2000-2014)",
    citation="M. P. Timmer, E. Dietzenbacher, B. Los, R. Stehrer and G. J. de Vries (2015), An illustrated user guide "
    "to the World Input-Output Database, Review of International Economics 23, 575-605; assembled by A. Lashkaripour "
    "(2021).  Tariffs: F. Teti (2024).",
)
ELASTICITIES = Source(
    publisher="A. Lashkaripour and the authors cited",
    title="Eight sets of sector trade elasticities on ICIO industries",
    licence="figures of published papers, with citation",
    url="https://doi.org/10.1016/j.jinteco.2021.103489",
    vintage="2026-03",
    citation="Caliendo and Parro (2015); Bagwell, Staiger and Yurukoglu (2021); Giri, Yi and Yilmazkuday (2021); "
    "Shapiro (2016); Fontagné, Guimbard and Orefice (2022); Lashkaripour and Lugovskyy (2023); Lashkaripour (2021).",
    may_feed="facts",
)


def read_icio(path: str | Path, *, year: int | None = None) -> Table:
    """Trade and tariffs of one year.

    Parameters
    ----------
    path : str or Path
        A file such as `icio_2019.parquet`.
    year : int, optional
        The year that the file must hold.

    Returns
    -------
    Table
        exporter, importer, sector, trade_musd, tariff_rate, year.  `tariff_rate` is NaN where the source holds none:
        the rest of the world as an importer.  Services and trade inside the Eurasian customs union carry 0.

    Raises
    ------
    DataError
        If the file is no such table, repeats a cell, or holds negative or missing trade.
    """
    columns = {"exporter": "exporter", "importer": "importer", "sector": "sector"}
    columns |= {"trade": "trade_musd", "tariff": "tariff_rate", "year": "year"}
    frame = read_frame(path, columns, year=year)
    require_numbers(frame, ["trade_musd", "tariff_rate"], path=path)
    require_unique(frame, ["year", "exporter", "importer", "sector"], path=path)
    for name in ("exporter", "importer"):
        frame[name] = tidy_codes(frame[name], path=path)
    services = frame["sector"].str.startswith("Services")
    frame["sector"] = frame["sector"].mask(services, SERVICES)
    frame[["trade_musd", "tariff_rate"]] = frame[["trade_musd", "tariff_rate"]].astype(np.float64)

    abroad = frame["exporter"] != frame["importer"]
    union = frame["exporter"].isin(EAEU) & frame["importer"].isin(EAEU)
    untold = (frame["importer"] == REST_OF_WORLD) & abroad & ~services
    spurious = services & (frame["tariff_rate"] > 0)
    inside = union & ~services & (frame["tariff_rate"] > 0)
    high = int((frame["tariff_rate"] > 1).sum())
    frame["tariff_rate"] = frame["tariff_rate"].mask(services | union, 0.0).mask(untold, np.nan)
    notes = (
        f"tariffs of the rest of the world as an importer are not known: {int(untold.sum())} cells are NaN, not 0",
        f"services carried a spurious tariff in {int(spurious.sum())} cells: set to 0",
        f"trade among {', '.join(EAEU)} is free: tariffs in {int(inside.sum())} cells set to 0",
        f"{high} tariffs exceed 100 %: kept as published",
        "tariffs are simple averages in 16 groups of industries and know nothing of the EAEU transition lists",
        f"{(frame['trade_musd'] == 0).mean():.1%} of cells are zero; negative cells (stocks drawn down) were set to 0 "
        "by the source, so rows differ slightly from gross output",
        "2022 uses the tariffs of 2021; CHN and MEX are sums of their processing and other parts",
    )
    return Table(frame, ICIO, notes)


def read_wiod_2016(path: str | Path, *, year: int | None = None) -> Table:
    """Trade and tariffs of WIOD's 2016 release, 2000–2014: 43 economies and the rest of the world, 16 sectors.

    The file of all years, `wiod_2000_2014.parquet`, has the columns of the ICIO set and the same faults in its tariffs.

    Returns
    -------
    Table
        As `read_icio`; sectors by the publisher's names, `services` the last.
    """
    found = read_icio(path, year=year)
    notes = (
        *(note for note in found.notes if note.startswith(("tariffs of the rest", "services carried"))),
        "stock changes below zero were removed by the source and output recomputed: totals are not those of the tables",
    )
    return Table(found.frame, WIOD_2016, notes)


def read_elasticities(path: str | Path) -> Table:
    """Eight published sets of trade elasticities by ICIO industry.

    Returns
    -------
    Table
        specification (IS, U4, CP, BSY, GYY, Shap, FGO, LL), source, sector, trade_elasticity (θ > 0).
    """
    columns = {"spec": "specification", "source": "source", "sector": "sector", "epsilon": "trade_elasticity"}
    frame = read_frame(path, columns)
    require_numbers(frame, ["trade_elasticity"], path=path)
    require_unique(frame, ["specification", "sector"], path=path)
    frame["sector"] = frame["sector"].mask(frame["sector"].str.startswith("Services"), SERVICES)
    notes = (
        "published for other industry lists and mapped to these 28: neighbouring industries share one value",
        "services carry the uniform 4 in most sets: an assumption, not an estimate",
    )
    return Table(frame, ELASTICITIES, notes)
