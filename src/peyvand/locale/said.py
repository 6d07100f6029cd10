"""What does an error say in the reader's language? Its English sentence, found among templates, in Persian.

Errors are raised in English, close to the rule that they tell of. `said_fa.json` maps each such sentence, with its
values as {0}, {1}, …, to a Persian one, as message catalogues do; a test holds its keys to the sentences in the source.
What is not in it stays English, and whoever shows it can tell.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from peyvand.locale import Language, localise_digits

LONGEST = 240
"""A longer line stays English: matching takes time with its length, and strangers write some of it."""
_CODES = re.compile(r"""['"\w.*\-/]+(?:(?:, | or | and )['"\w.*\-/]+)*""")
_NUMBER = re.compile(r"[+−-]?\d+(?:[.,]\d+)*")


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


def _translated(line: str) -> str | None:
    if len(line) > LONGEST:
        return None
    for pattern, words in _templates():
        if found := pattern.fullmatch(line):
            return words.format(*map(_carried, found.groups()))
    return None


def _carried(value: str) -> str:
    """A value inside a Persian sentence: translated if it is one itself; lists, quotes and numbers as in Persian."""
    if (inner := _translated(value)) is not None:
        return inner
    if _NUMBER.fullmatch(value):
        return localise_digits(value, "fa")
    if _CODES.fullmatch(value):
        value = value.replace(", ", "، ").replace(" or ", " یا ").replace(" and ", " و ")
    return re.sub(r"'([^']*)'", r"«\1»", value)


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of the English sentences, those with most words of their own first."""
    held: dict[str, str] = json.loads(files(__package__).joinpath("said_fa.json").read_text(encoding="utf-8"))
    order = sorted(held, key=lambda template: -len(re.sub(r"{\d}", "", template)))
    return tuple((re.compile("(.+?)".join(map(re.escape, re.split(r"{\d}", key)))), held[key]) for key in order)
