"""Who meets, speaks or signs, in which role and for which state?

Each mention of a name (`name_spans`) becomes a person with a role, a state, and whether they take part or are only
mentioned; mentions of one person are merged.
"""

from __future__ import annotations

from dataclasses import replace

from peyvand.news.actors import Actor
from peyvand.news.lexicon import cues, stop_words
from peyvand.news.name_spans import (
    COMMAS,
    QUOTES,
    Context,
    is_bridged,
    name_at,
    name_starts,
    only_titles,
    speech_follows,
    tells_of_acts,
)
from peyvand.news.name_words import is_common
from peyvand.news.openings import with_openings
from peyvand.news.persons import Names, Person
from peyvand.news.report import Participant
from peyvand.news.roles import Role
from peyvand.news.words import Page, Sentence, Span

AT_ONCE = 3  # tokens after a bare surname within which its verb of speech begins


def find_people(page: Page, actors: tuple[Actor, ...], roles: list[Role], abode: str) -> list[Person]:
    """Every mention of a named person, in the order of the text; roles without a state are of the state `abode`."""
    context = Context(
        page=page,
        holders={actor.first: actor for actor in actors if actor.kind == "holder"},
        places=frozenset(k for actor in actors if actor.kind != "holder" for k in range(actor.first, actor.last)),
        role_at={role.first: role for role in roles},
        role_before={role.last: role for role in roles},
        inside=frozenset(k for role in roles for k in range(role.first, role.last)),
        abode=abode,
    )
    starts = name_starts(context)
    found: list[Person] = []
    for sentence in page.sentences:
        here: list[Person] = []
        k = sentence.first
        while k < sentence.last:
            span = name_at(context, k, sentence) if k in starts else None
            if span is None:
                k += 1
                continue
            person = _person(context, *span, sentence, first_here=not here)
            if person:
                listed = here and 0 < person.first - here[-1].last <= 2 and page.words[person.first - 1] in _LINKS
                here.append(replace(person, speaks=here[-1].speaks) if listed and not person.role else person)
            k = max(span[1], k + 1)
        found += here
    return _with_surnames(page, with_openings(page, found, roles))


def participants(page: Page, people: list[Person], abode: str) -> tuple[Participant, ...]:
    """Persons who take part, each once, with the fullest form of the name and the first role.

    Who has neither role nor state is of the state `abode`; the dead («شهید …») take no part.
    """
    merged: list[Person] = []
    spans: list[list[Span]] = []
    names = Names()
    dead = {one.key.split(" ")[-1] for one in people if page.words[max(0, one.first - 1)] in {"شهید", "مرحوم"}}
    for person in people:
        span = page.span(person.first, person.last)
        same = names.find(person.key)
        if same is None:
            names.add(person.key)
            merged.append(person)
            spans.append([span])
            continue
        spans[same].append(span)
        merged[same] = _merge(merged[same], person)
        names.replace(same, merged[same].key)
    return tuple(
        Participant(person.name, person.role, person.country or abode, tuple(where))
        for person, where in zip(merged, spans, strict=True)
        if person.speaks
        and not dead & set(person.key.split(" ")[-1:])
        and (" " in person.key or person.country is not None or person.role)
    )


def _with_surnames(page: Page, found: list[Person]) -> list[Person]:
    """Add the surnames of known persons where they open a sentence: «صالحی افزود»."""
    known: dict[str, Person] = {}
    for person in found:
        last = person.key.split(" ")[-1]
        if " " in person.key and not is_common(last):
            known.setdefault(last, person)
    taken = {k for person in found for k in range(person.first, person.last)}
    added = [
        replace(known[page.words[k]], name=page.quote(k, k + 1), key=page.words[k], role="", first=k, last=k + 1)
        for sentence in page.sentences
        for k in range(sentence.first, min(sentence.first + 3, sentence.last))
        if page.words[k] in known and k not in taken
    ]
    return sorted([*found, *added], key=lambda person: person.first)


def _person(context: Context, first: int, last: int, sentence: Sentence, *, first_here: bool) -> Person | None:
    page, role_at, role_before = context.page, context.role_at, context.role_before
    while last > first and page.words[last - 1] in QUOTES:
        last -= 1
    if last <= first:
        return None
    holder = next((context.holders[k] for k in range(first, last) if k in context.holders), None)
    starts = [
        k for k in range(max(sentence.first, first - 6), first + 1) if k in role_before and only_titles(page, k, first)
    ]
    before = role_before[starts[-1]] if starts else None
    after = next((role_at[k] for k in (last, last + 1, last + 2) if k in role_at and is_bridged(page, last, k)), None)
    role = after or before
    if before and after and after.first > last and after.country is None and before.country is not None:
        role = before
    country = holder.code if holder else role.country if role else None
    if country is None and role is not None:
        country = context.abode
    end = max(last, after.last if after else 0)
    opens = (first <= sentence.first + 1 or page.words[first - 1] in COMMAS) and bool(
        page.find(cues("speech"), end, sentence.last)
    )
    bare = holder is not None and last - first == 1 and role is None and not page.words[first].isascii()
    subject = first_here and (opens or speech_follows(page, end, sentence) or tells_of_acts(page, sentence))
    if bare:  # «ترامپ»: so often only spoken of; English reports use surnames throughout
        subject = _speaks_at_once(page, end, sentence) and (first_here or sentence.line == 0)
    return Person(
        name=page.quote(first, last),
        key=" ".join(word for word in page.words[first:last] if word not in QUOTES),
        role=page.quote(role.first, role.last) if role else "",
        country=country,
        private=bool(role and role.private),
        speaks=not _is_addressed(page, before.first if before else first, sentence)
        and not _is_only_mentioned(page, before.first if before else first, sentence)
        and (
            subject
            or after is not None
            or _in_company(page, before.first if before else first, sentence, role is not None)
        ),
        first=first,
        last=last,
    )


def _in_company(page: Page, first: int, sentence: Sentence, has_role: bool) -> bool:
    """«با …», «دیدار …», «با حضور …»: whom the subject meets; in a sentence on a meeting, anyone with a role."""
    before = page.words[max(sentence.first, first - 4) : first]
    return tells_of_acts(page, sentence) and (has_role or any(word in _COMPANY_WORDS for word in before))


def _is_addressed(page: Page, first: int, sentence: Sentence) -> bool:
    """«در پیامی به …», «از … خواست»: whom a message is for, or of whom something is asked, does not take part."""
    if first == sentence.first:
        return False
    if page.words[first - 1] == "از":
        return not _ASKED.isdisjoint(page.words[first : sentence.last])
    return page.words[first - 1] in {"به", "to"} and bool(page.find(cues("message"), sentence.first, first))


def _is_only_mentioned(page: Page, first: int, sentence: Sentence) -> bool:
    """«ترور …», «پرونده …», «علیه …», «شهید …»: the word before says that it is told about somebody, not by them."""
    k = first - 1
    while k >= sentence.first and (page.words[k] in QUOTES or page.words[k] in {"دکتر", "اقای", "شخص", "(", ")"}):
        k -= 1
    return k >= sentence.first and page.words[k] in _MENTIONED


def _speaks_at_once(page: Page, k: int, sentence: Sentence) -> bool:
    """A colon or a verb of speech right after a name."""
    end = min(k + AT_ONCE, sentence.last)
    return ":" in page.words[k:end] or any(page.at(cues("speech"), j, sentence.last) for j in range(k, end))


def _merge(known: Person, again: Person) -> Person:
    fuller = again if len(again.key) > len(known.key) else known
    return replace(
        known,
        name=fuller.name,
        key=fuller.key,
        role=known.role or again.role,
        country=known.country or again.country,
        private=known.private or again.private,
        speaks=known.speaks or again.speaks,
    )


_COMPANY_WORDS = stop_words("company_words")
_ASKED = frozenset({"خواست", "خواسته", "خواستند", "خواستار"})
_MENTIONED = stop_words("mentioned")
_LINKS = frozenset({"و", "،", ",", "and"})
