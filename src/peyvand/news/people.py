"""Who meets, speaks or signs, in which role and for which state?

A name is known by its company: a role and a country («مولود چاووش اوغلو، وزیر امور خارجه ترکیه»), a title
(«سردار …»), quotation marks, a place in the gazetteer of office holders, or a verb of speech at the head of a sentence.
Words that are common in reports and stand in no list of given names end a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Lexicon, cues, stop_words
from peyvand.news.name_words import is_common, is_given, may_begin_name, may_stand_in_name
from peyvand.news.report import Participant
from peyvand.news.roles import Role, role_rows
from peyvand.news.words import Page, Sentence, Span, within

LONGEST_NAME = 4
QUOTED = 6  # tokens that a name in quotation marks may take
REPORTED = 16  # tokens that «به گزارش خبرنگار سیاسی خبرگزاری فارس به نقل از …،» may take
AT_ONCE = 3  # tokens after a bare surname within which its verb of speech begins
AGENCY_PREFIX = 4  # tokens that «خبرگزاری فارس :» may take before the first word of a sentence
HINT_REACH = 80  # tokens between a role without a name and the name that it belongs to


@dataclass(frozen=True, slots=True)
class Person:
    """One mention of a named person at tokens `first` to `last`."""

    name: str
    key: str
    role: str
    country: str | None
    private: bool
    speaks: bool
    first: int
    last: int


def find_people(page: Page, actors: tuple[Actor, ...], roles: list[Role], abode: str) -> list[Person]:
    """Every mention of a named person, in the order of the text; roles without a state are of the state `abode`."""
    context = _Context(
        page=page,
        holders={actor.first: actor for actor in actors if actor.kind == "holder"},
        places=frozenset(k for actor in actors if actor.kind != "holder" for k in range(actor.first, actor.last)),
        role_at={role.first: role for role in roles},
        role_before={role.last: role for role in roles},
        inside=frozenset(k for role in roles for k in range(role.first, role.last)),
        abode=abode,
    )
    starts = {k for k, word in enumerate(page.words) if word in _QUOTES or may_begin_name(page, k)}
    starts |= {k - 1 for k in starts if k > 1 and page.words[k - 2] in _GUEST_WORDS}
    starts |= {hit.first for hit in page.find(titles())} | set(context.holders)
    found: list[Person] = []
    for sentence in page.sentences:
        here: list[Person] = []
        k = sentence.first
        while k < sentence.last:
            span = _name_at(context, k, sentence) if k in starts else None
            if span is None:
                k += 1
                continue
            person = _person(context, *span, sentence, first_here=not here)
            if person:
                listed = here and 0 < person.first - here[-1].last <= 2 and page.words[person.first - 1] in _LINKS
                here.append(replace(person, speaks=here[-1].speaks) if listed and not person.role else person)
            k = max(span[1], k + 1)
        found += here
    return _with_surnames(page, _with_openings(page, found, roles))


def participants(page: Page, people: list[Person], abode: str) -> tuple[Participant, ...]:
    """Persons who take part, each once, with the fullest form of the name and the first role.

    Who has neither role nor state is of the state `abode`; the dead («شهید …») take no part.
    """
    merged: list[Person] = []
    spans: list[list[Span]] = []
    names = _Names()
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
        if person.speaks and not dead & set(person.key.split(" ")[-1:]) and (" " in person.key or person.country is not None or person.role)
    )


def same_person(one: str, other: str) -> bool:
    """Two name keys («حسن روحانی», «روحانی») of one person: equal, or one ends with the other."""
    if one == other:
        return True
    short, long_ = sorted((one, other), key=len)
    return long_.endswith(f" {short}") or (long_.replace(" ", "").endswith(short.replace(" ", "")) and len(short) > 3)


class _Names:
    """Keys of known persons, looked up by how they end: `same_person` without asking everybody."""

    _END = 3

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._by_end: dict[str, list[int]] = {}

    def add(self, key: str) -> None:
        self._by_end.setdefault(self._end(key), []).append(len(self._keys))
        self._keys.append(key)

    def replace(self, place: int, key: str) -> None:
        """Know a person by a fuller key; both end alike."""
        if self._end(key) != self._end(self._keys[place]):
            self._by_end.setdefault(self._end(key), []).append(place)
        self._keys[place] = key

    def find(self, key: str) -> int | None:
        """The first known person who is this one."""
        end = self._end(key)
        ends = [end] if len(end) == self._END else [one for one in self._by_end if one.endswith(end)]
        ends += [end[k:] for k in range(1, len(end))]
        places = sorted(place for one in dict.fromkeys(ends) for place in self._by_end.get(one, ()))
        return next((place for place in places if same_person(self._keys[place], key)), None)

    def _end(self, key: str) -> str:
        return key.replace(" ", "")[-self._END :]


@cache
def titles() -> Lexicon[str]:
    """Words that stand before a name."""
    return Lexicon((word, kind) for kind, words in role_rows() if kind in {"title", "entitle"} for word in words)


def _with_openings(page: Page, people: list[Person], roles: list[Role]) -> list[Person]:
    """Give roles without a name to persons without a role.

    A role that opens a sentence («معاون پارلمانی رئیس جمهور گفت») goes to the next such person; whom it meets («در دیدار
    با وزیر علوم تاجیکستان») to the one after. A role that the text gives to somebody by name is not given again.
    """
    taken = {_office_of(page, role) for role in roles if _is_named(role, people)}
    openings, guests = _unnamed_roles(page, people, roles)
    openings = [role for role in openings if _office_of(page, role) not in taken]
    known: list[Person] = []
    names = _Names()
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


@dataclass(frozen=True, slots=True)
class _Context:
    page: Page
    holders: dict[int, Actor]
    places: frozenset[int]
    role_at: dict[int, Role]
    role_before: dict[int, Role]
    inside: frozenset[int]
    abode: str


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
            elif sentence.line <= 1 and role.country and page.words[role.first - 1] in {"با", "with", "و", "and"}:
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


def _name_at(context: _Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """Tokens of a name that begins at `k`, if its company says that it is one."""
    page = context.page
    title = page.at(titles(), k, sentence.last)
    if title is not None:
        first = title.last
        while first < sentence.last and (page.words[first] in _QUOTES or page.at(titles(), first, sentence.last)):
            hit = page.at(titles(), first, sentence.last)
            first = hit.last if hit else first + 1
        last = _name_end(context, first, sentence)
        if (
            last == first < sentence.last
            and page.words[first].endswith("ی")
            and _closes_name(page, first + 1, sentence)
        ):
            return (first, first + 1)  # «سردار حاتمی»: a surname that is also a common word
        if last > first and (last - first > 1 or last in context.role_at or _closes_name(page, last, sentence)):
            return (first, last)
    if k in context.holders and context.holders[k].last - k > 1:
        return (k, context.holders[k].last)
    if k in context.holders:
        return (k, max(context.holders[k].last, _name_end(context, k, sentence) if is_given(page.words[k]) else 0))
    if page.words[k] in _QUOTES:
        return _quoted_name(context, k, sentence)
    if k in context.places or k in context.inside:
        return None
    if not may_begin_name(page, k):
        return _unusual_name(context, k, sentence)
    last = _name_end(context, k, sentence)
    if last == k:
        return None
    long_enough = last - k >= 2
    follows_role = k in context.role_before or (k - 1 in context.role_before and page.words[k - 1] in _COMMAS)
    before_role = last in context.role_at or (
        last < sentence.last and page.words[last] in _COMMAS and last + 1 in context.role_at
    )
    member = follows_role and _is_member(context, k)
    if follows_role and (long_enough or (not member and _closes_name(page, last, sentence))):
        return (k, last)
    if (
        before_role
        and not (page.words[k].isascii() and last in context.role_at)
        and (long_enough or k == sentence.first or page.words[k - 1] in _OPENS_NAME)
    ):
        return (k, last)
    at_head = k == sentence.first or page.words[k - 1] in _HEADS
    end = _slot_end(context, k, sentence) if at_head else k
    if end > k + 1:
        reported = k - sentence.first in range(1, REPORTED) and page.words[sentence.first] in _REPORTED
        named = is_given(page.words[k]) or not any(is_common(word) for word in page.words[k:end])
        beside = end in context.role_at or (page.words[end] in _COMMAS and end + 1 in context.role_at)
        if (reported and named) or (beside and is_given(page.words[k])):
            return (k, end)
    colon = last < sentence.last and page.words[last] == ":"
    if at_head and colon and sentence.line == 0:
        return (k, last)
    if long_enough and at_head and is_given(page.words[k]) and page.find(cues("speech"), last, sentence.last):
        return (k, last)
    if long_enough and (at_head or is_given(page.words[k])) and _speech_follows(page, last, sentence):
        return (k, last)
    return None


def _is_member(context: _Context, k: int) -> bool:
    """«نماینده مردم اهواز»: the word after is a constituency."""
    role = context.role_before.get(k) or context.role_before.get(k - 1)
    return role is not None and context.page.words[role.first] in {"نماینده", "نمایندگان"}


def _person(context: _Context, first: int, last: int, sentence: Sentence, *, first_here: bool) -> Person | None:
    page, role_at, role_before = context.page, context.role_at, context.role_before
    while last > first and page.words[last - 1] in _QUOTES:
        last -= 1
    if last <= first:
        return None
    holder = next((context.holders[k] for k in range(first, last) if k in context.holders), None)
    starts = [
        k for k in range(max(sentence.first, first - 6), first + 1) if k in role_before and _only_titles(page, k, first)
    ]
    before = role_before[starts[-1]] if starts else None
    after = next((role_at[k] for k in (last, last + 1, last + 2) if k in role_at and _bridge(page, last, k)), None)
    role = after or before
    if before and after and after.first > last and after.country is None and before.country is not None:
        role = before
    country = holder.code if holder else role.country if role else None
    if country is None and role is not None:
        country = context.abode
    end = max(last, after.last if after else 0)
    opens = (first <= sentence.first + 1 or page.words[first - 1] in _COMMAS) and bool(
        page.find(cues("speech"), end, sentence.last)
    )
    bare = holder is not None and last - first == 1 and role is None
    subject = first_here and (opens or _speech_follows(page, end, sentence) or _acts(page, sentence))
    if bare:  # «ترامپ»: so often only spoken of
        subject = _speaks_at_once(page, end, sentence) and (first_here or sentence.line == 0)
    return Person(
        name=page.quote(first, last),
        key=" ".join(word for word in page.words[first:last] if word not in _QUOTES),
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


def _unusual_name(context: _Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """«با مهر گریگوریان معاون نخست وزیر»: a common word as a given name, between a preposition and an office."""
    page = context.page
    if k == sentence.first or page.words[k - 1] not in _GUEST_WORDS or not page.words[k].isalpha():
        return None
    last = _name_end(context, k + 1, sentence) if k + 1 < sentence.last and k + 1 not in context.inside else k + 1
    office = last in context.role_at or (page.words[min(last, sentence.last - 1)] in _COMMAS and last + 1 in context.role_at)
    return (k, last) if last == k + 2 and office and not is_common(page.words[k + 1]) else None


def _quoted_name(context: _Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """A name in quotation marks at `k`: beside a role, or at the head of a sentence that tells what somebody did.

    Beside a role even common words are a name («دریا اورس» سفیر ترکیه).
    """
    page, first = context.page, k + 1
    last = next((j for j in range(first, min(first + QUOTED, sentence.last)) if page.words[j] in _QUOTES), first)
    if last == first or not all(page.words[j].isalpha() and j not in context.places for j in range(first, last)):
        return None
    unknown = [j for j in range(first, last) if is_given(page.words[j]) or not is_common(page.words[j])]
    after = last + 1 in context.role_at or last + 2 in context.role_at
    if (after or k in context.role_before) and (unknown or after) and first not in context.inside:
        return (first, last)
    at_head = k == sentence.first or page.words[k - 1] in _HEADS
    told = _speech_follows(page, last + 1, sentence) or (at_head and _acts(page, sentence))
    if len(unknown) == last - first >= 2 and told and (at_head or is_given(page.words[first])):
        return (first, last)
    return None


def _acts(page: Page, sentence: Sentence) -> bool:
    """The sentence tells of a meeting or a journey."""
    return any(
        page.find(cues(name), sentence.first, sentence.last) for name in ("meeting", "travel", "talks", "presence")
    )


def _in_company(page: Page, first: int, sentence: Sentence, has_role: bool) -> bool:
    """«با …», «دیدار …», «با حضور …»: whom the subject meets; in a sentence on a meeting, anyone with a role."""
    before = page.words[max(sentence.first, first - 4) : first]
    return _acts(page, sentence) and (has_role or any(word in _COMPANY_WORDS for word in before))


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
    while k >= sentence.first and (page.words[k] in _QUOTES or page.words[k] in {"دکتر", "اقای", "شخص", "(", ")"}):
        k -= 1
    return k >= sentence.first and page.words[k] in _MENTIONED


def _closes_name(page: Page, k: int, sentence: Sentence) -> bool:
    """What may follow a name of one word: the end, a comma, a verb of speech, a preposition."""
    return k >= sentence.last or page.words[k] in _AFTER_NAME or page.at(cues("speech"), k, sentence.last) is not None


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


def _name_end(context: _Context, first: int, sentence: Sentence) -> int:
    """The token after the last word of a name that begins at `first`."""
    page, k = context.page, first
    longest = LONGEST_NAME
    while k < sentence.last and k - first < longest and k not in context.places and may_stand_in_name(page, k, first):
        if longest > LONGEST_NAME and k in context.role_at:
            break
        longest += page.words[k] in _LINEAGE  # «تمیم بن حمد آل ثانی»
        k += 1
    while k > first + 1 and page.words[k - 1] in _NOT_LAST:
        k -= 1
    return k


def _slot_end(context: _Context, first: int, sentence: Sentence) -> int:
    """Where a name ends that stands right after «به گزارش …،», where reports name who speaks; common words count."""
    page, k = context.page, first
    while k < min(first + LONGEST_NAME, sentence.last) and page.words[k].isalpha():
        if k in context.places or k in context.role_at or page.words[k] in _AFTER_NAME or page.words[k] in _VERBLIKE:
            break
        k += 1
    closed = k < sentence.last and (k in context.role_at or page.words[k] in _AFTER_NAME)
    return k if closed else first


def _speech_follows(page: Page, k: int, sentence: Sentence) -> bool:
    """A colon at once, or a verb of speech within a dozen words."""
    if k >= sentence.last:
        return False
    if page.words[k] == ":":
        return True
    return bool(page.find(cues("speech"), k, min(k + 14, sentence.last)))


def _speaks_at_once(page: Page, k: int, sentence: Sentence) -> bool:
    """A colon or a verb of speech right after a name."""
    end = min(k + AT_ONCE, sentence.last)
    return ":" in page.words[k:end] or any(page.at(cues("speech"), j, sentence.last) for j in range(k, end))


def _bridge(page: Page, last: int, k: int) -> bool:
    return all(page.words[j] in _COMMAS or page.words[j] in _QUOTES or page.words[j] == ")" for j in range(last, k))


def _only_titles(page: Page, first: int, last: int) -> bool:
    k = first
    while k < last:
        if page.words[k] in _QUOTES or page.words[k] in _COMMAS:
            k += 1
            continue
        hit = page.at(titles(), k, last)
        if hit is None:
            return False
        k = hit.last
    return True


_HEADS_OF_AGENCIES = frozenset({"خبرگزاری"})
_QUOTES = frozenset({"«", "»", '"', "“", "”", "'", "’", "‘"})
_COMMAS = frozenset({"،", ",", "(", "-", "–"})
_HEADS = stop_words("heads")
_REPORTED = frozenset({"به", "بنا", "بنابر"})
_VERBLIKE = stop_words("verblike")
_OPENS_NAME = stop_words("opens_name")
_AFTER_NAME = stop_words("after_name")
_COMPANY_WORDS = stop_words("company_words")
_GUEST_WORDS = frozenset({"با", "حضور", "دیدار", "ملاقات", "و"})
_ASKED = frozenset({"خواست", "خواسته", "خواستند", "خواستار"})
_MENTIONED = stop_words("mentioned")
_LINKS = frozenset({"و", "،", ",", "and"})
_LINEAGE = frozenset({"بن", "ال", "بنت", "ابن"})
_NOT_LAST = frozenset({"بن", "ال", "ابو", "سید", "میر"})
