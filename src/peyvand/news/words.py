"""Which words stand in a text, and where?

Levelling replaces each character by exactly one other (or by a filler), so that a place in the levelled text is the
same place in the original: evidence spans need no offset map. It levels Arabic and Persian ye, kaf, he and alef, the
three digit sets, half-spaces (lost, kept or doubled), kashida, vowel marks and direction marks.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol, TypeVar

FILLER = "\x7f"  # stands where a character was dropped
LEAD_LINE = 2  # title, lead and first paragraph
LEAD_TOKENS = 60

Span = tuple[int, int]


@dataclass(frozen=True)
class Sentence:
    """Tokens `first` to `last` (exclusive); `order` counts sentences from the title, `line` counts lines."""

    first: int
    last: int
    order: int
    line: int


class Terms(Protocol):
    """A word list that can be looked up (`peyvand.news.lexicon.Lexicon`)."""

    def find(self, words: Sequence[str]) -> list[Any]:
        """Hits with `first`, `last` and `value`, from left to right."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The hits of one lexicon on a page, with their first tokens."""

    hits: list[Any]
    starts: list[int]
    by_start: dict[int, Any]


class Placed(Protocol):
    """Anything that begins at a token."""

    @property
    def first(self) -> int:
        """The token at which it begins."""


Thing = TypeVar("Thing", bound=Placed)


def within(things: Sequence[Thing], sentence: Sentence) -> list[Thing]:
    """Those of `things` (in the order of the text) that begin in `sentence`."""
    low = bisect_left(things, sentence.first, key=_first)
    return list(things[low : bisect_left(things, sentence.last, low, key=_first)])


def _first(thing: Placed) -> int:
    return thing.first


@dataclass(frozen=True)
class Page:
    """A text as tokens: `words[k]` is levelled, and stands at `text[starts[k]:ends[k]]` of the original."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    lines: frozenset[int] | None = None  # the lines that are read; None reads all
    _marks: dict[int, Marks] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, text: str) -> Page:
        """Levelled tokens of `text`; plural endings are joined to their nouns."""
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for found in _TOKEN.finditer(level(text)):
            word = _key(found[0])
            if not word:
                continue
            start, end = found.span()
            if word in _PLURAL and words and start - ends[-1] <= 1 and words[-1][-1] in _LETTERS:
                ends[-1] = end
                continue
            if word in _INITIALS and words[-1:] == ["."] and ends[-1] == start and words[-2:-1] in _AFTER_INITIAL:
                del words[-1], starts[-1], ends[-1]  # «ان.پی.تی» is «ان پی تی»
            words.append(word)
            starts.append(start)
            ends.append(end)
        return cls(text, tuple(words), tuple(starts), tuple(ends))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences end at stops, question and exclamation marks, semicolons, line ends; headlines also at slashes."""
        found: list[Sentence] = []
        first = line = 0
        for k, word in enumerate(self.words):
            if word not in _STOPS or (word == "." and not self._ends_sentence(k)):
                continue
            if word == "/" and (line > 1 or self._is_within_number(k)):
                continue
            if k > first:
                found.append(Sentence(first, k, len(found), line))
            first = k + 1
            if word == "\n" and found and found[-1].line == line:  # blank lines do not count
                line += 1
        if first < len(self.words):
            found.append(Sentence(first, len(self.words), len(found), line))
        return tuple(one for one in found if self.lines is None or one.line in self.lines)

    @cached_property
    def lead(self) -> tuple[Sentence, ...]:
        """Title, lead and first paragraph: the first three lines, and more until they hold sixty tokens."""
        kept: list[Sentence] = []
        for sentence in self.sentences:
            if sentence.line > LEAD_LINE and kept[-1].line < sentence.line and kept[-1].last >= LEAD_TOKENS:
                break
            kept.append(sentence)
        return tuple(kept)

    def find(self, lexicon: Terms, first: int = 0, last: int | None = None) -> list[Any]:
        """Hits of `lexicon` that lie in tokens `first` to `last` (exclusive); the whole page is looked up once."""
        marks = self._marks.get(id(lexicon)) or self.mark(lexicon, lexicon.find(self.words))
        if not marks.hits:
            return []
        low = bisect_left(marks.starts, first)
        if last is None:
            return marks.hits[low:]
        high = bisect_left(marks.starts, last, low)
        found = marks.hits[low:high]
        return found if not found or found[-1].last <= last else found[:-1]

    def find_all(self, lexicons: Iterable[Terms]) -> list[Any]:
        """Hits of several lexicons together, in the order of the text."""
        return sorted((hit for lexicon in lexicons for hit in self.find(lexicon)), key=_first)

    def at(self, lexicon: Terms, k: int, last: int | None = None) -> Any | None:
        """The hit of `lexicon` that begins at token `k` and ends by `last`."""
        marks = self._marks.get(id(lexicon)) or self.mark(lexicon, lexicon.find(self.words))
        hit = marks.by_start.get(k)
        return hit if hit is not None and (last is None or hit.last <= last) else None

    def mark(self, lexicon: Terms, hits: list[Any]) -> Marks:
        """Keep the hits of a lexicon on this page."""
        marks = Marks(hits, [hit.first for hit in hits], {hit.first: hit for hit in hits}) if hits else _NO_MARKS
        self._marks[id(lexicon)] = marks
        return marks

    def mark_all(self, lexicons: Sequence[Terms], found: Sequence[list[Any]]) -> None:
        """Keep the hits of many lexicons, most of which have none."""
        self._marks.update(dict.fromkeys(map(id, lexicons), _NO_MARKS))
        for lexicon, hits in zip(lexicons, found, strict=True):
            if hits:
                self.mark(lexicon, hits)

    def span(self, first: int, last: int) -> Span:
        """Where tokens `first` to `last` (exclusive) stand in the original text."""
        return (self.starts[first], self.ends[last - 1])

    def quote(self, first: int, last: int) -> str:
        """The original words of tokens `first` to `last` (exclusive)."""
        return self.text[self.starts[first] : self.ends[last - 1]]

    def _is_within_number(self, k: int) -> bool:
        """The slash of «31/6/77»."""
        return any(0 <= j < len(self.words) and self.words[j].isdigit() for j in (k - 1, k + 1))

    def _ends_sentence(self, k: int) -> bool:
        """A full stop that is no decimal point, no initial and no English abbreviation."""
        if k + 1 < len(self.words) and self.starts[k + 1] == self.ends[k] and self.words[k + 1] not in _AFTER_STOP:
            return bool(self.words[k + 1][0] in _LETTERS)
        before = self.words[k - 1] if k else ""
        return not (before in _ABBREVIATIONS or (len(before) == 1 and before.isascii() and before.isalpha()))


def level(text: str) -> str:
    """`text` with every character levelled, length unchanged.

    >>> level("كشورهاي آسياي ميانه ۱۴۰۳") == "کشورهای اسیای میانه 1403"
    True
    """
    return text.translate(_LEVEL)


def tokens(text: str) -> tuple[str, ...]:
    """The levelled tokens of a short text, as a lexicon needs them."""
    return Page.of(text).words


@lru_cache(maxsize=100_000)
def _key(word: str) -> str:
    """A token as it is looked up: without fillers, Persian nouns in the singular, Latin words folded."""
    word = word.replace(FILLER, "")
    if not word or word in _PLURAL:
        return word
    return _singular(word) if word[0] in _LETTERS else _folded(word)


def _singular(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            kept = word in _NO_PLURAL or _IN_HE.fullmatch(word) or (len(stem) < 3 and stem not in _SHORT)
            return word if kept else stem
    return word


def _folded(word: str) -> str:
    """Latin words in lower case, except short all-capital ones: UN is not un."""
    return word if len(word) <= 5 and word.isupper() else word.lower()


class _Levelling(dict[int, str]):
    """Maps one code point to one character; unknown ones are decided on first sight and remembered."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char = self._decide(char)
        return char

    @staticmethod
    def _decide(char: str) -> str:
        if char in _PAIRS:
            return _PAIRS[char]
        kind = unicodedata.category(char)
        if kind == "Nd":
            return str(unicodedata.digit(char))
        if kind in {"Mn", "Me", "Cf"}:
            return FILLER
        if kind in {"Zl", "Zp"}:
            return "\n"
        if kind in {"Zs", "Cc"} and char != "\n":
            return " "
        base = unicodedata.normalize("NFKC", char)  # Arabic presentation forms, full-width letters
        return _PAIRS.get(base, base) if len(base) == 1 else char


_PAIRS = {
    **dict(zip("يىئۍېے", "یییییی", strict=True)),
    **dict(zip("كڪګ", "ککک", strict=True)),
    **dict(zip("أإٱآ", "اااا", strict=True)),
    **dict(zip("ةۀھہە", "ههههه", strict=True)),
    "ؤ": "و",
    "ء": FILLER,
    "ـ": FILLER,
    "\u200c": " ",
    "\x00": FILLER,
    "\u00ac": " ",
    "\n": "\n",
    "\r": "\n",
}
_LEVEL = _Levelling()
_NO_MARKS = Marks([], [], {})

_LETTERS = frozenset(chr(code) for code in range(0x0621, 0x06D4)) | frozenset("ۀەۆ")
_TOKEN = re.compile(
    rf"[\u0621-\u063a\u0641-\u064a\u066e-\u06d3\u06fa-\u06ff{FILLER}]+|[A-Za-z\u00c0-\u024f]+|[0-9]+|\n|\S"
)
_PLURAL = frozenset({"ها", "های", "هایی", "هایش", "هایشان", "هایمان"})
_ENDINGS = ("هایشان", "هایمان", "هایش", "هایی", "های", "ها")
_INITIALS = frozenset(
    ["ان", "پی", "تی", "اف", "ای", "سی", "بی", "ال", "ام", "اس", "یو", "او", "جی", "دی", "ار", "کی", "ک", "پ"]
)
_AFTER_INITIAL = tuple([word] for word in _INITIALS)
_SHORT = frozenset({"اب", "سد", "خط", "شب"})  # nouns of two letters that are met in the plural
_NO_PLURAL = frozenset({"انتها", "منتها", "اژدها", "اشتهای"})
_IN_HE = re.compile(  # nouns in «ه» with «ای», whose half-space may be lost: «هستهای» is «هسته‌ای», not «هست‌های»
    "(?:هسته|(?:فرا)?منطقه|رسانه|حرفه|بیمه|تعرفه|جاده|کارخانه|رودخانه|گلخانه|کتابخانه|خاورمیانه|بودجه|سرمایه|توسعه|ماهواره"
    "|لحظه|رایانه|یارانه|مرحله|زنجیره|جلسه|مسئله|مساله|اطلاعیه|بیانیه|ابلاغیه|اعلامیه|هزینه|نتیجه|وقفه|مداخله|معامله|فاجعه|جامعه|قاره|دریاچه"
    "|مدرسه|مصاحبه|مقاله|توطئه|کنگره|اندیشه|عقیده|(?:قطع|توافق|موافقت|تفاهم|عهد|اساس|بخش|بر|پیمان|هفته|گواهی)نامه)ای"
)
_STOPS = frozenset({".", "!", "?", "؟", "\n", "؛", ";", "/"})
_AFTER_STOP = frozenset({'"', "»", "”", "'", ")", "."})
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "dr", "ms", "gen", "st", "no", "vs", "mt", "prof", "sen", "rep", "lt", "maj", "brig"}
)
