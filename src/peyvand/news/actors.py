"""Which states and organisations does a text speak of, and which of them take part?

Names come from CLDR and Natural Earth (countries.tsv), from the words that reports really use (country_words.tsv), from
office holders (office_holders.tsv) and from pacts (pacts.tsv).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from peyvand.news.lexicon import Lexicon, alternatives, cues, rows, stop_words, word_list
from peyvand.news.words import Page

Kind = Literal[
    "name", "weak", "venue", "people", "capital", "seat", "self", "here", "holder", "pact", "europe", "block"
]
STATE_KINDS = frozenset({"name", "people", "capital", "seat", "self", "holder"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A mention of `code` at tokens `first` to `last`; `kind` says by which sort of word."""

    code: str
    kind: Kind
    first: int
    last: int


def find_actors(page: Page, home: str = "IRN") -> tuple[Actor, ...]:
    """Every mention of a state, organisation or office holder, in the order of the text."""
    found: list[Actor] = []
    last_foreign = last_any = ""
    hits = page.find(names())
    holders = {
        page.words[hit.last - 1]: hit.value for hit in hits if hit.value[1] == "holder" and hit.last - hit.first > 1
    }
    for hit in hits:
        code, kind = holders.get(page.words[hit.first], hit.value) if hit.last - hit.first == 1 else hit.value
        if kind == "block" or _is_press(page, hit.first) or _is_dateline(page, hit.last):
            continue
        if kind == "holder" and _is_other_person(page, hit.first, hit.last):
            continue
        if kind == "weak":
            if not _as_state(page, hit.first):
                continue
            kind = "name"
        if kind == "self":
            code = home
        elif kind == "here":
            code = last_foreign or last_any
            if not code:
                continue
        elif kind == "capital" and page.words[hit.first] in _VENUES:
            kind = "venue"
        elif kind in {"name", "people", "capital", "seat"}:
            last_any = code
            last_foreign = code if code != home else last_foreign
        found.append(Actor(code, kind, hit.first, hit.last))
    return tuple(found)


def states_of(page: Page, actors: tuple[Actor, ...], home: str) -> dict[str, list[Actor]]:
    """The states that take part in what is reported; empty if nothing foreign has weight.

    A mention weighs more in title and lead, in a list of states, beside an office or a topic word; less as a place
    («در ژاپن») or as the home of a people.
    """
    early = page.lead[-1].last if page.lead else 0
    found: dict[str, list[Actor]] = {}
    weight: dict[str, float] = {}
    hosts = {actor.code for actor in actors if actor.kind == "venue"}
    heads = {k for sentence in page.sentences for k in range(sentence.first, sentence.first + HEAD)}
    for actor, (listed, start) in zip(actors, _lists(page, actors), strict=True):
        if actor.code in hosts and actor.first and page.words[actor.first - 1] in _TRAVEL_WORDS:
            continue  # «به اتریش», where the talks are
        if actor.kind in STATE_KINDS and len(actor.code) == 3:
            found.setdefault(actor.code, []).append(actor)
            weight[actor.code] = weight.get(actor.code, 0.0) + _weight(page, actor, listed, start in heads, early)
    pacts = sum(2 if actor.first < early else 1 for actor in actors if actor.kind == "pact")
    pacts += sum(actor.kind == "europe" for actor in actors if actor.first < early)
    foreign = [code for code in weight if code != home and weight[code] >= PARTY]
    needed = FOREIGN if len(page.words) > SHORT else SHORT_FOREIGN
    if sum(weight[code] for code in foreign) + pacts < needed and (
        posts := {a.code for mentions in found.values() for a in mentions if _is_post(page, a)} - {home}
    ):
        foreign = sorted({*foreign, *posts})  # «سفیر ایران در کیف با وزیر تجارت این کشور»
        weight |= dict.fromkeys(foreign, FOREIGN)
    if sum(weight[code] for code in foreign) + pacts < needed:
        return {home: found[home]} if pacts and home in found else {}
    return {code: mentions for code, mentions in found.items() if code in foreign or code == home}


@cache
def names() -> Lexicon[tuple[str, Kind]]:
    """Every word for a state, an organisation or an office holder."""
    terms: list[tuple[str, tuple[str, Kind]]] = []
    weak: list[tuple[str, tuple[str, Kind]]] = []
    banned: set[tuple[str, str]] = set()
    for code, kind, *cells in rows("country_words.tsv"):
        words = alternatives(cells[0]) if cells else []
        if kind == "-":
            banned |= {(code, word) for word in words} | {("-", word) for word in words if code == "-"}
        else:
            terms += [(word, (code, kind)) for word in words]  # type: ignore[misc]
    terms += [(word, (row[0], "pact")) for row in rows("pacts.tsv") for word in alternatives(row[1])]
    states = {row[2] for row in rows("countries.tsv")}
    holders = ((word, row[0]) for row in rows("office_holders.tsv") for word in _holder_names(row))
    terms += [(word, (code, "holder")) for word, code in holders if word not in states]  # «کامرون» is Cameroon
    for code, name_en, name_fa, *capitals in list(rows("countries.tsv"))[1:]:
        plain = [name_en, name_fa]
        places = [place for cell in capitals for place in alternatives(cell)]
        weak += [(word, (code, "weak")) for word in (name_fa, *places) if (code, word) in banned and " " not in word]
        made = [_people_of(name_fa)] if " " not in name_fa and not name_fa.endswith("ی") else []
        generated: list[tuple[str, Kind]] = [(word, "name") for word in plain]
        generated += [(word, "capital") for word in places] + [(word, "people") for word in made]
        terms += [(word, (code, kind)) for word, kind in generated if word and not {(code, word), ("-", word)} & banned]
    lists = {row[0]: alternatives(row[1]) for row in rows("cues.tsv")}
    blocked: list[tuple[str, tuple[str, Kind]]] = [(word, ("", "block")) for word in lists["sea"]]
    here: list[tuple[str, tuple[str, Kind]]] = [(word, ("", "here")) for word in lists["here"]]
    europe: list[tuple[str, tuple[str, Kind]]] = [(word, ("EU", "europe")) for word in lists["europe"]]
    return Lexicon(blocked + here + terms + europe + weak)


@cache
def bodies() -> frozenset[str]:
    """The pacts that act: organisations and standing groups, no texts, processes or meetings."""
    return frozenset(row[0] for row in rows("pacts.tsv") if row[2:] != ["text"])


def _people_of(name: str) -> str:
    """The word for a state's people: «قزاقستانی», «ترکیه‌ای», «کوبایی»."""
    return name + ("\u200cای" if name.endswith("ه") else "یی" if name.endswith(("ا", "و")) else "ی")


def _holder_names(row: list[str]) -> list[str]:
    return [word for cell in row[1:] for word in alternatives(cell)]


def _weight(page: Page, actor: Actor, listed: int, at_head: bool, early: int) -> float:
    before = page.words[max(0, actor.first - 8) : actor.first]
    weight = 2.0 if actor.first < early else 1.0
    in_list = listed > 1 and (actor.first < early or listed <= SHORT_LIST or at_head)
    across = {page.words[actor.first], *before[-1:]} & _COUNTERPARTS  # «همتای ترک», «طرف قطری»
    if _is_post(page, actor):
        return weight * POST
    if in_list or across or (before and before[-1] in _TOPIC_WORDS) or _after_office(page, actor.first):
        weight += 1.0
    elif before and before[-1] in _PLACE_WORDS:
        weight *= 0.25 if actor.kind == "capital" and _POSTS.isdisjoint(before) else 0.5
    elif before and not _SUCH_AS.isdisjoint(before[-4:]):
        weight *= 0.25  # «کشورهایی مانند عراق و سوریه» are scenery
    elif actor.kind == "people":
        weight *= 0.5
    return weight


def _is_post(page: Page, actor: Actor) -> bool:
    """«سفیر ایران در مصر»: where somebody is posted."""
    before = page.words[max(0, actor.first - 8) : actor.first]
    return bool(before) and before[-1] in {"در", "in"} and not _POSTS.isdisjoint(before)


def _lists(page: Page, actors: tuple[Actor, ...]) -> list[tuple[int, int]]:
    """For each mention, how many states its list holds («ایران، روسیه و چین»: three), and where the list begins."""
    found: list[tuple[int, int]] = []
    start = 0
    for k in range(1, len(actors) + 1):
        if k == len(actors) or not _is_next(page, actors[k - 1], actors[k]):
            found += [(len({actor.code for actor in actors[start:k]}), actors[start].first)] * (k - start)
            start = k
    return found


def _is_next(page: Page, one: Actor, other: Actor) -> bool:
    return other.first == one.last + 1 and page.words[one.last] in _LINKS


def _after_office(page: Page, first: int) -> bool:
    """An office or a government body within three words before: «وزارت امور خارجه آلمان»."""
    official = cues("official")
    return any(page.at(official, k, first) is not None for k in range(max(0, first - 4), first))


def _as_state(page: Page, first: int) -> bool:
    """A name that is also a common word («غنا», «مالی») stands for the state only after an office or its like."""
    before = page.words[max(0, first - 5) : first]
    if not before:
        return False
    posted = before[-1] == "در" and any(word in _POSTS for word in before)
    return posted or before[-1] in _STATE_WORDS


def _is_press(page: Page, first: int) -> bool:
    """«خبرگزاری فرانسه», «شبکه قطری», «شبکه «ال‌بی‌سی لبنان»», «Voice of America»: the press is not the state."""
    agency = cues("agency")
    for k in range(max(0, first - 6), first):
        hit = page.at(agency, k, first)
        if hit is not None and (hit.last == first or (page.words[hit.last] == "«" and "»" not in page.words[k:first])):
            return True
    return False


def _is_dateline(page: Page, last: int) -> bool:
    """«لندن - ایرنا -», «دمشق (ایسنا)»: whence an agency reports."""
    after = page.words[last : last + 2]
    return len(after) == DATELINE and after[0] in _DASHES and after[1] in stop_words("agencies")


def _is_other_person(page: Page, first: int, last: int) -> bool:
    """«مهدی صالحی» is not the Salehi of the list, nor «اسد مجید خان» its Assad: a given name beside a bare surname."""
    if last - first > 1:
        return False
    beside = [page.words[k] for k in (first - 1, last) if 0 <= k < len(page.words)]
    return any(word in word_list("given_names.txt") for word in beside)


DATELINE = 2  # tokens of a dash and an agency
POST = 0.25  # weight of the state where somebody is posted, beside the same in other places
PARTY = 1.5  # weight from which a foreign state counts as a party
HEAD = 3  # tokens of a sentence in which a list of states that acts begins
SHORT_LIST = 4  # longer lists of states deep in a text are scenery
SHORT, SHORT_FOREIGN = 40, 2.0  # tokens of a short report, and how much is enough for it
FOREIGN = 3.0  # weight of all that is foreign, from which a report is not purely domestic
_STATE_WORDS = stop_words("before_state")
_SUCH_AS = frozenset({"مانند", "مثل", "همچون", "همانند", "نظیر", "like"})
_COUNTERPARTS = frozenset({"همتای", "همتایان", "همتا", "طرف", "مقامات", "مقام", "هیئت", "هیات", "counterpart"})
_TOPIC_WORDS = frozenset({"درباره", "پیرامون", "خصوص", "مورد", "بحران", "about", "علیه", "against"})
_PLACE_WORDS = frozenset({"پایتخت", "در", "in", "at", "به", "از", "مقصد"})
_POSTS = frozenset(
    {
        "سفیر",
        "سفارت",
        "کاردار",
        "وابسته",
        "رایزن",
        "نماینده",
        "سفرا",
        "سفرای",
        "کنسول",
        "ambassador",
        "embassy",
        "envoy",
    }
)
_LINKS = frozenset({"،", ",", "و", "-", "and"})
_DASHES = frozenset({"-", "–", "—", "(", "/", "،", ":"})
_VENUES = frozenset({"وین", "vienna", "بروکسل", "brussels", "ژنو", "geneva"})  # seats of organisations
_TRAVEL_WORDS = frozenset({"به", "در", "از", "عازم", "راهی", "وارد", "مقصد", "to", "in", "from"})
