"""Who joined which pact?  «… به عضویت کامل سازمان همکاری شانگهای درآمد», "became a member of …"

A sentence tells of it where a state, a pact, a standing and a verb of what has happened stand together, without a
negation after the verb or a word of what is only planned or wished for.
"""

from __future__ import annotations

from functools import cache

from peyvand.news.lexicon import Lexicon, alternatives, rows
from peyvand.news.report import Membership
from peyvand.news.scene import Scene, is_negated
from peyvand.news.words import Page

BEFORE, AFTER = 3, 12  # tokens between the standing and its verb: "became a full member", «به عضویت … درآمد»


def find_memberships(page: Page, scenes: list[Scene]) -> list[Membership]:
    """Every standing once a state and pact, in the order of the text."""
    found: dict[tuple[str, str], Membership] = {}
    standing, joined, to_come = standings()
    for scene in scenes:
        first, last = scene.sentence.first, scene.sentence.last
        for hit in page.find(standing, first, last):
            done = page.find(joined, max(first, hit.first - BEFORE), min(hit.last + AFTER, last))
            planned = page.find(to_come, first, last)
            states = [actor for actor in scene.actors if len(actor.code) == 3 and actor.kind in ("name", "self")]
            pacts = [actor for actor in scene.actors if actor.kind == "pact" and not actor.code.startswith("OTHER:")]
            if planned or not (done and states and pacts) or is_negated(page, hit.last, min(done[0].last + 3, last)):
                continue
            state = min(states, key=lambda actor: abs(actor.first - hit.first))
            pact = min(pacts, key=lambda actor: abs(actor.first - hit.first))
            span = page.span(min(state.first, pact.first, hit.first), max(state.last, pact.last, done[0].last))
            found.setdefault((state.code, pact.code), Membership(state.code, pact.code, hit.value, span))
    return list(found.values())


@cache
def standings() -> tuple[Lexicon[str], ...]:
    """The words of memberships.tsv: standings, what has happened, what is planned."""
    return tuple(
        Lexicon(
            (word, value)
            for name, value, words in rows("memberships.tsv")
            if name == kind
            for word in alternatives(words)
        )
        for kind in ("standing", "joined", "planned")
    )
