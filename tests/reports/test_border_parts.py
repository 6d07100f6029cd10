"""What the members' borders are made of: the table of a run and the section of its page."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from peyvand.locale import LANGUAGES
from peyvand.reports.border_parts import border_parts
from peyvand.reports.page.border_parts import border_parts_view
from peyvand.reports.voice import Voice
from peyvand.run import simulate
from peyvand.scenarios import open_scenario
from peyvand.world import AGREEMENT_KINDS


@pytest.fixture(scope="module")
def made():
    return simulate(open_scenario("iran-kazakhstan"))


def test_the_parts_sum_to_the_border_before_and_after(made):
    table = border_parts(made)
    assert list(table["part"]) == list(made.thickness_after.components)
    assert table["part_log_points"].sum() == pytest.approx(made.thickness.total("IRN", "KAZ"))
    after = made.thickness_after.total("IRN", "KAZ")
    assert table["part_counterfactual_log_points"].sum() == pytest.approx(after)
    assert (table["part_low_log_points"] <= table["part_log_points"]).all()
    assert set(table["agreement_kind"]) == {"partial_scope"}
    assert not table["sanctioned"].any()
    by_part = table.set_index("part")
    unmoved = by_part.drop(index=["tariff", "union"])
    assert_allclose(unmoved["part_counterfactual_log_points"], unmoved["part_log_points"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_a_bar_a_pair(made, language):
    voice = Voice(language, {"IRN": "Iran", "KAZ": "Kazakhstan"})
    view = border_parts_view({"causes": border_parts(made)}, voice=voice)
    assert view.names[0] == "tariff"
    assert "union" not in view.names
    (row,) = view.rows
    assert row.whole == pytest.approx(sum(part["log_points"] for part in row.parts))
    assert sum(part["width"] for part in row.parts) == pytest.approx(100.0)
    assert row.agreement
    assert str(row.agreement) not in AGREEMENT_KINDS
    assert all(np.isfinite(part["low"]) for part in row.parts)
    assert border_parts_view({}, voice=voice) is None
