"""The one sentence: right about who gains, who loses, and when nobody does."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from peyvand.reports.headline import headline
from peyvand.reports.voice import Voice

NAMES = {"AAA": "Alba", "BBB": "Bera", "CCC": "Cena"}


def said(changes, members=("AAA", "BBB"), language="en"):
    economies = pd.DataFrame(
        {
            "economy": list(changes),
            "member": [code in members for code in changes],
            "real_income_change_percent": list(changes.values()),
        }
    )
    inside = economies.loc[economies["member"], "real_income_change_percent"]
    groups = pd.DataFrame(
        [
            {
                "group": "members",
                "real_income_change_percent": inside.mean(),
                "real_income_change_musd": 10 * inside.sum(),
            }
        ]
    )
    run = SimpleNamespace(
        scenario=SimpleNamespace(title={"en": "The union", "fa": "اتحادیه"}), world=SimpleNamespace(base_year=2019)
    )
    return headline(run, economies=economies, groups=groups, voice=Voice(language, NAMES)).striptags()


def test_all_members_gain_and_an_outsider_loses():
    assert said({"AAA": 1.0, "BBB": 3.0, "CCC": -0.5}) == (
        "The union would raise its members’ real income by 2.00%, USD 40.0 million a year at 2019 prices: "
        "Bera gains most (+3.00%); no member loses, and outside it Cena loses most (−0.50%)."
    )


def test_a_member_that_loses_is_named_before_outsiders():
    assert "among the members Alba loses most (−1.00%)" in said({"AAA": -1.0, "BBB": 3.0, "CCC": -5.0})


def test_members_together_may_lose():
    sentence = said({"AAA": -3.0, "BBB": -1.0, "CCC": 0.5})
    assert "would lower its members’ real income by 2.00%" in sentence
    assert "no member gains" in sentence


def test_nobody_loses():
    assert said({"AAA": 1.0, "BBB": 1.0, "CCC": 0.0}).endswith("nobody loses.")


def test_nothing_changes():
    assert said({"AAA": 1e-9, "BBB": 0.0, "CCC": -1e-9}) == "The union would change nobody’s real income."


@pytest.mark.parametrize("changes", [{"AAA": 1.0, "BBB": 3.0, "CCC": -0.5}, {"AAA": -1.0, "BBB": -2.0}])
def test_persian_says_the_same(changes):
    sentence = said(changes, language="fa")
    assert "اتحادیه" in sentence
    assert not set(sentence) & set("0123456789%")


def test_a_title_is_never_markup():
    run = SimpleNamespace(
        scenario=SimpleNamespace(title={"en": "<b>x</b>", "fa": "<b>"}), world=SimpleNamespace(base_year=2019)
    )
    table = pd.DataFrame({"economy": ["AAA"], "member": [True], "real_income_change_percent": [0.0]})
    groups = pd.DataFrame([{"group": "members", "real_income_change_percent": 0.0, "real_income_change_musd": 0.0}])
    assert "&lt;b&gt;" in headline(run, economies=table, groups=groups, voice=Voice("en", NAMES))
