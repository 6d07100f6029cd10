"""The readers of economies, borders, sanctions and agreements on the publishers' own files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peyvand.errors import UnknownNameError
from peyvand.sources import armenia, energy, facts, geodist, natural_earth, sanctions, treaties, unido, wdi

REGION = ["IRN", "UZB", "KGZ", "TJK", "TKM", "AZE", "ARM", "GEO", "AFG", "MNG", "IRQ", "QAT"]


@pytest.fixture(scope="module")
def indicators_2019(data_folder):
    path = data_folder / "wdi-trade-transport-region-1995-on" / "wdi_region.csv"
    return wdi.read_indicators(path, year=2019).frame.set_index("economy")


@pytest.fixture(scope="module")
def distances(data_folder):
    return geodist.read_distances(data_folder / "cepii-geodist" / "dist_cepii.parquet")


@pytest.fixture(scope="module")
def sanctions_2019(data_folder):
    return sanctions.read_sanctions(data_folder / "gsdb-v4-sanctions" / "GSDB_V4.csv", year=2019)


class TestWdi:
    def test_irans_fuels_in_2019(self, indicators_2019):
        iran = indicators_2019.loc["IRN"]
        assert_allclose(iran["fuel_exports_share"], 0.385, atol=5e-4)
        assert_allclose(iran["merchandise_exports_musd"], 65_718)
        assert_allclose(iran["merchandise_imports_musd"], 41_828)

    def test_totals_of_2023(self, data_folder):
        path = data_folder / "wdi-trade-transport-region-1995-on" / "wdi_region.csv"
        exports = wdi.read_indicators(path, year=2023).frame.set_index("economy")["merchandise_exports_musd"]
        stated = {"IRN": 97.4, "TKM": 16.2, "UZB": 19.2, "AZE": 33.9, "KGZ": 3.4, "TJK": 2.4, "IRQ": 99.1, "QAT": 97.8}
        assert_allclose(exports[list(stated)] * 1e-3, list(stated.values()), atol=0.06)

    def test_every_split_economy_has_its_totals(self, indicators_2019):
        columns = ["merchandise_exports_musd", "merchandise_imports_musd"]
        assert indicators_2019.loc[REGION, columns].notna().all(axis=None)

    def test_shares_are_shares(self, indicators_2019):
        shares = indicators_2019.filter(like="_share")
        assert shares.max(axis=None) < 5
        assert shares.drop(columns=[name for name in shares if "of_gdp" in name]).max(axis=None) <= 1

    def test_structure_covers_the_region(self, data_folder):
        path = data_folder / "wdi-economic-structure-1990-on" / "structure.csv"
        frame = wdi.read_structure(path, year=2019).frame.set_index("economy")
        assert_allclose(frame.loc["UZB", "agriculture_of_gdp_share"], 0.2184191)
        total = frame.filter(regex="^(agriculture|industry|services)").sum(axis=1, skipna=False).dropna()
        assert total[REGION].between(0.85, 1.05).all(), "taxes less subsidies on products make the rest"
        assert "XKX" in frame.index

    def test_gdp_and_population_hold_economies_only(self, data_folder):
        gdp = wdi.read_gdp(data_folder / "country-facts" / "gdp.csv", year=2019)
        people = wdi.read_population(data_folder / "country-facts" / "population.csv", year=2019)
        assert not {"WLD", "EUU", "CEB", "ARB"} & set(gdp.frame["economy"])
        assert {"NAM", *REGION} <= set(gdp.frame["economy"]), "Namibia's NA is no missing value"
        assert_allclose(gdp.frame.set_index("economy").loc["KAZ", "gdp_musd"], 181_667, rtol=1e-4)
        assert 80e6 < people.frame.set_index("economy").loc["IRN", "population"] < 90e6
        constant = wdi.read_gdp_constant(
            data_folder / "wdi-gdp-constant-2015-usd" / "WDI_GDP_constant2015USD.csv", year=2015
        )
        current = wdi.read_gdp(data_folder / "country-facts" / "gdp.csv", year=2015).frame.set_index("economy")
        both = constant.frame.set_index("economy").join(current["gdp_musd"]).dropna()
        assert_allclose(both.loc["KAZ", "gdp_2015_musd"], both.loc["KAZ", "gdp_musd"], rtol=0.01)


class TestGeodist:
    def test_pairs_and_codes(self, distances):
        frame = distances.frame
        assert len(frame) == 224 * 224
        codes = set(frame["exporter"])
        assert {"ROU", "COD", "TLS", "PSE", "SRB"} <= codes
        assert not {"ROM", "ZAR", "TMP", "PAL", "YUG"} & codes

    def test_distances_are_symmetric_and_triangular_enough(self, distances):
        wide = distances.frame.pivot(index="exporter", columns="importer", values="distance_capitals_km")
        assert_allclose(wide, wide.T, rtol=1e-4)
        assert 1_600 < wide.loc["IRN", "UZB"] < 1_700

    def test_iran_borders(self, distances):
        of_iran = distances.frame[(distances.frame["exporter"] == "IRN") & distances.frame["contiguous"]]
        assert set(of_iran["importer"]) == {"AFG", "ARM", "AZE", "IRQ", "PAK", "TKM", "TUR"}
        assert of_iran["distance_km"].notna().all()

    @pytest.mark.parametrize("name", ["geo_cepii.csv", "geo_cepii.parquet"])
    def test_one_capital_each(self, data_folder, name):
        frame = geodist.read_capitals(data_folder / "cepii-geodist" / name).frame.set_index("economy")
        assert len(frame) == 225
        assert frame.index.is_unique
        assert frame.loc["KAZ", ["capital", "main_city"]].tolist() == ["Astana", "Alma-Ata (Almaty)"]
        assert frame.loc["TUR", "capital"] == "Ankara"
        assert frame.loc[["UZB", "KAZ", "IRN"], "landlocked"].tolist() == [True, True, False]
        assert frame.loc["NAM", "capital"] == "Windhoek"

    def test_both_formats_agree(self, data_folder):
        csv, parquet = (geodist.read_capitals(data_folder / "cepii-geodist" / f"geo_cepii.{kind}").frame
                        for kind in ("csv", "parquet"))  # fmt: skip
        pd.testing.assert_frame_equal(csv.fillna("–"), parquet.fillna("–"), check_dtype=False)


class TestEnergy:
    @pytest.mark.parametrize(
        ("economy", "fuel", "balance"),
        [("IRN", "oil_balance_mt", 127), ("KAZ", "oil_balance_mt", 75), ("AZE", "oil_balance_mt", 24),
         ("TKM", "gas_balance_bcm", 41), ("AZE", "gas_balance_bcm", 22), ("IRN", "gas_balance_bcm", 13)],
    )  # fmt: skip
    def test_balances_of_2023(self, data_folder, economy, fuel, balance):
        path = data_folder / "energy-balance-region-2010-2024" / "energy_balance.csv"
        frame = energy.read_energy_balance(path, year=2023).frame.set_index("economy")
        assert_allclose(frame.loc[economy, fuel], balance, atol=0.7)

    def test_unknown_production_is_not_zero(self, data_folder):
        path = data_folder / "energy-balance-region-2010-2024" / "energy_balance.csv"
        table = energy.read_energy_balance(path, year=2019)
        frame = table.frame.set_index("economy")
        assert np.isnan(frame.loc["TUR", "oil_balance_mt"])
        assert "WLD" in frame.index
        assert "OTHER_CIS" not in frame.index
        assert any("TUR" in note for note in table.notes)


class TestSanctions:
    def test_cases_on_iran_in_2019(self, sanctions_2019):
        on_iran = sanctions_2019.frame[(sanctions_2019.frame["target"] == "IRN") & sanctions_2019.frame["trade"]]
        assert set(on_iran["sender"]) == {"USA", "AUS", "CAN", "KOR"}
        assert set(on_iran.loc[on_iran["sender"] == "KOR", "imports"]) == {"partial"}

    def test_the_union_of_that_year_is_the_sender(self, sanctions_2019, data_folder):
        frame = sanctions_2019.frame
        on_russia = set(frame.loc[(frame["target"] == "RUS") & frame["trade"], "sender"])
        assert {"DEU", "HRV", "GBR", "USA", "JPN", "NOR", "CHE"} <= on_russia
        path = data_folder / "gsdb-v4-sanctions" / "GSDB_V4.csv"
        later = sanctions.read_sanctions(path, year=2022).frame
        of_the_union = later[(later["case"] == 1006) & (later["target"] == "RUS")]
        assert len(of_the_union) == 27
        assert "GBR" not in set(of_the_union["sender"]), "the United Kingdom left with 2020"

    def test_lists_of_names_are_split(self, sanctions_2019):
        frame = sanctions_2019.frame
        assert set(frame.loc[frame["case"] == 1155, "target"]) == {"SYR", "RUS", "IRN"}

    def test_the_un_does_not_make_pairs(self, sanctions_2019):
        pairs = sanctions.sanctioned_pairs(sanctions_2019)
        irans = pairs[(pairs["economy"] == "IRN") | (pairs["other"] == "IRN")]
        assert set(irans["economy"]) | set(irans["other"]) == {"IRN", "USA", "AUS", "CAN", "KOR"}
        assert len(sanctions.sanctioned_pairs(sanctions_2019, through_un=True)) > len(pairs)
        assert not pairs.duplicated().any()
        assert (pairs["economy"] < pairs["other"]).all()

    def test_an_unknown_kind_is_refused(self, sanctions_2019):
        with pytest.raises(UnknownNameError) as caught:
            sanctions.sanctioned_pairs(sanctions_2019, kinds=["finacial"])
        assert "financial" in caught.value.hint

    def test_groups_left_out_are_named(self, sanctions_2019):
        assert "League of Arab States" in sanctions_2019.notes[1]
        assert "EU" not in sanctions_2019.notes[1].split(": ")[1].split(", ")


class TestUnido:
    def test_counts_and_iran(self, data_folder):
        path = data_folder / "unido-manufacturing-output-2000-2022" / "manufacturing_output.parquet"
        frame = unido.read_manufacturing_output(path).frame
        assert len(frame) == 2_663
        iran = frame[frame["economy"] == "IRN"].set_index("year")
        assert_allclose(iran.loc[2022, "output_musd"], 254_504, rtol=1e-4)
        assert not iran["usable_level"].any()
        assert frame.loc[frame["economy"] == "KAZ", "usable_level"].all()


class TestArmenia:
    def test_services_of_2023(self, data_folder):
        path = data_folder / "armenia-trade-and-services" / "balance_of_payments_services_quarterly.parquet"
        frame = armenia.read_services(path, year=2023).frame
        exports = frame[frame["flow"] == "export"].set_index("item")["trade_musd"]
        assert_allclose(exports[["travel", "telecom_computer", "transport"]], [3_009, 1_074, 899], atol=0.6)
        assert set(frame["item"]) == set(armenia.ITEMS.values())

    def test_part_years_are_left_out(self, data_folder):
        path = data_folder / "armenia-trade-and-services" / "balance_of_payments_services_quarterly.parquet"
        assert armenia.read_services(path).frame["year"].max() == 2023

    def test_trade_of_2023_and_with_iran(self, data_folder):
        path = data_folder / "armenia-trade-and-services" / "trade_by_country_month.parquet"
        frame = armenia.read_trade(path, year=2023).frame.set_index("partner")
        assert_allclose(frame["exports_musd"].sum(), 8_552, atol=1)
        assert_allclose(frame.loc["IRN", ["exports_musd", "imports_musd"]].to_numpy(dtype=float), [94.5, 598], atol=0.1)
        assert frame.index.is_unique


class TestFacts:
    def test_counts_and_periods(self, data_folder):
        table = facts.read_facts(data_folder / "regional-trade-travel-facts" / "facts.csv")
        frame = table.frame
        assert len(frame) == 250
        total = frame.iloc[0]
        assert (total["value"], total["value_musd"]) == (86.89, pytest.approx(86_890))
        assert total["iranian_year"]
        assert total["doubtful"]
        assert not total["part_year"]
        assert frame["part_year"].sum() > 50
        assert frame["url"].isna().sum() == 2

    def test_one_topic(self, data_folder):
        frame = facts.read_facts(data_folder / "regional-trade-travel-facts" / "facts.csv", topic="arrivals").frame
        assert len(frame) == 69
        assert frame["value_musd"].isna().all()

    def test_an_unknown_topic_is_refused(self, data_folder):
        with pytest.raises(UnknownNameError) as caught:
            facts.read_facts(data_folder / "regional-trade-travel-facts" / "facts.csv", topic="export")
        assert "exports" in caught.value.hint

    def test_gauges_break_at_sarakhs(self, data_folder):
        nodes = facts.read_rail_nodes(data_folder / "regional-trade-travel-facts" / "rail_border_nodes.csv").frame
        assert len(nodes) == 31
        sarakhs = nodes.set_index("name").loc["Sarakhs"]
        assert (sarakhs["gauge_mm"], sarakhs["neighbour_gauge_mm"]) == (1435, 1520)


class TestTreaties:
    def test_iran_and_the_eurasian_union(self, data_folder):
        members = treaties.read_members(data_folder / "manytreaties-agreements" / "parties_DESTA.parquet").frame
        assert members["economy"].notna().all()
        agreement = members[members["agreement"] == 995]
        assert {"IRN", "KAZ", "RUS"} <= set(agreement["economy"])
        assert set(agreement["in_force_year"]) == {2019}

    def test_agreements_have_a_scope(self, data_folder):
        frame = treaties.read_agreements(data_folder / "manytreaties-agreements" / "agreements_DESTA.parquet").frame
        assert set(frame["scope"]) == {"bilateral", "external", "regional", "interregional"}
        assert frame["in_force_year"].isna().sum() > 100, "many are signed and not known to be in force"
        assert not frame.duplicated().any()


class TestNaturalEarth:
    @pytest.fixture
    def folder(self, data_folder):
        return data_folder / "natural-earth-admin0"

    def test_boundaries_have_economies_on_both_sides(self, folder):
        table = natural_earth.read_boundaries(folder / "ne_10m_admin_0_boundary_lines_land_v4.parquet")
        frame = table.frame
        assert len(frame) == 462
        pairs = {frozenset(pair) for pair in frame.loc[frame["settled"], ["left", "right"]].itertuples(index=False)}
        neighbours = {"AFG", "ARM", "AZE", "IRQ", "PAK", "TKM", "TUR"}
        assert {next(iter(pair - {"IRN"})) for pair in pairs if "IRN" in pair} == neighbours
        assert frozenset({"IND", "PAK"}) in pairs
        control = frame[frame["kind"] == "line_of_control"]
        assert not control["settled"].any()
        assert all(line.shape[1] == 2 for lines in frame["lines"] for line in lines)

    def test_disputed_lines(self, folder):
        frame = natural_earth.read_disputed_lines(
            folder / "ne_10m_admin_0_boundary_lines_disputed_areas_v4.parquet"
        ).frame
        assert len(frame) == 46
        assert set(frame["kind"]) == {"claim_boundary", "reference_line", "breakaway", "elusive_frontier"}

    def test_countries_have_persian_names(self, folder):
        frame = natural_earth.read_countries(folder / "ne_50m_admin_0_countries_v5.parquet").frame
        named = frame.dropna(subset=["economy"]).set_index("economy")
        assert named.index.is_unique
        assert named.loc["KAZ", "name_fa"] == "قزاقستان"
        assert {"FRA", "NOR", "SSD", "PSE"} <= set(named.index)
        ring = named.loc["KAZ", "polygons"][0][0]
        assert ring[:, 0].min() > 45
        assert (ring[0] == ring[-1]).all()
