"""Visa rules: what the shipped records say, what compiling keeps, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.errors import DataError, UnknownEconomyError
from peyvand.mobility import Visas, compare, matrix, openness, reciprocity
from peyvand.mobility.heatmap import heatmap
from peyvand.sources import Table
from peyvand.sources.passport_index import PASSPORT_INDEX, REGIMES

VISAS = Visas.shipped()
TEN = ["IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG"]


def rules_of(rows):
    """A Table of rules, as the reader gives it."""
    frame = pd.DataFrame(rows, columns=["snapshot", "origin", "destination", "regime", "days"])
    frame["snapshot"] = pd.to_datetime(frame["snapshot"])
    return Table(frame, PASSPORT_INDEX)


@st.composite
def histories(draw):
    """Rules of three economies in some snapshots."""
    days = sorted(draw(st.sets(st.integers(0, 2000), min_size=1, max_size=6)))
    rows = []
    for day in days:
        for origin in ("AAA", "BBB", "CCC"):
            for destination in ("AAA", "BBB", "CCC"):
                if origin != destination:
                    regime = draw(st.sampled_from(["free", "required", "e_visa"]))
                    stay = draw(st.sampled_from([np.nan, 14.0, 30.0])) if regime == "free" else np.nan
                    rows.append((date(2019, 1, 1) + timedelta(days=day), origin, destination, regime, stay))
    return rules_of(rows)


class TestLaws:
    @settings(max_examples=60, deadline=None)
    @given(rules=histories())
    def test_every_snapshot_comes_back_whole(self, rules):
        visas = Visas.from_bytes(Visas.compile(rules).to_bytes())
        keys = ["origin", "destination"]
        for day, held in rules.frame.groupby("snapshot"):
            found = visas.on(day.date()).sort_values(keys, ignore_index=True)
            expected = held.drop(columns="snapshot").sort_values(keys, ignore_index=True)
            pd.testing.assert_frame_equal(found, expected, check_dtype=False)

    @settings(max_examples=30, deadline=None)
    @given(rules=histories(), seed=st.integers(0, 99))
    def test_the_order_of_rows_does_not_matter(self, rules, seed):
        mixed = Table(rules.frame.sample(frac=1, random_state=seed), PASSPORT_INDEX)
        assert Visas.compile(mixed).to_bytes() == Visas.compile(rules).to_bytes()

    @settings(max_examples=30, deadline=None)
    @given(rules=histories())
    def test_a_history_has_no_holes_and_no_step_without_change(self, rules):
        visas = Visas.compile(rules)
        history = visas.history("AAA", "BBB")
        assert history[0].first_seen == visas.snapshots[0]
        assert history[-1].last_seen == visas.snapshots[-1]
        for before, after in pairwise(history):
            assert (before.regime, before.days) != (after.regime, after.days)
            assert after.seen_before == before.last_seen < after.first_seen
            assert visas.snapshots.index(after.first_seen) == visas.snapshots.index(before.last_seen) + 1

    def test_reciprocity_reads_alike_from_both_sides(self):
        there, back = reciprocity(VISAS, ["IRN", "UZB"]).iloc[0], reciprocity(VISAS, ["UZB", "IRN"]).iloc[0]
        assert (there["regime_there"], there["regime_back"]) == (back["regime_back"], back["regime_there"])
        assert there["balance"] == back["balance"]
        assert there["more_open"] == back["more_open"]

    def test_openness_is_a_share_and_weights_of_one_change_nothing(self):
        table = openness(VISAS, TEN)
        shares = table.filter(like="_share")
        assert ((shares >= 0) & (shares <= 1)).all(axis=None)
        assert (table["admits_free_share"] <= table["admits_without_embassy_share"]).all()
        same = openness(VISAS, TEN, weights=dict.fromkeys(VISAS.economies, 3.0))
        pd.testing.assert_frame_equal(table, same)

    def test_within_a_group_what_is_given_is_received(self):
        table = openness(VISAS, TEN, within=True)
        assert np.isclose(table["admits_openness_share"].sum(), table["admitted_openness_share"].sum())
        assert (table["partners"] == len(TEN) - 1).all()


class TestShipped:
    def test_span(self):
        assert VISAS.snapshots[0] == date(2019, 11, 23)
        assert VISAS.snapshots[-1] == date(2026, 2, 17)
        assert (len(VISAS.snapshots), len(VISAS.economies)) == (54, 199)
        assert len(VISAS.on()) == 199 * 198

    def test_iran_and_kazakhstan(self):
        rules = VISAS.history("IRN", "KAZ")
        assert [rule.regime for rule in rules] == ["required", "closed", "required", "free"]
        assert rules[-1].days == 14
        assert rules[-1].seen_before == date(2022, 7, 3)
        assert rules[-1].first_seen == date(2022, 8, 3)

    def test_the_swapped_labels_of_2020_are_set_right(self):
        for day in (date(2019, 12, 20), date(2020, 3, 10)):
            assert VISAS.rule("USA", "JOR", day).regime == "e_visa_or_on_arrival"
            assert VISAS.rule("USA", "AUS", day).regime == "eta_or_e_visa"
        assert VISAS.rule("USA", "AUS", date(2025, 1, 12)).regime == "eta"
        assert VISAS.history("USA", "JOR")[1].recoded

    def test_three_is_no_number_of_days_in_2019(self):
        early = VISAS.on(date(2019, 11, 30))
        assert early["days"].isna().all()
        assert (early["regime"] == "free").sum() == 12233, "the count of rules coded 3 in the snapshot"

    def test_no_jump_of_freedom_where_only_the_coding_changed(self):
        shares = [(VISAS.on(day)["regime"] == "free").mean() for day in VISAS.snapshots[:6]]
        assert max(shares) - min(shares) < 0.005

    def test_it_is_small(self):
        assert len(VISAS.to_bytes()) < 200_000

    def test_it_is_what_the_publisher_says(self, data_folder):
        path = data_folder / "passport-index-visa" / "passport-index-tidy-iso3_2026-02-17.csv"
        from peyvand.sources.passport_index import read_rules

        said = read_rules(path, snapshot=date(2026, 2, 17)).frame.drop(columns="snapshot")
        keys = ["origin", "destination"]
        held = VISAS.on().sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(held, said.sort_values(keys, ignore_index=True), check_dtype=False)


class TestTables:
    def test_regimes_that_may_be_the_same_are_not_judged(self):
        assert compare("e_visa_or_on_arrival", "e_visa_or_on_arrival") == "unknown"
        assert compare("eta_or_e_visa", "on_arrival") == "unequal"
        assert compare("free", "free") == "equal"

    def test_matrix(self):
        table = matrix(VISAS, TEN, date(2024, 7, 30))
        assert list(table.index) == list(table.columns) == TEN
        assert set(np.unique(table)) <= {"", *REGIMES}
        assert (np.diag(table) == "").all()
        assert table.loc["IRN", "KAZ"] == "free"

    def test_the_picture_has_a_cell_for_every_rule(self):
        table = matrix(VISAS, TEN)
        drawn = heatmap(table, title="<rules>", language="fa")
        assert drawn.count("<title>") == 1 + len(TEN) * (len(TEN) - 1)
        assert "&lt;rules&gt;" in drawn
        assert "IRN → KAZ: بی‌روادید" in drawn


class TestRefusals:
    def test_before_the_history(self):
        with pytest.raises(DataError, match="no visa rules are known on 2019-11-22") as error:
            VISAS.on(date(2019, 11, 22))
        assert "2019-11-23" in error.value.hint

    def test_unknown_economy(self):
        with pytest.raises(UnknownEconomyError) as error:
            VISAS.history("IRN", "KZA")
        assert "KAZ" in error.value.hint

    def test_one_economy(self):
        with pytest.raises(DataError, match="own nationals"):
            VISAS.rule("IRN", "Iran")
        with pytest.raises(DataError, match="at least two"):
            reciprocity(VISAS, ["IRN", "ایران"])

    def test_weights_that_weigh_nothing(self):
        with pytest.raises(DataError, match="zero"):
            openness(VISAS, ["IRN", "KAZ"], weights={"FRA": 0.0})
