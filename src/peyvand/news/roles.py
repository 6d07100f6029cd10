"""Which offices and callings does a text name, and of which state?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Hit, Lexicon, alternatives, rows, stop_words
from peyvand.news.name_words import is_common, is_given
from peyvand.news.words import Page, Sentence

LONGEST_ROLE = 12


@dataclass(frozen=True, slots=True)
class Role:
    """A role phrase at tokens `first` to `last`, with the state that it names."""

    country: str | None
    iranian: bool
    private: bool
    first: int
    last: int


def find_roles(page: Page, actors: tuple[Actor, ...], home: str) -> list[Role]:
    """Role phrases: a head («وزیر امور خارجه», «سفیر») with the words that belong to it."""
    by_first = {actor.first: actor for actor in actors}
    found: list[Role] = []
    for sentence in page.sentences:
        end = sentence.first
        for hit in page.find(role_heads(), sentence.first, sentence.last):
            if hit.first >= end:
                found.append(_grow_role(page, hit, sentence, by_first, home))
                end = found[-1].last
    return found


@cache
def role_heads() -> Lexicon[str]:
    """Words that begin a role; the value says if it is an office or a private person's calling."""
    return Lexicon(
        (word, kind)
        for kind, words in role_rows()
        if kind in {"private", "head", "enhead", "enprivate"}
        for word in words
    )


@cache
def iranian_offices() -> Lexicon[str]:
    """Offices that need no country's name in an Iranian report."""
    return Lexicon((word, kind) for kind, words in role_rows() if kind in {"iran", "eniran"} for word in words)


def role_rows() -> list[tuple[str, list[str]]]:
    order = {"private": 0, "enprivate": 0}
    read = [(row[0], alternatives(row[1])) for row in rows("roles.tsv")]
    return sorted(read, key=lambda kind_words: order.get(kind_words[0], 1))


def _grow_role(page: Page, hit: Hit[str], sentence: Sentence, by_first: dict[int, Actor], home: str) -> Role:
    """Extend a role over its genitive chain: «وزیر» «صنعت، معدن و تجارت» «جمهوری اسلامی ایران»."""
    if page.words[hit.first].isascii():
        return _grow_english(page, hit, sentence, by_first, home)
    country = next((by_first[k].code for k in range(hit.first, hit.last) if k in by_first), None)  # «امیر قطر»
    k = hit.last
    end = min(sentence.last, hit.first + LONGEST_ROLE)
    while k < end:
        actor = by_first.get(k)
        if country and page.at(role_heads(), k + (page.words[k] in _JOINERS)) is not None:
            break  # «رئیس‌جمهور سوریه نخست‌وزیر ایران را», «وزیر دفاع ایران و فرمانده …»: another office begins
        if actor and actor.kind == "holder":
            break
        if actor:
            country = country or (None if actor.kind == "europe" else actor.code)
            k = actor.last
            if actor.kind in {"name", "self"} and k < end and k not in by_first and page.words[k] not in _AFTER_STATE:
                break  # «سخنگوی وزارت امور خارجه ایران اقدام کانادا را …»
            continue
        word = page.words[k]
        if word in _JOINERS and k + 1 < end and _belongs(page, k + 1, by_first) and word != "در":
            k += 2
            continue
        if word == "در" and k + 1 in by_first and by_first[k + 1].kind != "holder":
            k = by_first[k + 1].last
            continue
        if word == "در" and k + 1 < end and (page.words[k + 1] == "امور" or _field_of(page, k + 1, end, by_first)):
            k += 2
            continue
        if not _belongs(page, k, by_first) and not (k > hit.last and _state_follows(page, k, end, by_first)):
            break
        k += 1
    iranian = country is None and any(page.at(iranian_offices(), j, k) is not None for j in range(hit.first, k))
    private = hit.value in {"private", "enprivate"} or _is_of_movement(page.words[hit.first : k])
    return Role(country or (home if iranian and not private else None), iranian, private, hit.first, k)


def _grow_english(page: Page, hit: Hit[str], sentence: Sentence, by_first: dict[int, Actor], home: str) -> Role:
    """ "Iranian tourism minister", "Ambassador to Russia": the state before the head, else after "of"."""
    before = [
        by_first[k] for k in range(max(sentence.first, hit.first - 4), hit.first) if k in by_first and by_first[k].code
    ]
    country = before[-1].code if before and before[-1].kind in {"name", "people", "capital"} else None
    k = hit.last
    end = min(sentence.last, hit.first + LONGEST_ROLE)
    while k < end and page.words[k] in _ENGLISH_JOINERS:
        follow = k + 1 + (k + 1 < end and page.words[k + 1] == "the")
        last = follow
        while last < end and page.text[page.starts[last]].isupper() and last - follow < 5:
            if last in by_first and by_first[last].kind != "holder":
                country = country or by_first[last].code
                last = by_first[last].last
                break
            last += 1
        if last == follow:
            break
        k = last
    iranian = country is None and any(page.at(iranian_offices(), j, k) is not None for j in range(hit.first, k))
    private = hit.value in {"private", "enprivate"}
    return Role(country or (home if iranian and not private else None), iranian, private, hit.first, k)


def _field_of(page: Page, k: int, end: int, by_first: dict[int, Actor]) -> bool:
    """«وزیر مشاور در تجارت خارجی ترکیه»: a field and then its state."""
    last = next((j for j in range(k, min(k + 4, end)) if j in by_first and by_first[j].kind != "holder"), k)
    return last > k and all(_belongs(page, j, by_first) for j in range(k, last))


def _state_follows(page: Page, k: int, end: int, by_first: dict[int, Actor]) -> bool:
    """An unknown word inside a role («آکادمی علوم روسیه»): a state follows without a break."""
    if is_given(page.words[k]) or not page.words[k].isalpha() or page.words[k] in _ENDS_ROLE:
        return False
    for j in range(k + 1, min(k + 4, end)):
        if j in by_first:
            return by_first[j].kind != "holder"
        if not is_common(page.words[j]) or page.words[j] in _ENDS_ROLE:
            return False
    return False


def _is_of_movement(words: tuple[str, ...]) -> bool:
    """A party, rebels, a think tank; not the armed forces («نیروهای مسلح»)."""
    return any(word in _MOVEMENTS and words[k - 1 : k] != ("نیرو",) for k, word in enumerate(words))


def _belongs(page: Page, k: int, by_first: dict[int, Actor]) -> bool:
    word = page.words[k]
    return k in by_first or (is_common(word) and word not in _ENDS_ROLE and not is_given(page.words[k]))


_AFTER_STATE = frozenset({"و", "،", "در", "نزد", "-", "برای"})
_JOINERS = frozenset({"و", "،", "of", "for", "در", "the"})
_ENDS_ROLE = stop_words("ends_role")
_MOVEMENTS = frozenset({"حزب", "جنبش", "مسلح", "مخالف", "مخالفان", "معارضان", "معارض", "اندیشکده"})
_ENGLISH_JOINERS = frozenset({"of", "for", "to", "and"})
