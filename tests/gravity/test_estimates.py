"""The shipped estimates: rebuilt to every digit from the sources, and split thickness without remainder."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from peyvand.errors import UnknownNameError
from peyvand.gravity import known_causes, shipped_estimate, thickness
from peyvand.gravity.estimates import CAUSES, shipped_estimates
from peyvand.gravity.estimates.build import AGREEMENTS, BUILDERS
from peyvand.world import World


def test_signs_are_those_of_gravity():
    for sector, found in shipped_estimate().sectors.items():
        slopes = found["coefficients"]
        assert slopes["log(distance_km)"] < 0, sector
        assert slopes["abroad"] < 0, sector
        assert slopes["common_language"] > 0, sector
        matrix = np.array(found["covariance"])
        assert_allclose(np.sqrt(np.diag(matrix)), list(found["std_errors"].values()), rtol=1e-4)


def test_causes_split_the_embedded_world_without_remainder():
    world = World.embedded()
    causes = known_causes(world)
    assert set(causes) == set(CAUSES) - {"agreement"}
    borders = thickness(world, causes=causes)
    assert borders.components == ("tariff", *causes, "unexplained")
    plain = thickness(world)
    assert_allclose(borders["pair_thickness"].values, plain["pair_thickness"].values, rtol=1e-10)
    parts = borders["pair_thickness_part"].sum("component", skipna=False)
    assert_allclose(parts.values, plain["pair_thickness"].values, rtol=1e-9, atol=1e-12)


def test_an_unknown_estimate_is_refused():
    with pytest.raises(UnknownNameError, match="ships with peyvand"):
        shipped_estimate("icio-1066")


@pytest.mark.parametrize("name", shipped_estimates())
def test_each_has_its_data_date_and_sources(name):
    held = shipped_estimate(name)
    assert held.name == name
    assert held.data
    assert held.sources
    assert held.made_on > "2026"
    for found in held.sectors.values():
        assert list(found["coefficients"]) == list(found["std_errors"])
        assert_allclose(np.sqrt(np.diag(found["covariance"])), list(found["std_errors"].values()), rtol=1e-3)


def test_what_is_built_is_what_ships():
    assert set(BUILDERS) == set(shipped_estimates())


def test_the_regions_agreements_are_named():
    found = shipped_estimate("agreements-1964-2016").sectors["all_goods"]
    assert set(AGREEMENTS) <= set(found["coefficients"])
    assert found["coefficients"]["cis"] > 0


def test_a_sector_that_an_estimate_does_not_cover_stays_unexplained():
    world = World.embedded()
    causes = known_causes(world, "agtpa-1986-2006")
    assert causes["distance_km"].sel(sector="oil_gas") == 0
    assert causes["distance_km"].sel(sector="machinery_equipment") < -0.3
    parts = thickness(world, causes=causes)["border_thickness_part"]
    assert_allclose(parts.sel(component="distance_km", sector="oil_gas").fillna(0), 0)
    assert known_causes(world, "agreements-1964-2016") == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
def test_is_rebuilt_from_the_sources(data_folder, name):
    held = shipped_estimate(name)
    made = BUILDERS[name](data_folder, held.made_on)
    for sector, found in held.sectors.items():
        assert made.sectors[sector]["nobs"] == found["nobs"]
        for term, value in found["coefficients"].items():
            assert made.sectors[sector]["coefficients"][term] == pytest.approx(value, abs=2e-6), (sector, term)
