"""The way to the union: each year an equilibrium, the last one the answer, in a picture whose labels never touch."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.reports.runs import MEMBERS, idle_run

from peyvand.reports.page import render
from peyvand.reports.page.path import _LABEL_GAP, HEIGHT, _apart, _ticks, path_chart
from peyvand.reports.tables import tables
from peyvand.reports.voice import Voice
from peyvand.run import simulate
from peyvand.scenarios import parse_scenario
from peyvand.trade import CaliendoParro


def test_the_last_year_is_the_answer_and_every_year_solves_its_own_shock(run, found):
    path, economies = found["path"], found["economies"].set_index("economy")
    assert list(path["year"].unique()) == [1, 2, 3, 4, 5]
    last = path[path["year"] == 5].set_index("economy")
    for column in ("real_income_change_percent", "exports_change_percent"):
        assert_allclose(last[column][economies.index], economies[column])
    second = CaliendoParro().solve(run.world, run.effect.shock(year=2))
    row = path[path["year"] == 2].set_index("economy")["real_income_change_percent"]
    assert_allclose(row, 100 * (second["welfare_hat"].to_series()[row.index] - 1))


def test_a_union_at_once_has_no_path():
    found = tables(idle_run())
    assert "path" not in found
    assert "Year 1" not in render(idle_run(), found)


def test_a_year_without_an_equilibrium_is_a_gap(run):
    path = tuple((year, None if year == 3 else trade) for year, trade in run.path)
    broken = replace(run, path=path)
    found = tables(broken)
    third = found["path"][found["path"]["year"] == 3]
    assert third["real_income_change_percent"].isna().all()
    chart = path_chart(found["path"], income=_income(found), voice=Voice("en"))
    assert all(len(line.points) == 5 for line in chart.lines)
    assert render(broken, found)


def test_the_picture_holds_every_member_and_all_together(run, found):
    chart = path_chart(found["path"], income=_income(found), voice=Voice("en"))
    assert len(chart.lines) == len(MEMBERS) + 1
    assert [line.together for line in chart.lines].count(True) == 1
    groups = found["groups"].set_index("group")
    together = next(line for line in chart.lines if line.together)
    assert together.values[-1] == pytest.approx(groups.loc["members", "real_income_change_percent"])
    for line in chart.lines:
        assert all(0 <= x <= 640 and 0 <= y <= HEIGHT for x, y in line.points)


@given(st.lists(st.floats(14, 270), min_size=1, max_size=15))
def test_labels_never_touch(wanted):
    placed = sorted(_apart(wanted))
    assert all(below - above >= _LABEL_GAP - 1e-9 for above, below in pairwise(placed))
    assert np.argsort(wanted, kind="stable").tolist() == np.argsort(_apart(wanted), kind="stable").tolist()


@given(low=st.floats(-50, 0), high=st.floats(0, 50))
def test_ticks_hold_both_ends(low, high):
    ticks = _ticks(low, high)
    assert ticks[0] <= low + 1e-6
    assert ticks[-1] >= high - 1e-6
    assert 2 <= len(ticks) <= 9


def _income(found):
    return found["economies"].set_index("economy")["final_expenditure_musd"]


def test_carriage_is_phased_in_once():
    """The years climb towards the end: what happens on the way is in each of them once."""
    union = parse_scenario(
        'title = { en = "x", fa = "x" }\nmembers = ["IRN", "TKM", "KAZ"]\nkind = "partial-scope"\nphase_in_years = 3\n'
        '[[provision]]\nkind = "transit"\ncrossings = ["Sarakhs", "Incheh Borun"]\nmax_dwell_time_h = 2\n'
    )
    moved = [float(np.abs(np.log(trade["welfare_hat"])).sum()) for _, trade in simulate(union).path]
    assert 0 < moved[0] < moved[1] < moved[2]


def test_a_union_that_moves_people_alone_is_solved_once():
    """Nothing that trade feels changes from year to year: every year has the same answer."""
    union = parse_scenario(
        'title = { en = "x", fa = "x" }\nmembers = ["IRN", "KAZ"]\nkind = "partial-scope"\nphase_in_years = 4\n'
        '[[provision]]\nkind = "visa"\nregime = "free"\n'
    )
    run = simulate(union)
    assert [year for year, _ in run.path] == [1, 2, 3, 4]
    assert all(trade is run.trade for _, trade in run.path)
