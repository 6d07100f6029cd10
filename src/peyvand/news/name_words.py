"""Which words may stand in a person's name?"""

from __future__ import annotations

from functools import cache, lru_cache

from peyvand.news.lexicon import alternatives, join, rows, stop_words, verb_forms, word_list
from peyvand.news.words import Page, tokens


@lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """A Persian word that is no name, also with an ending or a prefix written onto it («میکنند», «منطقهای»)."""
    common = _common_words()
    if (
        word in common
        or word in word_list("places_fa.txt")
        or word in _role_words()
        or (len(word) > ADVERB and word.endswith("انه"))
    ):
        return True
    ended = any(word.endswith(end) and word[: -len(end)] in common for end in _WORD_ENDINGS if len(word) > len(end) + 2)
    begun = any(
        word.startswith(start) and word[len(start) :] in common
        for start in _WORD_BEGINNINGS
        if len(word) > len(start) + 2
    )
    return ended or begun


def is_given(word: str) -> bool:
    """A given name of the list."""
    return word in word_list("given_names.txt")


def _unknown(page: Page, k: int) -> bool:
    word = page.words[k]
    if word.isascii():
        return page.text[page.starts[k]].isupper() and word not in _ENGLISH_COMMON
    return not is_common(word)


def may_begin_name(page: Page, k: int) -> bool:
    """A capital in Latin; in Persian a word that is not common, or a given name."""
    word = page.words[k]
    if word.isascii():
        return word[0].isalpha() and _unknown(page, k)
    return may_begin(word)


@lru_cache(maxsize=50_000)
def may_begin(word: str) -> bool:
    """A word with which a name may begin: any Latin one, a Persian one that is not common, a given name."""
    return word.isascii() or (len(word) > 1 and word.isalpha() and (not is_common(word) or is_given(word)))


def may_stand_in_name(page: Page, k: int, first: int) -> bool:
    word = page.words[k]
    if not word.isalpha() or word in _NEVER:
        return False
    if word.isascii():
        return page.text[page.starts[k]].isupper() and word not in _ENGLISH_COMMON
    if word in word_list("given_names.txt") or word in _PARTS:
        return True
    if k > first and all(is_given(page.words[j]) for j in range(first, k)):
        return word not in _VERBLIKE and (_unknown(page, k) or word.endswith("ی"))
    return _unknown(page, k)


@cache
def _common_words() -> frozenset[str]:
    """Words that recur in reports, words by hand, and the forms of verbs; names of the list stay names."""
    forms = {join(tokens(form)) for known in verb_forms().values() for form in known if " " not in form}
    for past, present in rows("common_verbs.tsv"):
        forms |= {join(tokens(past + ending)) for ending in _PAST_ENDINGS}
        forms |= {join(tokens(present + ending)) for ending in _PRESENT_ENDINGS}
    return word_list("common_fa.txt") | (word_list("common_more_fa.txt") | forms) - word_list("given_names.txt")


@cache
def _role_words() -> frozenset[str]:
    cells = (
        [row[1] for row in rows("roles.tsv")]
        + [row[-1] for row in rows("domains.tsv")]
        + [row[1] for row in rows("cues.tsv")]
    )
    words = (word for cell in cells for phrase in alternatives(cell) for word in tokens(phrase))
    return frozenset(word for word in words if word.isalpha()) - word_list("given_names.txt")


ADVERB = 5  # letters from which a word in «انه» is an adverb («مدبرانه»), no name
_PAST_ENDINGS = ("", "م", "ی", "یم", "ید", "ند", "ه", "ن", "نی")
_PRESENT_ENDINGS = ("م", "ی", "د", "یم", "ید", "ند", "نده")
_WORD_ENDINGS = ("ای", "ی", "ترین", "تر", "شان", "اش", "ش", "ان", "ات", "اند", "ام", "ایم", "هایی")
_WORD_BEGINNINGS = (
    "می",
    "نمی",
    "بین",
    "هم",
    "پیش",
    "غیر",
    "ضد",
    "نا",
    "بی",
    "بر",
    "به",
    "ن",
    "ب",
    "پر",
    "کم",
    "خود",
    "فرا",
)
_PARTS = stop_words("parts")
_NEVER = stop_words("never")
_VERBLIKE = stop_words("verblike")
_ENGLISH_COMMON = stop_words("english_common")
