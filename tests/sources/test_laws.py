"""Laws of the readers: the format of a file, the case of a code and the order of rows change nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from peyvand.sources import baci
from peyvand.sources.codes import GONE, economy_code, iso2_to_iso3, iso3_to_iso2, m49_to_iso3, tidy_codes
from peyvand.sources.country_names import country_names
from peyvand.sources.generic import SYNONYMS, read_flows
from peyvand.sources.wkt import lines_of, polygons_of

CODES = sorted(iso3_to_iso2())
WRITERS = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "dta": lambda frame, path: frame.to_stata(path, write_index=False),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
}
anywhere = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
calm = settings(deadline=None)


@st.composite
def flows(draw):
    """A square table of flows among two to five economies, Namibia often among them."""
    codes = draw(st.lists(st.sampled_from(["NAM", *CODES]), min_size=2, max_size=5, unique=True))
    pairs = [(exporter, importer) for exporter in codes for importer in codes]
    values = draw(st.lists(st.floats(0, 1e7, width=32), min_size=len(pairs), max_size=len(pairs)))
    return pd.DataFrame(pairs, columns=["exporter", "importer"]).assign(trade_musd=values)


@given(frame=flows(), kind=st.sampled_from(sorted(WRITERS)))
@anywhere
def test_every_format_gives_the_same_flows(frame, kind, tmp_path):
    path = tmp_path / f"flows.{kind}"
    WRITERS[kind](frame, path)
    read = read_flows(path).frame
    assert read[["exporter", "importer"]].to_numpy().tolist() == frame[["exporter", "importer"]].to_numpy().tolist()
    assert_allclose(read["trade_musd"], frame["trade_musd"], rtol=1e-6)


@given(
    frame=flows(),
    exporter=st.sampled_from(SYNONYMS["exporter"]),
    importer=st.sampled_from(SYNONYMS["importer"]),
    trade=st.sampled_from(SYNONYMS["trade_musd"]),
    upper=st.booleans(),
)
@anywhere
def test_every_synonym_and_case_gives_the_same_flows(frame, exporter, importer, trade, upper, tmp_path):
    path = tmp_path / "flows.csv"
    names = {"exporter": exporter, "importer": importer, "trade_musd": trade}
    other = frame.assign(exporter=frame["exporter"].str.lower()).rename(columns=names)
    other.columns = other.columns.str.upper() if upper else other.columns
    other.to_csv(path, index=False)
    read = read_flows(path).frame
    assert list(read.columns) == ["exporter", "importer", "trade_musd"]
    assert read["exporter"].tolist() == frame["exporter"].tolist()


@given(frame=flows(), unit=st.sampled_from([("usd", 1e-6), ("thousand_usd", 1e-3), ("million_usd", 1.0)]))
@anywhere
def test_the_unit_is_only_a_factor(frame, unit, tmp_path):
    path = tmp_path / "flows.parquet"
    frame.to_parquet(path, index=False)
    assert_allclose(read_flows(path, unit=unit[0]).frame["trade_musd"], frame["trade_musd"] * unit[1], rtol=1e-12)


@given(order=st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_who_is_silent_does_not_depend_on_the_order_of_rows(order):
    rows = [("CHN", "RUS"), ("DEU", "IRN"), ("CHN", "DEU"), ("KOR", "CHN"), ("RUS", "DEU"), ("KOR", "DEU")]
    shuffled = order.sample(rows, len(rows))
    silent = baci.silent_economies(pd.DataFrame(shuffled, columns=["exporter", "importer"]))
    assert silent == ["IRN", "KOR", "RUS"]


coordinate = st.floats(-180, 180).map(lambda value: round(value, 5))
line = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6)


@calm
@given(lines=st.lists(line, min_size=1, max_size=4))
def test_lines_come_back_as_written(lines):
    text = ", ".join("(" + ", ".join(f"{x} {y}" for x, y in points) + ")" for points in lines)
    read = lines_of(f"MULTILINESTRING ({text})")
    assert [list(map(tuple, found.tolist())) for found in read] == lines


@calm
@given(polygons=st.lists(st.lists(line, min_size=1, max_size=3), min_size=1, max_size=3))
def test_polygons_keep_their_holes(polygons):
    drawn = [
        "(" + ", ".join("(" + ", ".join(f"{x} {y}" for x, y in ring) + ")" for ring in rings) + ")"
        for rings in polygons
    ]
    read = polygons_of(f"MULTIPOLYGON ({', '.join(drawn)})")
    assert [[list(map(tuple, ring.tolist())) for ring in rings] for rings in read] == polygons


def test_codes_are_iso_3166():
    """249 economies and Kosovo; every two-letter code once; numbers where ISO gives them."""
    assert len(iso3_to_iso2()) == 250
    assert len(iso2_to_iso3()) == 250
    assert set(m49_to_iso3().values()) >= set(CODES) - {"XKX"}
    assert {"QAT", "NAM", "TWN", "PSE", "XKX"} <= set(CODES)
    assert not {"ROM", "ZAR", "ASC", *GONE} & set(CODES)


def test_names_lead_back_to_their_code():
    frame = country_names().frame
    for column in ("name_en", "name_fa"):
        assert frame[column].map(economy_code).tolist() == frame["economy"].tolist()


def test_codes_agree_with_the_published_list(data_folder):
    published = pd.read_csv(data_folder / "country-facts" / "country-codes.csv", keep_default_na=False)
    pairs = dict(zip(published["ISO3166-1-Alpha-3"], published["ISO3166-1-Alpha-2"], strict=True))
    numbers = dict(zip(published["M49"].astype(str).str.zfill(3), published["ISO3166-1-Alpha-3"], strict=True))
    assert {code: two for code, two in iso3_to_iso2().items() if code != "XKX"} == pairs
    assert {number: m49_to_iso3()[number] for number in numbers} == numbers


@calm
@given(code=st.sampled_from(CODES))
def test_tidy_codes_are_a_fixed_point(code):
    series = pd.Series([code, code.lower(), f" {code} "], name="exporter")
    tidy = tidy_codes(series, path="flows.csv")
    assert tidy.tolist() == [code] * 3
    assert np.array_equal(tidy_codes(tidy, path="flows.csv"), tidy)
