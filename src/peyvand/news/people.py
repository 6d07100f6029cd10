"""Who meets, speaks or signs, in which role and for which state?

A name is known by its company: a role and a country («مولود چاووش اوغلو، وزیر امور خارجه ترکیه»), a title («سردار …»),
quotation marks, a place in the gazetteer of office holders, or a verb of speech at the head of a sentence. Words that are
common in reports and stand in no list of given names end a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows, word_list
from peyvand.news.report import Participant
from peyvand.news.words import Page, Sentence, Span, tokens

LONGEST_NAME = 4
LONGEST_ROLE = 12


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


@dataclass(frozen=True, slots=True)
class Role:
    """A role phrase at tokens `first` to `last`, with the state that it names."""

    country: str | None
    iranian: bool
    private: bool
    first: int
    last: int


def find_people(page: Page, actors: tuple[Actor, ...], roles: list[Role], home: str) -> list[Person]:
    """Every mention of a named person, in the order of the text."""
    context = _Context(
        page=page,
        holders={actor.first: actor for actor in actors if actor.kind == "holder"},
        places=frozenset(k for actor in actors if actor.kind != "holder" for k in range(actor.first, actor.last)),
        role_at={role.first: role for role in roles},
        role_before={role.last: role for role in roles},
        inside=frozenset(k for role in roles for k in range(role.first, role.last)),
        home=home,
    )
    found: list[Person] = []
    for sentence in page.sentences:
        here: list[Person] = []
        k = sentence.first
        while k < sentence.last:
            span = _name_at(context, k, sentence)
            if span is None:
                k += 1
                continue
            person = _person(context, *span, sentence, first_here=not here)
            if person:
                here.append(person)
            k = max(span[1], k + 1)
        found += here
    return _with_surnames(page, found)


def participants(page: Page, people: list[Person], roles: list[Role], home: str) -> tuple[Participant, ...]:
    """Persons who take part, each once, with the fullest form of the name and the first role.

    A role that opens title or lead without a name («معاون پارلمانی رئیس جمهور گفت») belongs to the first person without one;
    who has neither role nor state in the home press is of the home state.
    """
    merged: list[Person] = []
    spans: list[list[Span]] = []
    for person in people:
        span = page.span(person.first, person.last)
        same = next((k for k, known in enumerate(merged) if same_person(known.key, person.key)), None)
        if same is None:
            merged.append(person)
            spans.append([span])
            continue
        spans[same].append(span)
        merged[same] = _merge(merged[same], person)
    hint = _unnamed_role(page, people, roles)
    result: list[Participant] = []
    for person, where in zip(merged, spans, strict=True):
        if not person.speaks or (" " not in person.key and person.country is None and not person.role):
            continue
        role, country = person.role, person.country
        if not role and country in {None, hint.country if hint else None} and hint is not None:
            role, country, hint = page.quote(hint.first, hint.last), country or hint.country, None
        result.append(Participant(person.name, role, country or home, tuple(where)))
    return tuple(result)


def same_person(one: str, other: str) -> bool:
    """Two name keys («حسن روحانی», «روحانی») of one person: equal, or one ends with the other."""
    if one == other:
        return True
    short, long_ = sorted((one, other), key=len)
    return long_.endswith(f" {short}") or long_.replace(" ", "").endswith(short.replace(" ", "")) and len(short) > 3


def find_roles(page: Page, actors: tuple[Actor, ...], home: str) -> list[Role]:
    """Role phrases: a head («وزیر امور خارجه», «سفیر») with the words that belong to it."""
    by_first = {actor.first: actor for actor in actors}
    found: list[Role] = []
    for sentence in page.sentences:
        k = sentence.first
        while k < sentence.last:
            hit = role_heads().at(page.words, k, sentence.last)
            if hit is None:
                k += 1
                continue
            role = _grow_role(page, hit, sentence, by_first, home)
            found.append(role)
            k = max(role.last, k + 1)
    return found


@cache
def role_heads() -> Lexicon[str]:
    """Words that begin a role; the value says if it is an office or a private person's calling."""
    return Lexicon((word, kind) for kind, words in _role_rows() if kind in {"private", "head", "enhead", "enprivate"} for word in words)


@cache
def titles() -> Lexicon[str]:
    """Words that stand before a name."""
    return Lexicon((word, kind) for kind, words in _role_rows() if kind in {"title", "entitle"} for word in words)


@cache
def iranian_offices() -> Lexicon[str]:
    """Offices that need no country's name in an Iranian report."""
    return Lexicon((word, kind) for kind, words in _role_rows() if kind in {"iran", "eniran"} for word in words)


def _role_rows() -> list[tuple[str, list[str]]]:
    order = {"private": 0, "enprivate": 0}
    read = [(row[0], alternatives(row[1])) for row in rows("roles.tsv")]
    return sorted(read, key=lambda kind_words: order.get(kind_words[0], 1))


def _grow_role(page: Page, hit: Hit[str], sentence: Sentence, by_first: dict[int, Actor], home: str) -> Role:
    """Extend a role over its genitive chain: «وزیر» «صنعت، معدن و تجارت» «جمهوری اسلامی ایران»."""
    country: str | None = None
    k = hit.last
    end = min(sentence.last, hit.first + LONGEST_ROLE)
    while k < end:
        actor = by_first.get(k)
        if actor and actor.kind == "holder":
            break
        if actor:
            country = country or (None if actor.kind == "europe" else actor.code)
            k = actor.last
            continue
        word = page.words[k]
        if word in _JOINERS and k + 1 < end and _belongs(page, k + 1, by_first) and word != "در":
            k += 2
            continue
        if word == "در" and k + 1 in by_first and by_first[k + 1].kind != "holder":
            k = by_first[k + 1].last
            continue
        if word == "در" and k + 1 < end and (page.words[k + 1] == "امور" or k + 2 in by_first):
            k += 2
            continue
        if not _belongs(page, k, by_first) and not (k > hit.last and _state_follows(page, k, end, by_first)):
            break
        k += 1
    iranian = country is None and any(
        iranian_offices().at(page.words, j, k) is not None for j in range(hit.first, k)
    )
    private = hit.value in {"private", "enprivate"}
    return Role(country or (home if iranian and not private else None), iranian, private, hit.first, k)


def _state_follows(page: Page, k: int, end: int, by_first: dict[int, Actor]) -> bool:
    """An unknown word inside a role («آکادمی علوم روسیه»): a state follows without a break."""
    if _given(page, k) or not page.words[k].isalpha() or page.words[k] in _ENDS_ROLE:
        return False
    for j in range(k + 1, min(k + 4, end)):
        if j in by_first:
            return by_first[j].kind != "holder"
        if not is_common(page.words[j]) or page.words[j] in _ENDS_ROLE:
            return False
    return False


def _belongs(page: Page, k: int, by_first: dict[int, Actor]) -> bool:
    word = page.words[k]
    return k in by_first or (is_common(word) and word not in _ENDS_ROLE and not _given(page, k))


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
    home: str


def _unnamed_role(page: Page, people: list[Person], roles: list[Role]) -> Role | None:
    """The role that opens title or lead and has no name beside it."""
    named = {k for person in people for k in range(person.first - 3, person.last + 3)}
    early = [sentence for sentence in page.sentences if sentence.line <= 1]
    for sentence in early:
        for role in roles:
            if sentence.first <= role.first <= sentence.first + 2 and role.first not in named and role.last not in named:
                return role
    return None


def _name_at(context: _Context, k: int, sentence: Sentence) -> tuple[int, int] | None:
    """Tokens of a name that begins at `k`, if its company says that it is one."""
    page = context.page
    title = titles().at(page.words, k, sentence.last)
    if title is not None:
        first = title.last
        while first < sentence.last and (page.words[first] in _QUOTES or titles().at(page.words, first, sentence.last)):
            hit = titles().at(page.words, first, sentence.last)
            first = hit.last if hit else first + 1
        last = _name_end(context, first, sentence)
        if last > first and (last - first > 1 or last in context.role_at or _closes_name(page, last, sentence)):
            return (first, last)
    if k in context.holders:
        return (k, max(context.holders[k].last, _name_end(context, k, sentence) if _given(page, k) else 0))
    if page.words[k] in _QUOTES:
        last = _name_end(context, k + 1, sentence)
        closed = last < sentence.last and page.words[last] in _QUOTES
        near = k in context.role_before or last + 1 in context.role_at or last + 2 in context.role_at
        full = last > k + 2 and _given(page, k + 1) and _speech_follows(page, last, sentence)
        return (k + 1, last) if closed and last > k + 1 and (near or full) else None
    if k in context.places or k in context.inside or not _may_begin_name(page, k):
        return None
    last = _name_end(context, k, sentence)
    if last == k:
        return None
    long_enough = last - k >= 2
    follows_role = k in context.role_before or (k - 1 in context.role_before and page.words[k - 1] in _COMMAS)
    before_role = last in context.role_at or (
        last < sentence.last and page.words[last] in _COMMAS and last + 1 in context.role_at
    )
    if follows_role and (long_enough or _closes_name(page, last, sentence)):
        return (k, last)
    if before_role and (long_enough or k == sentence.first or page.words[k - 1] in _OPENS_NAME):
        return (k, last)
    at_head = k == sentence.first or page.words[k - 1] in _HEADS
    colon = last < sentence.last and page.words[last] == ":"
    if at_head and colon and sentence.line == 0:
        return (k, last)
    if long_enough and (at_head or _given(page, k)) and _speech_follows(page, last, sentence):
        return (k, last)
    return None


def _person(context: _Context, first: int, last: int, sentence: Sentence, *, first_here: bool) -> Person | None:
    page, role_at, role_before = context.page, context.role_at, context.role_before
    while last > first and page.words[last - 1] in _QUOTES:
        last -= 1
    if last <= first:
        return None
    holder = next((context.holders[k] for k in range(first, last) if k in context.holders), None)
    starts = [k for k in range(max(sentence.first, first - 6), first + 1) if k in role_before and _only_titles(page, k, first)]
    before = role_before[starts[-1]] if starts else None
    after = next((role_at[k] for k in (last, last + 1, last + 2) if k in role_at and _bridge(page, last, k)), None)
    role = after or before
    if before and after and after.country is None and before.country is not None:
        role = before
    country = holder.code if holder else role.country if role else None
    if country is None and role is not None:
        country = context.home
    end = max(last, after.last if after else 0)
    subject = first_here and (_speech_follows(page, end, sentence) or _acts(page, sentence))
    return Person(
        name=page.quote(first, last),
        key=" ".join(word for word in page.words[first:last] if word not in _QUOTES),
        role=page.quote(role.first, role.last) if role else "",
        country=country,
        private=bool(role and role.private),
        speaks=subject or after is not None or _in_company(page, before.first if before else first, sentence, role is not None),
        first=first,
        last=last,
    )


def _acts(page: Page, sentence: Sentence) -> bool:
    """The sentence tells of a meeting or a journey."""
    return any(cues(name).find(page.words, sentence.first, sentence.last) for name in ("meeting", "travel", "talks", "presence"))


def _in_company(page: Page, first: int, sentence: Sentence, has_role: bool) -> bool:
    """«با …», «دیدار …», «با حضور …»: whom the subject meets; in a sentence on a meeting, anyone with a role."""
    before = page.words[max(sentence.first, first - 4) : first]
    return _acts(page, sentence) and (has_role or any(word in _COMPANY_WORDS for word in before))


def _closes_name(page: Page, k: int, sentence: Sentence) -> bool:
    """What may follow a name of one word: the end, a comma, a verb of speech, a preposition."""
    return k >= sentence.last or page.words[k] in _AFTER_NAME or cues("speech").at(page.words, k, sentence.last) is not None


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
    while k < sentence.last and k - first < LONGEST_NAME and k not in context.places and _may_stand_in_name(page, k, first):
        k += 1
    while k > first + 1 and page.words[k - 1] in _NOT_LAST:
        k -= 1
    return k


def _may_begin_name(page: Page, k: int) -> bool:
    word = page.words[k]
    return len(word) > 1 and word.isalpha() and (_unknown(page, k) or _given(page, k))


def _may_stand_in_name(page: Page, k: int, first: int) -> bool:
    word = page.words[k]
    if not word.isalpha() or word in _NEVER:
        return False
    if word.isascii():
        return page.text[page.starts[k]].isupper() and word not in _ENGLISH_COMMON
    if word in word_list("given_names.txt") or word in _PARTS:
        return True
    if k > first and all(_given(page, j) for j in range(first, k)):
        return word not in _VERBLIKE and (_unknown(page, k) or word.endswith("ی"))
    return _unknown(page, k)


def _unknown(page: Page, k: int) -> bool:
    word = page.words[k]
    if word.isascii():
        return page.text[page.starts[k]].isupper() and word not in _ENGLISH_COMMON
    return not is_common(word)


@lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """A Persian word that is no name, also with an ending or a prefix written onto it («میکنند», «منطقهای»)."""
    common = word_list("common_fa.txt")
    if word in common or word in _role_words():
        return True
    ended = any(word.endswith(end) and word[: -len(end)] in common for end in _WORD_ENDINGS if len(word) > len(end) + 2)
    begun = any(word.startswith(start) and word[len(start) :] in common for start in _WORD_BEGINNINGS if len(word) > len(start) + 1)
    return ended or begun


@cache
def _role_words() -> frozenset[str]:
    cells = [row[1] for row in rows("roles.tsv")] + [row[-1] for row in rows("domains.tsv")] + [row[1] for row in rows("cues.tsv")]
    return frozenset(word for cell in cells for phrase in alternatives(cell) for word in tokens(phrase)) - word_list("given_names.txt")


def _given(page: Page, k: int) -> bool:
    return page.words[k] in word_list("given_names.txt")


def _speech_follows(page: Page, k: int, sentence: Sentence) -> bool:
    """A colon at once, or a verb of speech within a dozen words."""
    if k >= sentence.last:
        return False
    if page.words[k] == ":":
        return True
    return any(cues("speech").at(page.words, j, sentence.last) for j in range(k, min(k + 12, sentence.last)))


def _bridge(page: Page, last: int, k: int) -> bool:
    return all(page.words[j] in _COMMAS or page.words[j] in _QUOTES or page.words[j] == ")" for j in range(last, k))


def _only_titles(page: Page, first: int, last: int) -> bool:
    k = first
    while k < last:
        if page.words[k] in _QUOTES or page.words[k] in _COMMAS:
            k += 1
            continue
        hit = titles().at(page.words, k, last)
        if hit is None:
            return False
        k = hit.last
    return True


_QUOTES = frozenset({"«", "»", '"', "“", "”", "'", "’", "‘"})
_COMMAS = frozenset({"،", ",", "(", "-", "–"})
_HEADS = frozenset({"،", ",", ":", "/", "|", "ایسنا", "فارس", "ایرنا", "مهر", "تسنیم", "ایلنا", "نیوز", "باشگاه"})
_OPENS_NAME = frozenset({"،", ",", ":", "/", "با", "و", "توسط", "حضور", "اقای", "«", '"', "دیدار", "with", "and"})
_AFTER_NAME = frozenset({"،", ",", ":", "»", '"', "(", "با", "در", "نیز", "هم", "روز", "امروز", "ضمن", "که", "به", "از", "صبح", "and", "on", "in"})
_COMPANY_WORDS = frozenset({"با", "دیدار", "ملاقات", "حضور", "همراه", "استقبال", "توسط", "میان", "و", "with", "and", "by", "met"})
_WORD_ENDINGS = ("ای", "ی", "ترین", "تر", "شان", "اش", "ان", "ات", "اند", "ام", "ایم", "هایی")
_WORD_BEGINNINGS = ("می", "نمی", "بین", "هم", "پیش", "غیر", "ضد", "نا", "بی", "بر", "به", "ن", "ب", "پر", "کم", "خود", "فرا")
_JOINERS = frozenset({"و", "،", "of", "for", "در", "the"})
_PARTS = frozenset({"بن", "ال", "ابو", "زاده", "اوغلو", "پور", "نژاد", "الله", "الدین", "فر", "اف", "نیا", "خان", "وند", "کیا", "تبار", "راد"})
_NOT_LAST = frozenset({"بن", "ال", "ابو", "سید", "میر"})
_NEVER = frozenset({"و", "در", "به", "از", "با", "که", "را", "این", "ان", "او", "وی", "تا", "بر", "برای", "نیز", "هم", "روز"})
_VERBLIKE = frozenset(
    "گفت افزود کرد شد است بود نیز ضمن طی پس نوشت نسبت همچنین امروز دیروز صبح عصر روز درباره اظهار تصریح تاکید خاطرنشان اعلام رییس"
    " بیان یاداور ادامه عنوان نماینده عضو وزیر سفیر معاون سخنگوی دبیر رهبر دیدار گفتگو خطاب خبر".split()
)
_ENDS_ROLE = frozenset(
    "در به از با که را گفت افزود و نیز هم این ان وی او برای تا بر اظهار تصریح تاکید خاطرنشان اعلام بیان ضمن روز امروز دیروز صبح عصر ظهر"
    " شب است بود شد کرد دیدار گفتگو ملاقات همچنین طی پس نوشت نسبت درباره خود خودش پیش وارد سفر خواستار مدعی همراه هستند می شنبه جمعه گفته گفتند رفته دارند احتمال قرار بدون گزارشی تاکنون مبنی علیه بودند باشد بوده هنوز چند بعد قبل کرده شده خواند امشب دیشب خطاب طی داریم نماز نیمه"
    " یکشنبه دوشنبه سه چهارشنبه پنجشنبه حضور مورد پیرامون دو خواهد داد داشت یک هر تحت توسط حاضر پاسخ سوی دعوت".split()
)
_ENGLISH_COMMON = frozenset(
    "the a an he she it in on at of and but for with to from by during after before as his her their this that iran iranian tehran"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october"
    " november december islamic republic foreign minister ministry president prime ambassador according two both both meanwhile also"
    " speaking they we i you is are was were new mr mrs ms dr if there when while since all no not".split()
)
