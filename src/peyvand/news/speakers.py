"""Who speaks in each sentence?

The first person, office or state of a sentence speaks; «وی» and quotations keep the speaker before. An office without a
state belongs to the state that the text once gave it, else to the home of the press.
"""

from __future__ import annotations

from dataclasses import replace

from peyvand.news.actors import STATE_KINDS, Actor
from peyvand.news.lexicon import cues
from peyvand.news.meetings import parties_of_meeting
from peyvand.news.persons import Person
from peyvand.news.roles import Role
from peyvand.news.scene import Scene, Speaker
from peyvand.news.words import Page, Sentence, within


def scenes(
    page: Page, actors: tuple[Actor, ...], people: list[Person], roles: list[Role], parties: frozenset[str], home: str
) -> list[Scene]:
    """The sentences of a page with their speakers, and the pair that meets."""
    result: list[Scene] = []
    states = tuple(dict.fromkeys(a.code for a in actors if a.kind in STATE_KINDS and a.code in parties))
    offices = _offices(page, people, roles)
    speaker: Speaker | None = None
    partner: tuple[str, str] | None = None
    line = 0
    teller: Speaker | None = None
    quoted = False  # «… گفت: …»: the rest of the paragraph is said by who spoke
    for sentence in page.sentences:
        if page.lines is not None and sentence.line != line:  # in a round-up each line is news of its own
            speaker = teller = partner = None
        quoted = quoted and sentence.line == line
        line = sentence.line
        here = [a for a in within(actors, sentence) if a.code in parties or is_commission(page, a)]
        named, held = within(people, sentence), within(roles, sentence)
        if not (quoted and speaker is not None and _goes_on(page, sentence)):
            speaker = _speaker(page, sentence, here, named, held, offices, home if home in parties else "", speaker)
        teller = speaker if named or held or teller is None else teller
        quoted = quoted or ":" in page.words[sentence.first : sentence.last]
        together = states if _counted(page, sentence) == len(states) else ()
        scene = Scene(
            sentence,
            here,
            named,
            held,
            speaker=speaker,
            partner=partner,
            teller=teller,
            together=together,
            home=home if home in parties else "",
        )
        met = parties_of_meeting(page, scene)
        if len(met) == 2:
            partner = (met[0], met[1])
        result.append(replace(scene, partner=partner, met=tuple(met)))
    return result


def _goes_on(page: Page, sentence: Sentence) -> bool:
    """Nobody begins to speak or to meet: what was quoted goes on."""
    return not any(page.find(cues(name), sentence.first, sentence.last) for name in ("speech", "meeting"))


def _counted(page: Page, sentence: Sentence) -> int:
    """How many states a sentence speaks of without their names: «مقام‌های سه کشور» are three, else none."""
    for k in range(sentence.first, sentence.last - 1):
        if page.words[k + 1] in {"کشور", "طرف", "countries", "sides"} and page.words[k] in _NUMBERS:
            return _NUMBERS[page.words[k]]
    return 0


def is_commission(page: Page, actor: Actor) -> bool:
    """«کمیسیون مشترک برجام»: the members meet as one body."""
    return actor.code == "JCPOA" and page.words[max(0, actor.first - 2) : actor.first] == ("کمیسیون", "مشترک")


def _speaker(
    page: Page,
    sentence: Sentence,
    here: list[Actor],
    people: list[Person],
    roles: list[Role],
    offices: dict[str, str],
    home: str,
    before: Speaker | None,
) -> Speaker | None:
    """The first person, office or state of the sentence, if it may speak; «وی» and quotations keep the one before."""
    head = page.words[sentence.first : sentence.first + 4]
    if any(word in _PRONOUNS for word in head):
        return before
    subjects: list[tuple[int, str | None, bool]] = [(person.first, person.country, person.private) for person in people]
    subjects += [
        (role.first, role.country or offices.get(_office(page, role)) or _home_office(page, role, home), role.private)
        for role in roles
    ]
    subjects.sort(key=lambda subject: subject[0])
    if here and subjects and subjects[0][0] > max(here[0].last, sentence.first) + CLOSE and _heads(here[0], sentence):
        return before if before is not None and before.private else Speaker(here[0].code, False)
    for first, country, private in subjects:
        if first - sentence.first > 30 and before is not None:
            break
        if private:
            return Speaker(country or "", True)
        if country:
            return Speaker(country, False)
    if before is None and here:
        return Speaker(here[0].code, False)
    if here and (_heads(here[0], sentence) or (here[0].kind == "capital" and here[0].first - sentence.first <= 2)):
        return before if before is not None and before.private else Speaker(here[0].code, False)
    return before


def _heads(actor: Actor, sentence: Sentence) -> bool:
    """A state or organisation at the head of a sentence: «جمهوری اسلامی ایران با قدردانی از …»."""
    return actor.first - sentence.first <= 2 and actor.kind in {"name", "seat", "europe", "pact"}


def _office(page: Page, role: Role) -> str:
    """The words that name an office, without its state: «معاون سیاسی وزیر امور خارجه»."""
    return " ".join(page.words[role.first : min(role.last, role.first + 3)])


def _offices(page: Page, people: list[Person], roles: list[Role]) -> dict[str, str]:
    """Which state an office belongs to, where the text says it once."""
    found: dict[str, str] = {}
    state_at = {k: person.country for person in people for k in (person.first, person.last) if person.country}
    for role in roles:
        beside = [
            state_at[k]
            for k in (*range(role.last, role.last + 3), *range(role.first - 2, role.first + 1))
            if k in state_at
        ]
        country = role.country or (beside[0] if beside else None)
        if country:
            found.setdefault(_office(page, role), country)
    return found


def _home_office(page: Page, role: Role, home: str) -> str | None:
    """An executive office without a state's name is of the home press's state."""
    beside = page.words[role.first - 1] if role.first else ""
    return home or None if beside not in {"دو", "هر"} and page.at(cues("executive"), role.first, role.last) else None


CLOSE = 2  # tokens after a state within which an office is still its own: «ایران، وزیر امور خارجه»
_NUMBERS = {"دو": 2, "سه": 3, "چهار": 4, "پنج": 5, "3": 3, "4": 4, "5": 5, "three": 3, "four": 4, "five": 5}
_PRONOUNS = frozenset({"وی", "او", "ایشان", "he", "she", "they"})
