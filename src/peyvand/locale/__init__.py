"""Every word that a reader sees, in English and Persian.

`en.json` and `fa.json` hold the same keys; `text("report.title", "fa")` looks one up and fills its `{names}`.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["en", "fa"]
LANGUAGES: tuple[Language, ...] = ("en", "fa")
DIRECTION: dict[Language, Literal["ltr", "rtl"]] = {"en": "ltr", "fa": "rtl"}

_PERSIAN_DIGITS = str.maketrans("0123456789.,%", "۰۱۲۳۴۵۶۷۸۹٫٬٪")


@cache
def catalogue(language: Language) -> dict[str, str]:
    """The whole catalogue of one language, keys joined with dots."""
    tree = json.loads(files(__package__).joinpath(f"{language}.json").read_text(encoding="utf-8"))
    return dict(_flatten(tree))


def text(key: str, language: Language = "en", **values: Any) -> str:
    """The words under `key`, with `{names}` filled from `values`.

    Raises
    ------
    KeyError
        If no catalogue entry has this key: a mistake in peyvand, not of the reader.

    >>> text("status.estimated")
    'estimated'
    >>> text("status.estimated", "fa")
    'برآوردی'
    """
    return catalogue(language)[key].format(**values)


def error_title(key: str, language: Language = "en") -> str:
    """The title of an error class by its key, in the reader's language."""
    return catalogue(language).get(f"errors.{key}") or catalogue(language)["errors.error"]


def number(value: float, language: Language = "en", *, decimals: int = 0, sign: bool = False) -> str:
    """A number as the reader writes it: grouped, with Persian digits and signs in Persian.

    The minus sign is U+2212 in both languages and stands before the number, inside an isolated run.

    >>> number(-1234.56, decimals=1)
    '−1,234.6'
    >>> number(0.5, "fa", decimals=1, sign=True)
    '+۰٫۵'
    """
    shown = f"{value:{'+' if sign else ''},.{decimals}f}"
    if not shown.strip("+-0.,"):  # "-0.0" and "+0.0" are just zero
        shown = shown.lstrip("+-")
    return localise_digits(shown.replace("-", "−"), language)


def localise_digits(shown: str, language: Language) -> str:
    """Latin digits, separators and the per cent sign as `language` writes them."""
    return shown.translate(_PERSIAN_DIGITS) if language == "fa" else shown


def jalali_words(day: date, language: Language) -> str:
    """A day of the Jalali calendar in words.

    >>> jalali_words(date(2019, 12, 31), "en"), jalali_words(date(2019, 12, 31), "fa")
    ('10 Dey 1398', '۱۰ دی ۱۳۹۸')
    """
    import jdatetime  # here, as few commands show a day

    moved = jdatetime.date.fromgregorian(date=day)
    return localise_digits(f"{moved.day} {text(f'report.months.{moved.month}', language)} {moved.year}", language)


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        rows += _flatten(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return rows
