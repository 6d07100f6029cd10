"""How does the report speak?  Words, numbers, money and dates of one language, safe to put into HTML.

Every number stands in `<bdi class="n" dir="ltr">`, so that its minus sign and digits keep their order inside Persian
text, and so that the page can switch its digits. Every date carries both calendars for the page to choose from.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import jdatetime
from babel.dates import format_date
from markupsafe import Markup, escape

from peyvand.locale import DIRECTION, Language, catalogue, jalali_words, localise_digits, number

_LATIN_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")
_NUMBERS = re.compile(r"((?<![\w-])[+−-]?[0-9۰-۹][0-9۰-۹.,٫٬/-]*(?<![.,/-])[%٪]?(?![\w-]))")
_BILLION, _MILLION_MUSD = 1e3, 1e6  # in M USD: a thousand of them is a billion, a million of them a trillion


@dataclass(frozen=True, slots=True)
class MoneyUnit:
    """The unit in which an amount is said: its name, its size in M USD and the decimals of the amount."""

    name: str
    musd: float
    decimals: int


def money_unit(musd: float) -> MoneyUnit:
    """Million, billion or trillion US dollars, whichever a reader would say.

    >>> money_unit(686.0), money_unit(23_400.0)
    (MoneyUnit(name='million', musd=1.0, decimals=0), MoneyUnit(name='billion', musd=1000.0, decimals=1))
    """
    size = abs(musd)
    trillion, billion = size >= 0.9995 * _MILLION_MUSD, size >= 0.9995 * _BILLION
    name, unit = ("trillion", _MILLION_MUSD) if trillion else ("billion", _BILLION) if billion else ("million", 1.0)
    shown = size / unit
    return MoneyUnit(name, unit, 0 if shown >= 100 or shown == 0 else 1 if shown >= 0.9995 else 2)


@dataclass(frozen=True, slots=True)
class Voice:
    """One language of the report.

    Parameters
    ----------
    language : {"en", "fa"}
    names : dict
        Names of economies by code, in this language.
    """

    language: Language
    names: dict[str, str] = field(default_factory=dict)

    @property
    def direction(self) -> str:
        return DIRECTION[self.language]

    def t(self, key: str, **values: object) -> Markup:
        """The words under `report.<key>`, with their fields filled and escaped."""
        return Markup(catalogue(self.language)[f"report.{key}"]).format(**values)

    def word(self, key: str, default: str = "") -> str:
        """Words under a whole key, or `default` where the catalogue has none."""
        return catalogue(self.language).get(key, default)

    def name(self, code: str) -> str:
        return self.names.get(code, code)

    def commas(self, items: Sequence[str]) -> Markup:
        """`a, b, c`, each isolated from the text around it."""
        return self.t("list.comma").join(Markup("<bdi>{}</bdi>").format(item) for item in items)

    def list(self, items: Sequence[str]) -> Markup:
        """`a, b and c`."""
        if len(items) < 2:
            return self.commas(items)
        return self.t("list.last", first=self.commas(items[:-1]), last=self.commas(items[-1:]))

    def chain(self, codes: Sequence[str]) -> Markup:
        """Names one after the other: the arrow points the way the language is read."""
        arrow = " → " if self.direction == "ltr" else " ← "
        return Markup(arrow).join(Markup("<bdi>{}</bdi>").format(self.name(code)) for code in codes)

    def sector(self, code: str) -> str:
        return self.word(f"sectors.{code}", code)

    @staticmethod
    def latin(text: str) -> Markup:
        """A code or a source in Latin letters, isolated from the text around it."""
        return Markup('<bdi lang="en" dir="ltr">{}</bdi>').format(text)

    # -- numbers ---------------------------------------------------------------------------------------------------
    def n(self, value: float, decimals: int = 0, *, sign: bool = False) -> Markup:
        """A number; a missing one is a dash."""
        if value is None or not math.isfinite(value):
            return Markup('<span class="none" title="{}">–</span>').format(self.t("no_figure"))
        return self._isolated(number(value, self.language, decimals=decimals, sign=sign))

    def percent(self, value: float, decimals: int = 2, *, sign: bool = True) -> Markup:
        """A percentage already in per cent."""
        if not math.isfinite(value):
            return self.n(value)
        return self._isolated(f"{number(value, self.language, decimals=decimals, sign=sign)}{self._percent_sign}")

    def money(
        self, musd: float, *, sign: bool = False, like: float | None = None, decimals: int | None = None
    ) -> Markup:
        """M USD in words a reader says: million, billion or trillion US dollars; unit and decimals those of `like`."""
        unit = money_unit(musd if like is None else like)
        shown = unit.decimals if decimals is None else decimals
        return self.t(f"money.{unit.name}", amount=self.n(musd / unit.musd, shown, sign=sign))

    def year(self, value: int) -> Markup:
        """A Gregorian year: digits without grouping."""
        return self._isolated(localise_digits(str(value), self.language))

    def prose(self, sentence: str) -> Markup:
        """A ready sentence with its numbers and days isolated, so that the page can switch them."""
        return Markup("").join(self._run(piece) for piece in _NUMBERS.split(sentence) if piece)

    # -- dates -----------------------------------------------------------------------------------------------------
    def date(self, day: dt.date) -> Markup:
        """A date with both calendars at hand; the language's own is shown first."""
        gregorian, jalali = self.gregorian(day), self.jalali(day)
        shown = jalali if self.language == "fa" else gregorian
        return Markup('<time class="n d" datetime="{}" data-gregorian="{}" data-jalali="{}">{}</time>').format(
            day.isoformat(), gregorian, jalali, shown
        )

    def gregorian(self, day: dt.date) -> str:
        return str(format_date(day, "d MMMM y", locale=self.language))

    def jalali(self, day: dt.date) -> str:
        """
        >>> Voice("en").jalali(dt.date(2019, 12, 31))
        '10 Dey 1398'
        """
        return jalali_words(day, self.language)

    def _run(self, piece: str) -> Markup:
        latin = piece.translate(_LATIN_DIGITS)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", latin):
            return self.date(dt.date.fromisoformat(latin))
        if re.fullmatch(r"\d{4}/\d{2}/\d{2}", latin):
            return self.date(jdatetime.date(*map(int, latin.split("/"))).togregorian())
        return self._isolated(piece) if _NUMBERS.fullmatch(piece) else escape(piece)

    def _isolated(self, shown: str) -> Markup:
        return Markup('<bdi class="n" dir="ltr">{}</bdi>').format(escape(shown))

    @property
    def _percent_sign(self) -> str:
        return "٪" if self.language == "fa" else "%"
