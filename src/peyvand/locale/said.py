"""What does an error say in the reader's language? Its English sentence, found among templates, in Persian.

Errors are raised in English, close to the rule that they tell of. `said_fa.json` maps each such sentence, with its
values as {0}, {1}, …, to a Persian one, as message catalogues do; a test holds its keys to the sentences in the source.
A value that the source writes with quotes is {0!r}, a single word {0:word}, a number {0:number}, and a word that the
catalogue itself translates {0:term}: so no other sentence fits by chance.
What is not in it stays English, and whoever shows it can tell. `notes_fa.json` does the same for what the provenance of
a World notes beside its sources.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from importlib.resources import files

from peyvand.locale import Language, jalali_words, localise_digits

LONGEST = 240
"""A longer line stays English: matching takes time with its length, and strangers write some of it."""
_CODES = re.compile(r"""['"\w.*\-/]+(?:(?:, | or | and )['"\w.*\-/]+)*""")
_NUMBER = re.compile(r"[+−-]?\d+(?:[.,]\d+)*")
_DAY = re.compile(r"\d{4}-\d\d(?:-\d\d)?")
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_FIELD = re.compile(r"{(\d)(!r|:word|:number|:term)?}")
_SHAPE = {
    "": "(.+?)",
    "!r": rf"({_QUOTED}|[\d+\-(\[{{].*?|[A-Z]\w*|nan|inf|[\w.]+\(.*?\))",
    ":word": r"([\w.*-]+)",
    ":number": rf"({_NUMBER.pattern})",
}
"""What a field may hold: anything; a value as `repr` writes it; one word; a number."""


def said(sentence: str, language: Language) -> str | None:
    """A message or hint of an error in a language; None where it has not been translated.

    A message of several lines is translated line by line, all of them or none.

    >>> said("no economy 'KZA' in the World eurasia-2019", "fa")
    'اقتصادی به نام «KZA» در جهان eurasia-2019 نیست'
    >>> said("Nobody wrote this sentence.", "fa") is None
    True
    """
    if language == "en":
        return sentence
    if (whole := _translated(sentence)) is not None:
        return whole
    lines = [_translated(line) if line else "" for line in sentence.split("\n")]
    return "\n".join(line for line in lines if line is not None) if None not in lines else None


def noted(note: str, language: Language) -> str:
    """What the provenance of a World notes on a figure, in a language; a part that nobody translated stays English.

    >>> noted("chapters of 2025; 0 with free trade", "fa")
    'فصل‌های ۲۰۲۵؛ صفر در تجارت آزاد'
    """
    if language == "en":
        return note
    return "؛ ".join(_matched(part, "notes_fa.json") or part for part in note.split("; "))


def _translated(line: str) -> str | None:
    if len(line) > LONGEST:
        return None
    if (whole := _matched(line)) is not None:
        return whole
    place, colon, rest = line.partition(": ")  # a file's name, then what is wrong with it
    inner = _matched(rest) if colon and " " not in place else None
    return None if inner is None else f"{place}: {inner}"


def _matched(line: str, catalogue: str = "said_fa.json") -> str | None:
    for pattern, words in _templates(catalogue):
        if found := pattern.fullmatch(line):
            return words.format(*map(_carried, found.groups()))
    return None


def _carried(value: str) -> str:
    """A value inside a Persian sentence: translated if it is one; days, lists, quotes, numbers as in Persian."""
    if re.fullmatch(_QUOTED, value):
        return f"«{value[1:-1]}»"
    if (inner := _translated(value)) is not None:
        return inner
    if "; " in value:
        return "؛ ".join(map(_carried, value.split("; ")))
    if _DAY.fullmatch(value):
        return _day(value)
    if _NUMBER.fullmatch(value):
        return localise_digits(value, "fa")
    if _CODES.fullmatch(value):
        value = value.replace(", ", "، ").replace(" or ", " یا ").replace(" and ", " و ")
    return re.sub(r"'([^']*)'", r"«\1»", value)


def _day(written: str) -> str:
    """A day or month of the source, as on the pages; what is a Jalali day already only gets Persian digits.

    >>> _day("2019-12-31"), _day("2019-12"), _day("1402-12-29")
    ('۱۰ دی ۱۳۹۸', '۲۰۱۹/۱۲ م.', '۱۴۰۲/۱۲/۲۹')
    """
    digits = localise_digits(written.replace("-", "/"), "fa")
    if "1200" <= written[:4] < "1500":
        return digits
    if len(written) < len("2019-12-31"):
        return f"{digits} م."
    try:
        return jalali_words(date.fromisoformat(written), "fa")
    except ValueError:  # the thirtieth of February
        return digits


@cache
def _templates(catalogue: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of the English sentences, those with most words of their own first."""
    held: dict[str, str] = json.loads(files(__package__).joinpath(catalogue).read_text(encoding="utf-8"))
    order = sorted(held, key=lambda template: -len(_FIELD.sub("", template)))
    terms = "|".join(key for key in held if key.isidentifier())
    shapes = _SHAPE | {":term": f"({terms})"}
    return tuple((_pattern(key, shapes), held[key]) for key in order)


def _pattern(key: str, shapes: dict[str, str]) -> re.Pattern[str]:
    words = iter(_FIELD.split(key))  # text, number, shape, text, …
    made = re.escape(next(words))
    for _, shape, text in zip(words, words, words, strict=True):
        made += shapes[shape or ""] + re.escape(text)
    return re.compile(made)
