"""Is a report diplomatic: contact between officials of two states or organisations, an agreement, a note, a post?"""

from __future__ import annotations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import cues
from peyvand.news.people import Role
from peyvand.news.report import Act
from peyvand.news.words import Page

def is_diplomatic(
    page: Page, actors: tuple[Actor, ...], roles: list[Role], acts: list[Act], home: str
) -> bool:
    """Title and lead show a foreign party, an executive office and a contact; comment and domestic offices do not count.

    Otherwise the acts decide: a text with several acts of offices towards other states is diplomatic.
    """
    lead = page.lead
    if not lead:
        return False
    first, last = lead[0].first, lead[-1].last
    foreign = [a for a in actors if first <= a.first < last and a.code != home and a.kind not in {"here", "europe"}]
    if not foreign:
        return False

    def shows(name: str) -> bool:
        return bool(cues(name).find(page.words, first, last))

    executive = shows("executive") or any(a.kind in {"seat"} for a in foreign)
    contact = shows("contact") or shows("meeting") or shows("travel")
    if shows("interview") and not shows("executive"):
        return False
    comment = shows("commentary") or any(role.private for role in roles if first <= role.first < last)
    if comment:
        return executive and contact and any(act.type == "CONSULT" and act.span[0] < page.ends[last - 1] for act in acts)
    return executive and (contact or bool(acts))
