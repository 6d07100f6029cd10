"""Is a report diplomatic: contact between officials of two states or organisations, an agreement, a note, a post?"""

from __future__ import annotations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import cues
from peyvand.news.people import Person, Role
from peyvand.news.words import Page


def is_diplomatic(
    page: Page,
    actors: tuple[Actor, ...],
    people: list[Person],
    roles: list[Role],
    states: dict[str, list[Actor]],
    home: str,
) -> bool:
    """Title and lead must show a foreign party, an office and a contact, and no private person or lone member as speaker."""
    lead = [sentence for sentence in page.sentences if sentence.line <= 2]
    if not lead:
        return False
    first, last = lead[0].first, lead[-1].last
    foreign = [a for a in actors if first <= a.first < last and a.code != home and a.kind != "here"]
    if not foreign:
        return False
    speakers = [role for role in roles if first <= role.first < last]
    if any(role.private for role in speakers[:2]):
        return False
    if cues("interview").find(page.words, first, last):
        return False
    official = bool(cues("official").find(page.words, first, last)) or any(a.kind in {"holder", "seat"} for a in foreign)
    contact = any(cues(name).find(page.words, first, last) for name in ("meeting", "travel", "talkabout"))
    return official and contact
