"""What did 69 economies make, sell at home and sell to each other?  The panel of the Advanced Guide, 1986–2006."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from peyvand.sources.codes import tidy_codes
from peyvand.sources.files import read_frame, require_numbers, require_unique
from peyvand.sources.table import Source, Table

TIES = {"cntg": "contiguous", "lang": "common_language", "clny": "colony", "rta": "agreement"}

AGTPA = Source(
    publisher="UNCTAD and WTO",
    title="An Advanced Guide to Trade Policy Analysis: manufacturing trade with domestic sales, 1986-2006",
    licence="free download; the R package that carries it CC BY 4.0",
    url="https://vi.unctad.org/tpa",
    vintage="2016",
    citation="Y. V. Yotov, R. Piermartini, J.-A. Monteiro and M. Larch (2016), An advanced guide to trade policy "
    "analysis: the structural gravity model, UNCTAD and WTO.",
    may_feed="averages",
)


def read_panel(path: str | Path, *, year: int | None = None) -> Table:
    """Manufacturing trade, sales at home included, with distance, ties and agreements.

    Returns
    -------
    Table
        exporter, importer, year, trade_musd, distance_km (population-weighted, internal at home), pair (symmetric;
        each economy with itself is one); yes/no: contiguous, common_language, colony, agreement.
    """
    columns = {"exporter": "exporter", "importer": "importer", "year": "year", "trade": "trade_musd"}
    frame = read_frame(path, columns | {"dist": "distance_km", "pair_id": "pair"} | TIES, year=year)
    require_numbers(frame, ["trade_musd", "distance_km", *TIES.values()], path=path)
    for name in ("exporter", "importer"):
        frame[name] = tidy_codes(frame[name], path=path)
    require_unique(frame, ["exporter", "importer", "year"], path=path)
    frame[["trade_musd", "distance_km"]] = frame[["trade_musd", "distance_km"]].astype(np.float64)
    frame[list(TIES.values())] = frame[list(TIES.values())].astype(bool)
    notes = (
        "many small values are imputed by the source; some pairs never trade",
        "of the region IRN, TUR, CHN and IND; no economy of the former Soviet Union",
        "ties are no at home: set them where a model asks",
    )
    return Table(frame, AGTPA, notes)
