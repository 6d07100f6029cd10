"""Is a report diplomatic: contact between officials of two states or organisations, an agreement, a note, a post?"""

from __future__ import annotations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import cues
from peyvand.news.roles import Role
from peyvand.news.words import Page, within


def is_diplomatic(page: Page, actors: tuple[Actor, ...], roles: list[Role], home: str) -> bool:
    """Points for offices, organisations and two sides in headline and lead, against comment and incidents."""
    return sum(POINTS[sign] for sign in _signs(page, actors, roles, home)) >= NEEDED


def _signs(page: Page, actors: tuple[Actor, ...], roles: list[Role], home: str) -> list[str]:
    """Which signs of POINTS a report shows."""
    if not page.lead:
        return []
    first, last = page.lead[0].first, page.lead[-1].last
    head = max(sentence.last for sentence in page.lead if sentence.line <= 1)
    title = max((sentence.last for sentence in page.lead if sentence.line == 0), default=first)
    early = [actor for actor in actors if actor.first < head]
    states = {actor.code for actor in early if actor.kind not in {"pact", "here"}}
    executive, comment = cues("executive"), page.find(cues("commentary"), first, head)
    offices = [role for role in roles if first <= role.first < head]
    at_home = [role for role in offices if role.country in {None, home} and page.at(executive, role.first)]
    abroad = [role for role in offices if role.country not in {None, home}]
    official = min((role.first for role in at_home + abroad if not role.private), default=head)
    foreign = [any(actor.code != home for actor in within(actors, sentence)) for sentence in page.sentences]
    shown = {
        "office abroad": any(not role.private for role in abroad),
        "office at home": any(not role.private for role in at_home),
        "organisation": any(actor.kind == "pact" for actor in early),
        "executive": bool(page.find(executive, first, last)),
        "two sides": home in states and len(states) > 1,
        "foreign": 2 * sum(foreign) >= len(foreign),
        "commentary": bool(comment) and comment[0].first <= official,
        "private": bool(offices) and offices[0].private,
        "interview": bool(page.find(cues("interview"), first, last)),
        "incident": bool(page.find(cues("incident"), first, title)),
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
POINTS = {  # whole numbers near those of a logistic fit to the labelled reports, cross-validated set by set
    "office abroad": 2,
    "office at home": 2,
    "organisation": 2,
    "executive": 2,
    "two sides": 4,
    "foreign": 2,
    "commentary": -4,
    "private": -3,
    "interview": -2,
    "incident": -4,
    "long": -3,
}
