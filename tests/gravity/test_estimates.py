"""The shipped estimates: rebuilt to every digit from the sources, and split thickness without remainder."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.errors import UnknownNameError
from peyvand.gravity import known_causes, shipped_estimate, thickness
from peyvand.gravity.causes import AGREEMENT_TERMS, TERMS
from peyvand.gravity.estimates import shipped_estimates
from peyvand.gravity.estimates.build import BUILDERS, NAMED_KINDS
from peyvand.world import AGREEMENT_KINDS, World


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
    assert set(causes) == set(TERMS) - {"sanctioned"}
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
    found = shipped_estimate("agreements-1964-2016").sectors["machinery_equipment"]
    assert set(NAMED_KINDS) == set(found["coefficients"])
    assert found["coefficients"]["cis"] > 0
    assert found["coefficients"]["internal_market"] > found["coefficients"]["other_agreement"]
    assert set(AGREEMENT_TERMS) == set(AGREEMENT_KINDS)
    assert {kind for kinds in NAMED_KINDS.values() for kind in kinds} == set(AGREEMENT_KINDS) - {"none"}


def test_the_agreement_part_is_what_lacking_one_costs():
    """Home counts as a free-trade area: a pair with one has no such part, a pair without has β/θ."""
    world = World.embedded()
    slope = shipped_estimate().sectors["machinery_equipment"]["coefficients"]["agreement"]
    theta = float(world["trade_elasticity"].sel(sector="machinery_equipment"))
    parts = thickness(world, causes=known_causes(world))["border_thickness_part"].sel(component="agreement")
    of_machines = parts.sel(sector="machinery_equipment")
    assert float(of_machines.sel(exporter="IRN", importer="KAZ")) == pytest.approx(slope / theta)
    assert float(of_machines.sel(exporter="TUR", importer="GEO")) == pytest.approx(0.0, abs=1e-12)
    assert float(of_machines.sel(exporter="EU27", importer="GBR")) < 0


def test_the_regions_own_estimates_may_stand_for_the_agreement():
    world = World.embedded()
    mixed = known_causes(world, agreements="agreements-1964-2016")
    assert set(mixed) == set(known_causes(world))
    plain, named = thickness(world, causes=known_causes(world)), thickness(world, causes=mixed)
    assert_allclose(named["border_thickness"], plain["border_thickness"])
    assert_allclose(
        named["border_thickness_part"].sel(component="distance_km"),
        plain["border_thickness_part"].sel(component="distance_km"),
    )
    slopes = shipped_estimate("agreements-1964-2016").sectors["mining"]["coefficients"]
    theta = float(world["trade_elasticity"].sel(sector="mining"))
    cell = {"component": "agreement", "exporter": "KAZ", "importer": "RUS", "sector": "mining"}
    expected = (slopes["other_agreement"] - slopes["eaeu"]) / theta
    assert float(named["border_thickness_part"].sel(cell)) == pytest.approx(expected)
    with pytest.raises(UnknownNameError, match="knows no agreements"):
        known_causes(small_world(3, 2), agreements="agreements-1964-2016")


def test_a_part_errs_with_its_slopes_and_the_elasticity():
    """By hand: √(Var(β)/θ² + part² σ²) for a pair without an agreement."""
    world = World.embedded()
    found = shipped_estimate().sectors["machinery_equipment"]
    theta, spread = (
        float(world[name].sel(sector="machinery_equipment")) for name in ("trade_elasticity", "trade_elasticity_se")
    )
    error, slope = found["std_errors"]["agreement"], found["coefficients"]["agreement"]
    borders = thickness(world, causes=known_causes(world))
    cell = {"component": "agreement", "exporter": "IRN", "importer": "KAZ", "sector": "machinery_equipment"}
    expected = np.hypot(error / theta, slope / theta * spread)
    assert float(borders["border_thickness_part_deviation"].sel(cell)) == pytest.approx(expected, rel=1e-4)
    middle, low, high = borders.part_interval("IRN", "KAZ", "agreement")
    assert low < middle < high
    assert borders.part_interval("IRN", "KAZ", "tariff")[1] == borders.part_interval("IRN", "KAZ", "tariff")[2]


def test_a_sector_that_an_estimate_does_not_cover_stays_unexplained():
    world = World.embedded()
    causes = known_causes(world, "agtpa-1986-2006")
    assert causes["distance_km"].sel(sector="oil_gas") == 0
    assert causes["distance_km"].sel(sector="machinery_equipment") < -0.3
    parts = thickness(world, causes=causes)["border_thickness_part"]
    assert_allclose(parts.sel(component="distance_km", sector="oil_gas").fillna(0), 0)
    named = known_causes(world, "agreements-1964-2016")
    assert set(named) == {"agreement"}
    assert not named["agreement"].sel(sector="other_services").any()


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
def test_is_rebuilt_from_the_sources(data_folder, name):
    held = shipped_estimate(name)
    made = BUILDERS[name](data_folder, held.made_on)
    for sector, found in held.sectors.items():
        assert made.sectors[sector]["nobs"] == found["nobs"]
        for term, value in found["coefficients"].items():
            assert made.sectors[sector]["coefficients"][term] == pytest.approx(value, abs=2e-6), (sector, term)
