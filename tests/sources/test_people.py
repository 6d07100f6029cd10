"""The readers of migrants and students on the publishers' own files: the traps of each, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from peyvand.errors import DataError, UnknownNameError
from peyvand.sources import migrants, students

UN, FLOWS = "un-desa-migrant-stock-2019", "abel-cohen-migration-flows"
UIS, OECD = "uis-student-flows-top10", "uis-oecd-student-tables"


@pytest.fixture(scope="module")
def stocks(data_folder):
    return migrants.read_stocks(data_folder / UN / "migrants_by_origin_and_destination_total.parquet")


@pytest.fixture(scope="module")
def largest(data_folder):
    folder = data_folder / UIS
    return students.read_largest(
        folder / "popular-destinations-by-origin.parquet", folder / "popular-origins-by-destination.parquet"
    )


@pytest.fixture(scope="module")
def oecd(data_folder):
    return students.read_oecd(data_folder / OECD / "OECD_Intl_Student_Enrollment_2013_2019.parquet")


def one(table, origin, destination, year):
    frame = table.frame
    return frame[(frame["origin"] == origin) & (frame["destination"] == destination) & (frame["year"] == year)]


class TestStocks:
    def test_printed_figures(self, stocks):
        assert one(stocks, "AFG", "IRN", 2019)["migrants"].item() == 2_310_292
        assert one(stocks, "RUS", "KAZ", 2019)["migrants"].item() == 2_458_414
        assert sorted(stocks.frame["year"].unique()) == [1990, 1995, 2000, 2005, 2010, 2015, 2019]

    def test_origins_and_others_sum_to_the_total(self, stocks):
        kazakhstan = stocks.frame[(stocks.frame["destination"] == "KAZ") & (stocks.frame["year"] == 2019)]
        named = kazakhstan["migrants"].sum()
        assert_allclose(named / (1 - kazakhstan["other_share"].iloc[0]), 3_705_556, rtol=1e-9)

    def test_a_pair_that_is_not_named_is_missing(self, stocks):
        iran = stocks.frame[(stocks.frame["destination"] == "IRN") & (stocks.frame["year"] == 2019)]
        assert 3 <= len(iran) <= 10, "Iran names a handful of origins"
        assert one(stocks, "FRA", "IRN", 2019).empty

    def test_no_aggregate_is_an_economy(self, stocks):
        assert stocks.frame["destination"].nunique() > 225
        world = stocks.frame[stocks.frame["year"] == 2019]
        total = (
            world.groupby("destination")["migrants"].sum() / (1 - world.groupby("destination")["other_share"].first())
        ).sum()
        assert_allclose(total, 271_642_105, rtol=0.002)

    def test_the_revision_of_2020(self, data_folder):
        table = migrants.read_stocks_2020(data_folder / FLOWS / "migrant_stock_1990_2020_long.parquet", year=2020)
        assert one(table, "AFG", "IRN", 2020)["migrants"].item() > 2_000_000
        assert "Channel Islands" in table.notes[0]


class TestFlows:
    def test_methods_differ_by_much(self, data_folder):
        path = data_folder / FLOWS / "abel_cohen_flows_1990_2019_long.parquet"
        row = one(migrants.read_flows(path, year=2005), "AFG", "IRN", 2005)[list(migrants.METHODS)]
        assert (row.min(axis=None), row.max(axis=None)) == (196_210, 900_125)
        assert row["da_pb_closed"].item() == 855_971

    def test_one_method(self, data_folder):
        path = data_folder / FLOWS / "abel_cohen_flows_1990_2019_long.parquet"
        frame = migrants.read_flows(path, method="da_pb_closed").frame
        assert list(frame.columns) == ["origin", "destination", "year", "year_end", "migrants"]
        assert (frame["migrants"] > 0).all()
        assert set(frame["year_end"] - frame["year"]) == {4, 5}
        assert {"SDN", "COD", "HKG"} <= set(frame["origin"])
        with pytest.raises(UnknownNameError) as error:
            migrants.read_flows(path, method="da_pb_close")
        assert "da_pb_closed" in error.value.hint


class TestLargest:
    def test_printed_figures(self, largest):
        assert one(largest, "KAZ", "RUS", 2019)["students"].item() == 71_368
        uzbeks = one(largest, "UZB", "KAZ", 2019)
        assert uzbeks["students"].item() == 9_641
        assert set(largest.frame["listed_by"]) == {"origin", "destination", "both"}

    def test_destinations_that_do_not_report_are_absent(self, largest):
        recent = largest.frame[largest.frame["year"] >= 2005]
        assert not set(recent["destination"]) & {"CHN", "AFG", "IRQ", "PAK"}

    def test_the_two_lists_agree(self, largest):
        assert "differ for 0 " in largest.notes[2]

    def test_unlisted_pairs_have_a_bound_and_no_value(self, largest):
        bounds = students.censored_students(largest, year=2019)
        assert not bounds.duplicated(["origin", "destination"]).any()
        listed = largest.frame[largest.frame["year"] == 2019].set_index(["origin", "destination"])["students"]
        assert not bounds.set_index(["origin", "destination"]).index.isin(listed.index).any()
        kazakhs = bounds[bounds["origin"] == "KAZ"]
        assert kazakhs["students_most"].max() == 572, "Malaysia, the tenth destination of Kazakhs"
        assert "CHN" not in set(bounds["destination"])

    def test_the_bounds_hold_in_the_whole_table_of_the_oecd(self, largest, oecd):
        """Out of sample: what UIS hides and OECD prints is under the bound (definitions differ by a little)."""
        bounds = students.censored_students(largest, year=2018).dropna()
        both = bounds.merge(oecd.frame[oecd.frame["year"] == 2018], on=["origin", "destination"])
        assert len(both) > 2000
        assert (both["students"] <= both["students_most"] * 1.05 + 5).mean() > 0.99


class TestOecd:
    def test_the_checks_of_turkey(self, oecd):
        stated = {"AZE": 19_383, "TKM": 17_571, "SYR": 27_034}
        assert {code: one(oecd, code, "TUR", 2019)["students"].item() for code in stated} == stated

    def test_after_halving_every_destination_and_year_agrees_with_uis(self, oecd, largest):
        both = oecd.frame.merge(largest.frame, on=["origin", "destination", "year"], suffixes=("", "_uis"))
        both = both[both["students_uis"] > 20]
        ratio = (both["students"] / both["students_uis"]).groupby([both["destination"], both["year"]]).median()
        assert len(ratio) > 220
        assert ratio.between(0.95, 1.12).all(), ratio[~ratio.between(0.95, 1.12)]

    def test_no_sum_of_origins_is_above_the_inbound_total(self, oecd, data_folder):
        """Another table of UIS: sums of doubled counts would stand near 2."""
        inbound = students.read_inbound(data_folder / OECD / "RAW_inbound_and_outbound_data.csv").frame
        total = inbound.set_index(["destination", "year"])["students"]
        ratio = (oecd.frame.groupby(["destination", "year"])["students"].sum() / total).dropna()
        assert len(ratio) > 230
        assert ratio.max() < 1.1
        assert_allclose(ratio.median(), 1, atol=0.03)
        assert ratio[[key for key in students.COUNTED_ONCE if key in ratio]].min() > 0.6

    def test_some_years_were_never_doubled(self, data_folder, largest):
        raw = pd.read_parquet(data_folder / OECD / "OECD_Intl_Student_Enrollment_2013_2019.parquet")
        turkey = raw[(raw["COUNTRY_OF_SCHOOL"] == "Turkey") & (raw["YEAR"] == 2013)]
        azeris = turkey.loc[turkey["COUNTRY_OF_ORIGIN"] == "Azerbaijan", "TOTAL_INTL_STUDENTS"].item()
        assert azeris == one(largest, "AZE", "TUR", 2013)["students"].item()

    def test_silence_is_not_zero(self, oecd):
        assert "SVN" not in set(oecd.frame["destination"])
        assert "SVN 2019" in oecd.notes[1]

    def test_shares_of_hosts_not_of_origins(self, data_folder):
        table = students.read_oecd_shares(data_folder / OECD / "oecd_share_students_origin_to_destination_2022.csv")
        turkey = table.frame[table.frame["destination"] == "TUR"]
        assert turkey.loc[turkey["share"].idxmax(), "origin"] == "SYR"
        assert_allclose(turkey["share"].sum(), 1, atol=0.02)


class TestRussiaAndChina:
    def test_from_russia(self, data_folder):
        table = students.read_from_russia(data_folder / OECD / "uis_students_from_russia_by_destination.csv")
        assert one(table, "RUS", "KAZ", 2019)["students"].item() == 1511
        assert (table.frame["students"] == 0).any(), "true zeros stay"

    def test_inbound_totals(self, data_folder):
        table = students.read_inbound(data_folder / OECD / "RAW_inbound_and_outbound_data.csv", year=2019)
        frame = table.frame.set_index("destination")
        assert frame.loc["RUS", "students"] > 250_000
        assert "AIMS: Central Asia" not in frame.index

    def test_to_china(self, data_folder):
        table = students.read_to_china(data_folder / "china-public-diplomacy" / "ChinesePublicDiplomacy.csv")
        assert one(table, "KAZ", "CHN", 2017)["students"].item() == 14_224
        assert one(table, "KAZ", "CHN", 2018).empty


class TestRefusals:
    HEAD = "year,orig,dest,stock\n"

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            (["2020,Iran,Kazakhstan,-4"], "migrants is negative"),
            (["2020,Iran,Kazakhstan,many"], "migrants is not a number"),
            (["2020,Iran,Kazakhstan,4", "2020,Iran,Kazakhstan,5"], "more than one row"),
        ],
    )
    def test_stocks(self, tmp_path, rows, words):
        file = tmp_path / "stock.csv"
        file.write_text(self.HEAD + "\n".join(rows) + "\n", encoding="utf-8")
        with pytest.raises(DataError, match=words):
            migrants.read_stocks_2020(file)

    def test_names_of_no_economy_are_named(self, tmp_path):
        file = tmp_path / "stock.csv"
        file.write_text(self.HEAD + "2020,Iran,Kazakhstan,4\n2020,Atlantis,Iran,5\n", encoding="utf-8")
        table = migrants.read_stocks_2020(file)
        assert len(table) == 1
        assert "Atlantis" in table.notes[0]

    def test_a_short_list_hides_nothing(self):
        frame = pd.DataFrame(
            {"origin": ["IRN", "KAZ"], "destination": ["KAZ", "TUR"], "year": 2019, "students": [5.0, 7.0],
             "listed_by": "origin", "status": "reported"}
        )  # fmt: skip
        bounds = students.censored_students(students.Table(frame, students.UIS), year=2019)
        assert np.isnan(bounds["students_most"]).all()
