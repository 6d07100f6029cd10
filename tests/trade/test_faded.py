"""Cuts of faded borders move with what the borders were measured by: as if each draw's World were measured anew."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose
from tests.worlds import small_world

from peyvand.gravity import known_causes, shipped_estimate, shipped_estimates, thickness
from peyvand.gravity.causes import terms_of
from peyvand.gravity.estimates import DEFAULT
from peyvand.scenarios import BorderCost, Tariff, Union
from peyvand.trade import CaliendoParro, delta_deviation, draw, faded_borders
from peyvand.trade.drawn import Centre
from peyvand.world import World

PAIRS = ("sector", "exporter", "importer")


def uncertain(world):
    return world.replace(
        trade_elasticity_se=xr.full_like(world["trade_elasticity"], 0.2),
        trade_flow_cv=xr.full_like(world["trade_flow"], 0.3),
    )


def effect_of(world, *, cap=1000.0, fade=0.25, members=3):
    title = {"en": "A union", "fa": "اتحادیه"}
    given = (Tariff(cut_share=1.0), BorderCost(fade_share=fade, cap_percent=cap))
    return Union(title=title, members=world.economies[:members], provisions=given).effect(world)


def centre_of(world, effect):
    return Centre.of(world, effect.shock(), None, CaliendoParro(), 1e-8, faded_borders(effect))


@pytest.mark.parametrize("cap", [1000.0, 60.0])
@pytest.mark.parametrize("sources", [("elasticity",), ("flow",), ("elasticity", "flow")])
def test_a_draw_fades_what_its_own_world_would(cap, sources):
    world = uncertain(small_world(5, 3, seed=1))
    effect = effect_of(world, cap=cap)
    centre = centre_of(world, effect)
    drawn = centre.drawn(centre.normals(range(3), seed=1, sources=sources))
    for place in range(3):
        accounts, log_cost = drawn.alone(place)
        like = world["trade_flow"].transpose(*PAIRS)
        seen = world.replace(
            trade_elasticity=world["trade_elasticity"].copy(data=accounts.trade_elasticity),
            trade_flow=like.copy(data=accounts.trade_flow),
        )
        expected = effect_of(seen, cap=cap).shock()["iceberg_cost_hat"].transpose(*PAIRS)
        assert_allclose(log_cost, np.log(expected), atol=1e-9)
        assert np.abs(log_cost - centre.log_cost).max() > 1e-3


def test_borders_far_above_the_cap_do_not_move():
    world = uncertain(small_world(5, 3, seed=1))
    effect = effect_of(world, cap=1.0)
    centre = centre_of(world, effect)
    drawn = centre.drawn(centre.normals(range(3), seed=1, sources=("elasticity", "flow")))
    thick = effect.borders["border_thickness_part"].sel(component="unexplained").transpose(*PAIRS).values > 0.5
    moved = np.broadcast_to(drawn.log_cost, (3, *thick.shape)) - centre.log_cost
    assert thick[:, :3, :3].any()
    assert_allclose(moved[:, thick], 0, atol=1e-12)


def test_a_union_that_fades_nothing_has_none():
    world = small_world(4, 2, seed=2)
    title = {"en": "A union", "fa": "اتحادیه"}
    cut = Union(title=title, members=world.economies[:2], provisions=(BorderCost(cut_percent=3),))
    assert faded_borders(cut.effect(world)) is None


def test_waiting_that_is_shown_apart_fades_all_the_same():
    world = small_world(5, 3, seed=1)
    whole = effect_of(world)
    waiting = xr.full_like(whole.borders["border_thickness"].drop_attrs(), 0.1)
    apart = whole.union.effect(world, borders=whole.borders.split("transport", waiting))
    assert_allclose(faded_borders(apart).unexplained, faded_borders(whole).unexplained, atol=1e-12)
    assert_allclose(apart.unexplained, whole.unexplained, atol=1e-12)


def test_coefficients_are_those_that_the_borders_were_measured_by():
    world = World.embedded()
    union = Union(title={"en": "Two", "fa": "دو"}, members=("IRN", "KAZ"), provisions=(BorderCost(fade_share=0.05),))
    default = faded_borders(union.effect(world))
    others = [name for name in shipped_estimates() if shipped_estimate(name).causes and name != DEFAULT]
    differing = 0
    for name in others:
        causes = known_causes(world, name)
        found = faded_borders(union.effect(world, borders=thickness(world, causes=causes)))
        assert len(found.away) == len(terms_of(world, causes))
        variance = np.einsum("skl,sml->skm", found.root, found.root)
        assert_allclose(variance, causes.covariance.transpose("sector", "term", "other_term"), atol=1e-12)
        differing += found.root.shape != default.root.shape or not np.allclose(found.root, default.root)
    assert differing
    bare = faded_borders(union.effect(world, borders=thickness(world, causes={"contiguous": 1.0})))
    assert (bare.size, np.abs(bare.root).max()) == (len(world.sectors), 0.0)


def test_coefficients_of_the_causes_are_drawn_and_agree_with_the_delta_method():
    """On the embedded World, with a cap that is not reached, uncertain causes make the cut uncertain."""
    world = World.embedded()
    effect = Union(
        title={"en": "Two", "fa": "دو"}, members=("RUS", "TUR"),
        provisions=(BorderCost(fade_share=0.05, cap_percent=1000),),
    ).effect(world)  # fmt: skip
    faded = faded_borders(effect)
    assert faded is not None
    assert faded.size > 0
    held = {"freeze": ("elasticity", "flow"), "faded": faded}
    found = draw(world, effect.shock(), draws=150, **held)
    assert found.sources == ("gravity",)
    bare = World(world.data.drop_vars(["trade_elasticity_se", "trade_flow_cv"]), world.provenance)
    sd = delta_deviation(bare, effect.shock(), faded=faded).sel(economy=["RUS", "TUR"])
    drawn = np.log(found["welfare_hat"]).std("draw").sel(economy=["RUS", "TUR"])
    assert float(sd.min()) > 0
    assert_allclose(drawn, sd, rtol=0.25)  # 150 draws know a deviation to 6 %; the cut is not linear
