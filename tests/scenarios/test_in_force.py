"""Facts in force: dates, the shipped table against DESTA, and the day that a union stands on."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from peyvand.errors import DataError, ScenarioError, UnknownNameError
from peyvand.scenarios import BorderCost, Facts, Tariff, Union, day_of, open_scenario
from peyvand.scenarios.in_force import read_facts
from peyvand.world import World

TITLE = {"en": "A union", "fa": "اتحادیه"}
EAEU = frozenset({"ARM", "BLR", "KAZ", "KGZ", "RUS"})
IRAN_KAZAKHSTAN = frozenset({"IRN", "KAZ"})


def two(as_of=None, **more):
    return Union(
        title=TITLE,
        members=("IRN", "KAZ"),
        provisions=(Tariff(cut_share=1), BorderCost(cut_percent=2)),
        as_of=as_of,
        **more,
    )


# -- the table --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "members"),
    [
        (date(2014, 12, 31), set()),
        (date(2015, 1, 1), {"BLR", "KAZ", "RUS"}),
        (date(2015, 1, 2), {"ARM", "BLR", "KAZ", "RUS"}),
        (date(2015, 8, 12), EAEU),
    ],
)
def test_members_join_on_their_day(day, members):
    assert Facts.shipped().agreement("EAEU").members_on(day) == members


def test_an_agreement_between_sides_binds_only_across_them():
    pairs = Facts.shipped().agreement("IRN-EAEU").pairs_on(date(2025, 5, 15))
    assert pairs == {frozenset({"IRN", other}) for other in EAEU}


def test_the_interim_agreement_ends_as_the_full_one_begins():
    facts = Facts.shipped()
    for day, name in ((date(2025, 5, 14), "IRN-EAEU-interim"), (date(2025, 5, 15), "IRN-EAEU")):
        bound = [row.name for row in facts.in_force(day) if IRAN_KAZAKHSTAN in row.pairs_on(day)]
        assert bound == [name]


def test_the_shipped_table_is_whole():
    facts = Facts.shipped()
    names = [agreement.name for agreement in facts.agreements]
    assert len(names) == len(set(names))
    for agreement in facts.agreements:
        assert agreement.kind in ("customs-union", "free-trade-area", "partial-scope")
        assert agreement.parties, agreement.name
        assert agreement.source, agreement.name
        assert agreement.words("en"), agreement.name
        assert agreement.words("fa"), agreement.name
        assert agreement.tariff_cut_share is None or 0 < agreement.tariff_cut_share <= 1
        assert max(party.since for party in agreement.parties) <= facts.known_until


def test_the_shipped_table_agrees_with_desta(data_folder):
    """Kept parties are among DESTA's and none is bound before DESTA's year of entry into force."""
    parties = pd.read_parquet(data_folder / "manytreaties-agreements" / "parties_DESTA.parquet")
    checked = 0
    for agreement in Facts.shipped().agreements:
        if "DESTA" not in agreement.source or agreement.name.startswith("EU"):
            continue
        number = int(re.search(r"DESTA\D*(?:[\d.]+ \(CC BY 4.0\), agreement )?(\d+)", agreement.source)[1])
        rows = parties[parties["destaID"].astype(str) == str(number)]
        joined_later = {party.member for party in agreement.parties if party.since > agreement.parties[0].since}
        members = {party.member for party in agreement.parties} - joined_later
        assert members <= set(rows["stateID"]), agreement.name
        assert min(party.since for party in agreement.parties).year >= int(rows["Force"].dropna().iloc[0]), (
            agreement.name
        )
        checked += 1
    assert checked >= 20


ROW = {"code": "A", "trade_kind": "free_trade_area", "title_en": "A", "title_fa": "آ", "source": "x", "note": ""}
ROW |= {"in_force_on": "2001", "ended_on": ""}
PARTY = {"agreement": "A", "party": "IRN", "side": "", "from_on": "2001", "to_on": ""}
UNION = {"code": "U", "kind": "union"}


def read(*signatures, row=ROW, parties=(), memberships=(), commitments=()):
    """Facts from rows of the register: one agreement, "A"."""
    tables = {"agreement": [row], "signatory": signatures, "party": parties, "membership": memberships, "pact": ()}
    return read_facts(tables | {"commitment": commitments})


@pytest.mark.parametrize(
    ("party", "message"),
    [
        ({"from_on": "2001-13-01"}, "is no date"),
        ({"from_on": "2001-13"}, "is no date"),
        ({"to_on": "1999-01-01"}, "leaves A before it joins"),
        ({"agreement": "B"}, "unknown agreement B"),
    ],
)
def test_a_broken_table_is_refused(party, message):
    with pytest.raises(DataError, match=message):
        read(PARTY | party)


def test_a_year_stands_for_its_last_day():
    facts = read(PARTY, PARTY | {"party": "KAZ"})
    assert facts.in_force(date(2001, 12, 30)) == ()
    assert len(facts.in_force(date(2001, 12, 31))) == 1


def test_a_month_stands_for_its_last_day():
    facts = read(PARTY | {"from_on": "2004-02"}, PARTY | {"party": "KAZ"})
    assert facts.in_force(date(2004, 2, 28)) == ()
    assert len(facts.in_force(date(2004, 2, 29))) == 1


def test_who_signs_without_an_own_day_is_bound_by_the_agreements():
    facts = read(PARTY | {"from_on": ""}, PARTY | {"party": "KAZ"}, row=ROW | {"ended_on": "2010-03-01"})
    assert [len(facts.in_force(date(2010, *day))) for day in ((2, 28), (3, 1))] == [1, 0]
    assert read(PARTY | {"from_on": ""}, row=ROW | {"in_force_on": ""}).agreement("A").parties == ()


def test_a_text_that_moves_no_tariff_is_no_fact():
    assert read(PARTY, row=ROW | {"trade_kind": ""}).agreements == ()


def member(party, since, until=""):
    return {"pact": "U", "party": party, "status": "member", "from_on": since, "to_on": until}


def test_what_a_union_signs_binds_its_members_of_the_day():
    inside = [member("ARM", "1999"), member("KGZ", "2005-08-12"), member("BLR", "1990", "2001-01-01")]
    iran, union = PARTY | {"side": "1"}, PARTY | {"party": "U", "side": "2"}
    facts = read(iran, union, parties=[UNION], memberships=[*inside, member("X", "1999") | {"status": "observer"}])
    assert facts.agreement("A").members_on(date(2004, 1, 1)) == {"IRN", "ARM"}
    assert facts.agreement("A").members_on(date(2005, 8, 12)) == {"IRN", "ARM", "KGZ"}


def test_members_that_sign_beside_their_union_are_counted_once():
    beside = PARTY | {"party": "ARM", "side": "2"}
    facts = read(
        PARTY | {"side": "1"}, PARTY | {"party": "U"}, beside, parties=[UNION], memberships=[member("ARM", "1999")]
    )
    assert [party.member for party in facts.agreement("A").parties] == ["IRN", "ARM"]


def test_a_union_of_unknown_members_stands_for_itself():
    assert read(PARTY | {"party": "U"}, parties=[UNION]).agreement("A").members_on(date(2002, 1, 1)) == {"U"}


def test_cuts_that_differ_are_no_cut():
    said = [{"agreement": "A", "provision": json.dumps({"kind": "tariff", "cut_share": share})} for share in (0.5, 0.9)]
    assert read(PARTY, commitments=said[:1]).agreement("A").tariff_cut_share == 0.5
    assert read(PARTY, commitments=said).agreement("A").tariff_cut_share is None
    assert read(PARTY, commitments=[{"agreement": "A", "provision": ""}]).agreement("A").tariff_cut_share is None


def test_an_unknown_agreement_gets_the_nearest_name():
    with pytest.raises(UnknownNameError, match="did you mean 'EAEU'"):
        Facts.shipped().agreement("EAEEU")


# -- the day of a union ------------------------------------------------------------------------------------------------
def test_the_default_day_is_the_end_of_the_base_year(region):
    effect = two().effect(region)
    assert effect.day == day_of(region) == date(2019, 12, 31)
    assert effect.new_in_force == ()
    assert effect.baseline(lambda world, shock: pytest.fail("nothing to move")) is region


def test_a_later_day_needs_the_moved_baseline(region):
    effect = two(date(2025, 6, 1)).effect(region)
    with pytest.raises(ScenarioError, match=r"IRN-EAEU came into force .* before 2025-06-01"):
        effect.shock()
    shock = effect.baseline_shock()
    ratio = (shock["tariff_rate_counterfactual"] / region["tariff_rate"]).sel(sector="mining")
    assert float(ratio.sel(exporter="RUS", importer="IRN")) == pytest.approx(0.13)
    assert float(ratio.sel(exporter="IRN", importer="ARM")) == pytest.approx(0.13)
    assert float(ratio.sel(exporter="RUS", importer="ARM")) == 1
    assert_array_equal(shock["iceberg_cost_hat"], 1.0)


def test_what_came_into_force_is_counted_once(region):
    """From the moved baseline a full cut takes off only what is left; the two steps together are the whole tariff."""
    solve = lambda world, shock: world.replace(tariff_rate=shock["tariff_rate_counterfactual"])  # noqa: E731
    made = two(date(2025, 6, 1))
    moved = made.effect(region).baseline(solve)
    assert day_of(moved) == date(2025, 6, 1)
    shock = made.shock(moved)
    pair = {"exporter": "IRN", "importer": "KAZ"}
    assert_allclose(moved["tariff_rate"].sel(pair), 0.13 * region["tariff_rate"].sel(pair))
    assert_allclose(shock["tariff_rate_counterfactual"].sel(pair), 0.0)
    later = made.effect(moved).implied_cuts()["tariff_cut_percent"]
    assert (later < two().effect(region).implied_cuts()["tariff_cut_percent"]).all()


def test_implied_cuts_are_from_the_tariffs_of_the_day(region):
    solve = lambda world, shock: world.replace(tariff_rate=shock["tariff_rate_counterfactual"])  # noqa: E731
    made = two(date(2025, 6, 1))
    unmoved = made.effect(region)
    moved = made.effect(unmoved.baseline(solve))
    pd.testing.assert_frame_equal(unmoved.implied_cuts(), moved.implied_cuts())


def test_a_moved_world_is_its_own_default_day_and_knows_no_earlier_one(region):
    moved = two(date(2025, 6, 1)).effect(region).baseline(lambda world, shock: world)
    effect = two().effect(moved)
    assert effect.day == date(2025, 6, 1)
    assert effect.new_in_force == ()
    with pytest.raises(ScenarioError, match="was moved to 2025-06-01"):
        two(date(2020, 1, 1)).effect(moved)


def test_a_suspended_agreement_no_longer_binds():
    facts = Facts.shipped()
    for day, bound in ((date(2015, 12, 31), True), (date(2016, 1, 1), False)):
        linked = facts.linked(day, kinds=["free-trade-area"])
        assert (frozenset({"RUS", "UKR"}) in linked) == bound
        assert frozenset({"KAZ", "UKR"}) in linked


def test_a_day_on_which_nothing_new_is_known_leaves_the_figures(region):
    made = two(date(2020, 6, 1))
    moved = made.effect(region).baseline(lambda world, shock: pytest.fail("nothing to move"))
    assert day_of(moved) == date(2020, 6, 1)
    assert moved.data_hash == region.data_hash
    assert made.shock(moved).data.identical(two().shock(region).data)


def test_agreements_without_a_known_cut_move_nothing_and_are_named(region):
    made = Union(title=TITLE, members=("TUR", "UZB"), provisions=(Tariff(cut_share=1),), as_of=date(2024, 1, 1))
    effect = made.effect(region)
    assert not effect.needs_baseline
    values = {caution.key.split(".")[-1]: caution.values for caution in effect.warnings}
    assert str(values["cut_unknown"]["agreements"]) == "TUR-UZB"


def test_a_day_past_the_table_is_warned_of(region):
    keys = [caution.key.split(".")[-1] for caution in two(date(2031, 1, 1)).effect(region).warnings]
    assert "facts_end" in keys


def test_other_facts_may_be_given(region):
    none = Facts(())
    made = two(date(2025, 6, 1))
    assert not made.effect(region, facts=none).needs_baseline
    keys = [caution.key.split(".")[-1] for caution in two().effect(region, facts=none).warnings]
    assert keys == ["other_world", "high_duties"]  # the made-up rates are high; no agreement is spoken of


def test_the_moved_world_survives_its_file(region, tmp_path):
    moved = two(date(2020, 6, 1)).effect(region).baseline(lambda world, shock: world)
    moved.save(tmp_path / "moved.nc.gz")
    assert day_of(World.load(tmp_path / "moved.nc.gz")) == date(2020, 6, 1)


# -- blocs ------------------------------------------------------------------------------------------------------------
def keys(made, world):
    return {caution.key.split(".")[-1]: caution.values for caution in made.effect(world).warnings}


def test_a_free_trade_area_with_a_member_of_a_bloc_is_warned_of(region):
    found = keys(two(), region)["bloc"]
    assert found == {"agreement": "EAEU", "economies": ("KAZ",)}


def test_all_of_a_bloc_may_join(region):
    made = Union(
        title=TITLE, members=("IRN", *sorted(EAEU)), kind="customs-union", external_tariff="own",
        provisions=(Tariff(cut_share=1),),
    )  # fmt: skip
    assert "bloc" not in keys(made, region)


def test_a_member_may_leave_its_bloc(region):
    made = two(kind="customs-union", external_tariff="own", leaves=("EAEU",))
    assert keys(made, region)["leaves"] == {"agreement": "EAEU"}
    assert np.isfinite(made.shock(region)["iceberg_cost_hat"]).all()


def test_iran_and_the_union_leave_the_unions_own_borders(region):
    shock = open_scenario("iran-eaeu").shock(region)
    inside = shock.data.sel(exporter=["KAZ", "RUS"], importer=["ARM", "BLR", "KGZ"])
    assert_array_equal(inside["iceberg_cost_hat"], 1.0)
    today = region["tariff_rate"].sel(exporter=["KAZ", "RUS"], importer=["ARM", "BLR", "KGZ"])
    assert_array_equal(inside["tariff_rate_counterfactual"], today)


def test_members_of_a_pact_are_those_of_the_day():
    """Iran observed the SCO until 2023; ECO had three members until the others joined at the end of 1992."""
    facts = Facts.shipped()
    assert "IRN" not in facts.members_of("SCO", date(2019, 12, 31))
    assert "IRN" in facts.members_of("SCO", date(2024, 12, 31))
    assert facts.members_of("ECO", date(1990, 1, 1)) == ("IRN", "PAK", "TUR")
    assert len(facts.members_of("ECO", date(2019, 12, 31))) == 10
    assert facts.members_of("nobody's", date(2019, 12, 31)) == ()
