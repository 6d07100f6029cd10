"""Is a report diplomatic: contact between officials of two states or organisations, an agreement, a note, a post?"""

from __future__ import annotations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import cues
from peyvand.news.roles import Role
from peyvand.news.words import Page, within


def is_diplomatic(page: Page, actors: tuple[Actor, ...], roles: list[Role], home: str) -> bool:
    """Points for offices, organisations and contact in headline and lead, against experts, comment and interviews."""
    return sum(POINTS[sign] for sign in _signs(page, actors, roles, home)) >= NEEDED


def _signs(page: Page, actors: tuple[Actor, ...], roles: list[Role], home: str) -> list[str]:
    """Which signs of POINTS a report shows."""
    if not page.lead:
        return []
    first, last = page.lead[0].first, page.lead[-1].last
    head = max(sentence.last for sentence in page.lead if sentence.line <= 1)
    offices = [role for role in roles if first <= role.first < head]
    foreign = [any(actor.code != home for actor in within(actors, sentence)) for sentence in page.sentences]
    executive = cues("executive")
    shown = {
        "office abroad": any(role.country not in {None, home} and not role.private for role in offices),
        "office at home": any(
            role.country in {None, home} and not role.private and page.at(executive, role.first) for role in offices
        ),
        "organisation": any(actor.kind == "pact" and actor.first < head for actor in actors),
        "executive": bool(page.find(executive, first, last)),
        "contact": bool(page.find(cues("contact"), first, head)),
        "foreign": 2 * sum(foreign) >= len(foreign),
        "commentary": bool(page.find(cues("commentary"), first, head)),
        "private": bool(offices) and offices[0].private,
        "interview": bool(page.find(cues("interview"), first, last)),
        "long": len(page.words) > LONG,
    }
    return [sign for sign, is_there in shown.items() if is_there]


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
LONG = 700  # tokens from which a report is rather a round-up or an essay
NEEDED = 3
POINTS = {  # whole numbers near those of a logistic fit to the labelled reports
    "office abroad": 2,
    "office at home": 2,
    "organisation": 2,
    "executive": 2,
    "contact": 1,
    "foreign": 2,
    "commentary": -4,
    "private": -2,
    "interview": -2,
    "long": -1,
}
