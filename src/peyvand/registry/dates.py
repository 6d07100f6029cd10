"""What day does a record speak of, in both calendars?

Published dates are often coarse ("1992", "May 2018"). They are kept as they were published, as ISO text of that length,
and every question of order asks the first or the last day the text allows. Jalali dates are accepted on input and shown
on output; the registry itself stores Gregorian text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

import jdatetime
from sqlalchemy import ColumnElement, func

from peyvand.errors import RegistryDateError
from peyvand.locale import Language, jalali_words, localise_digits

_LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩يىك", "01234567890123456789ییک")
_JALALI_YEARS = range(1200, 1500)
JALALI_MONTHS = (
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور"),
    *("مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),
)
_NUMBERS = re.compile(r"(\d+)(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,4}))?")
_WRITTEN = re.compile(rf"(\d{{1,2}})\s+({'|'.join(JALALI_MONTHS)})(?:\s*ماه)?\s+(?:سال\s+)?(\d{{4}})")


def read_date(written: str) -> str:
    """A date as ISO text of its own precision: year, month or day; Jalali dates become Gregorian days.

    A year from 1200 to 1499 is a Jalali year; all others are Gregorian. Separators are - / or a dot, the year stands
    first or last, digits may be Persian or Arabic, and "15 فروردین 1400" is read too.

    Raises
    ------
    RegistryDateError
        If no such day exists, or if a Jalali date is coarser than a day (it has no Gregorian year or month).

    >>> read_date("2018-05"), read_date("۱۴۰۲/۱۲/۲۹"), read_date("۱۵ فروردین ۱۴۰۰")
    ('2018-05', '2024-03-19', '2021-04-04')
    """
    plain = written.strip().translate(_LATIN)
    year, month, day = _numbers(plain, written)
    if year in _JALALI_YEARS:
        return _from_jalali(year, month, day, written)
    if not 1800 <= year <= 2200:
        raise RegistryDateError(f"the year {year} of {written!r} is outside 1800-2200", written=written)
    return _checked(year, month, day, written)


def first_day(partial: str) -> date:
    """The earliest day that a partial date allows.

    >>> first_day("1992").isoformat()
    '1992-01-01'
    """
    return date.fromisoformat(partial + "-01-01"[len(partial) - 4 :])


def last_day(partial: str) -> date:
    """The latest day that a partial date allows.

    >>> last_day("1992-02").isoformat()
    '1992-02-29'
    """
    if len(partial) == 10:
        return date.fromisoformat(partial)
    year, month = int(partial[:4]), int(partial[5:7] or 12)
    return date(year, month, monthrange(year, month)[1])


def last_day_text(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same in SQL: text that sorts after every day of the partial date ("1992-02" becomes "1992-02-31")."""
    return column.concat(func.substr("-12-31", func.length(column) - 3))


def first_day_text(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same in SQL for the earliest day."""
    return column.concat(func.substr("-01-01", func.length(column) - 3))


def jalali(day: date) -> str:
    """A day in the Jalali calendar, as yyyy-mm-dd.

    >>> jalali(date(2025, 5, 15))
    '1404-02-25'
    """
    return str(jdatetime.date.fromgregorian(date=day).isoformat())


def show_date(partial: str | None, language: Language = "en") -> str:
    """A stored date for a reader: ISO in English; Jalali with the Gregorian year where the day is known in Persian.

    >>> show_date("2025-05-15"), show_date("2025-05-15", "fa"), show_date("1992", "fa"), show_date(None)
    ('2025-05-15', '۲۵ اردیبهشت ۱۴۰۴', '۱۹۹۲ م.', '?')
    """
    if not partial:
        return "؟" if language == "fa" else "?"
    if language == "en":
        return partial
    if len(partial) < 10:
        return localise_digits(partial.replace("-", "/"), "fa") + " م."
    return jalali_words(date.fromisoformat(partial), "fa")


def _numbers(plain: str, written: str) -> tuple[int, int | None, int | None]:
    if found := _WRITTEN.fullmatch(plain):
        return int(found[3]), JALALI_MONTHS.index(found[2]) + 1, int(found[1])
    found = _NUMBERS.fullmatch(plain)
    if found is None:
        hint = "write 2018, 2018-05, 2018-05-17, ۱۴۰۲/۱۲/۲۹ or ۲۹ اسفند ۱۴۰۲"
        raise RegistryDateError(f"{written!r} is not a date", hint=hint, written=written)
    year, month, day = (int(part) if part else None for part in found.groups())
    if len(found[1]) <= 2 and day is not None:  # 30/2/1391
        year, day = day, year
    return int(year or 0), month, day


def _checked(year: int, month: int | None, day: int | None, written: str) -> str:
    try:
        date(year, month or 1, day or 1)
    except ValueError as why:
        hint = "months are 1 to 12; a month has 28 to 31 days"
        raise RegistryDateError(f"{written!r} is not a day of the calendar", hint=hint, written=written) from why
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _from_jalali(year: int, month: int | None, day: int | None, written: str) -> str:
    if month is None or day is None:
        hint = "give the day, or the Gregorian year or month as published"
        raise RegistryDateError(f"the Jalali date {written!r} has no day", hint=hint, written=written)
    try:
        return str(jdatetime.date(year, month, day).togregorian().isoformat())
    except ValueError as why:
        common = month == 12 and day == 30
        message = f"{written!r} is not a day of the calendar"
        if common:
            message = f"{written!r} is not a day of the calendar: {year} is a common year, its Esfand has 29 days"
        hint = f"did you mean {year}-12-29?" if common else "months are 1 to 12; 1 to 6 have 31 days, 7 to 11 have 30"
        raise RegistryDateError(message, hint=hint, written=written) from why
