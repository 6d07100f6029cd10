"""Laws of people in a union, on small made-up tables and on what ships."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from peyvand.errors import DataError, ScenarioError
from peyvand.mobility import Visas, people_of
from peyvand.mobility.baseline import FLOWS, REGION, PeopleToday
from peyvand.mobility.effects import effect_table, rule_effects
from peyvand.mobility.kernels import allotted, calibrated, conditional, misplaced_share, partial, shared_out
from peyvand.mobility.pair_openness import closedness, openness_to_people
from peyvand.mobility.people import ALL
from peyvand.run import simulate
from peyvand.scenarios import Scholars, Students, Tariff, Union, Visa, open_scenario, shipped
from peyvand.sources.passport_index import REGIMES
from peyvand.world import World

TITLE = {"en": "A union", "fa": "اتحادیه"}
TEN = ("IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG")
counts = st.just(0.0) | st.floats(1, 1e6)
persons = arrays(float, (4, 4), elements=counts)
changes = arrays(float, (4, 4), elements=st.floats(-2, 2))
elsewhere = arrays(float, (4,), elements=counts)


def people(*provisions, members=TEN, **said):
    union = Union(title=TITLE, members=members, kind="partial-scope", provisions=provisions, **said)
    return people_of(union.effect(World.embedded()), draws=50)


# -- kernels -----------------------------------------------------------------------------------------------------------
@given(persons=persons, others=elsewhere)
def test_no_change_no_effect(persons, others):
    none = np.zeros_like(persons)
    assert_allclose(partial(persons=persons, log_change=none), persons, rtol=0, atol=0)
    assert_allclose(conditional(persons=persons, log_change=none, others=others), persons, rtol=1e-12)


@given(persons=persons, change=changes, others=elsewhere)
def test_a_full_destination_keeps_its_total(persons, change, others):
    after = conditional(persons=persons, log_change=change, others=others)
    room = np.divide(after, partial(persons=persons, log_change=change), out=np.ones_like(after), where=persons > 0)
    crowded = np.where((persons > 0).any(axis=0), room.min(axis=0, where=persons > 0, initial=np.inf), 1.0)
    assert_allclose(after.sum(axis=0) + others * crowded, persons.sum(axis=0) + others, rtol=1e-9, atol=1e-6)


@given(persons=persons, change=changes, others=elsewhere, lift=st.floats(-1, 1))
def test_what_eases_every_origin_alike_moves_nobody_where_nobody_else_comes(persons, change, others, lift):
    nobody = np.zeros_like(others)
    one = conditional(persons=persons, log_change=change, others=nobody)
    other = conditional(persons=persons, log_change=change + lift, others=nobody)
    assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@given(weight=arrays(float, (5, 5), elements=st.floats(0, 1e4)), places=st.integers(1, 10_000))
def test_places_are_balanced_and_none_is_lost(weight, places):
    weight = np.triu(weight, k=1)
    share = allotted(weight=weight + weight.T, places=places)
    assert (share == share.T).all()
    assert share.sum() == (places // 2 * 2 if weight.any() else 0)
    assert ((share == 0) | (weight + weight.T > 0)).all()


@given(prior=persons, known=persons, total=arrays(float, (4,), elements=st.floats(1, 1e7)))
def test_calibration_keeps_what_is_known_and_the_total(prior, known, total):
    held = np.where(np.arange(16).reshape(4, 4) % 3 == 0, known, np.nan)
    filled = calibrated(prior=prior + 1, known=held, total=total)
    assert_allclose(filled[np.isfinite(held)], held[np.isfinite(held)])
    assert_allclose(filled.sum(axis=0), np.maximum(total, np.nansum(held, axis=0)), rtol=1e-9)


def test_sharing_keeps_each_group_and_misplaces_nobody_when_right():
    group, persons = np.array([0, 0, 1, 1]), np.array([3.0, 1.0, 0.0, 8.0])
    placed = shared_out(weight=np.array([1.0, 1.0, 0.0, 0.0]), persons=persons, group=group)
    assert_allclose(placed, [2, 2, 4, 4])
    assert misplaced_share(persons=persons, placed=persons) == 0
    assert_allclose(misplaced_share(persons=persons, placed=placed), 5 / 12)


# -- a union -----------------------------------------------------------------------------------------------------------
def test_a_union_without_people_provisions_moves_nobody():
    found = people()
    assert not found.moved
    changed = [name for name in found.pairs if "change" in name]
    assert (found.pairs[changed].to_numpy() == 0).all()
    assert found.cost_hat is None


def test_an_open_rule_stays_and_a_closed_one_opens():
    found = people(Visa(regime="on_arrival"))
    order = {regime: at for at, regime in enumerate(REGIMES)}
    before, after = (found.rules[name].map(order) for name in ("rule", "rule_in_union"))
    assert (after >= before).all()
    assert (after >= order["on_arrival"]).all()
    assert (after > before).any()
    assert (after[before >= order["on_arrival"]] == before[before >= order["on_arrival"]]).all()


def test_destination_totals_are_held_to_1e_9_on_what_ships():
    found = people(Visa(regime="free"))
    today = PeopleToday.shipped()
    for flow in FLOWS:
        mine = found.pairs[found.pairs["flow"] == flow]
        for destination, rows in mine.groupby("destination"):
            codes = [*rows["origin"], destination]
            others = today.elsewhere(flow, codes)[-1]
            moved = rows["persons"].to_numpy() * np.exp(np.log1p(rows["effect_percent"].to_numpy() / 100))
            room = (rows["persons"].sum() + others) / (moved.sum() + others)
            assert_allclose(rows["persons_conditional"], moved * room, rtol=1e-9)
            total = rows["persons_conditional"].sum() + others * room
            assert_allclose(total, rows["persons"].sum() + others, rtol=1e-9)


def test_the_published_effect_is_the_one_applied():
    found = people(Visa(regime="free")).pairs
    row = found[(found["flow"] == "journeys") & (found["origin"] == "IRN") & (found["destination"] == "KAZ")].iloc[0]
    assert (row["rule"], row["effect_status"]) == ("required", "published")
    assert_allclose(row["persons_partial"] / row["persons"], 1 / (1 - 0.212))
    assert row["partial_change_low"] < row["partial_change"] < row["partial_change_high"]


def test_places_add_up_even_where_today_is_not_known():
    found = people(Students(places_per_year=5000, filled_share=0.5, years=2.0), Scholars(places_per_year=20))
    students = found.totals.set_index(["flow", "destination"]).loc[("students", ALL)]
    assert_allclose(students[["partial_change", "conditional_change"]].astype(float), 5000)
    sent, taken = (found.places.groupby(["kind", end])["places"].sum() for end in ("origin", "destination"))
    pd.testing.assert_series_equal(sent, taken, check_names=False)
    assert found.places.groupby("kind")["places"].sum().to_dict() == {"scholars": 20, "students": 5000}
    assert not (found.pairs.loc[found.pairs["flow"] != "students", "partial_change"] != 0).any()


def test_people_come_in_equal_yearly_steps():
    """Δ and the places of year y are y/Y of the whole, and the last year is the union."""
    found = people(Visa(regime="free"), Students(places_per_year=5000), phase_in_years=4)
    last = found.path[found.path["year"] == 4].drop(columns="year").reset_index(drop=True)
    pd.testing.assert_frame_equal(last, found.totals)
    pairs = found.pairs[(found.pairs["flow"] == "students") & found.pairs["both_members"]]
    together = found.path[(found.path["flow"] == "students") & (found.path["destination"] == ALL)].set_index("year")
    for year in range(1, 5):
        eased = pairs["persons"] * np.expm1(year / 4 * np.log1p(pairs["effect_percent"] / 100))
        assert_allclose(together.loc[year, "partial_change"], eased.sum() + year / 4 * 5000, rtol=1e-9)
    journeys = found.path[(found.path["flow"] == "journeys") & (found.path["destination"] == ALL)]
    assert (np.diff(journeys["partial_change"]) > 0).all()
    width = journeys["partial_change_high"] - journeys["partial_change_low"]
    assert (np.diff(width) > 0).all()


def test_a_union_at_once_has_no_years_of_people():
    assert people(Visa(regime="free")).path.empty
    assert people(Visa(regime="free"), phase_in_years=1).path.empty


def test_draws_are_the_same_from_the_same_seed_and_order_does_not_matter():
    one, again = people(Visa(regime="free")), people(Visa(regime="free"))
    pd.testing.assert_frame_equal(one.pairs, again.pairs)
    turned = people(Visa(regime="free"), members=TEN[::-1])
    keys = ["flow", "origin", "destination"]
    central = ["persons", "persons_partial", "persons_conditional"]
    left, right = (held.pairs.set_index(keys).sort_index()[central] for held in (one, turned))
    pd.testing.assert_frame_equal(left, right)


def test_trade_answers_only_where_a_provision_says_so():
    silent = people(Visa(regime="free"), members=("IRN", "KAZ"))
    stated = people(Visa(regime="free", goods_trade_percent=28), members=("IRN", "KAZ"))
    assert silent.cost_hat is None
    world, hat = World.embedded(), stated.cost_hat
    pair = hat.sel(exporter="IRN", importer="KAZ")
    rules = stated.rules.set_index(["origin", "destination"])["rule"]
    assert rules["IRN", "KAZ"] == "required"
    burden = rule_effects("journeys").mean / rule_effects("journeys").mean[REGIMES.index("required")]
    eased = 0.5 * (1 + burden[REGIMES.index(rules["KAZ", "IRN"])])
    gain = float(pair.sel(sector="mining") ** -world["trade_elasticity"].sel(sector="mining"))
    assert_allclose(gain, (1 - 0.28) ** -eased)
    assert float(pair.sel(sector="other_services")) == 1
    assert float(hat.sel(exporter="KAZ", importer="TUR").max()) == 1


def test_a_pandemic_closure_is_no_rule():
    found = people(members=("IRN", "KAZ", "UZB"), as_of=date(2021, 6, 30))
    assert not found.rules["rule"].isin(["closed"]).any()


def test_openness_counts_both_directions():
    found = people(Visa(regime="free", pairs=(("IRN", "KAZ"),)))
    table = openness_to_people(found).set_index(["origin", "destination"])
    assert table.loc[("IRN", "KAZ"), ["openness_share", "openness_counterfactual_share"]].tolist() == [0, 1]
    before, after = closedness(found)[frozenset(("IRN", "KAZ"))]
    assert (after, before > 0) == (0, True)
    assert closedness(found)[frozenset(("IRN", "PAK"))] == (1, 1)


def test_a_world_without_distances_refuses_places_and_nothing_else():
    bare = World(World.embedded().data.drop_vars(["distance_km", "population"]), World.embedded().provenance)
    visas = Union(title=TITLE, members=TEN, kind="partial-scope", provisions=(Visa(regime="free"),))
    assert people_of(visas.effect(bare), draws=10).moved
    places = Union(title=TITLE, members=TEN, kind="partial-scope", provisions=(Students(places_per_year=10),))
    with pytest.raises(DataError, match="holds no population"):
        people_of(places.effect(bare), draws=10)


def test_a_run_with_an_answer_of_trade_shows_the_visas_alone():
    provisions = (Visa(regime="free", goods_trade_percent=10), Tariff(cut_share=0.5))
    run = simulate(Union(title=TITLE, members=("IRN", "KAZ", "TKM"), kind="partial-scope", provisions=provisions))
    alone = {variant.provisions: variant.trade for variant in run.variants}
    assert {"visa", "tariff", "all"} <= set(alone)
    hat = alone["visa"].data["welfare_hat"]
    assert float(hat.sel(economy="TKM")) > 1
    assert float(run.shock["iceberg_cost_hat"].sel(exporter="IRN", importer="KAZ", sector="mining")) < 1
    assert float(run.shock["iceberg_cost_hat"].sel(exporter="IRN", importer="TUR", sector="mining")) == 1


def test_visas_are_said_once_for_a_pair():
    with pytest.raises(ScenarioError, match="says visa once more for"):
        people(Visa(regime="free"), Visa(regime="eta", pairs=(("IRN", "KAZ"),)))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_runs(name):
    run = simulate(name)
    assert run.trade.residual <= 1e-10
    assert run.people.moved is (name in ("visa-free-ten", "exchange-places"))


def test_shipped_people_are_whole():
    pairs = PeopleToday.shipped().pairs
    assert not pairs.duplicated(["flow", "origin", "destination"]).any()
    assert set(pairs["origin"]) | set(pairs["destination"]) <= set(REGION)
    assert (pairs["origin"] != pairs["destination"]).all()
    assert (pairs[["persons", "cv"]] > 0).all().all()
    assert set(pairs["status"]) == {"reported", "estimated"}
    assert (pairs["source"].str.len() > 10).all()
    assert set(pairs["origin"]) <= set(Visas.shipped().economies)


def test_every_effect_says_where_it_comes_from():
    table = effect_table()
    assert (table["source"].str.len() > 20).all()
    assert set(table["status"]) == {"published", "assumed", "estimated"}
    for flow in FLOWS:
        assert rule_effects(flow).mean[REGIMES.index("free")] == 0


@settings(max_examples=5)
@given(seed=st.integers(0, 2**16))
def test_draws_of_effects_centre_on_the_effect(seed):
    effects = rule_effects("journeys")
    drawn = effects.draws(4000, np.random.default_rng(seed))
    assert_allclose(drawn.mean(axis=0), effects.mean, atol=4 * effects.error.max() / np.sqrt(4000))


def test_open_scenario_names_the_two():
    for name in ("visa-free-ten", "exchange-places"):
        union = open_scenario(name)
        assert not union.effect(World.embedded()).moves_trade
