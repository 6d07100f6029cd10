"""What is pending becomes a union file; closeness keeps its laws; the picture is whole; the command line answers."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.cli import main
from peyvand.errors import RegistryError
from peyvand.registry.closeness import (
    REGION,
    closeness,
    composite,
    institutions,
    overlap,
    rank_interval,
    ranks,
    scale,
    vote_agreement,
)  # fmt: skip
from peyvand.registry.facts import facts
from peyvand.registry.models import Commitment
from peyvand.registry.shipped import shipped_tables
from peyvand.registry.timeline import draw_timeline
from peyvand.registry.worth import as_union, pending, rank
from peyvand.reports.pacts import overlap_picture, standings_of
from peyvand.run import simulate
from peyvand.scenarios import parse_scenario
from peyvand.value import value_of
from peyvand.world import World

SIX = ["IRN", "KAZ", "RUS", "ARM", "BLR", "KGZ"]


def promise(registry, code, agreement, by, to, cut, status="planned"):
    with registry.change(who="t", why="t") as change:
        change.add(
            Commitment(
                code=code, agreement=agreement, by_party=by, to_party=to, domain="trade", text_en="t", text_fa="م",
                status=status, provision=json.dumps({"kind": "tariff", "cut_share": cut}), source="t",
            )
        )  # fmt: skip


def test_what_a_union_promised_binds_its_members(full):
    """Iran and the five promise one another: ten directions, one provision."""
    (owed,) = pending(full, agreement="IRN-EAEU", economies=SIX)
    assert owed.members == tuple(sorted(SIX))
    assert len(owed.provisions) == 1
    assert len(owed.provisions[0].pairs) == 5
    assert owed.provisions[0].exceptions == ()
    union = owed.union()
    assert parse_scenario(union.to_toml()) == union


def test_what_only_one_side_promised_leaves_the_others_tariffs_alone(full):
    (owed,) = pending(full, agreement="IRN-EAEU", by="IRN", economies=SIX)
    zero = {(one.exporter, one.importer) for one in owed.provisions[0].exceptions}
    assert zero == {("IRN", other) for other in SIX if other != "IRN"}
    assert {one.cut_share for one in owed.provisions[0].exceptions} == {0.0}


def test_kept_and_unsimulated_promises_have_no_value(full):
    assert [one.agreement for one in pending(full)] == ["IRN-EAEU"], "visas are kept; the rest holds no provision"
    with pytest.raises(RegistryError, match="pending"):
        pending(full, agreement="KAZ-visa-IRN-2022")
    (owed,) = pending(full, economies=["KAZ", "TUR"])
    assert owed.provisions == ()
    assert owed.outside == ("IRN-EAEU#1", "IRN-EAEU#2")


def test_the_ranking_is_greedy_and_solves_again(full):
    """Two promises worth 10 and 8 alone and 12 together: the second adds 2."""
    promise(full, "a", "IRN-KAZ-investment-1996", "IRN", "KAZ", 0.5)
    promise(full, "b", "IRN-KAZ-road-2014", "KAZ", "IRN", 0.25)
    owed = [one for one in pending(full, economies=SIX) if one.agreement != "IRN-EAEU"]

    def solve(chosen):
        return {
            "IRN": {("IRN-KAZ-investment-1996",): 10.0, ("IRN-KAZ-road-2014",): 8.0}.get(
                tuple(one.agreement for one in chosen), 12.0
            ),
            "USA": 99.0,
        }

    found = rank(owed, solve)
    assert [(row.agreement, row.added_musd, row.alone_musd) for row in found] == [
        ("IRN-KAZ-investment-1996", 10.0, 10.0), ("IRN-KAZ-road-2014", 2.0, 8.0),
    ]  # fmt: skip
    assert as_union(owed, title={"en": "t", "fa": "ت"}).members == ("IRN", "KAZ")


SCORES = st.lists(st.lists(st.floats(0, 50), min_size=4, max_size=4), min_size=3, max_size=12).map(np.array)


@given(SCORES, st.lists(st.floats(0.1, 5), min_size=4, max_size=4).map(np.array))
def test_closeness_lies_between_0_and_1_and_keeps_its_rank_interval(raw, weight):
    scaled = scale(raw)
    score = composite(scaled, weight / weight.sum())
    assert ((score >= 0) & (score <= 1 + 1e-12)).all()
    low, high = rank_interval(scaled, weight)
    place = ranks(composite(scaled, weight))
    assert ((low <= place) & (place <= high)).all()
    assert place.min() == 1


@given(SCORES, st.floats(0.01, 100), st.floats(-20, 20))
def test_the_unit_of_an_indicator_does_not_matter(raw, unit, origin):
    moved = raw.copy()
    moved[:, 0] = raw[:, 0] * unit + origin
    spread = np.ptp(raw[:, 0])
    if spread > 1e-3 or spread == 0:
        np.testing.assert_allclose(scale(moved), scale(raw), atol=1e-6)


def test_votes_alike_and_opposed():
    """Lijphart's index by hand: same, opposite, half apart, and one absent."""
    votes = pd.DataFrame(
        [
            (1, "IRN", "yes"), (1, "KAZ", "yes"), (2, "IRN", "yes"), (2, "KAZ", "no"),
            (3, "IRN", "abstain"), (3, "KAZ", "no"), (4, "IRN", "no"),
        ],
        columns=["rcid", "economy", "vote"],
    )  # fmt: skip
    assert vote_agreement(votes, ["IRN", "KAZ"]) == {("IRN", "KAZ"): pytest.approx((1 + 0 + 0.5) / 3)}


def test_closeness_of_the_region(full):
    found = closeness(full, [*SIX, "TUR", "PAK", "UZB"], date(2025, 6, 1))
    pair = found.set_index(["economy", "partner"])
    assert len(found) == 36
    assert pair.loc[("IRN", "KAZ"), "shared_pacts"] == 4, "SCO, CICA, ECO, OIC"
    assert pair.loc[("IRN", "KAZ"), "parliamentary_exchange"] == 3
    assert pair.loc[("KAZ", "RUS"), "shared_pacts"] == 5, "SCO, CICA, EAEU, CIS, WTO"
    only = closeness(full, SIX, date(2025, 6, 1), weights={"shared_pacts": 2.0})
    assert list(only["closeness"]) == sorted(only["closeness"], reverse=True)
    for wrong in ({"pacts": 1.0}, {"shared_pacts": 0.0}, {"shared_pacts": -1.0}):
        with pytest.raises(RegistryError):
            closeness(full, SIX, date(2025, 6, 1), weights=wrong)
    with pytest.raises(RegistryError, match="three"):
        closeness(full, ["IRN", "KAZ"], date(2025, 6, 1))


def test_closeness_with_the_votes_of_the_general_assembly(full, data_folder):
    folder = data_folder / "un-general-assembly-votes"
    iso = {"IR": "IRN", "KZ": "KAZ", "TR": "TUR", "PK": "PAK"}
    votes = pd.read_parquet(folder / "un_votes.parquet")
    votes = votes[votes["country_code"].isin(iso)].assign(economy=lambda table: table["country_code"].map(iso))
    found = closeness(full, list(iso.values()), date(2019, 12, 31), votes=votes)
    assert found["vote_agreement"].between(0.5, 1).all()


def test_institutions_of_a_border_are_its_row_of_the_comparison(full):
    day = date(2025, 6, 1)
    found = institutions("KAZ", "IRN", day, registry=full)
    row = closeness(full, REGION, day).set_index(["economy", "partner"]).loc[("IRN", "KAZ")]
    assert {name: found[name] for name in row.index} == pytest.approx(row.to_dict())
    assert found["pairs"] == len(REGION) * (len(REGION) - 1) / 2
    assert found["rank_from"] <= found["rank"] <= found["rank_to"] <= found["pairs"]


def test_the_shipped_register_needs_no_file_of_the_user():
    assert institutions("IRN", "TJK", date(2025, 6, 1))["shared_pacts"] >= 4


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_picture_of_overlap_has_a_mark_for_every_standing(full, language):
    economies, day = ["IRN", "KAZ", "TUR"], date(2025, 6, 1)
    held = facts(full)
    names = {"IRN": "Iran <&>", "KAZ": "قزاقستان", "TUR": "Türkiye"}
    picture = ElementTree.fromstring(overlap_picture(held, economies, day, names=names, language=language))
    marks = [node.text for node in picture.iter("{http://www.w3.org/2000/svg}title")][1:]
    assert len(marks) == len(standings_of(held, economies, day)) > 10
    assert sum(mark.startswith("Iran <&>, ") for mark in marks) >= 5
    assert all(-0.1 <= float(node.get("x", 0)) <= float(picture.get("width")) for node in picture.iter())


def test_overlap_and_closeness_on_the_command_line(tmp_path):
    db = str(tmp_path / "office.sqlite")
    run("init", db=db)
    rows = json.loads(run("overlap", "--economy", "IRN", "--economy", "KAZ", "--on", "2025-06-01", "--json", db=db))
    assert {"pact": "EAEU", "party": "IRN", "status": "observer", "from": "2024-12-26"} in rows
    run("overlap", "--out", str(tmp_path / "pacts.svg"), "-l", "fa", db=db)
    ElementTree.parse(tmp_path / "pacts.svg")
    table = json.loads(run("closeness", "--weight", "shared_pacts=1", "--json", db=db))
    assert table[0]["rank"] == 1
    assert "did you mean 'shared_pacts'" in run("closeness", "--weight", "shared_pact=1", db=db, expect=2)
    (tmp_path / "votes.csv").write_text("rcid,economy\n1,IRN\n")
    assert "no column 'vote'" in run("closeness", "--votes", str(tmp_path / "votes.csv"), db=db, expect=2)


def test_overlap_of_pacts(full):
    table = overlap(full, date(2025, 6, 1))
    assert table.loc["IRN", "EAEU"] == "observer"
    assert table.loc["KAZ", "EAEU"] == "member"
    assert table.loc["TUR", "EAEU"] == ""


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_timeline_has_a_lane_a_party_and_both_calendars(full, language):
    picture = ElementTree.fromstring(draw_timeline(full, "IRN-EAEU", language=language))
    words = [node.text for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"2024", "۱۴۰۳"} <= set(words)
    assert picture.get("direction") == {"en": "ltr", "fa": "rtl"}[language]
    lanes = [node for node in picture.iter("{http://www.w3.org/2000/svg}line") if node.get("class") == "lane"]
    assert len(lanes) == 7
    marks = list(picture.iter("{http://www.w3.org/2000/svg}circle"))
    assert {"done", "undated"} == {node.get("class") for node in marks}
    assert all(190 <= float(node.get("cx")) <= 920 for node in marks)


def run(*words, db, expect=0):
    """What a command of the register says: its output, or its error where one is expected."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stop:
        main(["registry", words[0], "--db", db, *words[1:]])
    assert (stop.value.code or 0) == expect, err.getvalue()
    return (err if expect else out).getvalue()


def test_a_day_with_the_register(tmp_path):
    db = str(tmp_path / "office.sqlite")
    assert "registry init" in run("status", db=db, expect=2)
    run("init", db=db)
    found = json.loads(run("status", "--party", "IRN", "--party", "KAZ", "--on", "1404/02/25", "--json", db=db))
    assert {"IRN-EAEU": "in_force"}.items() <= {row["code"]: row["state"] for row in found}.items()
    refused = run("step", "Caspian-status-2018", "IRN", "plenary", "--source", "t", db=db, expect=2)
    assert "plenary needs cabinet_bill" in refused
    assert "record cabinet_bill first" in refused
    run("step", "Caspian-status-2018", "IRN", "cabinet_bill", "--on", "۱۴۰۴/۰۱/۱۵", "--source", "t", db=db)
    words = ["--by", "IRN", "--to", "KAZ", "--domain", "travel", "--text-en", "x", "--text-fa", "ی", "--source", "t"]
    run("commit", "IRN-KAZ-road-2014", *words, "--due", "2020", db=db)
    late = json.loads(run("overdue", "--on", "2025-01-01", "--json", db=db))
    assert [row["code"] for row in late] == ["IRN-KAZ-road-2014#2"]
    assert "کشتیرانی" in run("search", "كشتيراني", "-l", "fa", db=db)
    rows = sum(len(table) for table in shipped_tables().values())
    assert f"{rows + 2:,} changes" in run("verify", db=db)


def test_two_cuts_of_one_border_are_the_larger(full):
    """A union file says nothing twice: 0.5 both ways and 0.9 on Iran's side are 0.9 one way and 0.5 the other."""
    promise(full, "a", "IRN-KAZ-investment-1996", "IRN", "KAZ", 0.5)
    promise(full, "b", "IRN-KAZ-investment-1996", "KAZ", "IRN", 0.5)
    promise(full, "c", "IRN-KAZ-road-2014", "IRN", "KAZ", 0.9)
    owed = [one for one in pending(full, economies=SIX) if one.agreement != "IRN-EAEU"]
    (tariff,) = as_union(owed, title={"en": "t", "fa": "ت"}).provisions
    assert (tariff.cut_share, tariff.pairs) == (0.9, (("IRN", "KAZ"),))
    (other,) = tariff.exceptions
    assert (other.exporter, other.importer, other.cut_share) == ("IRN", "KAZ", 0.5)


def test_value_is_what_a_run_of_the_union_gives(full):
    world = World.embedded()
    owed = pending(full, economies=world.economies)
    found = value_of(owed, world=world)
    (row,) = found.agreements.to_dict("records")
    change = simulate(owed[0].union(), world=world).trade["real_income_change_musd"].sel(economy=SIX)
    assert row["alone_musd"] == row["added_musd"] == row["delay_musd"] == pytest.approx(float(change.sum()), rel=1e-9)
    gains = found.economies.set_index("economy")["gain_musd"]
    np.testing.assert_allclose(gains.loc[SIX], change.values, rtol=1e-9)
    assert np.isnan(row["alone_low_musd"])


def test_agreements_together_cut_no_tariff_twice(full):
    """A smaller cut of tariffs that the first agreement lifts anyway adds nothing; a rate of its own does."""
    promise(full, "a", "IRN-KAZ-investment-1996", "IRN", "KAZ", 0.5)
    promise(full, "b", "TUR-UZB", "UZB", "TUR", 0.4)
    world = World.embedded()
    table = value_of(pending(full, economies=world.economies), world=world).agreements.set_index("agreement")
    assert table.loc["IRN-KAZ-investment-1996", "rank"] > table.loc["IRN-EAEU", "rank"]
    assert table.loc["IRN-KAZ-investment-1996", "added_musd"] == pytest.approx(0, abs=1e-3)
    assert abs(table.loc["IRN-KAZ-investment-1996", "alone_musd"]) > 1
    assert abs(table.loc["TUR-UZB", "added_musd"]) > 1
    assert sorted(table["rank"]) == sorted(table["first_order_rank"]) == [1, 2, 3]


def test_the_shortcut_is_right_for_small_cuts(full):
    promise(full, "a", "IRN-KAZ-investment-1996", "IRN", "KAZ", 0.01)
    world = World.embedded()
    table = value_of(
        [one for one in pending(full, economies=world.economies) if one.agreement != "IRN-EAEU"]
    ).agreements
    assert table["first_order_musd"].iloc[0] == pytest.approx(table["alone_musd"].iloc[0], rel=0.02)


def test_what_the_day_holds_already_is_not_priced_again(full):
    promise(full, "a", "IRN-KAZ-road-2014", "KAZ", "IRN", 0.4)
    owed = pending(full, economies=World.embedded().economies)
    found = value_of(owed, as_of=date(2025, 6, 1), facts=facts(full))
    assert found.counted == ("IRN-EAEU",)
    assert list(found.agreements["agreement"]) == ["IRN-KAZ-road-2014"]


def test_what_came_into_force_leaves_nothing_to_price(full):
    owed = pending(full, economies=World.embedded().economies)
    with pytest.raises(RegistryError, match="baseline holds it already"):
        value_of(owed, as_of=date(2025, 6, 1))
    with pytest.raises(RegistryError, match="nothing that is pending"):
        value_of([])


def test_value_on_the_command_line(tmp_path):
    db = str(tmp_path / "office.sqlite")
    run("init", db=db)
    found = json.loads(run("value", "--draws", "20", "--json", db=db))
    (ranked,) = found["agreements"]
    assert ranked["agreement"] == "IRN-EAEU"
    assert ranked["alone_low_musd"] < ranked["alone_musd"] < ranked["alone_high_musd"]
    assert {row["economy"] for row in found["economies"]} == set(SIX)
    assert (found["draws"], found["seed"]) == (20, 0)
    assert "قزاقستان" in run("value", "--draws", "0", "-l", "fa", db=db)


def test_what_shorter_waits_are_worth_is_drawn_with_the_value_of_time(full):
    """A promise of transit: its interval is that of what an hour is worth, and holds the answer."""
    with full.change(who="t", why="t") as change:
        change.add(
            Commitment(
                code="w", agreement="IRN-KAZ-road-2014", by_party="IRN", to_party="KAZ", domain="transit", text_en="t",
                text_fa="م", status="planned", source="t",
                provision=json.dumps({"kind": "transit", "crossings": ["Incheh Borun"], "max_dwell_time_h": 4}),
            )
        )  # fmt: skip
    world = World.embedded()
    bare = World(world.data.drop_vars(["trade_elasticity_se", "trade_flow_cv"]), world.provenance)
    owed = pending(full, agreement="IRN-KAZ-road-2014", economies=world.economies)
    (row,) = value_of(owed, world=bare, draws=12).agreements.to_dict("records")
    assert 0 < row["alone_low_musd"] < row["alone_musd"] < row["alone_high_musd"]
    assert row["alone_high_musd"] > 1.3 * row["alone_low_musd"]
