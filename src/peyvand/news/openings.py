"""Whose is a role that the text gives without a name?

«سفیر هندوستان گفت: …» opens a report, and the name comes a sentence later; whom that role meets is named after it.
"""

from __future__ import annotations

from dataclasses import replace

from peyvand.news.persons import Names, Person
from peyvand.news.roles import Role
from peyvand.news.words import Page, within

AGENCY_PREFIX = 4  # tokens that «خبرگزاری فارس :» may take before the first word of a sentence
HINT_REACH = 80  # tokens between a role without a name and the name that it belongs to


def with_openings(page: Page, people: list[Person], roles: list[Role]) -> list[Person]:
    """Give roles without a name to persons without a role.

    A role that opens a sentence («معاون پارلمانی رئیس جمهور گفت») goes to the next such person; the role that it meets
    («در دیدار با وزیر علوم تاجیکستان») to the one after. A role that the text gives by name is not given again.
    """
    taken = {_office_of(page, role) for role in roles if _is_named(role, people)}
    openings, guests = _unnamed_roles(page, people, roles)
    openings = [role for role in openings if _office_of(page, role) not in taken]
    known: list[Person] = []
    names = Names()
    result: list[Person] = []
    for person in people:
        place = names.find(person.key)
        before = None if place is None else known[place]
        hint = None
        if before is None and not person.role:
            hint = _opening_before(openings, person) or _opening_before(guests, person)
        if hint is not None:
            (openings if hint in openings else guests).remove(hint)
            words = page.quote(hint.first, hint.last)
            person = replace(person, role=words, country=hint.country, private=hint.private)
        elif before is not None and not person.role and person.country in {None, before.country}:
            person = replace(person, country=before.country, private=before.private)
        if before is None:
            known.append(person)
            names.add(person.key)
        result.append(person)
    return result


def _unnamed_roles(page: Page, people: list[Person], roles: list[Role]) -> tuple[list[Role], list[Role]]:
    """Roles without a name beside them: those that open a sentence, and those that these meet in title and lead."""
    named = {k for person in people for k in range(person.first - 2, person.last + 2)}
    openings: list[Role] = []
    guests: list[Role] = []
    for sentence in page.sentences:
        start = sentence.first + (AGENCY_PREFIX if page.words[sentence.first] in _HEADS_OF_AGENCIES else 2)
        for role in within(roles, sentence):
            if role.first in named or role.last in named:
                continue
            if role.first <= start:
                openings.append(role)
            elif sentence.line <= 1 and role.country and page.words[role.first - 1] in _GUEST_OF:
                guests.append(role)
    return openings, guests


def _opening_before(openings: list[Role], person: Person) -> Role | None:
    """The nearest such role within the sentences before a name, or one at the top."""
    before = [role for role in openings if role.first < person.first]
    if not before or person.first - before[-1].first >= HINT_REACH:
        return None
    return before[-1] if person.country in {None, before[-1].country} else None


def _is_named(role: Role, people: list[Person]) -> bool:
    return any(person.role and role.first - 2 <= person.last <= role.first for person in people)


def _office_of(page: Page, role: Role) -> tuple[str | None, tuple[str, ...]]:
    """The state and the first words of a role, by which two mentions of an office are the same."""
    return role.country, page.words[role.first : min(role.last, role.first + 2)]


_HEADS_OF_AGENCIES = frozenset({"خبرگزاری"})
_GUEST_OF = frozenset({"با", "with", "و", "and"})
