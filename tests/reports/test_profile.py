"""A pair in everything: places among pairs, what is not known, and a picture in both languages."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from peyvand.errors import DataError
from peyvand.gravity import thickness
from peyvand.reports.profile import GROUPS, border_profile, place_among
from peyvand.reports.profile_picture import profile_picture
from peyvand.world import World


@pytest.fixture(scope="module")
def profile():
    return border_profile("IRN", "KAZ", day=date(2024, 7, 30))


def by_name(profile):
    return {measure.name: measure for measure in profile.measures}


def test_every_group_speaks(profile):
    assert tuple(dict.fromkeys(measure.group for measure in profile.measures)) == GROUPS
    for measure in profile.measures:
        assert len(measure.places) == len(measure.values) <= 2
        assert all(np.isnan(place) or 0 <= place <= 1 for place in measure.places)


def test_its_figures_are_those_of_the_rooms(profile):
    held = by_name(profile)
    wall = thickness(World.embedded()).total("IRN", "KAZ")
    assert_allclose(held["thickness"].values, 100 * np.expm1(wall))
    flow = World.embedded()["trade_flow"].sum("sector")
    assert_allclose(held["exports"].values[0], float(flow.sel(exporter="IRN", importer="KAZ")))
    assert held["openness"].values == (100, 100)  # no visa either way since 2022
    assert held["shared_pacts"].values[0] >= 1


def test_the_other_way_round_turns_directions_only(profile):
    turned = by_name(border_profile("KAZ", "Iran", day=date(2024, 7, 30)))
    for name, measure in by_name(profile).items():
        if name not in ("hours", "freight"):  # the network's two ways differ
            assert_allclose(measure.values, turned[name].values[::-1])
            assert_allclose(measure.places, turned[name].places[::-1])


def test_before_2022_a_visa_was_asked():
    assert by_name(border_profile("IRN", "KAZ", day=date(2019, 12, 31)))["openness"].values[0] == 0


def test_what_is_not_known_has_no_place(profile):
    assert all(np.isnan(value) for value in by_name(profile)["migrants"].values)
    assert all(np.isnan(place) for place in by_name(profile)["migrants"].places)


def test_a_bloc_has_no_visa_rule_and_no_failure():
    held = by_name(border_profile("IRN", "EU27"))
    assert all(np.isnan(value) for value in held["openness"].values)


def test_an_economy_has_no_border_with_itself():
    with pytest.raises(DataError, match="no border with itself"):
        border_profile("IRN", "Iran")


@given(values=arrays(float, (5, 5), elements=st.floats(0, 9)), lower=st.booleans())
def test_places_order_as_the_values_do(values, lower):
    there, back = place_among(values, nearer_is_lower=lower)
    assert 0 <= there <= 1
    nearer = (values[0, 1] < values[1, 0]) if lower else (values[0, 1] > values[1, 0])
    assert (there > back) is bool(nearer) or values[0, 1] == values[1, 0]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_picture_is_sound_and_says_the_names(profile, language):
    names = {"en": {"IRN": "Iran", "KAZ": "K <b>"}, "fa": {"IRN": "ایران", "KAZ": "قزاقستان"}}[language]
    drawn = profile_picture(profile, language=language, names=names)
    tree = ElementTree.fromstring(drawn)
    words = " ".join(tree.itertext())
    assert names["IRN"] in words
    assert names["KAZ"] in words
    dots = [node for node in tree.iter() if node.tag.endswith("circle")]
    placed = sum(np.isfinite(place) for measure in profile.measures for place in measure.places)
    assert len(dots) == placed + 3  # and three in the legend
