"""Which parties meet in a sentence?"""

from __future__ import annotations

from itertools import combinations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Hit, Lexicon, cues, stop_words
from peyvand.news.report import Act
from peyvand.news.scene import Scene, is_negated, listed
from peyvand.news.words import Page, Sentence


def meetings(page: Page, scene: Scene) -> list[Act]:
    """The meetings of a sentence whose parties are known, or their announcement."""
    met = scene.met
    if not met:
        return []
    sentence = scene.sentence
    found = _cues(page, sentence)
    type_ = "AGREE" if _is_announced(page, found[0], sentence) else "CONSULT"
    span = page.span(max(sentence.first, found[0].first - 3), min(found[0].last + 8, sentence.last))
    all_meet = (
        met == scene.together
        or _is_listed(page, sentence)
        or bool(_joint(page, scene, found, _topic_ranges(page, sentence)))
    )
    pairs = combinations(met, 2) if all_meet else ((met[0], other) for other in met[1:])
    return [Act(one, other, type_, span) for one, other in pairs]


def parties_of_meeting(page: Page, scene: Scene) -> list[str]:
    """Codes of the parties that meet in this sentence, the subject first; empty if nobody meets."""
    sentence = scene.sentence
    found = _cues(page, sentence)
    if not found:
        return []
    topics = _topic_ranges(page, sentence)
    joint = _joint(page, scene, found, topics)
    if joint:
        return joint
    found = _meeting_cues(page, sentence)
    if not found:
        return []
    codes = _named(page, scene)
    official = (
        bool(page.find(cues("official"), sentence.first, sentence.last))
        or any(actor.kind in {"holder", "seat"} for actor in scene.actors)
        or len({role.country for role in scene.roles if role.country and not role.private}) > 1
    )
    ordered: list[str] = []
    for first, code in sorted(codes):
        if code not in ordered and not any(start <= first < end for start, end in topics):
            ordered.append(code)
    ordered = _near_cues(ordered, codes, found)
    speaker = scene.speaker
    if all(page.at(cues("travel"), cue.first) for cue in found):
        return _journey(page, scene)
    if scene.together and len(ordered) < len(scene.together):
        return list(scene.together)
    if len(ordered) == 1 and speaker and not speaker.private and speaker.code not in {"", ordered[0]}:
        guest = next((a for a in scene.actors if a.code == ordered[0] and _after_with(page, a.first, sentence)), None)
        return [speaker.code, ordered[0]] if guest else []
    if len(ordered) < 2 or not official:
        return []
    if len(ordered) == 2 or _is_listed(page, sentence):
        return ordered
    lists = [listed(page, scene, actor) for actor in scene.actors if actor.code != ordered[0]]
    longest = max(lists, key=len, default=[])
    if len(longest) > 2 and ordered[0] not in longest:
        return [ordered[0], *longest]
    with_ = next(
        (code for first, code in sorted(codes) if _after_with(page, first, sentence) and code != ordered[0]), None
    )
    return [ordered[0], with_ or ordered[1]]


def _named(page: Page, scene: Scene) -> list[tuple[int, str]]:
    """Where persons, offices and states stand, and for whom."""
    codes = [(person.first, person.country) for person in scene.people if person.country and not person.private]
    codes += [(role.first, role.country) for role in scene.roles if role.country and not role.private]
    if scene.home:  # «در ملاقات با سرپرست ریاست جمهوری»: an office without a state is of the home state
        held = [
            role
            for role in scene.roles
            if not role.country and page.words[max(0, role.first - 1) : role.first] in {("با",), ("with",)}
        ]
        codes += [(role.first, scene.home) for role in held if page.at(cues("executive"), role.first, role.last)]
    in_roles = {k for role in scene.roles if role.country or role.private for k in range(role.first, role.last)}
    return codes + [
        (actor.first, actor.code)
        for actor in scene.actors
        if (actor.first not in in_roles or _is_added(page, scene, actor)) and _is_party(page, actor)
    ]


def _is_added(page: Page, scene: Scene, actor: Actor) -> bool:
    """«وزرای خارجه ایران و عربستان», «وزیر دفاع ایران و همتای روس»: an office of another state in one role's words."""
    before = page.words[max(scene.sentence.first, actor.first - 1) : actor.first]
    if actor.kind == "people":
        return not _SIDES.isdisjoint(before)
    return before in {("و",), ("،",)} and len(listed(page, scene, actor)) > 1


def _journey(page: Page, scene: Scene) -> list[str]:
    """Who travels on office, and where to: «به ترکیه سفر کرد», «وارد آنکارا شد»."""
    officials = [person.country for person in scene.people if person.country and not person.private]
    officials += [role.country for role in scene.roles if role.country and not role.private]
    if not officials and scene.speaker and not scene.speaker.private and not scene.people:
        officials = (
            [scene.speaker.code] if page.find(cues("official"), scene.sentence.first, scene.sentence.last) else []
        )
    aims = [a for a in scene.actors if _is_goal(page, a)]
    goals = [code for aim in aims for code in listed(page, scene, aim)]
    guest = officials[0] if officials else ""
    goals += [actor.code for actor in scene.actors if actor.code == "JCPOA"]  # only its commission is an actor here
    goals = [code for code in dict.fromkeys(goals) if code != guest]
    return [guest, *goals] if guest and goals else []


def _is_goal(page: Page, actor: Actor) -> bool:
    """«به ترکیه», «به کشورهای ترکیه و عراق»."""
    before = page.words[max(0, actor.first - 2) : actor.first]
    near = before[-1:] if not before or before[-1] not in _LANDS else before[:1]
    return actor.kind in {"name", "capital", "self"} and not _TO.isdisjoint(near)


def _near_cues(ordered: list[str], codes: list[tuple[int, str]], found: list[Hit[str]]) -> list[str]:
    """The subject, and those who stand near a cue: who comes up much later in a sentence does not meet."""
    near = {
        code for first, code in codes if any(cue.first - NEAR_BEFORE <= first < cue.last + NEAR_AFTER for cue in found)
    }
    return [code for k, code in enumerate(ordered) if k == 0 or code in near]


def _joint(page: Page, scene: Scene, found: list[Hit[str]], topics: list[tuple[int, int]]) -> list[str]:
    """«نشست سه جانبه ایران، روسیه و چین», «مذاکرات وزرای خارجه هند و پاکستان»: a list of states that a cue names."""
    for cue in found:
        if page.at(cues("travel"), cue.first):  # where one goes, not who meets
            continue
        head = next((a for a in scene.actors if cue.last <= a.first), None)
        if head is None or head.first > cue.last + OFFICES or head.kind not in {"name", "capital", "holder"}:
            continue
        if not _BESIDE.isdisjoint(page.words[cue.last : head.first]):
            continue
        if any(start <= head.first < end for start, end in topics):
            continue
        objects = {actor.code for actor in scene.actors if page.words[actor.last : actor.last + 1] == ("را",)}
        codes = [code for code in listed(page, scene, head) if code not in objects]
        if len(codes) > 1:
            return codes
    return []


def _cues(page: Page, sentence: Sentence) -> list[Hit[str]]:
    """Words for a meeting, those that need no list of states first."""
    return [*_meeting_cues(page, sentence), *_sessions(page, sentence)]


def _sessions(page: Page, sentence: Sentence) -> list[Hit[str]]:
    """«نشست», «اجلاس», «دور سوم مذاکرات»: meetings only where a list of states says whose they are."""
    found = page.find(cues("session"), sentence.first, sentence.last)
    return [
        hit
        for hit in found
        if not _is_wished(page, hit, sentence)
        and not (
            page.words[max(0, hit.first - 1) : hit.first] == ("در",) and page.at(cues("talks"), hit.first)
        )  # «نقش عمان در گفت‌وگوهای …»
    ]


def _meeting_cues(page: Page, sentence: Sentence) -> list[Hit[str]]:
    interviews = [
        k
        for name in ("interview", "nomeeting")
        for hit in page.find(cues(name), sentence.first, sentence.last)
        for k in range(hit.first, hit.last)
    ]
    return [
        hit
        for name in ("meeting", "travel", "talks")
        for hit in page.find(cues(name), sentence.first, sentence.last)
        if hit.first not in interviews
        and (hit.first == 0 or page.words[hit.first - 1] not in {"این", "this"})
        and (name != "talks" or sentence.line == 0 or _is_held(page, hit, sentence))
        and (name == "travel" or not _is_wished(page, hit, sentence))
    ]


def _is_party(page: Page, actor: Actor) -> bool:
    """No place, and no mere adjective: «همتای روس», "Kazakh counterpart" count, «پهپاد آمریکایی» does not."""
    if actor.kind == "people":
        around = (*page.words[max(0, actor.first - 1) : actor.first], *page.words[actor.last : actor.last + 2])
        return any(word in _SIDES for word in around)
    return not _is_place(page, actor)


def _is_place(page: Page, actor: Actor) -> bool:
    """«در وین»: a capital as the place of the talks."""
    return actor.kind == "capital" and actor.first > 0 and page.words[actor.first - 1] in {"در", "in", "at"}


def _is_held(page: Page, talks: Hit[str], sentence: Sentence) -> bool:
    """Talks that take place: a verb soon after that is not negated, or «پس از» before."""
    if is_negated(page, talks.last, min(talks.last + 5, sentence.last)):
        return False
    return bool(page.find(cues("done"), max(sentence.first, talks.first - 3), min(talks.last + 6, sentence.last)))


def _is_announced(page: Page, cue: Hit[str], sentence: Sentence) -> bool:
    """«دیدار خواهد کرد», «قرار است … سفر کند»: a word for what is to come in the clause, not in what is then said."""
    end = next((k for k in range(cue.last, sentence.last) if page.words[k] == ":"), sentence.last)
    start = next((k for k in range(cue.first, sentence.first, -1) if page.words[k - 1] == ":"), sentence.first)
    return bool(page.find(cues("future"), start, end))


def _is_wished(page: Page, hit: Hit[str], sentence: Sentence) -> bool:
    """«پیشنهاد مذاکره», «آماده گفت‌وگو», «درهای … برای گفت‌وگو»: talks that somebody wants, not talks that are held."""
    before = page.words[max(sentence.first, hit.first - 3) : hit.first]
    return bool(before) and (before[-1] in _WISHES or (before[-1] in {"به", "برای"} and bool(_WISHES & set(before))))


def _topic_ranges(page: Page, sentence: Sentence) -> list[tuple[int, int]]:
    """Tokens after «درباره», «پیرامون», about: what the talks are on, not who talks."""
    ranges: list[tuple[int, int]] = []
    for hit in page.find(TOPICS, sentence.first, sentence.last):
        k = hit.first
        end = next((j for j in range(k + 1, sentence.last) if page.words[j] in _TOPIC_ENDS), sentence.last)
        ranges.append((k, end))
    return ranges


def _is_listed(page: Page, sentence: Sentence) -> bool:
    """«سه کشور ایران، روسیه و ترکیه»: the parties are listed."""
    return any(
        page.words[k] in _COUNTS and page.words[k + 1] in {"کشور", "جانبه", "countries"}
        for k in range(sentence.first, sentence.last - 1)
    )


def _after_with(page: Page, first: int, sentence: Sentence) -> bool:
    return any(page.words[k] in {"با", "with"} for k in range(max(sentence.first, first - 5), first))


NEAR_BEFORE, NEAR_AFTER = 30, 16  # tokens around a cue within which the others who meet stand
OFFICES = 8  # tokens between a cue and the list of those who meet («نشست مشاوران امنیت ملی …»)
_BESIDE = frozenset(
    {"با", "به", "در", "از", "که", "برای", "علیه", "«", ":", "(", "و", "with", "to", "in", "of", "on", "that"}
)
_WISHES = stop_words("wishes")
_TO = frozenset({"به", "وارد", "عازم", "راهی", "مقصد", "to", "in"})
_LANDS = frozenset({"کشور", "جمهوری", "پایتخت"})
_COUNTS = frozenset({"سه", "چهار", "پنج", "3", "4", "5", "three", "four", "five"})
TOPICS = Lexicon(
    (word, True)
    for word in (
        "درباره",
        "پیرامون",
        "در رابطه با",
        "در خصوص",
        "درخصوص",
        "در مورد",
        "درمورد",
        "راجع به",
        "بر سر",
        "با محوریت",
        "با موضوع",
        "در باره",
        "about",
        "on the",
    )
)
_SIDES = frozenset(
    {"همتای", "مقامات", "مقام", "هیات", "طرف", "counterpart", "delegation", "officials", "minister", "foreign", "side"}
)
_TOPIC_ENDS = frozenset({"دیدار", "گفت", "گفتگو", "رایزنی", "بحث", "ملاقات", "مذاکره", "تبادل", "،"})
