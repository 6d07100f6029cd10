"""What is not right is refused, with the place and the nearest right thing."""

from __future__ import annotations

import pandas as pd
import pytest

from peyvand.errors import DataError, UnknownEconomyError
from peyvand.sources import (
    baci,
    comtrade,
    energy,
    facts,
    geodist,
    icio,
    sanctions,
    treaties,
    unido,
    uzbekistan_io,
    uzbekistan_trade,
    wdi,
    wiod,
    wits,
    wto_services,
)
from peyvand.sources.country_names import country_names
from peyvand.sources.files import read_frame
from peyvand.sources.generic import read_flows
from peyvand.sources.wkt import lines_of

FLOWS = "exporter,importer,trade\nIRN,KAZ,1.5\nKAZ,IRN,2.5\n"
READERS = [
    baci.read_trade, comtrade.read_trade, energy.read_energy_balance, facts.read_facts, geodist.read_distances,
    icio.read_icio, sanctions.read_sanctions, treaties.read_members, unido.read_manufacturing_output,
    uzbekistan_io.read_sectors, uzbekistan_trade.read_partners, wdi.read_gdp, wiod.read_trade,
    wits.read_exports_by_section, wto_services.read_services_imports, read_flows,
]  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def write(text: str, name: str = "flows.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.__module__.split('.')[-1]}.{reader.__name__}")
class TestEveryReader:
    def test_refuses_a_file_that_is_not_there(self, reader, tmp_path):
        (tmp_path / "trade_2023.csv").write_text("a\n1\n")
        with pytest.raises(DataError, match="no file") as caught:
            reader(tmp_path / "trade_2032.csv")
        assert "trade_2023.csv" in caught.value.hint

    def test_refuses_an_empty_file(self, reader, written):
        with pytest.raises(DataError, match="is empty"):
            reader(written(""))

    @pytest.mark.parametrize("name", ["flows.csv", "flows.parquet", "flows.dta"])
    def test_refuses_a_binary_file(self, reader, tmp_path, name):
        path = tmp_path / name
        path.write_bytes(bytes(range(256)) * 20)
        with pytest.raises(DataError) as caught:
            reader(path)
        assert name in str(caught.value)

    def test_refuses_a_table_of_something_else(self, reader, written):
        with pytest.raises(DataError, match="column"):
            reader(written("colour,taste\nred,sweet\n"))

    def test_refuses_a_folder(self, reader, tmp_path):
        with pytest.raises(DataError, match="no file") as caught:
            reader(tmp_path)
        assert "folder" in caught.value.hint


def test_a_missing_column_offers_the_nearest_name(written):
    path = written("exporter,importer,trad\nIRN,KAZ,1\n")
    with pytest.raises(DataError, match="no column 'trade'") as caught:
        baci.read_trade(path)
    assert "'trad'" in caught.value.hint


def test_a_truncated_parquet_is_refused(tmp_path):
    path = tmp_path / "flows.parquet"
    pd.DataFrame({"exporter": ["IRN"], "importer": ["KAZ"], "trade": [1.0]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match="cannot be read") as caught:
        baci.read_trade(path)
    assert "whole" in caught.value.hint


def test_an_unknown_format_is_refused(written):
    with pytest.raises(DataError, match=r"no reader for '\.xyz'") as caught:
        read_flows(written(FLOWS, "flows.xyz"))
    assert ".parquet" in caught.value.hint


def test_a_header_without_rows_is_refused(written):
    with pytest.raises(DataError, match="no rows"):
        read_flows(written("exporter,importer,trade\n"))
    with pytest.raises(DataError, match="no rows"):
        baci.read_trade(written("exporter,importer,trade\n"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("-3", "is negative"),
        ("", "is missing"),
        ("inf", "is infinite"),
        ("much", "is not a number"),
        ("NA", "not a number"),
    ],
)
def test_a_bad_flow_is_refused_by_its_row(written, value, reason):
    path = written(FLOWS + f"IRN,UZB,{value}\n")
    with pytest.raises(
        DataError, match=f"{reason}.* in 1 of 3 rows, first at row 3 .*exporter IRN.*importer UZB"
    ) as caught:
        read_flows(path)
    assert caught.value.context["rows"] == [2]


def test_missing_trade_may_be_allowed(written):
    table = read_flows(written(FLOWS + "IRN,UZB,\n"), gaps=True)
    assert table.frame["trade_musd"].isna().tolist() == [False, False, True]
    assert "1 missing flows kept" in table.notes


def test_a_flow_given_twice_is_refused(written):
    with pytest.raises(DataError, match="more than one row for the same exporter, importer"):
        read_flows(written(FLOWS + "IRN,KAZ,9\n"))


def test_an_unknown_economy_is_refused_with_the_nearest(written):
    with pytest.raises(UnknownEconomyError, match="'KZA'") as caught:
        read_flows(written(FLOWS + "KZA,IRN,1\n"))
    assert caught.value.hint == "did you mean 'KAZ'?"
    assert caught.value.context["codes"] == ["KZA"]


def test_a_name_in_place_of_a_code_is_told_its_code(written):
    with pytest.raises(UnknownEconomyError, match="'KYRGYZ REPUBLIC'") as caught:
        read_flows(written(FLOWS + "Kyrgyz Republic,IRN,1\n"))
    assert caught.value.hint == "did you mean 'KGZ'?"


def test_private_codes_may_be_named(written):
    table = read_flows(written(FLOWS + "eu27,IRN,1\n"), also=["EU27"])
    assert table.frame["exporter"].tolist() == ["IRN", "KAZ", "EU27"]


def test_old_codes_become_todays(written):
    table = read_flows(written("iso_o,iso_d,flow\nrom,zar,1\n"))
    assert table.frame.iloc[0].tolist() == ["ROU", "COD", 1.0]


def test_namibia_is_not_missing(written):
    frame = read_frame(written("iso2,value\nNA,1\nIR,\n"), {"iso2": "iso2", "value": "value"})
    assert frame["iso2"].tolist() == ["NA", "IR"]
    assert frame["value"].isna().tolist() == [False, True]


def test_two_candidate_columns_are_ambiguous(written):
    with pytest.raises(DataError, match="which column is the exporter"):
        read_flows(written("iso3_o,exp,iso3_d,trade\nIRN,IRN,KAZ,1\n"))


def test_our_own_name_wins_over_synonyms(written):
    frame = read_flows(written("exporter,origin,importer,trade\nIRN,Asia,KAZ,1\n")).frame
    assert frame.loc[0, ["exporter", "origin"]].tolist() == ["IRN", "Asia"]


def test_semicolons_separate_too(written):
    assert len(read_flows(written(FLOWS.replace(",", ";")))) == 2


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text(FLOWS, encoding="utf-8-sig")
    assert list(read_flows(path).frame.columns) == ["exporter", "importer", "trade_musd"]


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "partners.csv"
    path.write_text("name,regime,import_usd\nКитай,mfn,1\n", encoding="cp1251")
    with pytest.raises(DataError, match="cannot be read") as caught:
        uzbekistan_trade.read_partners(path)
    assert "UTF-8" in caught.value.hint


class TestPublishedShapes:
    """Files laid out as their publishers lay them out, a few rows each."""

    def test_cepii_gravity(self, written):
        text = "year,country_id_o,country_id_d,iso3_o,iso3_d,dist,tradeflow_baci,tradeflow_comtrade_o\n"
        path = written(text + "2019,IRN,KAZ,IRN,KAZ,2338,150000,140000\n2019,IRN,NAM,IRN,NAM,8000,,\n")
        frame = read_flows(path, unit="thousand_usd", gaps=True).frame
        assert frame["trade_musd"].tolist()[0] == 150.0
        assert frame["trade_musd"].isna().tolist() == [False, True]
        assert frame["importer"].tolist() == ["KAZ", "NAM"]
        assert {"dist", "tradeflow_comtrade_o"} <= set(frame.columns)

    def test_itpd_e(self, written):
        text = "exporter_iso3,importer_iso3,year,industry_id,trade,flag_mirror\n"
        frame = read_flows(written(text + "IRN,IRN,2019,1,5.5,0\nIRN,IRN,2019,2,7.5,1\n")).frame
        assert frame["sector"].tolist() == [1, 2]
        assert frame["trade_musd"].sum() == 13.0

    @pytest.mark.parametrize("iso3", ["iso_3digit_alpha", "country_iso3"])
    def test_baci_by_product(self, written, iso3):
        codes = written(
            f"country_code,country_name,{iso3}\n364,Iran,IRN\n398,Kazakhstan,KAZ\n490,Other Asia,S19\n", "codes.csv"
        )
        flows = written("t,i,j,k,v,q\n2019,364,398,10121,1500.5,NA\n2019,490,364,852990,20,3.5\n")
        frame = baci.read_products(flows, countries=codes, year=2019).frame
        assert frame["exporter"].tolist() == ["IRN", "TWN"]
        assert frame["hs6"].tolist() == ["010121", "852990"]
        assert frame["trade_musd"].tolist() == [1.5005, 0.02]
        assert frame["quantity_t"].isna().tolist() == [True, False]
        with pytest.raises(DataError, match="country 398 is not in"):
            baci.read_products(flows, countries=written(f"country_code,{iso3}\n364,IRN\n490,S19\n", "few.csv"))


def test_an_unknown_unit_is_refused(written):
    with pytest.raises(DataError, match="unknown unit") as caught:
        read_flows(written(FLOWS), unit="thousand")
    assert "thousand_usd" in caught.value.hint


def test_a_year_that_is_not_held_is_refused_with_the_span(written):
    path = written("exporter,importer,year,trade\nIRN,KAZ,2018,1\nIRN,KAZ,2020,1\n")
    with pytest.raises(DataError, match="no year 2019") as caught:
        read_flows(path, year=2019)
    assert "2018–2020" in caught.value.hint
    assert len(read_flows(path, year=2020)) == 1
    with pytest.raises(DataError, match="no column of years"):
        read_flows(written(FLOWS), year=2019)


def test_resources_that_do_not_add_up_are_refused(data_folder, tmp_path):
    frame = pd.read_csv(data_folder / "uzbekistan-input-output-2022" / "sectors.csv")
    frame.loc[3, "output"] += 1000
    frame.to_csv(tmp_path / "sectors.csv", index=False)
    with pytest.raises(DataError, match=r"differs from resources by up to 1,000"):
        uzbekistan_io.read_sectors(tmp_path / "sectors.csv")


def test_a_partner_without_a_code_is_refused(written):
    with pytest.raises(DataError, match="Атлантида"):
        uzbekistan_trade.read_partners(written("name,regime,import_usd\nАтлантида,mfn,1\n"))


def test_a_partly_silent_world_has_no_silent_economies(written):
    """A file without the known non-reporters marks nobody."""
    table = baci.read_trade(written("exporter,importer,trade\nDEU,FRA,5\nFRA,ITA,6\n"))
    assert set(table.frame["status"]) == {"reported", "zero"}


def test_names_of_an_unknown_code_are_refused():
    with pytest.raises(UnknownEconomyError) as caught:
        country_names(["IRM"])
    assert "IRN" in caught.value.hint


@pytest.mark.parametrize("text", ["POINT (1 2)", "", "LINESTRING (1 2, x y)", "LINESTRING (1 2, 3)"])
def test_broken_lines_are_refused(text):
    with pytest.raises(DataError):
        lines_of(text)


def test_a_missing_code_is_refused_in_every_format(tmp_path):
    frame = pd.DataFrame({"exporter": ["IRN", None], "importer": ["KAZ", "KAZ"], "trade": [1.0, 2.0]})
    frame["exporter"] = frame["exporter"].astype("category")
    frame.to_parquet(tmp_path / "flows.parquet")
    frame.to_csv(tmp_path / "flows.csv", index=False)
    for name in ("flows.parquet", "flows.csv"):
        with pytest.raises(DataError, match="exporter is missing in 1 of 2 rows, first at row 2"):
            read_flows(tmp_path / name)


def test_reading_leaves_the_file_alone(written):
    path = written(FLOWS)
    before = path.read_bytes()
    read_flows(path)
    assert path.read_bytes() == before
