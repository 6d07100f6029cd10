"""What a union changes in a World: laws of the shock, worked provisions, and what only a World can refuse."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from tests.worlds import small_world, worlds

from peyvand.errors import ScenarioError
from peyvand.gravity import thickness
from peyvand.scenarios import BorderCost, Tariff, TariffException, Union, open_scenario, parse_scenario
from peyvand.world import World

a_law = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TITLE = {"en": "A union", "fa": "اتحادیه"}
FADE, CUT = BorderCost(fade_share=0.25), BorderCost(cut_percent=3)


def union(members=("IRN", "KAZ", "UZB"), *provisions, **more):
    return Union(title=TITLE, members=members, provisions=provisions, **more)


def abroad(members, economies):
    inside = np.isin(economies, members)
    return inside[:, None] & inside[None, :] & ~np.eye(len(economies), dtype=bool)


# -- laws --------------------------------------------------------------------------------------------------------------
@a_law
@given(world=worlds(max_economies=5), cut=st.floats(0, 1), fade=st.floats(0, 1))
def test_a_union_touches_only_its_members_borders(world, cut, fade):
    members = world.economies[:2]
    shock = union(members, Tariff(cut_share=cut), BorderCost(fade_share=fade)).shock(world)
    outside = ~abroad(members, world.economies)
    assert_array_equal(shock["iceberg_cost_hat"].values[outside], 1.0)
    assert_array_equal(shock["tariff_rate_counterfactual"].values[outside], world["tariff_rate"].values[outside])
    assert (shock["iceberg_cost_hat"].values <= 1).all()
    assert_allclose(
        shock["tariff_rate_counterfactual"].values[~outside],
        (1 - cut) * world["tariff_rate"].values[~outside],
        atol=1e-15,
    )


@a_law
@given(world=worlds(max_economies=5), fade=st.floats(0, 1), cap=st.floats(1, 200))
def test_what_fades_is_the_capped_positive_part_of_the_unexplained(world, fade, cap):
    members = world.economies[:2]
    shock = union(members, BorderCost(fade_share=fade, cap_percent=cap)).shock(world)
    borders = thickness(world)
    unexplained = borders["border_thickness_part"].sel(component="unexplained").values[0, 1]
    mean = borders["pair_thickness_part"].sel(component="unexplained").values[0, 1]
    traded = (world["trade_flow"].values[0, 1] > 0) | (world["trade_flow"].values[1, 0] > 0)
    unexplained = np.where(np.isnan(unexplained) & traded, mean, unexplained)
    expected = fade * np.minimum(np.maximum(np.nan_to_num(unexplained), 0), np.log1p(cap / 100))
    assert_allclose(-np.log(shock["iceberg_cost_hat"].values[0, 1]), expected, atol=1e-12)
    assert_allclose(shock["iceberg_cost_hat"].values[1, 0], shock["iceberg_cost_hat"].values[0, 1])


@a_law
@given(world=worlds(max_economies=5), years=st.integers(1, 10))
def test_phase_in_goes_in_equal_steps_to_the_end(world, years):
    members = world.economies[:2]
    made = union(members, Tariff(cut_share=0.8), CUT, phase_in_years=years)
    effect = made.effect(world)
    schedule, final = effect.schedule(), effect.shock()
    assert list(schedule) == list(range(1, years + 1))
    for name in ("iceberg_cost_hat", "tariff_rate_counterfactual"):
        assert_allclose(schedule[years][name], final[name])
        assert_allclose(effect.shock(year=years + 7)[name], final[name])
    step = np.log(schedule[1]["iceberg_cost_hat"].values)
    assert_allclose(step * years, np.log(final["iceberg_cost_hat"].values), atol=1e-12)
    assert_allclose(effect.shock(year=0)["tariff_rate_counterfactual"], world["tariff_rate"])


@a_law
@given(world=worlds(max_economies=5))
def test_no_provision_changes_nothing_and_says_so(world):
    effect = union(world.economies[:2]).effect(world)
    assert_array_equal(effect.shock()["iceberg_cost_hat"], 1.0)
    assert_allclose(effect.shock()["tariff_rate_counterfactual"], world["tariff_rate"])
    assert "scenario.warnings.no_effect" in [caution.key for caution in effect.warnings]


def test_the_order_of_members_does_not_matter(region):
    one = union(("IRN", "KAZ", "UZB"), Tariff(cut_share=1.0), FADE).shock(region)
    other = union(("UZB", "IRN", "KAZ"), Tariff(cut_share=1.0), FADE).shock(region)
    assert one.data.identical(other.data)


# -- worked provisions ------------------------------------------------------------------------------------------------
def test_sectors_pairs_and_exceptions(region):
    tariff = Tariff(
        cut_share=1.0,
        except_sectors=["agriculture_food"],
        exceptions=[TariffException(exporter="IRN", importer="UZB", cut_share=0.5, sectors=["mining"])],
    )
    shock = union(("IRN", "KAZ", "UZB"), tariff, BorderCost(cut_percent=3, pairs=[("IRN", "UZB")])).shock(region)
    old, new = region["tariff_rate"], shock["tariff_rate_counterfactual"]
    ratio = (new / old).sel(exporter="IRN", importer="UZB")
    assert_allclose(ratio.sel(sector=["agriculture_food", "mining", "machinery_equipment"]), [1, 0.5, 0])
    assert_allclose((new / old).sel(exporter="UZB", importer="IRN", sector="mining"), 0)
    cost = shock["iceberg_cost_hat"]
    assert_allclose(cost.sel(exporter="UZB", importer="IRN"), 0.97)
    assert_allclose(cost.sel(exporter="KAZ", importer="IRN"), 1)


def test_members_may_be_named_in_either_language(region):
    names = region.replace(
        name_en=region["name_en"].copy(data=[f"Land {code}" for code in region.economies]),
        name_fa=region["name_fa"].copy(data=[f"سرزمین {code}" for code in region.economies]),
    )
    assert union(("Land IRN", "سرزمین KAZ"), CUT).effect(names).members == ("IRN", "KAZ")


def test_implied_cuts_are_the_ad_valorem_cut_of_each_direction(region):
    frame = union(("IRN", "KAZ"), Tariff(cut_share=1.0), CUT).effect(region).implied_cuts()
    assert frame[["exporter", "importer"]].values.tolist() == [["IRN", "KAZ"], ["KAZ", "IRN"]]
    assert_allclose(frame["cost_cut_percent"], 3.0)
    tariff = region["tariff_rate"].sel(exporter="IRN", importer="KAZ").values
    paid = region["trade_flow"].sel(exporter="IRN", importer="KAZ").values * (1 + tariff)
    weight = paid / paid.sum()
    assert_allclose(frame["tariff_cut_percent"][0], 100 * (1 - np.exp(-(weight * np.log1p(tariff)).sum())))
    trade = (weight * (0.97 / (1 + tariff)) ** -5.0).sum()
    assert_allclose(frame["partial_trade_ratio"][0], trade)


def test_a_pair_without_trade_has_no_implied_cut_and_a_warning(region):
    flow = region["trade_flow"].copy(deep=True)
    flow.loc[{"exporter": "IRN", "importer": "KAZ"}] = 0.0
    effect = union(("IRN", "KAZ"), FADE).effect(region.replace(trade_flow=flow))
    assert np.isnan(effect.implied_cuts()["total_cut_percent"][0])
    assert_array_equal(effect.shock()["iceberg_cost_hat"], 1.0)
    values = {caution.key.split(".")[-1]: caution.values for caution in effect.warnings}
    assert str(values["not_recorded"]["pairs"]) == "IRN–KAZ"


def test_a_sector_with_trade_one_way_fades_by_the_mean_of_its_pair(region):
    """Its border cannot be measured: the pair's mean stands for it, and a caution counts such cells."""
    flow = region["trade_flow"].copy(deep=True)
    flow.loc[{"exporter": "IRN", "importer": "KAZ", "sector": "mining"}] = 0.0
    world = region.replace(trade_flow=flow)
    effect = union(("IRN", "KAZ"), BorderCost(fade_share=0.5, cap_percent=1000)).effect(world)
    mean = effect.borders["pair_thickness_part"].sel(component="unexplained", exporter="IRN", importer="KAZ")
    cost = np.log(effect.shock()["iceberg_cost_hat"])
    for exporter, importer in (("IRN", "KAZ"), ("KAZ", "IRN")):
        assert_allclose(cost.sel(exporter=exporter, importer=importer, sector="mining"), -0.5 * mean)
    values = {caution.key.split(".")[-1]: caution.values for caution in effect.warnings}
    assert values["unmeasured"] == {"cells": 1, "of": 4, "pairs": ("IRN–KAZ",)}


def test_a_sector_in_which_nothing_is_sold_at_home_fades_by_the_mean_of_its_pair(region):
    flow = region["trade_flow"].copy(deep=True)
    flow.loc[{"exporter": "IRN", "importer": "IRN", "sector": "mining"}] = 0.0
    effect = union(("IRN", "KAZ"), FADE).effect(region.replace(trade_flow=flow))
    mean = effect.borders["pair_thickness_part"].sel(component="unexplained", exporter="IRN", importer="KAZ")
    cost = np.log(effect.shock()["iceberg_cost_hat"].sel(exporter="IRN", importer="KAZ", sector="mining"))
    assert_allclose(cost, -0.25 * np.clip(mean, 0, np.log(1.25)))
    assert cost < 0


def test_a_sector_without_any_trade_does_not_fade(region):
    flow = region["trade_flow"].copy(deep=True)
    for exporter, importer in (("IRN", "KAZ"), ("KAZ", "IRN")):
        flow.loc[{"exporter": exporter, "importer": importer, "sector": "mining"}] = 0.0
    effect = union(("IRN", "KAZ"), FADE).effect(region.replace(trade_flow=flow))
    assert_array_equal(effect.shock()["iceberg_cost_hat"].sel(sector="mining"), 1.0)
    assert "scenario.warnings.unmeasured" not in [caution.key for caution in effect.warnings]


def test_trade_that_more_than_triples_is_warned_of(region):
    def keys(percent):
        made = union(("IRN", "KAZ"), BorderCost(cut_percent=percent)).effect(region)
        return {caution.key.split(".")[-1]: caution.values for caution in made.warnings}

    assert "triples" not in keys(100 * (1 - 2.99 ** (-1 / 5)))
    found = keys(100 * (1 - 3.1 ** (-1 / 5)))["triples"]
    assert found["ratio"] == 3.1
    assert set(found["pairs"]) == {"IRN → KAZ", "KAZ → IRN"}


def test_sanctioned_pairs_of_members_are_warned_of(region):
    flag = region["sanctioned"].copy(deep=True)
    flag.loc[{"exporter": "KAZ", "importer": "IRN"}] = True
    effect = union(("IRN", "KAZ"), CUT).effect(region.replace(sanctioned=flag))
    values = {caution.key.split(".")[-1]: caution.values for caution in effect.warnings}
    assert str(values["sanctioned"]["pairs"]) == "IRN–KAZ"


def test_gravity_causes_are_taken_out_before_fading(region):
    borders = thickness(region, causes={"distance_km": -0.5})
    made = union(("IRN", "KAZ"), BorderCost(fade_share=1.0, cap_percent=1000))
    with_causes, without = (made.effect(region, borders=given).shock() for given in (borders, thickness(region)))
    taken = borders["border_thickness_part"].sel(component="distance_km", exporter="IRN", importer="KAZ")
    ratio = np.log(with_causes["iceberg_cost_hat"] / without["iceberg_cost_hat"]).sel(exporter="IRN", importer="KAZ")
    assert_allclose(ratio.values, taken.values)


# -- refusals ---------------------------------------------------------------------------------------------------------
REFUSED = {
    "unknown economy": (union(("IRN", "KZA"), CUT), "no economy 'KZA'", "KAZ"),
    "the same economy by code twice": (union(("IRN", "irn"), CUT), "IRN is a member twice", "once"),
    "unknown sector": (union(("IRN", "KAZ"), BorderCost(cut_percent=1, sectors=["minning"])), "no sector", "mining"),
    "unknown excepted sector": (
        union(("IRN", "KAZ"), Tariff(cut_share=1, except_sectors=["agriculture"])),
        "no sector 'agriculture'",
        "agriculture_food",
    ),
    "unknown economy in a pair": (
        union(("IRN", "KAZ"), BorderCost(cut_percent=1, pairs=[("IRN", "UZZ")])),
        "'UZZ'",
        "UZB",
    ),
    "a pair with an outsider": (
        union(("IRN", "KAZ"), BorderCost(cut_percent=1, pairs=[("IRN", "UZB")])),
        "no pair of two",
        "two",
    ),
    "a pair with itself": (
        union(("IRN", "KAZ"), BorderCost(cut_percent=1, pairs=[("IRN", "IRN")])),
        "no pair of two",
        "two",
    ),
    "an exception for an outsider": (
        union(
            ("IRN", "KAZ"),
            Tariff(cut_share=1, exceptions=[TariffException(exporter="IRN", importer="UZB", cut_share=0)]),
        ),
        "outside its provision",
        "two members",
    ),
    "all sectors excepted": (
        union(("IRN", "KAZ"), Tariff(cut_share=1, except_sectors=["all"])),
        "holds for no pair",
        "sectors",
    ),
    "a tariff said twice": (
        union(("IRN", "KAZ"), Tariff(cut_share=1), Tariff(cut_share=0.5)),
        "tariff once more",
        "except",
    ),
    "a border said twice": (union(("IRN", "KAZ"), CUT, FADE), "border_cost once more for IRN → KAZ", "except_sectors"),
    "a bloc split by a customs union": (
        union(("IRN", "KAZ"), CUT, kind="customs-union", external_tariff="own"),
        "EAEU is one already",
        'leaves = ["EAEU"]',
    ),
    "leaving an unknown union": (union(("IRN", "KAZ"), CUT, leaves=["EAEEU"]), "no customs union 'EAEEU'", "EAEU"),
    "leaving a union that nobody is in": (
        union(("IRN", "UZB"), CUT, leaves=["EAEU"]),
        "no member is in EAEU",
        "leaves",
    ),
    "an unknown sector in the common tariff": (
        union(("IRN", "UZB"), CUT, kind="customs-union", external_tariff={"minin": 0.1}),
        "no sector 'minin'",
        "mining",
    ),
    "a day before the World": (union(("IRN", "KAZ"), CUT, as_of=date(2018, 12, 31)), "before the World", "2019-01-01"),
}


@pytest.mark.parametrize(("made", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_the_world_is_refused(region, made, message, hint):
    with pytest.raises(ScenarioError) as caught:
        made.shock(region)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_an_unknown_economy_of_a_file_is_shown_with_its_line(region):
    text = 'title = { en = "x", fa = "x" }\n\nmembers = ["IRN",\n  "KZA"]\n'
    with pytest.raises(ScenarioError, match="line 4: no economy 'KZA'"):
        parse_scenario(text).shock(region)


def test_a_year_before_the_start_is_refused(region):
    with pytest.raises(ScenarioError, match="year -1 is before the start"):
        union(("IRN", "KAZ"), CUT).shock(region, year=-1)


def test_a_file_for_another_world_is_warned_of(region):
    keys = [caution.key for caution in union(("IRN", "UZB"), CUT).effect(region).warnings]
    assert "scenario.warnings.other_world" in keys
    keys = [caution.key for caution in union(("IRN", "UZB"), CUT, world="synthetic-5").effect(region).warnings]
    assert keys == []


def test_shipped_scenarios_fit_a_world_of_their_members():
    for name in ("eco-ten", "iran-eaeu", "iran-kazakhstan"):
        made = open_scenario(name)
        sectors = ("agriculture_food", "mining")
        effect = made.effect(small_world(economies=(*made.members, "EU27", "ROW"), sectors=sectors))
        assert (effect.implied_cuts()["total_cut_percent"] > 0).any()


def test_a_world_younger_agreements_and_high_duties_are_named():
    """The interim agreement of Iran and the Eurasian union is not in the rates of 2019; Iran's are those of the law."""
    world = World.embedded()
    made = open_scenario("iran-eaeu")
    said = {caution.key.split(".")[-1]: caution.values for caution in made.effect(world).warnings}
    assert list(said["young_agreement"]["agreements"]) == ["IRN-EAEU-interim"]
    assert list(said["high_duties"]["economies"]) == ["IRN"]
    assert 10 < said["high_duties"]["share"] < 20
    calm = union(("TUR", "AZE"), CUT, world="eurasia-2019").effect(world)
    keys = {caution.key.split(".")[-1] for caution in calm.warnings}
    assert not keys & {"young_agreement", "high_duties"}
    later = made.model_copy(update={"as_of": date(2024, 12, 31)})
    assert "young_agreement" in {caution.key.split(".")[-1] for caution in later.effect(world).warnings}
