"""Which terms of a word list stand in a text?

A Persian term is stored as its tokens joined without blanks, so that lost and doubled half-spaces make no difference
(«وزیر امورخارجه» is «وزیر امور خارجه»); a blank inside a word counts only beside an affix («دار و» is not «دارو»).
One pass from left to right finds the longest term at each token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from peyvand.news.words import tokens

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Hit(Generic[V]):
    """A term found at tokens `first` to `last` (exclusive), with what the list says of it."""

    value: V
    first: int
    last: int


class Lexicon(Generic[V]):
    """Terms with values; where one term has two values the first stands."""

    def __init__(self, terms: Iterable[tuple[str, V]]) -> None:
        self._values: dict[str, V] = {}
        self._cuts: dict[str, frozenset[int]] = {}
        for term, value in terms:
            words = tokens(term)
            key = join(words)
            if key:
                self._values.setdefault(key, value)
                self._cuts[key] = self._cuts.get(key, frozenset()) | {
                    len(join(words[:k])) for k in range(1, len(words))
                }

    def __contains__(self, word: str) -> bool:
        return word in self._values

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> Iterable[tuple[str, V]]:
        """The joined terms with their values."""
        return self._values.items()

    def values(self) -> Iterable[V]:
        """What the list says of its terms."""
        return self._values.values()

    def cuts(self, key: str) -> frozenset[int]:
        """Where blanks stood in a term: lengths of its joined beginnings."""
        return self._cuts[key]

    def find(self, words: Sequence[str]) -> list[Hit[V]]:
        """The longest terms in `words`, from left to right, none inside another."""
        return Shelf((self,)).scan(words)[0]


class Shelf:
    """Several lexicons that are looked up in one pass over the words."""

    def __init__(self, lexicons: Sequence[Lexicon[Any]]) -> None:
        self.lexicons = tuple(lexicons)
        self._values: dict[str, list[tuple[int, Any, frozenset[int]]]] = {}
        self._beginnings: set[str] = set()
        for number, lexicon in enumerate(self.lexicons):
            for term, value in lexicon.items():
                cuts = lexicon.cuts(term)
                self._values.setdefault(term, []).append((number, value, cuts))
                self._beginnings.update(
                    term[:length] for length in range(1, len(term)) if _may_part(term, length, cuts)
                )
                self._beginnings.add(term)

    def scan(self, words: Sequence[str]) -> list[list[Hit[Any]]]:
        """For each lexicon, the longest terms from left to right, none inside another."""
        found: list[list[Hit[Any]]] = [[] for _ in self.lexicons]
        ends = [0] * len(self.lexicons)
        beginnings, values = self._beginnings, self._values
        latin = [word.isascii() for word in words]
        for k, word in enumerate(words):
            if word not in beginnings:
                continue
            best: dict[int, Hit[Any]] = {}
            for number, value, _ in values.get(word, ()):
                best[number] = Hit(value, k, k + 1)
            joined = word
            inside: tuple[int, ...] = ()  # blanks of the text that no affix explains
            for j in range(k + 1, len(words)):
                longer = f"{joined} {words[j]}" if latin[j] and latin[j - 1] else joined + words[j]
                if longer not in beginnings:
                    break
                if words[j] not in _SUFFIXES and words[j - 1] not in _PREFIXES:
                    inside += (len(joined),)
                joined = longer
                for number, value, cuts in values.get(joined, ()):
                    if cuts.issuperset(inside):
                        best[number] = Hit(value, k, j + 1)
            for number, hit in best.items():
                if k >= ends[number]:
                    ends[number] = hit.last
                    found[number].append(hit)
        return found


def _may_part(term: str, length: int, cuts: frozenset[int]) -> bool:
    """A text may part a term where the list does, and beside an affix."""
    return length in cuts or term.startswith(_SUFFIX_STARTS, length) or term.endswith(_PREFIX_ENDS, 0, length)


def join(words: Sequence[str]) -> str:
    """Words as a term's key: Persian without blanks, Latin with them («وزیرامورخارجه», "foreign minister")."""
    key = ""
    for word in words:
        key += f" {word}" if key and word.isascii() and key[-1].isascii() else word
    return key


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a data file of this room: columns parted by tabs, lines with # left out."""
    for line in files("peyvand.news").joinpath("data", name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def alternatives(cell: str) -> list[str]:
    """The words of one cell, parted by |; «محکوم [کردن]» stands for every form of its verb."""
    return [form for word in cell.split("|") if word for form in _forms(word)]


def _forms(word: str) -> list[str]:
    """A word with its verb conjugated: «[کردن]» by every form, «[نکردن]» by every negated form, «[کرد]» if finite."""
    if not word.endswith("]"):
        return [word]
    before, verb = word[:-1].split("[")
    known = verb_forms()
    if verb in finite_forms():
        return [before + form for form in finite_forms()[verb]]
    if verb in known:
        return [before + form for form in known[verb]]
    return [f"{before}ن{form}" for form in known[verb[1:]]]


@cache
def verb_forms() -> dict[str, list[str]]:
    """Each verb of verbs.tsv in the forms that tell or promise: no mere wishes («که محکوم کند»)."""
    known: dict[str, list[str]] = {}
    for infinitive, past, present in rows("verbs.tsv"):
        told = [past, f"{past}ند", f"{past}یم"]
        finished = [f"{past}ه", f"{past}ه‌اند", f"{past}ه‌ایم"]
        now = [f"{present}د", f"{present}ند", f"{present}یم"]
        going_on = [f"می‌{form}" for form in now] if infinitive != "داشتن" else now
        to_come = [f"{will} {past}" for will in ("خواهد", "خواهند", "خواهیم")]
        known[infinitive] = [*told, *finished, *going_on, *to_come, infinitive]
    for plain, formal in (("کردن", "نمودن"), ("شدن", "گردیدن")):  # «محکوم کرد», «محکوم نمود»
        known[plain] += known[formal]
    return known


@cache
def finite_forms() -> dict[str, list[str]]:
    """Each verb, by its past stem, in the forms that tell what is done: no infinitive, no participle, no future."""
    known: dict[str, list[str]] = {}
    for infinitive, past, present in rows("verbs.tsv"):
        told = [past, f"{past}ند", f"{past}یم"]
        now = [f"{present}{ending}" for ending in ("د", "ند", "یم")]
        going_on = [f"می‌{form}" for form in now] if infinitive != "داشتن" else now
        known[past] = [*told, *going_on, f"{past}ه است", f"{past}ه‌اند", f"{past}ه‌ایم"]
    return known


@cache
def finite() -> frozenset[str]:
    """Words with which a clause may end: the last words of all verb forms, and «است»."""
    ends = {tokens(form)[-1] for forms in verb_forms().values() for form in forms}
    return frozenset(ends | {"است", "هستند", "هستیم", "بود", "بودند", "نیست"})


@cache
def cues(name: str) -> Lexicon[str]:
    """The word list `name` of cues.tsv."""
    lists = {row[0]: row[1] for row in rows("cues.tsv")}
    return Lexicon((word, name) for word in alternatives(lists[name]))


@cache
def word_list(name: str) -> frozenset[str]:
    """The levelled words of a plain list (common_fa.txt, given_names.txt)."""
    return frozenset(join(tokens(word)) for row in rows(name) for word in row[0].split())


@cache
def stop_words(name: str) -> frozenset[str]:
    """The words of one row of stopwords.tsv, as they stand there."""
    return {row[0]: frozenset(row[1].split(" ")) for row in rows("stopwords.tsv")}[name]


_PREFIXES = stop_words("prefixes")
_SUFFIXES = stop_words("suffixes")
_PREFIX_ENDS, _SUFFIX_STARTS = tuple(_PREFIXES), tuple(_SUFFIXES)
