"""Where does a name stand, and where does it end?

A name is known by its company: a role and a country, a title, quotation marks, an office holder of the gazetteer, the
place after «به گزارش …،», or a verb of speech. Words that are common in reports and no given names end a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Lexicon, cues, stop_words
from peyvand.news.name_words import is_common, is_given, may_begin, may_begin_name, may_stand_in_name
from peyvand.news.roles import Role, role_rows
from peyvand.news.words import Page, Sentence

LONGEST_NAME = 4
QUOTED = 6  # tokens that a name in quotation marks may take
REPORTED = 16  # tokens that «به گزارش خبرنگار سیاسی خبرگزاری فارس به نقل از …،» may take


@dataclass(frozen=True, slots=True)
class Context:
    page: Page
    holders: dict[int, Actor]
    places: frozenset[int]
    role_at: dict[int, Role]
    role_before: dict[int, Role]
    inside: frozenset[int]
    abode: str


@cache
def titles() -> Lexicon[str]:
    """Words that stand before a name."""
    return Lexicon((word, kind) for kind, words in role_rows() if kind in {"title", "entitle"} for word in words)


def name_starts(context: Context) -> set[int]:
    """Tokens at which a name may begin."""
    page = context.page
    likely = {word for word in set(page.words) if word in QUOTES or may_begin(word)}
    latin = {word for word in likely if word.isascii() and word not in QUOTES}  # of these only those with a capital
    starts = {
        k for k, word in enumerate(page.words) if word in likely and (word not in latin or may_begin_name(page, k))
    }
    starts |= {k - 1 for k in starts if k > 1 and page.words[k - 2] in _GUEST_WORDS}
    return starts | {hit.first for hit in page.find(titles())} | set(context.holders)


def name_at(context: Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """Tokens of a name that begins at `k`, if its company says that it is one."""
    page = context.page
    title = page.at(titles(), k, sentence.last)
    if title is not None:
        first = title.last
        while first < sentence.last and (page.words[first] in QUOTES or page.at(titles(), first, sentence.last)):
            hit = page.at(titles(), first, sentence.last)
            first = hit.last if hit else first + 1
        last = _name_end(context, first, sentence)
        if (
            last == first < sentence.last
            and page.words[first].endswith("ی")
            and _closes_name(page, first + 1, sentence)
        ):
            return (first, first + 1)  # «سردار حاتمی»: a surname that is also a common word
        if last > first and (last - first > 1 or last in context.role_at or _closes_name(page, last, sentence)):
            return (first, last)
    if k in context.holders and context.holders[k].last - k > 1:
        return (k, context.holders[k].last)
    if k in context.holders:
        return (k, max(context.holders[k].last, _name_end(context, k, sentence) if is_given(page.words[k]) else 0))
    if page.words[k] in QUOTES:
        return _quoted_name(context, k, sentence)
    if k in context.places or k in context.inside:
        return None
    if not may_begin_name(page, k):
        return _unusual_name(context, k, sentence)
    last = _name_end(context, k, sentence)
    if last == k:
        return None
    long_enough = last - k >= 2
    follows_role = k in context.role_before or (k - 1 in context.role_before and page.words[k - 1] in COMMAS)
    before_role = last in context.role_at or (
        last < sentence.last and page.words[last] in COMMAS and last + 1 in context.role_at
    )
    member = follows_role and _is_member(context, k)
    if follows_role and (long_enough or (not member and _closes_name(page, last, sentence))):
        return (k, last)
    if (
        before_role
        and not (page.words[k].isascii() and last in context.role_at)
        and (long_enough or k == sentence.first or page.words[k - 1] in _OPENS_NAME)
    ):
        return (k, last)
    at_head = k == sentence.first or page.words[k - 1] in _HEADS
    end = _slot_end(context, k, sentence) if at_head else k
    if end > k + 1:
        reported = k - sentence.first in range(1, REPORTED) and page.words[sentence.first] in _REPORTED
        named = is_given(page.words[k]) or not any(is_common(word) for word in page.words[k:end])
        beside = end in context.role_at or (page.words[end] in COMMAS and end + 1 in context.role_at)
        if (reported and named) or (beside and is_given(page.words[k])):
            return (k, end)
    colon = last < sentence.last and page.words[last] == ":"
    if at_head and colon and sentence.line == 0:
        return (k, last)
    if long_enough and at_head and is_given(page.words[k]) and page.find(cues("speech"), last, sentence.last):
        return (k, last)
    if long_enough and (at_head or is_given(page.words[k])) and speech_follows(page, last, sentence):
        return (k, last)
    return None


def tells_of_acts(page: Page, sentence: Sentence) -> bool:
    """The sentence tells of a meeting or a journey."""
    return any(
        page.find(cues(name), sentence.first, sentence.last) for name in ("meeting", "travel", "talks", "presence")
    )


def speech_follows(page: Page, k: int, sentence: Sentence) -> bool:
    """A colon at once, or a verb of speech within a dozen words."""
    if k >= sentence.last:
        return False
    if page.words[k] == ":":
        return True
    return bool(page.find(cues("speech"), k, min(k + 14, sentence.last)))


def is_bridged(page: Page, last: int, k: int) -> bool:
    return all(page.words[j] in COMMAS or page.words[j] in QUOTES or page.words[j] == ")" for j in range(last, k))


def only_titles(page: Page, first: int, last: int) -> bool:
    k = first
    while k < last:
        if page.words[k] in QUOTES or page.words[k] in COMMAS:
            k += 1
            continue
        hit = page.at(titles(), k, last)
        if hit is None:
            return False
        k = hit.last
    return True


def _is_member(context: Context, k: int) -> bool:
    """«نماینده مردم اهواز»: the word after is a constituency."""
    role = context.role_before.get(k) or context.role_before.get(k - 1)
    return role is not None and context.page.words[role.first] in {"نماینده", "نمایندگان"}


def _unusual_name(context: Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """«با مهر گریگوریان معاون نخست وزیر»: a common word as a given name, between a preposition and an office."""
    page = context.page
    if k == sentence.first or page.words[k - 1] not in _GUEST_WORDS or not page.words[k].isalpha():
        return None
    last = _name_end(context, k + 1, sentence) if k + 1 < sentence.last and k + 1 not in context.inside else k + 1
    office = last in context.role_at or (
        page.words[min(last, sentence.last - 1)] in COMMAS and last + 1 in context.role_at
    )
    return (k, last) if last == k + 2 and office and not is_common(page.words[k + 1]) else None


def _quoted_name(context: Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """A name in quotation marks at `k`: beside a role, or at the head of a sentence that tells what somebody did.

    Beside a role even common words are a name («دریا اورس» سفیر ترکیه).
    """
    page, first = context.page, k + 1
    last = next((j for j in range(first, min(first + QUOTED, sentence.last)) if page.words[j] in QUOTES), first)
    if last == first or not all(page.words[j].isalpha() and j not in context.places for j in range(first, last)):
        return None
    unknown = [j for j in range(first, last) if is_given(page.words[j]) or not is_common(page.words[j])]
    after = last + 1 in context.role_at or last + 2 in context.role_at
    if (after or k in context.role_before) and (unknown or after) and first not in context.inside:
        return (first, last)
    at_head = k == sentence.first or page.words[k - 1] in _HEADS
    told = speech_follows(page, last + 1, sentence) or (at_head and tells_of_acts(page, sentence))
    if len(unknown) == last - first >= 2 and told and (at_head or is_given(page.words[first])):
        return (first, last)
    return None


def _closes_name(page: Page, k: int, sentence: Sentence) -> bool:
    """What may follow a name of one word: the end, a comma, a verb of speech, a preposition."""
    return k >= sentence.last or page.words[k] in _AFTER_NAME or page.at(cues("speech"), k, sentence.last) is not None


def _name_end(context: Context, first: int, sentence: Sentence) -> int:
    """The token after the last word of a name that begins at `first`."""
    page, k = context.page, first
    longest = LONGEST_NAME
    while k < sentence.last and k - first < longest and k not in context.places and may_stand_in_name(page, k, first):
        if longest > LONGEST_NAME and k in context.role_at:
            break
        longest += page.words[k] in _LINEAGE  # «تمیم بن حمد آل ثانی»
        k += 1
    while k > first + 1 and page.words[k - 1] in _NOT_LAST:
        k -= 1
    return k


def _slot_end(context: Context, first: int, sentence: Sentence) -> int:
    """Where a name ends that stands right after «به گزارش …،», where reports name who speaks; common words count."""
    page, k = context.page, first
    while k < min(first + LONGEST_NAME, sentence.last) and page.words[k].isalpha():
        if k in context.places or k in context.role_at or page.words[k] in _AFTER_NAME or page.words[k] in _VERBLIKE:
            break
        k += 1
    closed = k < sentence.last and (k in context.role_at or page.words[k] in _AFTER_NAME)
    return k if closed else first


QUOTES = frozenset({"«", "»", '"', "“", "”", "'", "’", "‘"})
COMMAS = frozenset({"،", ",", "(", "-", "–"})
_HEADS = stop_words("heads")
_REPORTED = frozenset({"به", "بنا", "بنابر"})
_VERBLIKE = stop_words("verblike")
_OPENS_NAME = stop_words("opens_name")
_AFTER_NAME = stop_words("after_name")
_GUEST_WORDS = frozenset({"با", "حضور", "دیدار", "ملاقات", "و"})
_LINEAGE = frozenset({"بن", "ال", "بنت", "ابن"})
_NOT_LAST = frozenset({"بن", "ال", "ابو", "سید", "میر"})
