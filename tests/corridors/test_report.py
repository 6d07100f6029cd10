"""What a run's report says of corridors: tables, map, journeys; and nothing without transit provisions."""

from __future__ import annotations

import re

import pytest
from numpy.testing import assert_allclose

from peyvand.locale import LANGUAGES
from peyvand.reports.corridors import crossings, journeys, links
from peyvand.reports.map.geometry import frame
from peyvand.reports.map.ways import draw_ways
from peyvand.reports.write import outputs
from peyvand.run import simulate


@pytest.fixture(scope="module")
def lanes():
    return simulate("green-lanes-east")


@pytest.fixture(scope="module")
def files(lanes):
    return outputs(lanes)


def test_crossings_change_where_the_union_says_so(lanes):
    table = crossings(lanes).set_index("place_en")
    assert table.loc["Bandar Abbas", ["standing_h", "standing_counterfactual_h"]].tolist() == [121.0, 48.0]
    assert table.loc["Incheh Borun (rail)", "standing_counterfactual_h"] == 6.0
    assert (table["traffic_t"] >= -1e-6).all()


def test_links_carry_what_passes_a_crossing(lanes):
    """All that passes a crossing in line with one link is on that link."""
    table, ways = crossings(lanes).set_index("place_en"), links(lanes)
    line = ways[(ways["from_en"] == "Altynkol") & (ways["to_en"] == "Khorgos (rail)")].iloc[0]
    for column in ("traffic_t", "traffic_counterfactual_t"):
        assert_allclose(line[column], table.loc["Khorgos (rail)", column], rtol=1e-6)


def test_journeys_end_where_they_should_and_never_take_longer(lanes):
    table = journeys(lanes)
    ends = table.groupby(["exporter", "importer", "when"]).last()
    for pair in ends.index.droplevel("when").unique():
        today, union = ends.loc[(*pair, "today")], ends.loc[(*pair, "union")]
        assert today["place_en"] == union["place_en"]
        assert union["elapsed_h"] < today["elapsed_h"]
    assert (table.groupby(["exporter", "importer", "when"])["elapsed_h"].diff().dropna() >= 0).all()


def test_the_map_shows_the_busiest_link_widest(lanes):
    nodes = lanes.carriage.network.nodes.set_index("name")
    drawn = draw_ways(links(lanes), crossings(lanes), nodes, view=frame(lanes.effect.members))
    assert max(max(way.weight) for way in drawn.ways) == 1.0
    assert {way.tone for way in drawn.ways} == {"gain", "loss", "same"}
    assert "Bandar Abbas" in [stop.row["place_en"] for stop in drawn.stops]


def test_page_and_files_hold_the_corridors(files):
    page = files["report.html"].decode()
    assert page.count('class="corridor-map"') == len(LANGUAGES)
    assert "اینچه‌برون" in page
    assert {f"{name}.csv" for name in ("crossings", "corridor_links", "journeys")} <= set(files)
    assert not re.search(r'(src|href)="https?:', page)


def test_without_transit_there_is_nothing_of_it(lanes):
    from dataclasses import replace

    dry = replace(lanes, carriage=None)
    assert crossings(dry) is links(dry) is journeys(dry) is None
