"""Which words does a text hold, however it was typed?

Search must find «آیین‌نامه» whether it was typed with a half-space, a space or nothing between, with Arabic or Persian
letters, with or without vowel signs. Both databases get the same tokens from here.
"""

from __future__ import annotations

import re
import unicodedata

ZWNJ = "\u200c"
_LETTERS = str.maketrans("يىئكةۀأإٱآؤ۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "ییی" + "کههاااا" + "و" + "01234567890123456789")
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_WORD = re.compile(rf"[^\W_]+(?:{ZWNJ}+[^\W_]+)*")


def normalise(text: str) -> str:
    """One spelling for one word: Persian letters, Latin digits, no vowel signs, no kashida, lower case.

    >>> normalise("عَلِيـــك ۱۴۰۲")
    'علیک 1402'
    """
    mapped = text.translate(_LETTERS).replace("\u0640", "")
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", mapped))
    return bare.translate(_LETTERS).casefold()


def index_words(*texts: str | None) -> str:
    """The words to index, apart by spaces: a word with half-spaces counts joined and as its parts («حمل‌ونقل» as three).

    >>> index_words("آیین‌نامه")
    'اییننامه ایین نامه'
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in _WORD.findall(normalise(text or "")):
            parts = [part for part in word.split(ZWNJ) if part]
            joined_by_and = [part[1:] for part in parts[1:] if part[0] == "و" and len(part) > 2]
            found |= dict.fromkeys(["".join(parts), *parts, *joined_by_and, *(["و"] if joined_by_and else [])])
    return " ".join(found)


def query_words(query: str) -> list[list[list[str]]]:
    """A query as groups that must all be met: each a choice among lists of word beginnings.

    >>> query_words("آیین‌نامهٔ جدید")
    [[['اییننامه'], ['ایین', 'نامه']], [['جدید']]]
    """
    groups = []
    for word in _WORD.findall(normalise(query)):
        parts = [part for part in word.split(ZWNJ) if part]
        groups.append([["".join(parts)], parts] if len(parts) > 1 else [parts])
    return groups
