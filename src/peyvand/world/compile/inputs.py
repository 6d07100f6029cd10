"""Where are the sources?  One folder per publisher under the data folder; every file is read once, by its reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from peyvand.sources import icio, uzbekistan_io, wiod

BASE_YEAR = 2019
WIOD_YEAR = 2011


@dataclass(frozen=True)
class Inputs:
    """The tables that a compilation reads, each when it is first asked for.

    Parameters
    ----------
    folder : Path
        Holds one folder per source, named as below.
    """

    folder: Path

    @cached_property
    def icio(self) -> pd.DataFrame:
        return icio.read_icio(
            self.folder / "oecd-icio-trade-tariffs-2011-2022" / "icio_2019.parquet", year=BASE_YEAR
        ).frame

    @cached_property
    def elasticities(self) -> pd.DataFrame:
        return icio.read_elasticities(
            self.folder / "oecd-icio-trade-tariffs-2011-2022" / "trade_elasticities.csv"
        ).frame

    @cached_property
    def wiod(self) -> dict[str, pd.DataFrame]:
        """`use`, `output`, `final` and `trade` of 2011."""
        held = self.folder / "wiod-2013-release-1995-2011"
        return {
            "use": wiod.read_use(held / "io_use_by_country.parquet", year=WIOD_YEAR).frame,
            "output": wiod.read_output(held / "output_by_country_sector.parquet", year=WIOD_YEAR).frame,
            "final": wiod.read_final_demand(held / "final_demand_by_country_sector.parquet", year=WIOD_YEAR).frame,
            "trade": wiod.read_trade(held / "bilateral_sector_trade.parquet", year=WIOD_YEAR).frame,
        }

    @cached_property
    def uzbekistan(self) -> dict[str, pd.DataFrame]:
        """`sectors` and `use` of the input-output table of 2022."""
        held = self.folder / "uzbekistan-input-output-2022"
        sectors = held / "sectors.csv"
        return {
            "sectors": uzbekistan_io.read_sectors(sectors).frame,
            "use": uzbekistan_io.read_use(held / "intermediate_use.parquet", sectors=sectors).frame,
        }

    # The next ones are read plainly until their readers stand.
    @cached_property
    def gdp_musd(self) -> pd.Series:
        return self._world_bank("gdp.csv") / 1e6

    @cached_property
    def population(self) -> pd.Series:
        return self._world_bank("population.csv")

    def _world_bank(self, name: str) -> pd.Series:
        from peyvand.sources.codes import is_economy

        frame = pd.read_csv(self.folder / "country-facts" / name)
        frame = frame[(frame["Year"] == BASE_YEAR) & is_economy(frame["Country Code"])]
        return frame.set_index("Country Code")["Value"]

    @cached_property
    def wto(self) -> pd.DataFrame:
        from peyvand.sources.codes import codes_of_names

        frame = pd.read_parquet(self.folder / "wto-commercial-services-imports-2014-2020" / "services_imports.parquet")
        frame = frame[(frame["year"] == BASE_YEAR) & (frame["partner"] == "World")]
        frame["economy"] = codes_of_names(frame["economy"])
        frame = frame.dropna(subset=["economy"])
        quarters = frame[frame["freq"] == "Q"].pivot_table(
            index="economy", columns="item_code", values="value_musd", aggfunc="sum"
        )
        years = frame[frame["freq"] == "A"].pivot_table(
            index="economy", columns="item_code", values="value_musd", aggfunc="sum"
        )
        return quarters.combine_first(years)[["S", "SC", "SE", "SJ"]]

    @cached_property
    def distances(self) -> pd.DataFrame:
        frame = pd.read_parquet(self.folder / "cepii-geodist" / "dist_cepii.parquet")
        frame["distw"] = pd.to_numeric(frame["distw"], errors="coerce").fillna(frame["dist"])
        return frame.replace({"iso_o": {"ROM": "ROU", "ZAR": "COD"}, "iso_d": {"ROM": "ROU", "ZAR": "COD"}})

    @cached_property
    def places(self) -> pd.DataFrame:
        frame = pd.read_csv(self.folder / "cepii-geodist" / "geo_cepii.csv", keep_default_na=False, na_values=[""])
        frame = frame[frame["cap"] == 1].drop_duplicates("iso3").replace({"iso3": {"ROM": "ROU", "ZAR": "COD"}})
        return frame.set_index("iso3")[["lat", "lon"]].set_axis(["capital_latitude", "capital_longitude"], axis=1)
