"""Which fields are the subject of the talks, the cooperation or the dispute?"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows
from peyvand.news.report import Mention
from peyvand.news.words import Page, within

Field = tuple[str, int]  # domain and weight of a word for it
LIST_LENGTH = 30  # tokens that a list of fields may take
SHORT = 100  # tokens up to which a word that names a field only with company is enough in the lead
LONG = 400  # tokens from which a single mention in the lead is not enough
POLITICS, SECURITY = "politics_other", "security_defence"
NEEDED = 4  # weight of a domain that counts: twice named outright, or once in title, lead or first paragraph


def find_fields(page: Page) -> list[Hit[Field]]:
    """Every word for a field, in the order of the text."""
    found = _without_goods(page, page.find_all(fields()))
    return found if page.lines is None else [hit for sentence in page.sentences for hit in within(found, sentence)]


def domains_of(page: Page, found: list[Hit[Field]]) -> tuple[Mention, ...]:
    """Domains with enough weight, heaviest first."""
    early = page.lead[-1].last if page.lead else 0
    listed = _listed(page)
    weight: dict[str, int] = defaultdict(int)
    where: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for hit in found:
        domain, points = hit.value
        weight[domain] += NEEDED + 2 if hit.first in listed else points * (2 if hit.first < early else 1)
        where[domain].append(page.span(hit.first, hit.last))
    needed = NEEDED + 2 * ((len(page.words) > LONG) - (len(page.words) <= SHORT))
    chosen = {domain for domain in weight if weight[domain] >= needed and domain != POLITICS}
    if _is_political(weight, chosen):
        chosen.add(POLITICS)
        where[POLITICS] = where[POLITICS] or [page.span(0, 1)]
    ranked = sorted(chosen, key=lambda domain: (-weight[domain], domain))
    return tuple(Mention(domain, tuple(where[domain])) for domain in ranked)


def _is_political(weight: dict[str, int], chosen: set[str]) -> bool:
    """Relations between states are politics, unless one field rules the report."""
    fields = max((weight[domain] for domain in chosen if domain != SECURITY), default=0)
    return weight[POLITICS] >= NEEDED + 4 or (
        3 * weight[POLITICS] >= fields if weight[POLITICS] >= NEEDED else fields == 0
    )


def _listed(page: Page) -> set[int]:
    """Tokens of a list of fields of cooperation: «همکاری در زمینه‌های کشاورزی، صنعتی و حمل و نقل»."""
    found: set[int] = set()
    for sentence in page.sentences:
        if not page.find(cues("cooperation"), sentence.first, sentence.last):
            continue
        for k in range(sentence.first, sentence.last):
            if page.words[k] in _FIELD_WORDS:
                found |= set(range(k, min(k + LIST_LENGTH, sentence.last)))
    return found


def _without_goods(page: Page, found: list[Hit[Field]]) -> list[Hit[Field]]:
    """«صادرات گاز» is of oil and gas, not of trade at large: such a word before another field's word names no field."""
    starts = {hit.first: hit.value[0] for hit in found}
    return [
        hit
        for hit in found
        if not (page.words[hit.first] in _OF_GOODS and starts.get(hit.last, hit.value[0]) != hit.value[0])
    ]


@cache
def fields() -> tuple[Lexicon[Field], ...]:
    """One word list per domain: a word may speak of two."""
    words: dict[str, list[tuple[str, Field]]] = {}
    for domain, points, cell in rows("domains.tsv"):
        words.setdefault(domain, []).extend((word, (domain, int(points))) for word in alternatives(cell))
    return tuple(Lexicon(terms) for terms in words.values())


_FIELD_WORDS = frozenset({"زمینه", "حوزه", "عرصه", "بخش", "fields", "areas", "spheres", "sectors"})
_OF_GOODS = frozenset({"صادرات", "واردات", "تجارت", "exports", "imports"})
