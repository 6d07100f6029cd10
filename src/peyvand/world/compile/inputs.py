"""Where are the sources?  One folder per publisher under the data folder; each file is read by its reader, once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from peyvand.sources import (
    baci,
    comtrade,
    deep_agreements,
    energy,
    facts,
    geodist,
    icio,
    sanctions,
    treaties,
    uzbekistan_io,
    uzbekistan_trade,
    wdi,
    wiod,
    wits,
    wto_services,
)

BASE_YEAR = 2019
WIOD_YEAR = 2011
PAIRS_YEAR = 2016


@dataclass(frozen=True)
class Inputs:
    """The tables that a compilation reads, each when it is first asked for.

    Parameters
    ----------
    folder : Path
        Holds one folder per source, named as below.
    """

    folder: Path

    # -- input-output tables ---------------------------------------------------------------------------------------
    @cached_property
    def icio(self) -> pd.DataFrame:
        path = self.folder / "oecd-icio-trade-tariffs-2011-2022" / f"icio_{BASE_YEAR}.parquet"
        return icio.read_icio(path, year=BASE_YEAR).frame

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

    # -- totals and structure ----------------------------------------------------------------------------------------
    @cached_property
    def gdp_musd(self) -> pd.Series:
        frame = wdi.read_gdp(self.folder / "country-facts" / "gdp.csv", year=BASE_YEAR).frame
        return frame.set_index("economy")["gdp_musd"]

    @cached_property
    def population(self) -> pd.Series:
        frame = wdi.read_population(self.folder / "country-facts" / "population.csv", year=BASE_YEAR).frame
        return frame.set_index("economy")["population"]

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """World Bank indicators of the region by (economy, year)."""
        path = self.folder / "wdi-trade-transport-region-1995-on" / "wdi_region.csv"
        return wdi.read_indicators(path).frame.set_index(["economy", "year"])

    @cached_property
    def base_year(self) -> pd.DataFrame:
        """The same of the base year, by economy."""
        frame: pd.DataFrame = self.indicators.xs(BASE_YEAR, level="year")  # type: ignore[assignment]
        return frame

    @cached_property
    def structure(self) -> pd.DataFrame:
        """Shares of GDP by broad sector, by economy."""
        path = self.folder / "wdi-economic-structure-1990-on" / "structure.csv"
        return wdi.read_structure(path, year=BASE_YEAR).frame.set_index("economy")

    @cached_property
    def services_imports(self) -> pd.DataFrame:
        """Economy × item of the balance of payments, M USD."""
        path = self.folder / "wto-commercial-services-imports-2014-2020" / "services_imports.parquet"
        frame = wto_services.read_services_imports(path, year=BASE_YEAR).frame.dropna(subset=["economy"])
        return frame.pivot(index="economy", columns="item", values="imports_musd")

    @cached_property
    def energy(self) -> pd.DataFrame:
        path = self.folder / "energy-balance-region-2010-2024" / "energy_balance.csv"
        return energy.read_energy_balance(path, year=BASE_YEAR).frame.set_index("economy")

    # -- what is traded ----------------------------------------------------------------------------------------------
    @cached_property
    def wits_file(self) -> Path:
        return self.folder / "wits-trade-summary-by-product-1988-2021" / "wits_trade_summary.parquet"

    @cached_property
    def exports_by_section(self) -> pd.DataFrame:
        return wits.read_exports_by_section(self.wits_file).frame

    @cached_property
    def imports_by_stage(self) -> pd.DataFrame:
        frame = wits.read_trade_by_stage(self.wits_file).frame
        return frame[frame["flow"] == "import"]

    @cached_property
    def top_partners(self) -> pd.DataFrame:
        return wits.read_partners(self.wits_file).frame

    @cached_property
    def tariffs_by_stage(self) -> pd.DataFrame:
        return wits.read_tariffs(self.wits_file).frame

    @cached_property
    def chapters(self) -> pd.DataFrame:
        """Trade with the world by chapter of the Harmonized System, UN Comtrade."""
        path = self.folder / "comtrade-hs2-by-partner-region-2005-2021" / "trade_hs2.parquet"
        frame = comtrade.read_trade(path).frame
        return frame[frame["partner"] == "WLD"]

    @cached_property
    def uzbek_chapters(self) -> pd.DataFrame:
        return uzbekistan_trade.read_chapters(self._uzbek_trade / "imports_tariffs_by_hs_chapter.csv").frame

    @cached_property
    def _uzbek_trade(self) -> Path:
        return self.folder / "uzbekistan-imports-tariffs-2025"

    # -- with whom ---------------------------------------------------------------------------------------------------
    @cached_property
    def baci(self) -> pd.DataFrame:
        return baci.read_trade(self.folder / "baci-2023-bilateral-goods-194" / "trade_2023.parquet").frame

    @cached_property
    def pairs_2016(self) -> pd.DataFrame:
        """Goods exports of 2016 as the exporter reports them: exporter, importer, trade_musd."""
        path = self.folder / "trade-and-rta-provisions-1964-2016" / "trade.parquet"
        return deep_agreements.read_exports(path, year=PAIRS_YEAR).frame[["exporter", "importer", "trade_musd"]]

    # -- bound by what -----------------------------------------------------------------------------------------------
    @cached_property
    def notified_agreements(self) -> pd.DataFrame:
        """Agreements as notified to the World Trade Organization: exporter, importer, year, agreement."""
        path = self.folder / "trade-and-rta-provisions-1964-2016" / "trade.parquet"
        return deep_agreements.read_exports(path).frame[["exporter", "importer", "year", "agreement"]]

    @cached_property
    def treaty_parties(self) -> pd.DataFrame:
        """Parties of DESTA's agreements: agreement, economy, in_force_year, the agreement's where theirs is unknown."""
        held = self.folder / "manytreaties-agreements"
        whole = treaties.read_agreements(held / "agreements_DESTA.parquet").frame
        parties = treaties.read_members(held / "parties_DESTA.parquet").frame
        first = whole.groupby("agreement")["in_force_year"].min()
        began = parties["in_force_year"].fillna(parties["agreement"].map(first))
        return parties.assign(in_force_year=began)[["agreement", "economy", "in_force_year"]]

    @cached_property
    def facts(self) -> pd.DataFrame:
        return facts.read_facts(self.folder / "regional-trade-travel-facts" / "facts.csv").frame

    @cached_property
    def sanctions(self) -> pd.DataFrame:
        frame = sanctions.read_sanctions(self.folder / "gsdb-v4-sanctions" / "GSDB_V4.csv", year=BASE_YEAR).frame
        return frame[frame["trade"]]

    # -- where -------------------------------------------------------------------------------------------------------
    @cached_property
    def distances(self) -> pd.DataFrame:
        return geodist.read_distances(self.folder / "cepii-geodist" / "dist_cepii.parquet").frame

    @cached_property
    def capitals(self) -> pd.DataFrame:
        frame = geodist.read_capitals(self.folder / "cepii-geodist" / "geo_cepii.csv").frame
        return frame.set_index("economy")[["latitude_deg", "longitude_deg"]]
