"""Numbers, money and dates as each language writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.reports.voice import Voice

EN, FA = Voice("en"), Voice("fa")


def bare(markup):
    return markup.striptags()


@pytest.mark.parametrize(
    ("value", "decimals", "english", "persian"),
    [
        (1234.5, 1, "1,234.5", "۱٬۲۳۴٫۵"),
        (-0.91, 2, "−0.91", "−۰٫۹۱"),
        (-0.001, 2, "0.00", "۰٫۰۰"),
        (0.0, 0, "0", "۰"),
        (float("nan"), 2, "–", "–"),
        (float("inf"), 2, "–", "–"),
    ],
)
def test_numbers(value, decimals, english, persian):
    assert bare(EN.n(value, decimals)) == english
    assert bare(FA.n(value, decimals)) == persian


@given(value=st.floats(-1e9, 1e9), decimals=st.integers(0, 3))
def test_no_latin_digit_in_persian_and_no_hyphen_minus(value, decimals):
    shown = bare(FA.percent(value, decimals))
    assert not set(shown) & set("0123456789.,%-")
    assert FA.percent(value, decimals).startswith('<bdi class="n" dir="ltr">')


@pytest.mark.parametrize(
    ("musd", "english", "persian"),
    [
        (0.0, "USD 0 million", "۰ میلیون دلار"),
        (0.25, "USD 0.25 million", "۰٫۲۵ میلیون دلار"),
        (412.0, "USD 412 million", "۴۱۲ میلیون دلار"),
        (999.7, "USD 1.0 billion", "۱٫۰ میلیارد دلار"),
        (-4100.0, "USD −4.1 billion", "−۴٫۱ میلیارد دلار"),
        (2.5e6, "USD 2.5 trillion", "۲٫۵ تریلیون دلار"),
    ],
)
def test_money(musd, english, persian):
    assert bare(EN.money(musd)) == english
    assert bare(FA.money(musd)) == persian


@pytest.mark.parametrize(
    ("day", "jalali"),
    [
        (dt.date(2019, 12, 31), "10 Dey 1398"),
        (dt.date(2021, 3, 20), "30 Esfand 1399"),  # a leap year
        (dt.date(2021, 3, 21), "1 Farvardin 1400"),
        (dt.date(2025, 5, 15), "25 Ordibehesht 1404"),
    ],
)
def test_dates_carry_both_calendars(day, jalali):
    shown = EN.date(day)
    assert f'data-jalali="{jalali}"' in shown
    assert f'datetime="{day.isoformat()}"' in shown
    assert bare(FA.date(day)) == FA.jalali(day)


def test_prose_isolates_numbers_and_days_and_escapes_the_rest():
    said = EN.prose("Since 2019-12-31 <b>5.5%</b> falls by −2; eurasia-2019 stays.")
    assert '<time class="n d" datetime="2019-12-31"' in said
    assert '<bdi class="n" dir="ltr">5.5%</bdi>' in said
    assert '<bdi class="n" dir="ltr">−2</bdi>;' in said
    assert "&lt;b&gt;" in said
    assert "eurasia-2019 stays." in said
    assert 'datetime="2019-12-31"' in FA.prose("از ۱۳۹۸/۱۰/۱۰ به بعد")


def test_lists_end_with_and():
    assert bare(EN.list(["a", "b", "c"])) == "a, b and c"
    assert bare(FA.list(["الف", "ب"])) == "الف و ب"
    assert bare(EN.list(["a"])) == "a"
    assert EN.list([]) == ""
    assert "&lt;" in EN.list(["<"])
