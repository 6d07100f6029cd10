"""What have the parties promised, agreed, signed or put into force, field by field?

A list of fields under one promise gives one commitment per field; «این عرصه‌ها» carries back the list of the sentence
before.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, product

from peyvand.news.actors import Actor
from peyvand.news.domains import POLITICS, Field
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows
from peyvand.news.report import Commitment, Strength
from peyvand.news.scene import Scene, is_negated, is_wish, joined, near, parties_of, sources_of
from peyvand.news.words import Page, Sentence, within

REACH = {"intent": 12, "agreed": 8, "implemented": 14, "signed": 16, "ratified": 14}  # tokens to a cue's company
SOON = 3  # tokens after a cue within which a word says that it is still to come
UNLESS = 5  # tokens after a cue within which a word takes its promise away («آماده مذاکره»)
FIELDS_BEFORE, FIELDS_AFTER = 10, 30  # tokens around a promise within which its fields stand
POLITICS_NEAR = 14  # tokens around a promise without another field within which words of politics count
APART = 10  # tokens between two fields of one list
ORDER = tuple(REACH)[::-1]  # the firmest promise of a sentence names its commitments
Promise = tuple[
    Strength, Lexicon[bool] | None, Lexicon[bool] | None
]  # strength, words that must and that must not stand near


def find_commitments(page: Page, scenes: list[Scene], fields: list[Hit[Field]], domains: list[str]) -> list[Commitment]:
    """Every commitment once per pair and field, in the order of the text.

    A promise is of the fields that it names, of those that the report is about (`domains`, heaviest first) if it names
    one of them; without a field it is of the heaviest.
    """
    made: dict[tuple[frozenset[str], str], Commitment] = {}
    before: list[str] = []
    cued = page.find_all(promises())
    for scene in scenes:
        here = _of_no_office(within(fields, scene.sentence), scene)
        promised = _promises(page, scene.sentence, cued)
        if any(strength == "intent" for _, strength in promised):  # what is still to be done outweighs what was agreed
            promised = [(hit, strength) for hit, strength in promised if strength != "agreed"]
        for hit, strength in promised:
            pairs = _between(page, scene, strength) or _pair(page, scene, hit)
            named = _fields_of(page, scene, here, hit, before)
            named = [domain for domain in named if domain in domains] or named or domains[:1]
            span = page.span(max(scene.sentence.first, hit.first - 3), min(hit.last + 10, scene.sentence.last))
            for (by, to), domain in product(pairs, named):
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
        if strength == "implemented" and _is_to_come(page, sentence, hit):
            strength = "intent"
        if not near(page, sentence, hit, company, REACH[strength]):
            continue
        if unless is not None and page.find(unless, hit.last, min(hit.last + UNLESS, sentence.last)):
            continue
        if strength in DONE and is_wish(page, sentence, hit):
            continue
        if not is_negated(page, hit.last, min(hit.last + 4, sentence.last)):
            found.append((hit, strength))
    return sorted(found, key=lambda one: ORDER.index(one[1]))


def _is_to_come(page: Page, sentence: Sentence, hit: Hit[Promise]) -> bool:
    """«اجرایی می‌شود», «اجرایی خواهد شد», «… به زودی»: announced, not done."""
    announced = any(word.startswith("می") for word in page.words[hit.first : hit.last])
    return announced or bool(page.find(cues("future"), hit.first, min(hit.last + SOON, sentence.last)))


def _fields_of(page: Page, scene: Scene, here: list[Hit[Field]], promise: Hit[Promise], before: list[str]) -> list[str]:
    """The fields of a promise: those named near it, those that «این عرصه‌ها» carries back, else politics near it."""
    if _refers_back(page, scene.sentence, _FIELDS):
        return list(dict.fromkeys([*_named(here), *before]))
    named = _named(here, promise)
    if not named and _refers_back(page, scene.sentence, _WORKS):
        return before
    low, high = promise.first - POLITICS_NEAR, promise.last + POLITICS_NEAR
    if not named and any(hit.value == (POLITICS, 2) and low <= hit.first < high for hit in here):
        return [POLITICS]
    return named


def _of_no_office(here: list[Hit[Field]], scene: Scene) -> list[Hit[Field]]:
    """«رئیس پارلمان صربستان» promises no parliaments: an office names a field only where nothing else does."""
    offices = {k for role in scene.roles for k in range(role.first, role.last)}
    return [hit for hit in here if hit.first not in offices] or here


def _named(here: list[Hit[Field]], promise: Hit[Promise] | None = None) -> list[str]:
    """The fields that a sentence names outright, else with a hint; of a promise, the list nearest to it."""
    named = [hit for hit in here if hit.value[0] != POLITICS]
    if promise is not None:
        low, high = promise.first - FIELDS_BEFORE, promise.last + FIELDS_AFTER
        named = [hit for hit in named if low <= hit.first < high]
    named = [hit for hit in named if hit.value[1] > 1] or named
    if promise is not None:
        named = _nearest_list(named, promise)
    return list(dict.fromkeys(hit.value[0] for hit in named))


def _nearest_list(named: list[Hit[Field]], promise: Hit[Promise]) -> list[Hit[Field]]:
    """Of the fields around a promise those that stand together, nearest to it."""
    lists: list[list[Hit[Field]]] = []
    for hit in named:
        if lists and hit.first - lists[-1][-1].last <= APART and not lists[-1][-1].last <= promise.first < hit.first:
            lists[-1].append(hit)
        else:
            lists.append([hit])
    return min(lists, key=lambda one: _distance(one, promise), default=[])


def _distance(together: list[Hit[Field]], promise: Hit[Promise]) -> int:
    return max(together[0].first - promise.first, promise.first - together[-1].last)


def _between(page: Page, scene: Scene, strength: Strength) -> list[tuple[str, str]]:
    """«بین ایران و هند»; who is ready to mediate between two promises it to both."""
    pairs = parties_of(page, scene)
    sources = sources_of(page, scene)
    if strength != "intent" or not sources or any(source in pair for source in sources for pair in pairs):
        return pairs
    return [(sources[0], code) for code in dict.fromkeys(code for pair in pairs for code in pair)]


def _pair(page: Page, scene: Scene, promise: Hit[Promise]) -> list[tuple[str, str]]:
    """Who promises, and whom: the party named after the promise («به …», «با …»), else the partner of the talks."""
    if promise.value[0] != "intent" and (pairs := joined(page, scene, promise)):
        return pairs
    speaker = scene.speaker
    if speaker is None or speaker.private:
        return []
    source = speaker.code
    sources = sources_of(page, scene)
    others = [actor for actor in scene.actors if actor.code not in {*sources, "UN"}]
    meant = [a for a in others if promise.last <= a.first < promise.last + MEANT and _is_met(page, a)]
    if meant:
        return [(one, meant[0].code) for one in sources]
    if len(sources) > 1:
        return list(combinations(sources, 2))
    told = _told_of(page, scene, promise)
    if told and told != source:
        return [(told, source)]
    if (
        told
        and not others
        and not scene.partner
        and not page.find(cues("mutual"), scene.sentence.first, scene.sentence.last)
    ):
        return []
    if scene.partner and source in scene.partner:
        return [(source, scene.partner[0] if scene.partner[1] == source else scene.partner[1])]
    states = [actor.code for actor in others if actor.kind != "pact" or actor.code == "EU"]
    return [(source, states[0])] if states else []


def _is_met(page: Page, actor: Actor) -> bool:
    """«با ایران», «به دولت ایران», «با همکاری ایران»."""
    before = page.words[max(0, actor.first - 2) : actor.first]
    return bool(before) and (before[-1] in _WITH or (before[0] in _WITH and before[-1] in _HELP))


def _told_of(page: Page, scene: Scene, promise: Hit[Promise]) -> str:
    """«گفت: اروپا قول داد …»: the state at the head of what is said promises, not who tells of it.

    What a speaker says so of the own state binds it to nobody, unless the sentence speaks of both.
    """
    heads = [k for k in range(scene.sentence.first, promise.first) if page.words[k] == ":"]
    for actor in scene.actors:
        if heads and heads[-1] < actor.first <= heads[-1] + HEAD and actor.last <= promise.first:
            return "" if page.words[actor.first - 1] in _PREPOSITIONS else actor.code
    return ""


def _refers_back(page: Page, sentence: Sentence, words: frozenset[str]) -> bool:
    """«این عرصه‌ها», «این موافقتنامه», these fields: one of `words` after «این»."""
    return any(
        page.words[k] in {"این", "these", "this"} and page.words[k + 1] in words
        for k in range(sentence.first, sentence.last - 1)
    )


MEANT = 15  # tokens after a promise within which whom it is made to stands
HEAD = 3  # tokens after a colon within which the subject of what is said stands
_PREPOSITIONS = frozenset({"با", "به", "از", "در", "برای", "بین", "میان", "with", "to", "of", "in", "from", "for"})
DONE = frozenset({"ratified", "signed", "implemented"})
_HELP = frozenset({"همکاری", "مشارکت", "کمک", "دولت", "کشور", "جمهوری", "the"})
_WITH = frozenset({"با", "به", "with", "to"})
_WORKS = frozenset(
    {
        "موافقتنامه",
        "موافقت",
        "تفاهم",
        "سند",
        "قرارداد",
        "پروژه",
        "طرح",
        "پروتکل",
        "لایحه",
        "قانون",
        "agreement",
        "project",
    }
)
_FIELDS = frozenset({"عرصه", "زمینه", "حوزه", "بخش", "fields", "areas", "spheres", "sectors"})
