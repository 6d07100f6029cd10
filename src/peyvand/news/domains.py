"""Which fields are the subject of the talks, the cooperation or the dispute?

Words of `domains.tsv` speak for a field; how many, where and in what company decides (POINTS). A word inside a longer
one («انرژی» in «انرژی هسته‌ای»), inside the name of a state or a pact («فدراسیون روسیه»), or inside an office («وزیر
صنعت») is no subject.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows
from peyvand.news.report import Mention
from peyvand.news.roles import Role
from peyvand.news.words import Page, within

Field = tuple[str, int]  # domain and weight of a word for it
LIST_LENGTH = 30  # tokens that a list of fields may take
POLITICS = "politics_other"
OUTRIGHT = 2  # weight of a word that names its field outright


def find_fields(page: Page, actors: Iterable[Actor] = ()) -> list[Hit[Field]]:
    """Every word for a field, in the order of the text; none inside a longer one or inside the name of an actor."""
    found = _without_goods(page, _longest(page.find_all(fields())))
    named = _tokens((actor.first, actor.last) for actor in actors)
    found = [hit for hit in found if hit.first not in named]
    return found if page.lines is None else [hit for sentence in page.sentences for hit in within(found, sentence)]


def domains_of(page: Page, found: list[Hit[Field]], roles: list[Role], *, is_diplomatic: bool) -> tuple[Mention, ...]:
    """Domains with enough points, those with most words first."""
    offices = _tokens((role.first, role.last) for role in roles if page.words[role.first] not in _DELEGATIONS)
    ground = _Ground(page, is_diplomatic=is_diplomatic)
    for hit in found:
        ground.add(hit, in_office=hit.first in offices)
    chosen = [domain for domain in ground.hits if domain != POLITICS and _points(ground, domain) >= NEEDED]
    if _is_political(ground) or (is_diplomatic and not chosen):
        chosen.append(POLITICS)
    ranked = sorted(chosen, key=lambda domain: (-ground.weight[domain], domain))
    spans = {domain: tuple(page.span(hit.first, hit.last) for hit in ground.hits[domain]) for domain in ranked}
    return tuple(Mention(domain, spans[domain] or (page.span(0, 1),)) for domain in ranked)


class _Ground:
    """The words for each field on a page, and what their sentences say beside them."""

    def __init__(self, page: Page, *, is_diplomatic: bool) -> None:
        self.page, self.is_diplomatic = page, is_diplomatic
        self.starts = [sentence.first for sentence in page.sentences]
        self.title = max((one.last for one in page.lead if one.line == 0), default=0)
        self.contact = [any(page.find(cues(name), one.first, one.last) for name in _CONTACT) for one in page.sentences]
        self.listed = _listed(page)
        self.hits: dict[str, list[Hit[Field]]] = defaultdict(list)
        self.weight: dict[str, int] = defaultdict(int)
        self.in_office: set[str] = set()  # fields that the name of an office speaks of
        self.fields_in: dict[int, set[str]] = defaultdict(set)  # fields named outright, by sentence

    def add(self, hit: Hit[Field], *, in_office: bool) -> None:
        """Take a word; one that names an office («وزیر صنعت») is told apart."""
        domain, points = hit.value
        if in_office:
            self.in_office.add(domain)
            return
        self.hits[domain].append(hit)
        self.weight[domain] += points
        if points == OUTRIGHT and domain != POLITICS:
            self.fields_in[self.sentence(hit)].add(domain)

    def sentence(self, hit: Hit[Field]) -> int:
        """The number of the sentence in which a word stands."""
        return bisect(self.starts, hit.first) - 1

    def share(self, domain: str) -> float:
        """The share of a field in the weight of all."""
        total = sum(self.weight.values())
        return self.weight[domain] / total if total else 0.0


def _is_political(ground: _Ground) -> bool:
    """One word that names politics outright is enough; words that need company must be half of all."""
    hits = ground.hits[POLITICS]
    return any(hit.value[1] == OUTRIGHT for hit in hits) or (bool(hits) and ground.share(POLITICS) >= 1 / 2)


def _points(ground: _Ground, domain: str) -> int:
    """Points of a field: how often, or whether, each sign of POINTS speaks for it."""
    hits, page = ground.hits[domain], ground.page
    outright = [hit for hit in hits if hit.value[1] == OUTRIGHT]
    places = {ground.sentence(hit) for hit in hits}
    signs = {
        "in the title": any(hit.first < ground.title for hit in outright),
        "different words": min(len({page.words[hit.first : hit.last] for hit in outright}), MOST_WORDS),
        "quarters of all words": int(4 * ground.share(domain)),
        "sentences of contact": sum(ground.contact[k] for k in places).bit_length(),  # each doubling counts
        "in a list of fields": any(hit.first in ground.listed for hit in hits),
        "beside other fields": any(
            len(ground.fields_in[k]) >= BESIDE and domain in ground.fields_in[k] and ground.contact[k] for k in places
        ),
        "named by an office": domain in ground.in_office,
        "short report": len(page.words) <= SHORT,
        "not diplomatic": not ground.is_diplomatic,
    }
    return HEAD_START.get(domain, 0) + sum(POINTS[sign] * count for sign, count in signs.items())


def _longest(found: list[Hit[Field]]) -> list[Hit[Field]]:
    """Without words that lie inside a longer word for another field: «جنگ اقتصادی» is neither war nor trade."""
    kept: list[Hit[Field]] = []
    for hit in sorted(found, key=lambda hit: (hit.first, -hit.last)):
        if kept and hit.last <= kept[-1].last and hit.last - hit.first < kept[-1].last - kept[-1].first:
            continue
        kept.append(hit)
    return kept


def _tokens(places: Iterable[tuple[int, int]]) -> set[int]:
    return {k for first, last in places for k in range(first, last)}


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
    for domain, points, _theme, cell in rows("domains.tsv"):
        words.setdefault(domain, []).extend((word, (domain, int(points))) for word in alternatives(cell))
    return tuple(Lexicon(terms) for terms in words.values())


SHORT = 100  # tokens up to which every word tells
BESIDE = 3  # fields in one sentence of talks that make it a list
MOST_WORDS = 3  # different words beyond which more say nothing new
NEEDED = 4
POINTS = {  # whole numbers near those of a logistic fit to the labelled reports, cross-validated set by set
    "in the title": 2,
    "different words": 2,
    "quarters of all words": 1,
    "sentences of contact": 1,
    "in a list of fields": 2,
    "beside other fields": 2,
    "named by an office": 2,
    "short report": 2,
    "not diplomatic": -3,
}
HEAD_START = {"security_defence": 1, "oil_gas": 1, "banking_finance": 3}  # seldom named in passing
_DELEGATIONS = frozenset({"هیات", "هیئت", "delegation"})  # «هیات تجاری» says why it comes
_CONTACT = ("cooperation", "talks", "meeting")
_FIELD_WORDS = frozenset({"زمینه", "حوزه", "عرصه", "بخش", "fields", "areas", "spheres", "sectors"})
_OF_GOODS = frozenset({"صادرات", "واردات", "تجارت", "exports", "imports"})
