"""On which day was a report published?

Complete dates only: a given Jalali or Gregorian date, a date line («1403,سه شنبه 09 مرداد»), or a day with month and
year near the top of the text. A weekday, a day and month without a year, a range and a date of long ago give nothing.
Lunar dates are recognised, so that they are not taken for another calendar, but not converted.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import jdatetime

from peyvand.news.lexicon import alternatives, rows
from peyvand.news.words import FILLER, Span, level

CALENDARS = ("jalali", "gregorian", "lunar")
TOP = 700  # characters in which a date of the report's own day stands

Dated = tuple[date, Span]


def published(text: str, given: str | None = None) -> tuple[date | None, Span | None]:
    """The day of the report: `given` (a date field beside the text) if it is one, else a complete date in the text.

    >>> published("تاریخ : ۱۴۰۳, سه شنبه ۰۹ مرداد")[0]
    datetime.date(2024, 7, 30)
    >>> published("دیدار روز سه شنبه", "1398-04-15")
    (datetime.date(2019, 7, 6), None)
    >>> published("جمعه ۳۱ خردادماه")
    (None, None)
    """
    if given and (day := parse_date(given)):
        return day, None
    found = [dated for dated in complete_dates(text[: TOP + 40]) if dated[1][0] < TOP and not _is_past(text, dated[1])]
    return found[0] if found else (None, None)


def parse_date(words: str) -> date | None:
    """One complete date: ISO (Jalali if the year is below 1700), with month names, or with slashes.

    >>> parse_date("۱۵ فروردین ۱۴۰۰"), parse_date("30/2/1391"), parse_date("2019-07-04")
    (datetime.date(2021, 4, 4), datetime.date(2012, 5, 19), datetime.date(2019, 7, 4))
    >>> parse_date("۳۱ مهر ۱۴۰۰") is None  # Mehr has thirty days
    True
    """
    found = complete_dates(words)
    return found[0][0] if found else None


def complete_dates(text: str) -> list[Dated]:
    """Every date with day, month and year, in the order of the text, each with its span."""
    levelled = level(text)
    found: list[Dated] = []
    if not _YEAR.search(levelled):
        return found
    for pattern in _patterns():
        for match in pattern.finditer(levelled):
            day = _to_date(match)
            if day is not None:
                found.append((day, match.span()))
    found.sort(key=lambda dated: dated[1])
    return [dated for k, dated in enumerate(found) if k == 0 or dated[1][0] >= found[k - 1][1][1]]


def _is_past(text: str, span: Span) -> bool:
    """A date after «سال», «از», «since», «until» or in a range: of another event."""
    before = level(text[max(0, span[0] - 14) : span[0]]).split()
    return bool(before) and before[-1] in _NOT_TODAY


def _to_date(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    year = int(groups["year"])
    day = int(groups["day"]) if groups["day"].isdigit() else _day_words().get(" ".join(groups["day"].split()), 0)
    month_name = groups.get("name")
    try:
        if month_name is None:
            month = int(groups["month"])
            return _jalali(year, month, day) if year < 1700 else date(year, month, day)
        name = month_name.lower()
        if name in months("jalali"):
            return _jalali(year + 1300 if year < 100 else year, months("jalali")[name], day)
        if name in months("gregorian") and year >= 1800:
            return date(year, months("gregorian")[name], day)
    except ValueError:
        return None
    return None  # a lunar month, or a year of another calendar


def _jalali(year: int, month: int, day: int) -> date | None:
    """jdatetime's conversion, where the calendar is sure (1200 to 1500)."""
    if not 1200 <= year <= 1500:
        return None
    converted: date = jdatetime.date(year, month, day).togregorian()
    return converted


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted({name for calendar in CALENDARS for name in months(calendar)}, key=len, reverse=True))
    words = "|".join(word.replace(" ", r"\s+") for word in sorted(_day_words(), key=len, reverse=True))
    name = rf"(?P<name>{names})\s*(?:ماه)?"
    day = rf"(?P<day>[0-3]?[0-9]|{words})"
    year = r"(?P<year>1[234][0-9]{2}|1[89][0-9]{2}|20[0-9]{2})"
    weekday = r"(?:(?:شنبه|(?:یک|دو|سه|چهار|پنج)\s*شنبه|جمعه)[\s،,]*)?"
    flags = re.IGNORECASE
    return (
        re.compile(rf"(?<![0-9]){day}(?:\s*[امن]{{2}})?\s*[-/,،]?\s*{name}[\s,،]*(?:سال\s*)?{year}(?![0-9])", flags),
        re.compile(rf"(?<![0-9]){year}\s*[,،-]\s*{weekday}{day}\s*{name}(?![a-z])", flags),
        re.compile(
            rf"(?<![a-z]){name}\s+(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?\s*,?\s*(?P<year>19[0-9]{{2}}|20[0-9]{{2}})",
            flags,
        ),
        re.compile(
            rf"(?<![0-9]){year}\s*(?P<sep>[-/.])\s*(?P<month>[01]?[0-9])\s*(?P=sep)\s*(?P<day>[0-3]?[0-9])(?![0-9])"
        ),
        re.compile(
            rf"(?<![0-9])(?P<day>[0-3]?[0-9])\s*(?P<sep>[-/.])\s*(?P<month>[01]?[0-9])\s*(?P=sep)\s*{year}(?![0-9])"
        ),
    )


@cache
def months(calendar: str) -> dict[str, int]:
    """Levelled month names of `calendar` (jalali, gregorian, lunar) with their numbers."""
    found = [row for row in rows("months.tsv") if row[0] == calendar]
    return {level(name).strip(FILLER): int(number) for _, number, cell in found for name in alternatives(cell)}


@cache
def _day_words() -> dict[str, int]:
    """Ordinals as days: «پنجم», «بیست و یکم», «سی‌ام»."""
    units = _ORDINALS.split()
    tens = {f"بیست و {word}": 20 + k for k, word in enumerate(["یکم", *units[1:9]], 1)}
    return {"یکم": 1, **{word: k for k, word in enumerate(units, 1)}, **tens, "سی ام": 30, "سی و یکم": 31}


_YEAR = re.compile("[0-9]{4}")  # no date is complete without one
_ORDINALS = (
    "اول دوم سوم چهارم پنجم ششم هفتم هشتم نهم دهم یازدهم دوازدهم سیزدهم چهاردهم پانزدهم شانزدهم"
    " هفدهم هجدهم نوزدهم بیستم"
)
_NOT_TODAY = frozenset({"سال", "از", "تا", "لغایت", "الی", "مصوب", "متولد", "since", "until", "till", "from", "of"})
