"""Each part of a union solved alone, and the union under the other closures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tests.reports.runs import idle_run, made_run, world_of

from peyvand.errors import ConvergenceError
from peyvand.reports.page import render
from peyvand.reports.tables import tables
from peyvand.reports.variants import members_together, variants
from peyvand.run import ALL, simulate
from peyvand.scenarios import Union, open_scenario
from peyvand.trade import CaliendoParro
from peyvand.trade.deficits import DEFICIT_RULES

TITLE = {"en": "Two parts", "fa": "دو جزء"}
TARIFF, BORDER = {"kind": "tariff", "cut_share": 1.0}, {"kind": "border_cost", "cut_percent": 2.0}


def union(*provisions, **said):
    return Union(title=TITLE, members=("IRN", "UZB", "TKM"), provisions=provisions, **said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stubborn(CaliendoParro):
    """Reaches nothing with balanced trade."""

    def without_deficits(self, world, shock=None):
        raise ConvergenceError("not reached")


def test_a_kind_alone_is_the_union_that_agrees_on_it_alone():
    both = simulate(union(TARIFF, BORDER), world=world_of())
    for kind, provision in (("tariff", TARIFF), ("border_cost", BORDER)):
        alone = simulate(union(provision), world=world_of()).trade.data["welfare_hat"]
        variant = next(v for v in both.variants if v.provisions == kind)
        assert_allclose(variant.trade.data["welfare_hat"], alone, rtol=1e-12)


def test_every_other_closure_is_that_of_its_own_run():
    run = made_run()
    closures = {v.deficit_rule: v for v in run.variants if v.provisions == ALL}
    assert set(closures) == set(DEFICIT_RULES) - {run.trade.deficit_rule, "fixed_nominal"}  # it needs a numeraire
    for rule, variant in closures.items():
        own = simulate("eco-ten", world=world_of(), model=CaliendoParro(deficit_rule=rule))
        assert_allclose(variant.trade.data["welfare_hat"], own.trade.data["welfare_hat"], rtol=1e-9)


def test_a_union_of_one_kind_has_closures_only():
    assert {v.provisions for v in simulate(union(TARIFF), world=world_of()).variants} == {ALL}
    assert {v.provisions for v in idle_run().variants} == {ALL}


def test_a_common_external_tariff_goes_with_the_tariffs():
    said = {"kind": "customs-union", "external_tariff": {"mining": 0.3}}
    here = {v.provisions: v.trade for v in simulate(union(BORDER, **said), world=world_of()).variants}
    assert set(here) == {"tariff", "border_cost", ALL}
    alone = simulate(union(**said), world=world_of()).trade.data["welfare_hat"]
    assert_allclose(here["tariff"].data["welfare_hat"], alone, rtol=1e-12)
    assert_allclose(
        here["border_cost"].data["welfare_hat"], simulate(union(BORDER), world=world_of()).trade.data["welfare_hat"]
    )


def test_the_table_repeats_the_runs_own_result_first():
    run = made_run()
    table = variants(run)
    own = table[table["provisions"].eq(ALL) & table["deficit_rule"].eq("fixed")]
    found = tables(run)
    columns = ["economy", "member", "real_income_change_percent", "real_income_change_musd", "final_expenditure_musd"]
    pd.testing.assert_frame_equal(own[columns].reset_index(drop=True), found["economies"][columns])
    together = found["groups"].set_index("group").loc["members", "real_income_change_percent"]
    assert_allclose(members_together(table)[ALL, "fixed"], together)
    assert set(table["provisions"]) == {ALL, *(held.kind for held in open_scenario("eco-ten").provisions)}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_closure_that_is_not_reached_is_said_and_does_not_fail_the_run(language):
    run = simulate("eco-ten", world=world_of(), model=Stubborn())
    lost = [v for v in run.variants if v.trade is None]
    assert [v.deficit_rule for v in lost] == ["eliminated"]
    found = tables(run)
    rows = found["variants"][~found["variants"]["reached"]]
    assert np.isnan(rows["real_income_change_percent"]).all()
    page = render(run, found).split('<div class="language fa"')[language == "fa"]
    assert ("No equilibrium was found for" if language == "en" else "تعادلی یافت نشد") in page


def test_a_page_without_variants_has_no_table_of_them():
    run = replace(made_run(), variants=())
    assert "What the answer hangs on" not in render(run, tables(run))
    assert "What the answer hangs on" in render(made_run(), tables(made_run()))
