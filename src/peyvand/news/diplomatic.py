"""Is a report diplomatic: contact between officials of two states or organisations, an agreement, a note, a post?"""

from __future__ import annotations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import cues
from peyvand.news.roles import Role
from peyvand.news.words import Page, within


def is_diplomatic(page: Page, actors: tuple[Actor, ...], roles: list[Role], home: str) -> bool:
    """Title and lead show a foreign party, an executive office, and a contact or a statement.

    A meeting with an office of another state in title or lead is enough. Where experts, members of parliament or
    commanders speak, office and contact must both stand in title and lead.
    """
    lead = page.lead
    if not lead:
        return False
    first, last = lead[0].first, lead[-1].last
    foreign = [a for a in actors if first <= a.first < last and a.code != home and a.kind not in {"here", "europe"}]
    if not foreign:
        return False

    def shows(name: str, end: int = last) -> bool:
        return bool(page.find(cues(name), first, end))

    head = max(sentence.last for sentence in page.lead if sentence.line <= 1)
    executive = shows("executive") or any(a.kind == "seat" for a in foreign)
    contact = any(shows(name) for name in CONTACT)
    if shows("interview") and not shows("executive", head):
        return False
    abroad = any(role.country not in {None, home} and not role.private for role in roles if first <= role.first < head)
    if abroad and shows("meeting", head):
        return True
    if shows("commentary", head) or any(role.private for role in roles if first <= role.first < head):
        return shows("executive", head) and any(shows(name, head) for name in CONTACT)
    return executive and (contact or shows("speech"))


def is_round_up(page: Page) -> bool:
    """«گزیده اخبار», «مهمترین عناوین»: title and lead say that the news of a day is gathered."""
    return bool(page.lead) and bool(page.find(cues("roundup"), page.lead[0].first, page.lead[-1].last))


def foreign_lines(page: Page, actors: tuple[Actor, ...], home: str) -> frozenset[int]:
    """Title, lead, and the lines that name another state or an organisation."""
    lines = {0, 1}
    for sentence in page.sentences:
        if any(actor.code != home and actor.kind != "here" for actor in within(actors, sentence)):
            lines.add(sentence.line)
    return frozenset(lines)


def is_leisure(page: Page) -> bool:
    """A match or a festival, not a meeting: title and lead speak of sport or art, and of no office of a state."""
    if not page.lead:
        return False
    first, last = page.lead[0].first, page.lead[-1].last
    found = page.find(cues("leisure"), first, last)
    return len({" ".join(page.words[hit.first : hit.last]) for hit in found}) >= LEISURE_WORDS and not page.find(
        cues("executive"), first, last
    )


LEISURE_WORDS = 3
CONTACT = ("contact", "meeting", "travel", "talks")
