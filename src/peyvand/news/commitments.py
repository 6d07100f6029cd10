"""What have the parties promised, agreed, signed or put into force, field by field?

A list of fields under one promise gives one commitment per field; «این عرصه‌ها» carries back the list of the sentence
before.
"""

from __future__ import annotations

from functools import cache
from itertools import product

from peyvand.news.domains import POLITICS, Field
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows
from peyvand.news.report import Commitment, Strength
from peyvand.news.scene import Scene, is_negated, near, parties_of, sources_of
from peyvand.news.words import Page, Sentence, within

REACH = {"intent": 12, "agreed": 8, "implemented": 8, "signed": 14, "ratified": 14}  # tokens to a cue's company
UNLESS = 5  # tokens after a cue within which a word takes its promise away («آماده مذاکره»)
FIELDS_BEFORE, FIELDS_AFTER = 10, 30  # tokens around a promise within which its fields stand
ORDER = tuple(REACH)[::-1]  # the firmest promise of a sentence names its commitments
Promise = tuple[
    Strength, Lexicon[bool] | None, Lexicon[bool] | None
]  # strength, words that must and that must not stand near


def find_commitments(page: Page, scenes: list[Scene], fields: list[Hit[Field]], ruling: str) -> list[Commitment]:
    """Every commitment once per pair and domain, in the order of the text; without a field, of the `ruling` domain."""
    made: dict[tuple[frozenset[str], str], Commitment] = {}
    before: list[str] = []
    cued = page.find_all(promises())
    for scene in scenes:
        here = within(fields, scene.sentence)
        promised = _promises(page, scene.sentence, cued)
        if any(strength == "intent" for _, strength in promised):  # what is still to be done outweighs what was agreed
            promised = [(hit, strength) for hit, strength in promised if strength != "agreed"]
        for hit, strength in promised:
            pairs = parties_of(page, scene) or _pair(page, scene, hit)
            domains = _named(here, hit)
            if _refers_back(page, scene.sentence):
                domains = list(dict.fromkeys([*_named(here), *before]))
            span = page.span(max(scene.sentence.first, hit.first - 3), min(hit.last + 10, scene.sentence.last))
            for (by, to), domain in product(pairs, domains or [ruling]):
                made.setdefault((frozenset((by, to)), domain), Commitment(by, to, domain, strength, span))
        before = _named(here) or before
    return list(made.values())


@cache
def promises() -> tuple[Lexicon[Promise], ...]:
    """One word list per row of commitments.tsv."""
    made: list[Lexicon[Promise]] = []
    for strength, words, *near_by in rows("commitments.tsv"):
        company, unless = (
            Lexicon((word, True) for word in alternatives(cell)) or None for cell in (*near_by, "", "")[:2]
        )
        value: Promise = (strength, company, unless)  # type: ignore[assignment]
        made.append(Lexicon((word, value) for word in alternatives(words)))
    return tuple(made)


def _promises(page: Page, sentence: Sentence, cued: list[Hit[Promise]]) -> list[tuple[Hit[Promise], Strength]]:
    found: list[tuple[Hit[Promise], Strength]] = []
    for hit in within(cued, sentence):
        strength, company, unless = hit.value
        if strength == "signed" and page.find(cues("future"), sentence.first, sentence.last):
            strength = "intent"
        if not near(page, sentence, hit, company, REACH[strength]):
            continue
        if unless is not None and page.find(unless, hit.last, min(hit.last + UNLESS, sentence.last)):
            continue
        if not is_negated(page, hit.last, min(hit.last + 4, sentence.last)):
            found.append((hit, strength))
    return sorted(found, key=lambda one: ORDER.index(one[1]))


def _named(here: list[Hit[Field]], promise: Hit[Promise] | None = None) -> list[str]:
    """The domains that a sentence names outright, else with a hint, or those near a promise."""
    near_by = [
        hit
        for hit in here
        if promise is None or promise.first - FIELDS_BEFORE <= hit.first < promise.last + FIELDS_AFTER
    ]
    named = [hit for hit in near_by if hit.value[0] != POLITICS]
    outright = [hit for hit in named if hit.value[1] > 1]
    return list(dict.fromkeys(hit.value[0] for hit in outright or named))


def _pair(page: Page, scene: Scene, promise: Hit[Promise]) -> list[tuple[str, str]]:
    """Who promises, and whom: the party named after the promise («به …», «با …»), else the partner of the talks."""
    speaker = scene.speaker
    if speaker is None or speaker.private:
        return []
    source = speaker.code
    sources = sources_of(page, scene)
    others = [actor for actor in scene.actors if actor.code not in sources]
    meant = [a for a in others if promise.last <= a.first < promise.last + MEANT and page.words[a.first - 1] in _WITH]
    if meant:
        return [(one, meant[0].code) for one in sources]
    told = _told_of(page, scene, promise)
    if told and told != source:
        return [(told, source)]
    if told and not page.find(cues("mutual"), scene.sentence.first, scene.sentence.last):
        return []
    if scene.partner and source in scene.partner:
        return [(source, scene.partner[0] if scene.partner[1] == source else scene.partner[1])]
    return [(source, others[0].code)] if others else []


def _told_of(page: Page, scene: Scene, promise: Hit[Promise]) -> str:
    """«گفت: اروپا قول داد …»: the state at the head of what is said promises, not who tells of it.

    What a speaker says so of the own state binds it to nobody, unless the sentence speaks of both.
    """
    heads = [k for k in range(scene.sentence.first, promise.first) if page.words[k] == ":"]
    for actor in scene.actors:
        if heads and heads[-1] < actor.first <= heads[-1] + HEAD and actor.last <= promise.first:
            return "" if page.words[actor.first - 1] in _PREPOSITIONS else actor.code
    return ""


def _refers_back(page: Page, sentence: Sentence) -> bool:
    """«این عرصه‌ها», «این زمینه‌ها», these fields."""
    return any(
        page.words[k] in {"این", "these"} and page.words[k + 1] in _FIELDS
        for k in range(sentence.first, sentence.last - 1)
    )


MEANT = 15  # tokens after a promise within which whom it is made to stands
HEAD = 3  # tokens after a colon within which the subject of what is said stands
_PREPOSITIONS = frozenset({"با", "به", "از", "در", "برای", "بین", "میان", "with", "to", "of", "in", "from", "for"})
_WITH = frozenset({"با", "به", "with", "to"})
_FIELDS = frozenset({"عرصه", "زمینه", "حوزه", "بخش", "fields", "areas", "spheres", "sectors"})
