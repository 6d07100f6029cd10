"""Dates in all common forms; what is not a complete date of the report gives nothing."""

from __future__ import annotations

from datetime import date, timedelta

import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peyvand.news.dates import months, parse_date, published

MONTHS = {number: name for name, number in months("jalali").items() if not name.isascii()}


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("1403,سه شنبه 09 مرداد17:07", date(2024, 7, 30)),
        ("۳۰/۲/۱۳۹۱", date(2012, 5, 19)),
        ("15 فروردین 1400", date(2021, 4, 4)),
        ("پنج‌شنبه ۱۳ تیرماه ۱۳۹۸", date(2019, 7, 4)),
        ("بیست و سوم تیر ماه سال ۱۳۹۸", date(2019, 7, 14)),
        ("1398-04-13", date(2019, 7, 4)),
        ("۱۵ ژوئیه ۲۰۱۹", date(2019, 7, 15)),
        ("July 4, 2019", date(2019, 7, 4)),
        ("4 July 2019", date(2019, 7, 4)),
        ("2019-07-04T10:00", date(2019, 7, 4)),
        ("30 اسفند 1399", date(2021, 3, 20)),  # a leap year
    ],
)
def test_complete_dates(words, day):
    assert parse_date(words) == day


@pytest.mark.parametrize(
    "words",
    ["جمعه ۳۱ خردادماه", "روز سه‌شنبه", "۱۲ رمضان ۱۴۴۰", "30 اسفند 1400", "31 مهر 1398", "99/99/1398", "", "٦٠/٧٠/٨٠"],
)
def test_no_complete_date(words):
    assert parse_date(words) is None


def test_leap_years_of_the_calendar():
    """Years of 366 days around 1400, as the astronomical calendar has them."""
    assert [year for year in range(1387, 1413) if parse_date(f"30 اسفند {year}")] == [
        1387,
        1391,
        1395,
        1399,
        1403,
        1408,
        1412,
    ]


@given(st.integers(0, 80_000))
def test_every_day_is_read_back(days):
    day = date(1850, 1, 1) + timedelta(days=days)
    jalali = jdatetime.date.fromgregorian(date=day)
    words = f"{jalali.day} {MONTHS[jalali.month]} {jalali.year}"
    assert parse_date(words) == day


def test_a_given_date_comes_first():
    assert published("امروز ۱۵ ژوئیه ۲۰۱۹", "1398-04-13") == (date(2019, 7, 4), None)


def test_an_old_event_is_not_the_day_of_the_report():
    assert published("کودتای سال ۱۳۳۲ و حملهٔ سال ۳ خرداد ۱۳۶۱ یادآوری شد")[0] is None
    assert published("متن " * 300 + "۱۳ تیر ۱۳۹۸")[0] is None
