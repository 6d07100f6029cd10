"""The tables say what the run says, whatever the union."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.reports.runs import MEMBERS, full_run, idle_run

from peyvand.locale import LANGUAGES
from peyvand.reports.borders import MOVABLE_CAP, movable_part
from peyvand.reports.columns import heading
from peyvand.reports.tables import TABLES, estimated_shares, tables
from peyvand.run import simulate
from peyvand.world import World


def test_changes_are_those_of_the_result(run, found):
    economies = found["economies"].set_index("economy")
    for code in run.world.economies:
        here = run.trade.data.sel(economy=code)
        row = economies.loc[code]
        assert_allclose(row["real_income_change_percent"], 100 * (float(here["welfare_hat"]) - 1))
        assert_allclose(row["real_income_change_musd"], float(here["real_income_change_musd"]))
        assert_allclose(row["real_wage_change_percent"], 100 * (float(here["real_wage_hat"]) - 1))
        assert_allclose(row["tariff_revenue_counterfactual_musd"], float(here["tariff_revenue_counterfactual"]))


def test_exports_and_imports_are_sums_of_the_flows(found):
    flows = found["flows"]
    abroad = flows[flows["exporter"] != flows["importer"]]
    economies = found["economies"].set_index("economy")
    for column in ("trade_flow_musd", "trade_flow_counterfactual_musd"):
        when = column.removeprefix("trade_flow_")
        assert_allclose(abroad.groupby("exporter")[column].sum()[economies.index], economies[f"exports_{when}"])
        assert_allclose(abroad.groupby("importer")[column].sum()[economies.index], economies[f"imports_{when}"])


def test_exact_income_is_the_first_order_sum_plus_the_remainder(found):
    table = found["economies"]
    sources = ["terms_of_trade_percent", "volume_of_trade_percent", "trade_costs_saved_percent"]
    assert_allclose(table["first_order_percent"], table[sources].sum(axis=1))
    assert_allclose(table["real_income_change_percent"], table["first_order_percent"] + table["remainder_percent"])


def test_members_and_outsiders_make_the_world(found):
    groups = found["groups"].set_index("group")
    for column in ("economies", "real_income_change_musd", "tariff_revenue_change_musd"):
        assert_allclose(groups.loc["members", column] + groups.loc["outsiders", column], groups.loc["world", column])
    within = groups["trade_within_musd"]
    assert_allclose(
        within["members"] + within["outsiders"] + groups.loc["members", "trade_across_musd"], within["world"]
    )
    assert groups.loc["world", "trade_across_musd"] == 0


def test_pairs_add_up_to_the_trade_among_members(found):
    inside = found["pairs"][found["pairs"]["both_members"]]
    members = found["groups"].set_index("group").loc["members"]
    assert len(inside) == len(MEMBERS) * (len(MEMBERS) - 1) / 2
    assert_allclose(inside["trade_musd"].sum(), members["trade_within_musd"])
    assert_allclose(inside["trade_counterfactual_musd"].sum(), members["trade_within_counterfactual_musd"])


def test_the_union_thins_the_borders_of_its_members_and_no_others(found):
    pairs = found["pairs"]
    fall = pairs["thickness_log_points"] - pairs["thickness_counterfactual_log_points"]
    assert (fall[pairs["both_members"]] > 0).all()
    assert_allclose(fall[~pairs["both_members"]], 0, atol=1e-12)
    assert (pairs.loc[~pairs["both_members"], "implied_cut_percent"] == 0).all()
    assert (pairs.loc[pairs["both_members"], "implied_cut_percent"] > 0).all()


def test_the_policy_part_falls_by_what_the_whole_border_falls(found):
    pairs = found["pairs"]
    whole = pairs["thickness_log_points"] - pairs["thickness_counterfactual_log_points"]
    policy = pairs["movable_log_points"] - pairs["movable_counterfactual_log_points"]
    above_zero = pairs["movable_counterfactual_log_points"] > 0
    assert_allclose(policy[above_zero], whole[above_zero], atol=1e-12)


def test_the_policy_part_is_the_tariff_and_a_capped_remainder(run):
    everything = movable_part(run.thickness, cap=np.inf)
    capped, tariff = movable_part(run.thickness), movable_part(run.thickness, cap=0.0)
    off = ~np.eye(len(run.world.economies), dtype=bool)
    assert (tariff[off] <= capped[off]).all()
    assert (capped[off] <= everything[off] + 1e-12).all()
    assert (capped[off] - tariff[off] <= MOVABLE_CAP + 1e-12).all()
    assert (capped == capped.T).all()


def test_estimated_shares_count_only_estimated_cells(run):
    stock, change = estimated_shares(run)
    assert 0 < stock < 1
    assert 0 < change < 1
    flows = tables(run)["flows"]
    inside = flows[flows["exporter"].isin(MEMBERS) & flows["importer"].isin(MEMBERS)]
    inside = inside[inside["exporter"] != inside["importer"]]
    doubtful = inside["trade_flow_status"].isin(["estimated", "assumed"])
    assert_allclose(stock, inside.loc[doubtful, "trade_flow_musd"].sum() / inside["trade_flow_musd"].sum())


def test_a_union_that_agrees_on_nothing_changes_nothing():
    for table in tables(idle_run()).values():
        for column in table.columns[table.columns.str.endswith(("_change_percent", "_change_musd"))]:
            assert_allclose(table[column].fillna(0), 0, atol=1e-4)


def test_the_order_of_economies_does_not_matter(run, found):
    turned = list(reversed(run.world.economies))
    world = World(run.world.data.sel(exporter=turned, importer=turned, economy=turned), run.world.provenance)
    again = tables(
        simulate("eco-ten", world=world)
    )  # undrawn: draws are numbered by cell, so that they turn with the order
    for name, key in (("economies", ["economy"]), ("sectors", ["economy", "sector"]), ("groups", ["group"])):
        left, right = (table.set_index(key).sort_index() for table in (found[name], again[name]))
        pd.testing.assert_frame_equal(left[right.columns], right, rtol=1e-6, atol=1e-6)


@pytest.fixture(scope="module")
def everything():
    return tables(full_run())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_heading(everything, name, language):
    headings = [heading(column, language) for column in everything[name].columns]
    assert all(headings)
    assert len(set(headings)) == len(headings)
