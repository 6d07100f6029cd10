"""Tables of how trade moves say what the flows say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reports.runs import MEMBERS

from peyvand.locale import LANGUAGES
from peyvand.reports.page import render
from peyvand.reports.page.trade_effects import TradeEffects
from peyvand.reports.tables import tables
from peyvand.reports.trade_effects import members_ladder
from peyvand.reports.voice import Voice


def test_the_full_rung_is_the_answer(run, found):
    ladder, economies = (found[name].set_index("economy") for name in ("ladder", "economies"))
    for side in ("exports", "imports"):
        assert_allclose(ladder[f"{side}_full_percent"], economies[f"{side}_change_percent"])
    groups = found["groups"].set_index("group")
    assert_allclose(members_ladder(run)["full"], groups.loc["members", "trade_within_change_percent"])


def test_prices_and_incomes_damp_what_costs_alone_would_do(found):
    """Trade with members rises most on the partial rung, where nobody's price answers."""
    inside = found["ladder"][found["ladder"]["member"]]
    assert (inside["trade_with_members_partial_percent"] > inside["trade_with_members_conditional_percent"]).all()


def test_sources_of_sectors_and_partners_add_up_to_the_economies(found):
    economies = found["economies"].set_index("economy")
    for column in ("terms_of_trade_percent", "volume_of_trade_percent", "trade_costs_saved_percent"):
        for table in ("sectors", "partners"):
            sums = found[table].groupby("economy")[column].sum()
            assert_allclose(sums[economies.index], economies[column], atol=1e-10)


def test_creation_is_of_members_only(found):
    table = found["creation"]
    member = table["member"].to_numpy()
    assert set(table.loc[member, "economy"]) == set(MEMBERS)
    assert np.isfinite(table.loc[member, "trade_creation_musd"]).all()
    assert table.loc[~member, "trade_creation_musd"].isna().all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_takes_the_gain_apart(run, found, language):
    names = dict(zip(found["economies"]["economy"], found["economies"][f"name_{language}"], strict=True))
    effects = TradeEffects(run=run, tables=found, members=list(MEMBERS), voice=Voice(language, names))
    first_order = found["economies"].set_index("economy")["first_order_percent"]
    for rows in (effects.by_partner, effects.by_sector):
        assert len(rows) == len(MEMBERS)
        for code, (_, cells) in zip(MEMBERS, rows, strict=True):
            assert sum(cell.value for cell in cells) == pytest.approx(first_order[code], abs=0.02)
    assert any(abs(cell.value) > 0 for cell in effects.by_partner[0][1][1:-1])
    assert len(effects.creation) == len(effects.ladder) == len(MEMBERS) + 1


def test_a_run_without_its_conditional_rung_is_still_a_report(run):
    bare = replace(run, ladder=None)
    found = tables(bare)
    assert "ladder" not in found
    page = render(bare, found)
    assert "rung by rung" not in page
    assert "Trade created, trade diverted" in page
