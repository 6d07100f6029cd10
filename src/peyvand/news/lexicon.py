"""Which terms of a word list stand in a text?

A term is stored as its tokens joined without blanks, so that lost and doubled half-spaces make no difference
(«وزیر امورخارجه» is «وزیر امور خارجه»). One pass from left to right finds the longest term at each token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

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
        self._beginnings: set[str] = set()
        for term, value in terms:
            key = "".join(tokens(term))
            if key and key not in self._values:
                self._values[key] = value
                self._beginnings.update(key[:length] for length in range(1, len(key) + 1))

    def __contains__(self, word: str) -> bool:
        return word in self._values

    def __len__(self) -> int:
        return len(self._values)

    def find(self, words: Sequence[str], first: int = 0, last: int | None = None) -> list[Hit[V]]:
        """The longest terms in `words[first:last]`, from left to right, none inside another."""
        stop = len(words) if last is None else last
        found: list[Hit[V]] = []
        k = first
        while k < stop:
            hit = self.at(words, k, stop)
            if hit is None:
                k += 1
            else:
                found.append(hit)
                k = hit.last
        return found

    def at(self, words: Sequence[str], k: int, stop: int | None = None) -> Hit[V] | None:
        """The longest term that begins at token `k`."""
        end = len(words) if stop is None else stop
        joined, best = "", None
        for j in range(k, end):
            joined += words[j]
            if joined not in self._beginnings:
                break
            if joined in self._values:
                best = Hit(self._values[joined], k, j + 1)
        return best


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a data file of this room: columns parted by tabs, lines with # left out."""
    for line in files("peyvand.news").joinpath("data", name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def alternatives(cell: str) -> list[str]:
    """The words of one cell, parted by |."""
    return [word for word in cell.split("|") if word]


@cache
def cues(name: str) -> Lexicon[str]:
    """The word list `name` of cues.tsv."""
    lists = {row[0]: row[1] for row in rows("cues.tsv")}
    return Lexicon((word, name) for word in alternatives(lists[name]))


@cache
def word_list(name: str) -> frozenset[str]:
    """The levelled words of a plain list (common_fa.txt, given_names.txt)."""
    return frozenset("".join(tokens(word)) for row in rows(name) for word in row[0].split())
