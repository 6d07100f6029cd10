"""Who stands in a sentence, who speaks in it, and with whom the talks are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Hit, Lexicon, stop_words
from peyvand.news.persons import Person
from peyvand.news.roles import Role
from peyvand.news.words import Page, Sentence

COMPANY = 14  # tokens within which a cue's company stands


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a sentence: a state or organisation, or a private person who binds nobody."""

    code: str
    private: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with the parties that stand in it, who speaks, and with whom the talks are."""

    sentence: Sentence
    actors: list[Actor]
    people: list[Person]
    roles: list[Role]
    speaker: Speaker | None
    partner: tuple[str, str] | None
    home: str = ""  # the state of the press, where the report is of it too
    met: tuple[str, ...] = ()  # who meets in the sentence, the subject first
    teller: Speaker | None = None  # who spoke last, where the state at the head of the sentence acts
    together: tuple[str, ...] = ()  # «سه کشور»: the states of the report, where they are as many


def is_negated(page: Page, first: int, last: int) -> bool:
    """A negated verb among the tokens: «نکرد», «نمی‌کند», «نیست», not."""
    return any(word in _NEGATIONS for word in page.words[first:last])


def is_wish(page: Page, sentence: Sentence, hit: Hit[Any]) -> bool:
    """«پیشنهاد امضای …», «لزوم افتتاح …», «برای امضای …»: what somebody wants, not what is done."""
    before = page.words[max(sentence.first, hit.first - WISHED) : hit.first]
    return not _WISHES.isdisjoint(before) or not _AIMS.isdisjoint(before[-2:])


def near(page: Page, sentence: Sentence, hit: Hit[Any], company: Lexicon[bool] | None, reach: int = COMPANY) -> bool:
    """One of `company` stands within `reach` tokens of the cue, in its sentence."""
    if company is None:
        return True
    first, last = max(sentence.first, hit.first - reach), min(sentence.last, hit.last + reach)
    return bool(page.find(company, first, last))


def listed(page: Page, scene: Scene, actor: Actor, links: frozenset[str] | None = None) -> list[str]:
    """The codes that stand in one list with `actor`: «ایران، روسیه و چین»."""
    links = links or _LINKS
    k = scene.actors.index(actor)
    low = high = k
    while low > 0 and _linked(page, scene.actors[low - 1], scene.actors[low], links):
        low -= 1
    while high + 1 < len(scene.actors) and _linked(page, scene.actors[high], scene.actors[high + 1], links):
        high += 1
    return list(dict.fromkeys(one.code for one in scene.actors[low : high + 1]))


def parties_of(page: Page, scene: Scene) -> list[tuple[str, str]]:
    """The pairs that a sentence puts on one footing: «بین ایران و هند», «سه کشور»."""
    for actor in scene.actors:
        if actor.first > scene.sentence.first and page.words[actor.first - 1] in _BETWEEN:
            codes = listed(page, scene, actor)
            if len(codes) > 1:
                return list(combinations(codes, 2))
    return list(combinations(scene.together, 2))


def joined(page: Page, scene: Scene, hit: Hit[Any]) -> list[tuple[str, str]]:
    """The pairs of the list of states nearest to a cue: «ایران و هند … امضا کردند», «صادرات گاز ایران به عراق»."""
    found: list[tuple[int, list[str]]] = []
    for actor in scene.actors:
        distance = min(abs(actor.first - hit.first), abs(hit.last - actor.last))
        if (
            actor.kind in _STATES
            and distance <= JOINED
            and len(codes := listed(page, scene, actor, _LINKS | {"به"})) > 1
        ):
            found.append((distance, codes))
    return list(combinations(min(found)[1], 2)) if found else []


def sources_of(page: Page, scene: Scene, *, teller: bool = False) -> list[str]:
    """The state of the speaker or teller, with those in one list with it at the head («انگلیس و فرانسه …»)."""
    speaker = scene.teller if teller else scene.speaker
    if speaker is None or not speaker.code:
        return []
    head = next((actor for actor in scene.actors if actor.code == speaker.code), None)
    if (
        head is None
        or head.first - scene.sentence.first > 3
        or head.kind not in {"name", "capital", "europe", "people"}
    ):
        return [speaker.code]
    return listed(page, scene, head)


def partner_of(scene: Scene, source: str) -> str:
    """The other side of the pair that meets."""
    if not scene.partner or source not in scene.partner:
        return ""
    return scene.partner[0] if scene.partner[1] == source else scene.partner[1]


def _linked(page: Page, one: Actor, other: Actor, links: frozenset[str]) -> bool:
    between = page.words[one.last : other.first]
    if between == ("،",) and page.words[other.last : other.last + 1] == ("را",):
        return False  # «وزارت خارجه هند، پاکستان را متهم کرد»
    return between == ("به", "همراه") or (0 < len(between) <= 2 and all(word in links for word in between))


WISHED = 4  # tokens before a cue within which a word makes a mere wish of it
JOINED = 20  # tokens between a cue and the list of states that it joins
_WISHES = stop_words("wanted")
_AIMS = frozenset({"برای", "جهت"})
_STATES = frozenset({"name", "capital", "pact", "seat"})
_BETWEEN = frozenset({"بین", "میان", "between"})
_LINKS = frozenset({"،", ",", "و", "and", "همراه", "-", "–"})
_NEGATIONS = frozenset(
    [
        "نکرد",
        "نکرده",
        "نکردند",
        "نمی",
        "نیست",
        "نیستند",
        "نبود",
        "نبوده",
        "نشد",
        "نشده",
        "نخواهد",
        "نخواهند",
        "نخواهیم",
        "نداد",
        "ندارد",
        "نداشت",
        "ندارند",
        "not",
        "no",
        "never",
    ]
)
