"""Who sells goods to whom?  CEPII BACI, 2023, all goods together – with the pairs that nobody reported marked missing.

The 2023 file is in HS 2022.  A flow is in it when the exporter or the importer reported in HS 2022, so between two
economies that did not, every flow is absent: missing, not zero.  Those economies are found in the file itself: they
have no flow, in either direction, with any of the nine known non-reporters of the region.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import DataError
from peyvand.sources.codes import FORMER, tidy_codes
from peyvand.sources.files import read_columns, read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

YEAR = 2023
KNOWN_SILENT = ("AFG", "BLR", "GEO", "IRN", "IRQ", "MNG", "RUS", "TJK", "TKM")
"""Economies of the region that did not report in HS 2022."""

ALMOST_ZERO = (("CHN", "GEO"), ("GEO", "CHN"))
"""Flows recorded as almost nothing whose true value is 1.5–2 bn USD together."""

BACI = Source(
    publisher="CEPII",
    title="BACI, HS 2022, 2023, release 202501, total goods trade",
    licence="Etalab Open Licence 2.0",
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    vintage="202501 (2023)",
    citation="G. Gaulier and S. Zignago (2010), BACI: international trade database at the product-level, CEPII Working "
    "Paper 2010-23; totals as put together by Ignatenko, Lashkaripour, Macedoni and Simonovska (2025).",
    may_feed="figures",
)


def read_trade(path: str | Path, *, year: int | None = YEAR) -> Table:
    """Goods trade of every pair.

    Returns
    -------
    Table
        exporter, importer, year, trade_musd, status: every ordered pair of two different economies.  `reported` – a
        flow in the file; `zero` – no flow although one of the two reported; `missing` – NaN, since neither reported or
        the record is known to be false.

    Raises
    ------
    DataError
        If a flow is negative, missing or given twice, or another year than 2023 is asked for.
    """
    frame = read_frame(path, {"exporter": "exporter", "importer": "importer", "trade": "trade_musd"})
    frame["year"] = YEAR
    if year is not None and year != YEAR:
        raise DataError(f"{Path(path).name} holds {YEAR} only", hint=f"year={YEAR}", year=year)
    require_numbers(frame, ["trade_musd"], path=path)
    require_unique(frame, ["exporter", "importer"], path=path)
    for name in ("exporter", "importer"):
        frame[name] = tidy_codes(frame[name], path=path)
    frame["trade_musd"] = frame["trade_musd"] * 1e-3
    silent = silent_economies(frame)
    full = _every_pair(frame)
    unreported = full["exporter"].isin(silent) & full["importer"].isin(silent)
    false = pd.Series(list(zip(full["exporter"], full["importer"], strict=True))).isin(ALMOST_ZERO)
    full["status"] = np.where(full["trade_musd"].isna(), "zero", "reported")
    full["trade_musd"] = full["trade_musd"].fillna(0.0)
    full.loc[unreported | false, "status"] = "missing"
    full.loc[unreported | false, "trade_musd"] = np.nan
    notes = (
        f"{len(silent)} economies did not report in HS 2022: the {int(unreported.sum())} flows among them are missing, "
        f"not zero ({', '.join(silent)})",
        "CHN–GEO is recorded as almost zero against 1.5–2 bn USD: set missing",
        "IRN: total exports far understated; oil to CHN is not recorded as Iranian",
        "no domestic sales",
    )
    return Table(full, BACI, notes)


def read_products(path: str | Path, *, countries: str | Path, year: int | None = None) -> Table:
    """A yearly file of BACI as CEPII publishes it (`BACI_HS…_Y2019_V….csv`): every product of every pair.

    Parameters
    ----------
    path : str or Path
        The file of flows, with columns t, i, j, k, v, q.
    countries : str or Path
        The file of country codes that comes with it (`country_codes_V….csv`).
    year : int, optional
        Keep this year only.

    Returns
    -------
    Table
        exporter, importer, year, hs6 (six digits), trade_musd, quantity_t (NaN where not known).  Pairs and products
        that are not listed were not recorded: zero or unreported, which the file does not tell apart.
    """
    columns = {"i": "exporter", "j": "importer", "t": "year", "k": "hs6", "v": "trade_musd", "q": "quantity_t"}
    frame = read_frame(path, columns, year=year, missing=("", "NA"))
    require_numbers(frame, ["trade_musd"], path=path)
    frame["quantity_t"] = pd.to_numeric(frame["quantity_t"], errors="coerce")
    codes = _country_codes(countries)
    for name in ("exporter", "importer"):
        unknown = sorted(set(frame[name]) - set(codes.index))
        if unknown:
            raise DataError(f"{Path(path).name}: country {unknown[0]} is not in {Path(countries).name}", codes=unknown)
        frame[name] = frame[name].map(codes)
    frame["hs6"] = frame["hs6"].astype(str).str.zfill(6)
    frame["trade_musd"] = frame["trade_musd"] * 1e-3
    require_unique(frame, ["exporter", "importer", "year", "hs6"], path=path)
    notes = (
        "only positive flows are listed",
        "TWN stands for 'Other Asia, not elsewhere specified'; CHE holds LIE, and FRA holds MCO",
    )
    return Table(frame, replace(BACI, title="BACI, by product", vintage=Path(path).name), notes)


def silent_economies(flows: pd.DataFrame) -> list[str]:
    """Economies without any flow, in either direction, with every one of `KNOWN_SILENT` that the file holds."""
    economies = sorted(set(flows["exporter"]) | set(flows["importer"]))
    index = pd.Index(economies)
    trades = np.zeros((len(index), len(index)), dtype=bool)
    trades[index.get_indexer(flows["exporter"]), index.get_indexer(flows["importer"])] = True
    known = index.isin(KNOWN_SILENT)
    with_known = np.asarray((trades | trades.T)[:, known].any(axis=1))
    return [code for code, trading in zip(economies, with_known, strict=True) if known.any() and not trading]


def _country_codes(path: str | Path) -> pd.Series:
    """BACI's country number → ISO alpha-3; the column's name changed between releases."""
    header = list(read_columns(Path(path), None).columns)
    iso3 = "iso_3digit_alpha" if "iso_3digit_alpha" in header else "country_iso3"
    frame = read_frame(path, {"country_code": "number", iso3: "economy"}, missing=("", "N/A", "NA"))
    known = frame.dropna().drop_duplicates("number").set_index("number")["economy"]
    return known.replace({"S19": "TWN", **FORMER})


def _every_pair(flows: pd.DataFrame) -> pd.DataFrame:
    economies = sorted(set(flows["exporter"]) | set(flows["importer"]))
    pairs = pd.MultiIndex.from_product([economies, economies], names=["exporter", "importer"])
    full = flows.set_index(["exporter", "importer"])[["trade_musd"]].reindex(pairs).reset_index()
    full.insert(2, "year", YEAR)
    return full[full["exporter"] != full["importer"]].reset_index(drop=True)
