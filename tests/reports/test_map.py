"""The map: where places fall, which borders it knows, what it decides about disputed lands."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.reports.runs import MEMBERS, made_run

from peyvand.reports.map.draw import draw
from peyvand.reports.map.geometry import capital_names, frame, geometry
from peyvand.reports.map.labels import place_labels
from peyvand.reports.map.projection import EARTH_RADIUS_KM, LambertConformal
from peyvand.reports.tables import pairs

REGION = st.lists(st.sampled_from(list(geometry()["capitals"])), min_size=1, max_size=8, unique=True)
NAMES = {code: f"Country of {code}" for code in geometry()["lands"]}


def rings(path):
    """Vertices of each closed ring of a path in map units."""
    for part in path.split("M")[1:]:
        start, _, steps = part.rstrip("z").partition("l")
        moves = np.array([int(x) for x in re.findall(r"-?\d+", steps)]).reshape(-1, 2)
        yield np.vstack([[int(x) for x in start.split()], moves]).cumsum(axis=0)


def inside(path, x, y):
    """Even–odd rule: is the point inside the rings?"""
    odd = False
    for ring in rings(path):
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
                odd = not odd
    return odd


def on_page(longitude, latitude):
    """Map units of a place, by the capitals' own scale: Tehran and Astana fix it."""
    projection = LambertConformal()
    at = {"IRN": (51.424344, 35.671943), "KAZ": (71.427774, 51.181125)}
    (x0, y0), (x1, y1) = (projection.project(*at[code]) for code in at)
    (u0, v0), (u1, v1) = (geometry()["capitals"][code] for code in at)
    scale = np.hypot(u1 - u0, v1 - v0) / np.hypot(x1 - x0, y1 - y0)
    x, y = projection.project(longitude, latitude)
    return u0 + scale * (x - x0), v0 - scale * (y - y0)


def test_scale_is_true_on_the_standard_parallels():
    projection = LambertConformal()
    for latitude in (projection.south, projection.north):
        x, y = projection.project(np.array([62.0, 62.01]), np.array([latitude, latitude]))
        arc = EARTH_RADIUS_KM * np.cos(np.radians(latitude)) * np.radians(0.01)
        assert_allclose(np.hypot(*np.diff([x, y])), arc, rtol=1e-6)


@given(longitude=st.floats(20, 120), latitude=st.floats(15, 60))
def test_projection_keeps_angles(longitude, latitude):
    projection, step = LambertConformal(), 1e-5
    here, east, north = (
        np.array(projection.project(longitude + dx, latitude + dy)) for dx, dy in ((0, 0), (step, 0), (0, step))
    )
    east, north = (east - here) / np.cos(np.radians(latitude)), north - here
    assert_allclose(east @ north, 0, atol=1e-4 * (north @ north))
    assert_allclose(np.hypot(*east), np.hypot(*north), rtol=1e-4)


def test_geometry_is_small():
    assert files("peyvand.reports.map").joinpath("geometry.json").stat().st_size < 400_000


@pytest.mark.parametrize(
    ("place", "economy"),
    [
        ((51.42, 35.67), "IRN"),
        ((71.43, 51.18), "KAZ"),
        ((69.28, 41.31), "UZB"),
        ((44.51, 40.18), "ARM"),
        ((45.5, 39.2), "AZE"),  # Nakhchivan
        ((34.1, 45.3), "UKR"),  # Crimea, General Assembly resolution 68/262
        ((41.0, 43.0), "GEO"),  # Abkhazia
        ((46.6, 39.9), "AZE"),  # Karabakh
    ],
)
def test_places_lie_in_their_lands(place, economy):
    x, y = on_page(*place)
    holding = [code for code, land in geometry()["lands"].items() if inside(land["path"], x, y)]
    assert holding == [economy]


def test_the_caspian_is_water():
    x, y = on_page(51.0, 41.5)
    assert not any(inside(land["path"], x, y) for land in geometry()["lands"].values())


def test_neighbours_of_the_ten_are_known():
    known = {frozenset(shape["pair"]) for key in ("borders", "sea_links") for shape in geometry()[key]}
    land = """IRN-TKM IRN-AFG IRN-PAK IRN-AZE IRN-TUR IRN-ARM IRN-IRQ AFG-PAK AFG-TJK AFG-TKM AFG-UZB KAZ-UZB KAZ-KGZ
    KAZ-TKM KAZ-RUS KAZ-CHN KGZ-UZB KGZ-TJK KGZ-CHN TJK-UZB TKM-UZB AZE-TUR AZE-GEO AZE-RUS GEO-TUR PAK-IND RUS-GEO"""
    sea = "IRN-KAZ IRN-RUS AZE-KAZ AZE-TKM RUS-TKM RUS-TUR ARE-IRN OMN-PAK"
    for pair in f"{land} {sea}".split():
        assert frozenset(pair.split("-")) in known, pair


def test_no_pair_is_drawn_twice():
    every = [frozenset(shape["pair"]) for key in ("borders", "sea_links") for shape in geometry()[key]]
    assert len(every) == len(set(every))


@given(REGION)
def test_a_frame_holds_its_capitals_and_stays_on_the_page(economies):
    view = frame(economies)
    assert 0 <= view.x <= view.x + view.width <= geometry()["width"] + 1e-6
    assert 0 <= view.y <= view.y + view.height <= geometry()["height"] + 1e-6
    for code in economies:
        assert view.holds(*geometry()["capitals"][code])


@given(REGION)
def test_labels_do_not_cover_one_another_more_than_needed(economies):
    view = frame(economies)
    labels = list(place_labels(view, members=economies, names=NAMES, language="en", unit=view.width / 1000))
    assert {label.code for label in labels if label.kind == "member"} == set(economies) & set(geometry()["lands"])
    outsiders = [label.code for label in labels if label.kind == "outsider"]
    assert not set(outsiders) & set(economies)


def test_capitals_have_names_in_both_languages():
    assert set(MEMBERS) <= set(capital_names())
    assert all(names["en"] and names["fa"] for names in capital_names().values())


def test_members_off_the_page_are_named_as_absent():
    table = pairs(made_run())
    found = draw(table, members=(*MEMBERS, "JPN"), names={"en": NAMES})
    assert found.absent == ("JPN",)


def test_weights_are_shares_of_the_thickest_border():
    found = draw(pairs(made_run()), members=MEMBERS, names={"en": NAMES})
    assert found.borders
    for border in found.borders:
        assert 0 <= border.movable[1] < border.movable[0] <= 1
    busiest = max(arc.weight[1] for arc in found.arcs)
    assert_allclose(busiest, 1)
    assert all(arc.weight[0] < arc.weight[1] for arc in found.arcs)


def test_the_shipped_geometry_is_what_compiling_gives(data_folder):
    pytest.importorskip("shapely", reason="the map extra compiles the geometry")
    from peyvand.reports.map.compile import compile_geometry

    assert json.loads(json.dumps(compile_geometry(data_folder))) == geometry()
