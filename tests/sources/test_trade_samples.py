"""The readers of trade and input-output tables on the publishers' own files: counts, control figures, faults mended."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from peyvand.errors import DataError
from peyvand.sources import (
    agtpa,
    baci,
    comtrade,
    deep_agreements,
    generic,
    icio,
    uzbekistan_io,
    uzbekistan_trade,
    wiod,
    wits,
    wto_services,
)

EAEU = ["BLR", "KAZ", "RUS"]


@pytest.fixture(scope="module")
def icio_2019(data_folder):
    return icio.read_icio(data_folder / "oecd-icio-trade-tariffs-2011-2022" / "icio_2019.parquet", year=2019)


@pytest.fixture(scope="module")
def wits_file(data_folder):
    return data_folder / "wits-trade-summary-by-product-1988-2021" / "wits_trade_summary.parquet"


@pytest.fixture(scope="module")
def baci_2023(data_folder):
    return baci.read_trade(data_folder / "baci-2023-bilateral-goods-194" / "trade_2023.parquet")


@pytest.fixture(scope="module")
def wiod_folder(data_folder):
    return data_folder / "wiod-2013-release-1995-2011"


@pytest.fixture(scope="module")
def uzbek_sectors(data_folder):
    return uzbekistan_io.read_sectors(data_folder / "uzbekistan-input-output-2022" / "sectors.csv").frame


@pytest.fixture(scope="module")
def services_imports(data_folder):
    path = data_folder / "wto-commercial-services-imports-2014-2020" / "services_imports.parquet"
    return wto_services.read_services_imports(path)


class TestIcio:
    def test_is_a_full_cube(self, icio_2019):
        frame = icio_2019.frame
        assert len(frame) == 81 * 81 * 28
        assert frame["sector"].nunique() == 28
        assert icio.SERVICES in set(frame["sector"])
        assert frame["trade_musd"].dtype == np.float64

    def test_tariffs_are_repaired(self, icio_2019):
        frame = icio_2019.frame
        abroad = frame["exporter"] != frame["importer"]
        services = frame["sector"] == icio.SERVICES
        rest = (frame["importer"] == "ROW") & abroad & ~services
        assert frame.loc[rest, "tariff_rate"].isna().all()
        assert frame.loc[~rest, "tariff_rate"].notna().all()
        assert (frame.loc[services | ~abroad, "tariff_rate"] == 0).all()
        union = frame["exporter"].isin(EAEU) & frame["importer"].isin(EAEU)
        assert (frame.loc[union, "tariff_rate"] == 0).all()
        assert frame["tariff_rate"].max() > 0.9, "peaks stay as published"

    def test_world_trade_is_of_the_right_size(self, icio_2019):
        frame = icio_2019.frame
        abroad = frame.loc[frame["exporter"] != frame["importer"], "trade_musd"].sum()
        assert_allclose(abroad, 21.4e6, rtol=0.01)

    def test_a_file_of_another_year_is_refused(self, data_folder):
        path = data_folder / "oecd-icio-trade-tariffs-2011-2022" / "icio_2018.parquet"
        with pytest.raises(DataError, match="no year 2019") as caught:
            icio.read_icio(path, year=2019)
        assert "2018" in caught.value.hint

    def test_tariffs_above_one_are_counted(self, data_folder):
        table = icio.read_icio(data_folder / "oecd-icio-trade-tariffs-2011-2022" / "icio_2018.parquet")
        assert "148 tariffs exceed 100 %: kept as published" in table.notes

    def test_elasticities_cover_every_sector_eight_times(self, data_folder, icio_2019):
        table = icio.read_elasticities(data_folder / "oecd-icio-trade-tariffs-2011-2022" / "trade_elasticities.csv")
        wide = table.frame.pivot(index="sector", columns="specification", values="trade_elasticity")
        assert wide.shape == (28, 8)
        assert set(wide.index) == set(icio_2019.frame["sector"])
        assert_allclose(wide.loc["C19", "CP"], 64.85)
        assert (wide.to_numpy() > 0).all()


class TestWiod:
    def test_counts_of_one_year(self, wiod_folder):
        assert len(wiod.read_use(wiod_folder / "io_use_by_country.parquet", year=2011)) == 41 * 35 * 35
        assert (
            len(wiod.read_final_demand(wiod_folder / "final_demand_by_country_sector.parquet", year=2011))
            == 41 * 35 * 5
        )

    def test_rows_balance_within_the_rounding_of_the_source(self, wiod_folder):
        trade = wiod.read_trade(wiod_folder / "bilateral_sector_trade.parquet", year=2011).frame
        output = wiod.read_output(wiod_folder / "output_by_country_sector.parquet", year=2011).frame
        sold = trade.groupby(["exporter", "sector"])["trade_musd"].sum()
        made = output.set_index(["economy", "sector"])["output_musd"].rename_axis(["exporter", "sector"])
        assert len(made) == len(sold) == 41 * 35
        assert (sold - made).abs().max() < 115

    def test_use_adds_to_intermediate_inputs(self, wiod_folder):
        use = wiod.read_use(wiod_folder / "io_use_by_country.parquet", year=2011).frame
        output = wiod.read_output(wiod_folder / "output_by_country_sector.parquet", year=2011).frame
        assert use["use_musd"].sum() == output["intermediate_musd"].sum()
        assert (output["value_added_musd"] >= 0).all()

    def test_negative_inventories_are_kept_and_said(self, wiod_folder):
        table = wiod.read_final_demand(wiod_folder / "final_demand_by_country_sector.parquet")
        negative = table.frame[table.frame["final_musd"] < 0]
        assert negative["category"].value_counts().to_dict() == {"inventories": 5150, "investment": 25}
        assert "5150 in inventories" in table.notes[1]

    def test_the_rest_of_the_world_has_our_code(self, wiod_folder):
        economies = set(wiod.read_output(wiod_folder / "output_by_country_sector.parquet", year=1995).frame["economy"])
        assert {"ROW", "ROU", "TUR"} <= economies
        assert len(economies) == 41
        assert set(wiod.SECTORS) == {f"c{number}" for number in range(1, 36)}


class TestUzbekistan:
    def test_totals_in_trillion_uzs(self, uzbek_sectors):
        assert len(uzbek_sectors) == 136
        assert_allclose(uzbek_sectors["value_added_muzs"].sum() * 1e-6, 936, atol=0.5)
        assert_allclose(uzbek_sectors["exports_muzs"].sum() * 1e-6, 242, atol=0.5)
        assert_allclose(uzbek_sectors["imports_muzs"].sum() / uzbekistan_io.UZS_PER_USD * 1e-3, 32.5, atol=0.1)

    def test_rows_close(self, data_folder, uzbek_sectors):
        folder = data_folder / "uzbekistan-input-output-2022"
        use = uzbekistan_io.read_use(folder / "intermediate_use.parquet", sectors=folder / "sectors.csv").frame
        assert len(use) == 13_699
        used = use.groupby("input_sector")["use_muzs"].sum().reindex(uzbek_sectors["sector"]).fillna(0).to_numpy()
        assert_allclose(used + uzbek_sectors["final_muzs"], uzbek_sectors["resources_muzs"], atol=1.0)

    def test_gold_is_the_largest_export(self, uzbek_sectors):
        first = uzbek_sectors.sort_values("exports_muzs", ascending=False).iloc[0]
        assert first["sector"] == "C24.4"
        assert_allclose(first["exports_muzs"] * 1e-6, 62.1, atol=0.05)

    def test_imports_are_thousands_of_usd(self, data_folder):
        folder = data_folder / "uzbekistan-imports-tariffs-2025"
        chapters = uzbekistan_trade.read_chapters(folder / "imports_tariffs_by_hs_chapter.csv").frame
        assert_allclose(chapters["imports_musd"].sum(), 42_083.3, atol=0.1)
        assert chapters["hs2"].str.fullmatch(r"\d\d").all()
        assert chapters["tariff_rate"].max() < 0.3
        assert chapters.set_index("hs2").loc["98", "section"] is None or chapters["section"].isna().sum() == 1

    def test_partners_have_codes_and_regimes(self, data_folder):
        folder = data_folder / "uzbekistan-imports-tariffs-2025"
        partners = uzbekistan_trade.read_partners(folder / "imports_by_partner.csv").frame.set_index("exporter")
        assert len(partners) == 60
        assert partners.loc["CHN", "trade_musd"] == pytest.approx(14_362.594)
        assert partners.loc[["KAZ", "CHN", "IRN"], "tariff_factor"].tolist() == [0, 1, 2]
        assert {"KGZ", "RUS", "ARE", "HKG", "TWN"} <= set(partners.index)


class TestBaci:
    def test_every_recorded_flow_is_there(self, baci_2023):
        status = baci_2023.frame["status"].value_counts()
        assert len(baci_2023) == 194 * 193
        assert status["reported"] == 25_398 - 2
        assert_allclose(baci_2023.frame["trade_musd"].sum() * 1e-6, 21.75, atol=0.01)

    def test_what_nobody_reported_is_missing_not_zero(self, baci_2023):
        frame = baci_2023.frame
        silent = frame["exporter"].isin(baci.KNOWN_SILENT) & frame["importer"].isin(baci.KNOWN_SILENT)
        assert silent.sum() == 9 * 8
        assert frame.loc[silent, "trade_musd"].isna().all()
        assert (frame.loc[silent, "status"] == "missing").all()

    def test_the_silent_are_found_in_the_file(self, baci_2023):
        """76 economies have not one flow among themselves, KOR–RUS and IRN–KOR included."""
        frame = baci_2023.frame.set_index(["exporter", "importer"])["status"]
        assert (frame == "missing").sum() == 76 * 75 + 2
        for pair in [("KOR", "RUS"), ("IRN", "KOR"), ("RUS", "POL"), ("CHN", "GEO")]:
            assert frame[pair] == "missing"
        assert frame["IRN", "SAU"] == "reported"
        assert frame["SAU", "IRN"] == "zero"
        assert frame["IRN", "KAZ"] == "reported"

    def test_another_year_is_refused(self, data_folder):
        with pytest.raises(DataError, match="2023 only"):
            baci.read_trade(data_folder / "baci-2023-bilateral-goods-194" / "trade_2023.parquet", year=2019)


class TestWits:
    def test_irans_sections_add_to_its_total(self, wits_file):
        sections = wits.read_exports_by_section(wits_file, year=2018).frame
        iran = sections[sections["economy"] == "IRN"].set_index("section")["exports_musd"]
        totals = wits.read_totals(wits_file, year=2018).frame.set_index("economy")
        assert len(iran) == 16
        assert_allclose(iran.sum(), totals.loc["IRN", "exports_musd"], rtol=1e-6)
        assert_allclose(iran["fuels"], 66_366.8)

    def test_stages_split_the_same_total(self, wits_file):
        stages = wits.read_trade_by_stage(wits_file, year=2021).frame
        kazakhstan = stages[stages["economy"] == "KAZ"].groupby("flow")["trade_musd"].sum()
        totals = wits.read_totals(wits_file, year=2021).frame.set_index("economy").loc["KAZ"]
        assert_allclose(kazakhstan["export"], totals["exports_musd"], rtol=0.02)
        assert_allclose(kazakhstan["import"], totals["imports_musd"], rtol=0.02)

    def test_coverage_is_as_the_notes_say(self, wits_file):
        sections = wits.read_exports_by_section(wits_file).frame
        assert "UZB" not in set(sections["economy"])
        years = sections.groupby("economy")["year"].max()
        assert years[["IRN", "TKM", "KAZ", "IRQ"]].tolist() == [2018, 2000, 2021, 2014]
        assert {"ROU", "SRB", "MNE", "TLS"} <= set(years.index)
        assert not {"EUN", "WLD", "BLX", "OAS", "ROM"} & set(years.index)

    def test_hidden_partners_stay_hidden(self, wits_file):
        partners = wits.read_partners(wits_file, year=2018).frame
        iran = partners[(partners["economy"] == "IRN") & (partners["flow"] == "export")]
        assert iran["partner_title"].iloc[0] == "Other Asia, nes"
        assert iran["partner"].isna().tolist() == [True, True, False, False, False]
        assert iran["partner"].tolist()[2:] == ["CHN", "IRQ", "ARE"]

    def test_tariffs_are_shares_and_the_false_zero_is_gone(self, wits_file):
        tariffs = wits.read_tariffs(wits_file).frame.set_index(["economy", "year", "stage"])
        assert_allclose(tariffs.loc[("IRN", 2011, "all"), "tariff_rate_simple"], 0.209, atol=5e-4)
        assert_allclose(tariffs.loc[("IRN", 2011, "all"), "tariff_rate_weighted"], 0.152, atol=5e-4)
        assert "TKM" not in set(tariffs.index.get_level_values("economy"))


class TestComtrade:
    def test_counts_and_kinds_of_partner(self, data_folder):
        path = data_folder / "comtrade-hs2-by-partner-region-2005-2021" / "trade_hs2.parquet"
        frame = comtrade.read_trade(path).frame
        assert len(frame) == 328_023
        kinds = frame.groupby("partner_kind")["partner"].unique()
        assert kinds["world"].tolist() == ["WLD"]
        assert set(kinds["region"]) == set(comtrade.REGIONS)
        assert {"AFG", "GEO", "PSE", "ARE"} <= set(kinds["economy"])
        assert not {"IRN", "TUR", "RUS", "KAZ", "CHN"} & set(kinds["economy"])

    def test_coverage_agrees_with_the_trade(self, data_folder):
        folder = data_folder / "comtrade-hs2-by-partner-region-2005-2021"
        trade = comtrade.read_trade(folder / "trade_hs2.parquet", year=2019).frame
        coverage = comtrade.read_coverage(folder / "coverage.csv").frame
        row = coverage.query("economy == 'AZE' and flow == 'export' and year == 2019").iloc[0]
        world = trade.query("economy == 'AZE' and flow == 'export' and partner == 'WLD'")["trade_musd"].sum()
        assert_allclose(world, row["world_musd"], atol=0.1)
        assert_allclose(row["covered_share"], 0.998)
        missing = coverage.query("economy == 'AZE' and flow == 'export' and year == 2017").iloc[0]
        assert missing["covered_share"] < 0.1


class TestServices:
    def test_quarters_fill_what_the_annual_file_lacks(self, services_imports):
        kazakhstan = services_imports.frame.query("economy == 'KAZ' and year == 2019").set_index("item")
        assert kazakhstan.loc["construction", ["imports_musd", "basis"]].tolist() == [194.0, "quarters"]
        assert kazakhstan.loc["transport", ["imports_musd", "basis"]].tolist() == [2502.0, "annual"]
        parts = kazakhstan.loc[["goods_related", "transport", "travel", "other_commercial"], "imports_musd"].sum()
        assert_allclose(parts, kazakhstan.loc["commercial_services", "imports_musd"], atol=2)

    def test_the_region_is_named_right(self, services_imports):
        held = services_imports.frame.groupby("economy")["item"].nunique()
        region = ["AFG", "ARM", "AZE", "GEO", "IRQ", "KAZ", "KGZ", "MNG", "QAT", "TJK", "UZB", "PAK", "RUS", "TUR"]
        assert held[region].between(13, 15).all()
        assert held["IRN"] == 2
        assert "TKM" not in held.index
        assert_allclose(
            services_imports.frame.query("economy == 'IRN' and year == 2019 and item == 'all_services'")[
                "imports_musd"
            ],
            15_562,
        )

    def test_negative_imports_are_named_and_missing(self, services_imports):
        assert not (services_imports.frame["imports_musd"] < 0).any()
        assert "negative imports set to missing" in services_imports.notes[1]


def test_the_guides_panel_is_a_full_cube_with_sales_at_home(data_folder):
    path = data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet"
    frame = agtpa.read_panel(path).frame
    assert len(frame) == 69 * 69 * 21
    home = frame[frame["exporter"] == frame["importer"]]
    assert (home["trade_musd"] > 0).all()
    assert "ROU" in set(frame["exporter"]), "ROM in the file"
    pairs = frame.groupby("pair")[["exporter", "importer"]].agg(lambda names: len(set(names)))
    assert pairs.to_numpy().max() == 2, "a pair is the same both ways"


def test_wiod_2016_has_tariffs_and_sales_at_home(data_folder):
    path = data_folder / "wiod-2016-release-trade-tariffs-2000-2014" / "wiod_2000_2014.parquet"
    frame = wiod.read_trade_and_tariffs(path, year=2014).frame
    assert len(frame) == 44 * 44 * 16
    assert (frame.loc[frame["sector"] == "services", "tariff_rate"] == 0).all()
    assert frame.loc[frame["importer"] == "ROW", "tariff_rate"].isna().any()
    home = frame["exporter"] == frame["importer"]
    assert (frame.loc[home, "tariff_rate"] == 0).all()
    assert 0.7 < frame.loc[home, "trade_musd"].sum() / frame["trade_musd"].sum() < 0.95


def test_agreements_and_exports_every_four_years(data_folder):
    path = data_folder / "trade-and-rta-provisions-1964-2016" / "trade.parquet"
    frame = deep_agreements.read_exports(path, year=2016).frame
    exports = frame.groupby("exporter")["trade_musd"].sum()
    assert_allclose(exports["IRN"], 83_088 - 7_462, rtol=1e-3, err_msg="the file's sum less unspecified places")
    assert exports["BEL"] > 300_000, "Belgium stands under BLX in the file"
    assert not {"UZB", "TKM", "TJK"} & set(exports.index), "who did not report has no rows"
    assert frame[list(deep_agreements.PROVISIONS)].dtypes.eq(bool).all()


def test_generic_reader_takes_published_samples_as_they_are(data_folder):
    table = generic.read_flows(data_folder / "gegravity-sample-2006" / "sample_data_set.csv")
    assert list(table.frame.columns[:4]) == ["exporter", "importer", "year", "trade_musd"]
    assert "lndist" in table.frame
    panel = generic.read_flows(
        data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet", year=2006, also=["ROM"]
    )
    assert len(panel) == 69 * 69
    assert "ROU" in set(panel.frame["exporter"])
