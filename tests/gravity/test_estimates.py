"""The shipped estimates: rebuilt to every digit from the sources, and split thickness without remainder."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from peyvand.errors import UnknownNameError
from peyvand.gravity import known_causes, shipped_estimate, thickness
from peyvand.gravity.estimates import CAUSES, build_icio
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
    assert set(causes) == set(CAUSES)
    borders = thickness(world, causes=causes)
    assert borders.components == ("tariff", *CAUSES, "unexplained")
    plain = thickness(world)
    assert_allclose(borders["pair_thickness"].values, plain["pair_thickness"].values, rtol=1e-10)
    parts = borders["pair_thickness_part"].sum("component", skipna=False)
    assert_allclose(parts.values, plain["pair_thickness"].values, rtol=1e-9, atol=1e-12)


def test_an_unknown_estimate_is_refused():
    with pytest.raises(UnknownNameError, match="ships with peyvand"):
        shipped_estimate("icio-1066")


@pytest.mark.slow
def test_is_rebuilt_from_the_sources(data_folder):
    made, held = build_icio(data_folder, made_on=shipped_estimate().made_on), shipped_estimate()
    for sector, found in held.sectors.items():
        assert_allclose(
            list(made.sectors[sector]["coefficients"].values()), list(found["coefficients"].values()), atol=2e-6
        )
        assert made.sectors[sector]["nobs"] == found["nobs"]
