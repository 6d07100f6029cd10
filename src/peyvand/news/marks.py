"""All word lists, looked up on a page in one pass."""

from __future__ import annotations

from functools import cache
from typing import Any

from peyvand.news.actors import names
from peyvand.news.acts import verbs
from peyvand.news.commitments import promises
from peyvand.news.domains import fields
from peyvand.news.lexicon import Lexicon, Shelf, cues, rows
from peyvand.news.meetings import TOPICS
from peyvand.news.memberships import standings
from peyvand.news.name_spans import titles
from peyvand.news.roles import iranian_offices, role_heads
from peyvand.news.words import Page


def mark(page: Page) -> None:
    """Keep on the page the hits of every word list."""
    shelf = every_list()
    page.mark_all(shelf.lexicons, shelf.scan(page.words))


@cache
def every_list() -> Shelf:
    """Every word list of the room."""
    companies = {
        id(one): one for lexicon in verbs() for verb in lexicon.values() for one in (verb.company, verb.unless) if one
    }
    companies |= {id(one): one for lexicon in promises() for value in lexicon.values() for one in value[1:] if one}
    named: list[Lexicon[Any]] = [names(), role_heads(), titles(), iranian_offices(), TOPICS, *standings()]
    return Shelf(
        [*named, *verbs(), *promises(), *fields(), *companies.values(), *(cues(row[0]) for row in rows("cues.tsv"))]
    )
