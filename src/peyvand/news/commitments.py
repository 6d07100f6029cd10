"""What have the parties promised, agreed, signed or put into force, field by field?

A list of fields under one promise gives one commitment per field; «این عرصه‌ها» carries back the list of the sentence
before.
"""

from __future__ import annotations

from functools import cache

from peyvand.news.domains import Field
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows
from peyvand.news.report import Commitment, Strength
from peyvand.news.scene import Scene, is_negated, listed, near
from peyvand.news.words import Page, Sentence, within

REACH = {"intent": 8, "agreed": 8, "implemented": 8, "signed": 14, "ratified": 14}  # tokens to a cue's company
ORDER = tuple(REACH)[::-1]  # the firmest promise of a sentence names its commitments
Promise = tuple[Strength, Lexicon[bool] | None]


def find_commitments(page: Page, scenes: list[Scene], fields: list[Hit[Field]]) -> list[Commitment]:
    """Every commitment once per pair and domain, in the order of the text."""
    made: dict[tuple[frozenset[str], str], Commitment] = {}
    before: list[str] = []
    cued = page.find_all(promises())
    for scene in scenes:
        named = _named(scene.sentence, fields)
        promised = _promises(page, scene.sentence, cued)
        if any(strength == "intent" for _, strength in promised):  # what is still to be done outweighs what was agreed
            promised = [(hit, strength) for hit, strength in promised if strength != "agreed"]
        for hit, strength in promised:
            pair = _between(page, scene) or _pair(scene)
            if pair is None:
                continue
            listed = named or (before if _refers_back(page, scene.sentence) else [])
            if _refers_back(page, scene.sentence):
                listed = list(dict.fromkeys([*named, *before]))
            span = page.span(max(scene.sentence.first, hit.first - 3), min(hit.last + 10, scene.sentence.last))
            for domain in listed or ["politics_other"]:
                made.setdefault((frozenset(pair), domain), Commitment(pair[0], pair[1], domain, strength, span))
        before = named or before
    return list(made.values())


@cache
def promises() -> tuple[Lexicon[Promise], ...]:
    """One word list per row of commitments.tsv."""
    made: list[Lexicon[Promise]] = []
    for strength, words, *company in rows("commitments.tsv"):
        wanted = alternatives(company[0]) if company else []
        value: Promise = (strength, Lexicon((word, True) for word in wanted) if wanted else None)  # type: ignore[assignment]
        made.append(Lexicon((word, value) for word in alternatives(words)))
    return tuple(made)


def _promises(page: Page, sentence: Sentence, cued: list[Hit[Promise]]) -> list[tuple[Hit[Promise], Strength]]:
    found: list[tuple[Hit[Promise], Strength]] = []
    for hit in within(cued, sentence):
        strength, company = hit.value
        if strength == "signed" and page.find(cues("future"), sentence.first, sentence.last):
            strength = "intent"
        if not near(page, sentence, hit, company, REACH[strength]):
            continue
        if not is_negated(page, hit.last, min(hit.last + 4, sentence.last)):
            found.append((hit, strength))
    return sorted(found, key=lambda one: ORDER.index(one[1]))


def _named(sentence: Sentence, fields: list[Hit[Field]]) -> list[str]:
    found = [hit.value[0] for hit in within(fields, sentence)]
    return list(dict.fromkeys(domain for domain in found if domain != "politics_other"))


def _between(page: Page, scene: Scene) -> tuple[str, str] | None:
    """«موافقتنامه بین ایران و اتحادیه اقتصادی اوراسیا»: the two that stand together after the preposition."""
    for actor in scene.actors:
        if actor.first > scene.sentence.first and page.words[actor.first - 1] in _BETWEEN:
            codes = listed(page, scene, actor)
            if len(codes) == 2:
                return (codes[0], codes[1])
    return None


def _pair(scene: Scene) -> tuple[str, str] | None:
    speaker = scene.speaker
    if speaker is None or speaker.private:
        return None
    source = speaker.code
    if scene.partner and source in scene.partner:
        return (source, scene.partner[0] if scene.partner[1] == source else scene.partner[1])
    others = list(dict.fromkeys(actor.code for actor in scene.actors if actor.code != source))
    return (source, others[0]) if others else None


def _refers_back(page: Page, sentence: Sentence) -> bool:
    """«این عرصه‌ها», «این زمینه‌ها», these fields."""
    return any(
        page.words[k] in {"این", "these"} and page.words[k + 1] in _FIELDS
        for k in range(sentence.first, sentence.last - 1)
    )


_BETWEEN = frozenset({"بین", "میان", "between"})
_FIELDS = frozenset({"عرصه", "زمینه", "حوزه", "بخش", "fields", "areas", "spheres", "sectors"})
