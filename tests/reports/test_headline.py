"""The one sentence: right about who gains, who loses, and when nobody does."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from markupsafe import Markup

from peyvand.reports.headline import doubts, headline, other_closure
from peyvand.reports.voice import Voice

NAMES = {"AAA": "Alba", "BBB": "Bera", "CCC": "Cena"}


def said(changes, members=("AAA", "BBB"), language="en", **options):
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
        scenario=SimpleNamespace(title={"en": "The union", "fa": "اتحادیه"}),
        world=SimpleNamespace(base_year=2019),
        people=None,
    )
    return headline(run, economies=economies, groups=groups, voice=Voice(language, NAMES), **options).striptags()


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
    assert said({"AAA": 1.0, "BBB": 1.0, "CCC": 0.3}).endswith("nobody loses.")


def test_what_rounds_to_nothing_is_not_named_as_a_loss():
    sentence = said({"AAA": 1.0, "BBB": 3.0, "CCC": -0.004})
    assert sentence.endswith("no member loses, and outsiders hardly notice.")
    assert "Cena" not in sentence
    assert "Alba" not in said({"AAA": -0.004, "BBB": 3.0, "CCC": -0.5})


def test_less_than_the_last_digit_is_hardly_a_change():
    assert said({"AAA": 0.002, "BBB": 0.004, "CCC": -0.001}) == (
        "The union would hardly change anybody’s real income: by less than 0.005% each."
    )


def test_who_gain_the_same_are_named_together():
    assert "Bera and Alba gain most (+3.00%)" in said({"AAA": 3.0, "BBB": 3.001, "CCC": 0.0})


def test_a_rough_result_has_one_figure():
    assert said({"AAA": 0.768, "BBB": 0.802, "CCC": -0.034}, rough=True) == (
        "The union would raise its members’ real income by about 0.8%, about USD 20 million a year at 2019 prices: "
        "Bera and Alba gain most (about +0.8%); no member loses, and outside it Cena loses most (about −0.03%)."
    )


def test_nothing_changes():
    assert said({"AAA": 1e-9, "BBB": 0.0, "CCC": -1e-9}) == "The union would change nobody’s real income."


def parts(all_percent, tariff_percent, border_percent, eliminated_percent):
    """A table of variants of two members that spend 1000 M USD each."""
    rows = []
    for provisions, rule, changes in (
        ("all", "fixed", all_percent),
        ("tariff", "fixed", tariff_percent),
        ("border_cost", "fixed", border_percent),
        ("all", "eliminated", eliminated_percent),
    ):
        for economy, change in zip(("AAA", "BBB"), changes, strict=True):
            rows.append((provisions, rule, economy, True, True, change, 10 * change, 1000.0))
    names = "provisions deficit_rule economy member reached real_income_change_percent real_income_change_musd"
    return pd.DataFrame(rows, columns=[*names.split(), "final_expenditure_musd"])


def doubted(table, language="en"):
    return str(Markup(doubts(table, deficit_rule="fixed", voice=Voice(language, NAMES))).striptags())


def test_members_that_lose_from_tariffs_alone_are_named_beside_the_headline():
    assert doubted(parts((1.0, 2.0), (-0.4, -0.1), (1.4, 2.1), (1.0, 2.0))) == (
        "All of the members’ gain comes from border costs that are only assumed to fade. "
        "From the tariff cuts alone Alba and Bera would lose (Alba most, −0.40%)."
    )
    assert doubted(parts((1.0, 2.0), (0.5, -0.4), (0.5, 1.5), (1.0, 2.0))) == (
        "67% of the members’ gain comes from border costs that are only assumed to fade. "
        "From the tariff cuts alone Bera would lose (−0.40%)."
    )


def test_there_is_no_doubt_where_tariffs_carry_the_gain():
    assert doubted(parts((1.0, 2.0), (0.9, 1.9), (0.1, 0.1), (1.0, 2.0))) == ""


def test_persian_has_the_same_doubts():
    assert "۶۷٪" in doubted(parts((1.0, 2.0), (0.5, -0.4), (0.5, 1.5), (1.0, 2.0)), "fa")


def test_the_member_that_another_closure_moves_most_is_named():
    voice = Voice("en", NAMES)
    table = parts((1.0, 2.0), (0.5, 0.5), (0.5, 1.5), (1.1, 0.5))
    said = other_closure(table, deficit_rule="fixed", voice=voice).striptags()
    assert "with “deficits closed first” Bera would get +0.50% instead of +2.00%" in said
    assert other_closure(parts(*[(1.0, 2.0)] * 4), deficit_rule="fixed", voice=voice) == ""


@pytest.mark.parametrize("changes", [{"AAA": 1.0, "BBB": 3.0, "CCC": -0.5}, {"AAA": -1.0, "BBB": -2.0}])
def test_persian_says_the_same(changes):
    sentence = said(changes, language="fa")
    assert "اتحادیه" in sentence
    assert not set(sentence) & set("0123456789%")


def test_a_title_is_never_markup():
    run = SimpleNamespace(
        scenario=SimpleNamespace(title={"en": "<b>x</b>", "fa": "<b>"}),
        world=SimpleNamespace(base_year=2019),
        people=None,
    )
    table = pd.DataFrame({"economy": ["AAA"], "member": [True], "real_income_change_percent": [0.0]})
    groups = pd.DataFrame([{"group": "members", "real_income_change_percent": 0.0, "real_income_change_musd": 0.0}])
    assert "&lt;b&gt;" in headline(run, economies=table, groups=groups, voice=Voice("en", NAMES))
