"""What did two economies trade in other years, and how thick was their border then?

`pair_history.parquet` ships three records of goods trade side by side, since no one of them covers every pair and year;
`peyvand gravity history --data FOLDER` makes it again (`build.py`). They count differently: customs records value goods
at the border, input-output tables at the factory gate, so levels are compared within a record, not across.

- `icio`: OECD ICIO, every year of 2011–2022, economies that it reports one by one, with thickness over the years.
- `comtrade`: every fourth year of 1996–2016: the partner's share in the exports that the exporter reported to UN
  Comtrade, times its total exports as the World Bank has them.
- `baci`: CEPII's reconciled record of 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pandas as pd

from peyvand.errors import DataError, unwritable
from peyvand.sources import Source
from peyvand.sources.baci import BACI
from peyvand.sources.deep_agreements import DEEP_AGREEMENTS
from peyvand.sources.icio import ICIO
from peyvand.sources.wdi import WDI

COLUMNS = (
    "record", "economy", "partner", "year", "exports_musd", "imports_musd", "thickness_log_points", "status",
    "doubtful",
)  # fmt: skip
SOURCES: dict[str, tuple[Source, ...]] = {"icio": (ICIO,), "comtrade": (DEEP_AGREEMENTS, WDI), "baci": (BACI,)}
"""Whose figures each record holds."""
FILE = "pair_history.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class PairHistory:
    """Goods trade of pairs over the years.

    Parameters
    ----------
    table : DataFrame
        `COLUMNS`: a row a record, pair and year; exports are those of `economy` to `partner`, M USD; NaN where the
        record does not know. Thickness is that of goods, Head and Ries (2001), NaN outside `icio`. A year is
        `doubtful` where a large flow stands below a tenfold step: more often a gap in the record than in trade.
    """

    table: pd.DataFrame

    @classmethod
    def shipped(cls) -> PairHistory:
        """What ships with peyvand."""
        return _shipped()

    def of(self, economy: str, partner: str) -> pd.DataFrame:
        """One pair by year, seen from `economy`; no rows where nothing is known.

        Raises
        ------
        DataError
            If both are one.
        """
        if economy == partner:
            raise DataError(f"{economy} has no border with itself", hint="name two economies")
        held = self.table
        mine = held[(held["economy"] == economy) & (held["partner"] == partner)]
        turned = held[(held["economy"] == partner) & (held["partner"] == economy)]
        turned = turned.rename(columns={"exports_musd": "imports_musd", "imports_musd": "exports_musd"})
        turned = turned.assign(economy=economy, partner=partner)
        found = turned if mine.empty else mine
        return found[list(COLUMNS)].sort_values(["year", "record"]).reset_index(drop=True)

    def save(self, path: str | Path) -> None:
        """Write the table as Parquet.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        small = {"year": "int16", "exports_musd": "float32", "imports_musd": "float32"}
        try:
            self.table.astype(small | {"thickness_log_points": "float32"}).to_parquet(
                path, compression="zstd", index=False
            )
        except OSError as error:
            raise unwritable(Path(path), error) from error


@cache
def _shipped() -> PairHistory:
    held = files("peyvand.gravity.history").joinpath(FILE).read_bytes()
    return PairHistory(pd.read_parquet(BytesIO(held)).astype({"record": str, "economy": str, "partner": str}))
