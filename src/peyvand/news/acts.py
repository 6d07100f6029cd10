"""Who did what to whom? PLOVER acts from verb lists, with the order of source and target.

A sentence has a speaker (a person, an office, a state; «وی» takes up the one before). A cue of acts.tsv makes an act of the
speaker's state towards the nearest other party; meetings pair the parties that the sentence names; what is announced for
the future is an agreement, as in the PLOVER manual. Experts and former officials act for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

from peyvand.news.actors import Actor, in_sentence
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, rows
from peyvand.news.people import Person, Role
from peyvand.news.report import Act
from peyvand.news.words import Page, Sentence

COMPANY = 14  # tokens within which a cue's company stands
CLOSE = 8  # tokens within which a party after a friendly cue is meant by it
REACH = 40  # tokens within which a cue looks for the other party


@dataclass(frozen=True, slots=True)
class Verb:
    """A cue of acts.tsv: `type` of the act, `mode`, and words of which one must stand near."""

    type: str
    mode: str
    company: Lexicon[bool] | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a sentence: a state or organisation, or a private person who binds nobody."""

    code: str
    private: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence with the parties that stand in it, who speaks, and with whom the talks are."""

    sentence: Sentence
    actors: list[Actor]
    speaker: Speaker | None
    partner: tuple[str, str] | None


def find_acts(page: Page, told: list[Scene], people: list[Person], roles: list[Role]) -> list[Act]:
    """Every act once, in the order of the text."""
    found: dict[tuple[frozenset[str], str], Act] = {}
    headline: list[Act] = []
    for scene in told:
        met = _meetings(page, scene, people, roles)
        if scene.sentence.line == 0:
            headline, met = met, []
        for act in (*met, *_deeds(page, scene)):
            found.setdefault((frozenset((act.source, act.target)), act.type), act)
    announced = {pair for pair, type_ in found if type_ == "AGREE"} - {pair for pair, type_ in found if type_ == "CONSULT"}
    for act in headline:  # a headline has no verb: if the text only announces the meeting, it has not taken place
        pair = frozenset((act.source, act.target))
        future = [one for scene in told for one in _meetings(page, scene, people, roles) if one.type == "AGREE"]
        if not (pair in announced and any(frozenset((one.source, one.target)) == pair for one in future)):
            found.setdefault((pair, act.type), act)
    return sorted(found.values(), key=lambda act: act.span)


def scenes(
    page: Page, actors: tuple[Actor, ...], people: list[Person], roles: list[Role], parties: frozenset[str], home: str
) -> list[Scene]:
    """The sentences of a page with their speakers, and the pair that meets."""
    result: list[Scene] = []
    offices = _offices(page, people, roles)
    speaker: Speaker | None = None
    partner: tuple[str, str] | None = None
    for sentence in page.sentences:
        here = [actor for actor in in_sentence(actors, sentence) if actor.code in parties]
        speaker = _speaker(page, sentence, here, people, roles, offices, home, speaker)
        scene = Scene(sentence, here, speaker, partner)
        met = _parties_of_meeting(page, scene, people, roles)
        if met and len(met) == 2:
            partner = (met[0], met[1])
        result.append(Scene(sentence, here, speaker, partner))
    return result


def is_negated(page: Page, first: int, last: int) -> bool:
    """A negated verb among the tokens: «نکرد», «نمی‌کند», «نیست», not."""
    return any(word in _NEGATIONS for word in page.words[first:last])


def near(page: Page, sentence: Sentence, hit: Hit[object], company: Lexicon[bool] | None, reach: int = COMPANY) -> bool:
    """One of `company` stands within `reach` tokens of the cue, in its sentence."""
    if company is None:
        return True
    first, last = max(sentence.first, hit.first - reach), min(sentence.last, hit.last + reach)
    return bool(company.find(page.words, first, last))


@cache
def verbs() -> tuple[Lexicon[Verb], ...]:
    """One word list per row of acts.tsv: a word may be a cue of two types."""
    made: list[Lexicon[Verb]] = []
    for type_, mode, words, *company in rows("acts.tsv"):
        wanted = alternatives(company[0]) if company else []
        verb = Verb(type_, mode, Lexicon((word, True) for word in wanted) if wanted else None)
        made.append(Lexicon((word, verb) for word in alternatives(words)))
    return tuple(made)


def _speaker(
    page: Page,
    sentence: Sentence,
    here: list[Actor],
    people: list[Person],
    roles: list[Role],
    offices: dict[str, str],
    home: str,
    before: Speaker | None,
) -> Speaker | None:
    """The first person, office or state of the sentence, if it may speak; «وی» and quotations keep the one before."""
    head = page.words[sentence.first : sentence.first + 4]
    if any(word in _PRONOUNS for word in head):
        return before
    subjects: list[tuple[int, str | None, bool]] = [
        (person.first, person.country, person.private) for person in people if sentence.first <= person.first < sentence.last
    ]
    subjects += [
        (role.first, role.country or offices.get(_office(page, role)) or _home_office(page, role, home), role.private)
        for role in roles
        if sentence.first <= role.first < sentence.last
    ]
    subjects.sort(key=lambda subject: subject[0])
    for first, country, private in subjects:
        if first - sentence.first > 30 and before is not None:
            break
        if private:
            return Speaker(country or "", True)
        if country:
            return Speaker(country, False)
    if before is None and here:
        return Speaker(here[0].code, False)
    if here and here[0].first - sentence.first <= 2 and here[0].kind in {"name", "capital", "seat", "europe", "pact"}:
        return before if before is not None and before.private else Speaker(here[0].code, False)
    return before


def _office(page: Page, role: Role) -> str:
    """The words that name an office, without its state: «معاون سیاسی وزیر امور خارجه»."""
    return " ".join(page.words[role.first : min(role.last, role.first + 3)])


def _offices(page: Page, people: list[Person], roles: list[Role]) -> dict[str, str]:
    """Which state an office belongs to, where the text says it once."""
    found: dict[str, str] = {}
    for role in roles:
        beside = [p.country for p in people if p.country and (-1 <= p.first - role.last <= 2 or -1 <= role.first - p.last <= 2)]
        country = role.country or (beside[0] if beside else None)
        if country:
            found.setdefault(_office(page, role), country)
    return found


def _home_office(page: Page, role: Role, home: str) -> str | None:
    """An executive office without a state's name is of the home press's state."""
    return home if cues("executive").at(page.words, role.first, role.last) else None


def _deeds(page: Page, scene: Scene) -> list[Act]:
    sentence, speaker = scene.sentence, scene.speaker
    if speaker is None or speaker.private:
        return []
    made: list[Act] = []
    for lexicon in verbs():
        for hit in lexicon.find(page.words, sentence.first, sentence.last):
            verb = hit.value
            if not near(page, sentence, hit, verb.company):  # type: ignore[arg-type]
                continue
            if verb.type != "REJECT" and is_negated(page, hit.last, min(hit.last + 4, sentence.last)):
                continue
            span = page.span(max(sentence.first, hit.first - 6), min(hit.last + 6, sentence.last))
            sources = _sources(page, scene)
            made += [
                Act(source, other, verb.type, span)
                for source in sources
                for other in _targets(page, scene, hit, verb, sources)
                if source != other and not (verb.type in {"AGREE", "CONSULT"} and other in FORUMS)
            ]
    return made


def _sources(page: Page, scene: Scene) -> list[str]:
    """The speaker's state, with those that stand in one list with it at the head («انگلیس، فرانسه و آلمان … خواستار»)."""
    speaker = scene.speaker
    if speaker is None or not speaker.code:
        return []
    head = next((actor for actor in scene.actors if actor.code == speaker.code), None)
    if head is None or head.first - scene.sentence.first > 3 or head.kind not in {"name", "capital", "europe"}:
        return [speaker.code]
    return _listed(page, scene, head)


def _listed(page: Page, scene: Scene, actor: Actor) -> list[str]:
    """The codes that stand in one list with `actor`: «ایران، روسیه و چین»."""
    k = scene.actors.index(actor)
    low = high = k
    while low > 0 and _linked(page, scene.actors[low - 1], scene.actors[low]):
        low -= 1
    while high + 1 < len(scene.actors) and _linked(page, scene.actors[high], scene.actors[high + 1]):
        high += 1
    return list(dict.fromkeys(one.code for one in scene.actors[low : high + 1]))


def _linked(page: Page, one: Actor, other: Actor) -> bool:
    between = page.words[one.last : other.first]
    return 0 < len(between) <= 2 and all(word in _LINKS for word in between)


def _targets(page: Page, scene: Scene, hit: Hit[Verb], verb: Verb, sources: list[str]) -> list[str]:
    """The other parties of a cue: who stands right after it, the partner of the talks for what is friendly, else the nearest."""
    others = [actor for actor in scene.actors if actor.code not in sources]
    if verb.type == "ACCUSE":
        others = [actor for actor in others if not actor.first or page.words[actor.first - 1] not in _AGAINST] or others
    if verb.type == "REQUEST":
        asked = [a for a in others if hit.first - REACH <= a.first < hit.last + 6 and _is_asked(page, a, scene.sentence)]
        if asked:
            return list(dict.fromkeys(actor.code for actor in asked))
    after = next((actor for actor in others if hit.first <= actor.first < hit.last + REACH), None)
    before = next((actor for actor in reversed(others) if hit.first - REACH <= actor.first < hit.first), None)
    partner = _partner(scene, sources[0])
    if verb.type in {"AGREE", "SUPPORT"} and partner and not (after and after.first - hit.last <= CLOSE):
        together = bool(cues("mutual").find(page.words, scene.sentence.first, scene.sentence.last))
        if together or not others or any(actor.code == partner for actor in others):
            return [partner]
    if after and before:
        nearest = after if after.first - hit.last <= hit.first - before.last else before
    else:
        nearest = after or before  # type: ignore[assignment]
    return _listed(page, scene, nearest) if nearest else []


def _partner(scene: Scene, source: str) -> str:
    """The other side of the pair that meets."""
    if not scene.partner or source not in scene.partner:
        return ""
    return scene.partner[0] if scene.partner[1] == source else scene.partner[1]


def _is_asked(page: Page, actor: Actor, sentence: Sentence) -> bool:
    """«از … خواست»: the party after «از», with its office between."""
    before = page.words[max(sentence.first, actor.first - 4) : actor.first]
    return any(word in _FROM for word in before)


def _office(page: Page, role: Role) -> str:
    """The words that name an office, without its state: «معاون سیاسی وزیر امور خارجه»."""
    return " ".join(page.words[role.first : min(role.last, role.first + 3)])


def _offices(page: Page, people: list[Person], roles: list[Role]) -> dict[str, str]:
    """Which state an office belongs to, where the text says it once."""
    found: dict[str, str] = {}
    for role in roles:
        beside = [p.country for p in people if p.country and (-1 <= p.first - role.last <= 2 or -1 <= role.first - p.last <= 2)]
        country = role.country or (beside[0] if beside else None)
        if country:
            found.setdefault(_office(page, role), country)
    return found


def _home_office(page: Page, role: Role, home: str) -> str | None:
    """An executive office without a state's name is of the home press's state."""
    return home if cues("executive").at(page.words, role.first, role.last) else None


def _deeds(page: Page, scene: Scene) -> list[Act]:
    sentence, speaker = scene.sentence, scene.speaker
    if speaker is None or speaker.private:
        return []
    made: list[Act] = []
    for lexicon in verbs():
        for hit in lexicon.find(page.words, sentence.first, sentence.last):
            verb = hit.value
            if not near(page, sentence, hit, verb.company):  # type: ignore[arg-type]
                continue
            if verb.type != "REJECT" and is_negated(page, hit.last, min(hit.last + 4, sentence.last)):
                continue
            span = page.span(max(sentence.first, hit.first - 6), min(hit.last + 6, sentence.last))
            sources = _sources(page, scene)
            made += [
                Act(source, other, verb.type, span)
                for source in sources
                for other in _targets(page, scene, hit, verb, sources)
                if source != other and not (verb.type in {"AGREE", "CONSULT"} and other in FORUMS)
            ]
    return made


def _sources(page: Page, scene: Scene) -> list[str]:
    """The speaker's state, with those that stand in one list with it at the head («انگلیس، فرانسه و آلمان … خواستار»)."""
    speaker = scene.speaker
    if speaker is None:
        return []
    head = next((actor for actor in scene.actors if actor.code == speaker.code), None)
    if head is None or head.first - scene.sentence.first > 3 or head.kind not in {"name", "capital", "europe"}:
        return [speaker.code]
    return _listed(page, scene, head)


def _listed(page: Page, scene: Scene, actor: Actor) -> list[str]:
    """The codes that stand in one list with `actor`: «ایران، روسیه و چین»."""
    k = scene.actors.index(actor)
    low = high = k
    while low > 0 and _linked(page, scene.actors[low - 1], scene.actors[low]):
        low -= 1
    while high + 1 < len(scene.actors) and _linked(page, scene.actors[high], scene.actors[high + 1]):
        high += 1
    return list(dict.fromkeys(one.code for one in scene.actors[low : high + 1]))


def _linked(page: Page, one: Actor, other: Actor) -> bool:
    between = page.words[one.last : other.first]
    return 0 < len(between) <= 2 and all(word in _LINKS for word in between)


def _target(page: Page, scene: Scene, hit: Hit[Verb], verb: Verb) -> Actor | str | None:
    """The other party of a cue: the partner of the talks for what is friendly, else the nearest mention."""
    speaker = scene.speaker
    if speaker is None or not speaker.code:
        return None
    source = speaker.code
    others = [actor for actor in scene.actors if actor.code != source]
    partner = ""
    if scene.partner and source in scene.partner:
        partner = scene.partner[0] if scene.partner[1] == source else scene.partner[1]
    sentence = scene.sentence
    if verb.type in {"AGREE", "SUPPORT"} and partner:
        together = bool(cues("mutual").find(page.words, sentence.first, sentence.last))
        if together or not others or any(actor.code == partner for actor in others):
            return partner
    if verb.type == "ACCUSE":
        others = [actor for actor in others if page.words[actor.first - 1] not in _AGAINST or actor.first == 0] or others
    if verb.type == "REQUEST":
        asked = [actor for actor in others if actor.first and page.words[actor.first - 1] in _FROM]
        others = asked or others
    after = next((actor for actor in others if hit.first <= actor.first < hit.last + REACH), None)
    before = next((actor for actor in reversed(others) if hit.first - REACH <= actor.first < hit.first), None)
    if after and before:
        return after if after.first - hit.last <= hit.first - before.last else before
    return after or before


def _meetings(page: Page, scene: Scene, people: list[Person], roles: list[Role]) -> list[Act]:
    met = _parties_of_meeting(page, scene, people, roles)
    if not met:
        return []
    sentence = scene.sentence
    type_ = "AGREE" if cues("future").find(page.words, sentence.first, sentence.last) else "CONSULT"
    cue = _meeting_cues(page, sentence)[0]
    span = page.span(max(sentence.first, cue.first - 3), min(cue.last + 8, sentence.last))
    all_meet = _is_listed(page, sentence) or bool(_joint(page, scene, _meeting_cues(page, sentence)))
    pairs = combinations(met, 2) if all_meet else ((met[0], other) for other in met[1:])
    return [Act(one, other, type_, span) for one, other in pairs]


def _parties_of_meeting(page: Page, scene: Scene, people: list[Person], roles: list[Role]) -> list[str]:
    """Codes of the parties that meet in this sentence, the subject first; empty if nobody meets."""
    sentence = scene.sentence
    found = _meeting_cues(page, sentence)
    if not found:
        return []
    topics = _topic_ranges(page, sentence)
    codes: list[tuple[int, str]] = []
    for person in people:
        if sentence.first <= person.first < sentence.last and person.country and not person.private:
            codes.append((person.first, person.country))
    inside_roles: set[int] = set()
    for role in roles:
        if sentence.first <= role.first < sentence.last:
            inside_roles |= set(range(role.first, role.last))
            if role.country and not role.private:
                codes.append((role.first, role.country))
    codes += [(actor.first, actor.code) for actor in scene.actors if actor.first not in inside_roles and actor.kind != "people" and not _is_place(page, actor)]
    official = bool(cues("official").find(page.words, sentence.first, sentence.last)) or bool(
        [actor for actor in scene.actors if actor.kind in {"holder", "seat"}]
    )
    ordered: list[str] = []
    for first, code in sorted(codes):
        if code not in ordered and not any(start <= first < end for start, end in topics):
            ordered.append(code)
    joint = _joint(page, scene, found)
    if joint:
        return joint
    speaker = scene.speaker
    if len(ordered) == 1 and speaker and not speaker.private and speaker.code not in {"", ordered[0]}:
        guest = next((a for a in scene.actors if a.code == ordered[0] and _after_with(page, a.first, sentence)), None)
        return [speaker.code, ordered[0]] if guest else []
    if len(ordered) < 2 or not official:
        return []
    if len(ordered) == 2 or _is_listed(page, sentence):
        return ordered
    lists = [_listed(page, scene, actor) for actor in scene.actors if actor.code != ordered[0]]
    longest = max(lists, key=len, default=[])
    if len(longest) > 2 and ordered[0] not in longest:
        return [ordered[0], *longest]
    with_ = next((code for first, code in sorted(codes) if _after_with(page, first, sentence) and code != ordered[0]), None)
    return [ordered[0], with_ or ordered[1]]


def _joint(page: Page, scene: Scene, found: list[Hit[str]]) -> list[str]:
    """«نشست سه جانبه ایران، روسیه و چین»: a list of states right after the cue."""
    for cue in found:
        head = next((a for a in scene.actors if cue.last <= a.first <= cue.last + 3 and a.kind in {"name", "capital"}), None)
        if head is not None and len(codes := _listed(page, scene, head)) > 1:
            return codes
    return []


def _meeting_cues(page: Page, sentence: Sentence) -> list[Hit[str]]:
    interviews = [
        k
        for name in ("interview", "nomeeting")
        for hit in cues(name).find(page.words, sentence.first, sentence.last)
        for k in range(hit.first, hit.last)
    ]
    return [
        hit
        for name in ("meeting", "travel", "talks")
        for hit in cues(name).find(page.words, sentence.first, sentence.last)
        if hit.first not in interviews
        and (hit.first == 0 or page.words[hit.first - 1] not in {"این", "this"})
        and (name != "talks" or sentence.line == 0 or _is_held(page, hit, sentence))
    ]


def _is_place(page: Page, actor: Actor) -> bool:
    """«در وین»: a capital as the place of the talks."""
    return actor.kind == "capital" and actor.first > 0 and page.words[actor.first - 1] in {"در", "in", "at"}


def _is_held(page: Page, talks: Hit[str], sentence: Sentence) -> bool:
    """Talks that take place: a verb soon after, or «پس از» before."""
    return bool(cues("done").find(page.words, max(sentence.first, talks.first - 3), min(talks.last + 6, sentence.last)))


def _topic_ranges(page: Page, sentence: Sentence) -> list[tuple[int, int]]:
    """Tokens after «درباره», «پیرامون», about: what the talks are on, not who talks."""
    ranges: list[tuple[int, int]] = []
    for k in range(sentence.first, sentence.last):
        if _TOPICS.at(page.words, k, sentence.last):
            end = next(
                (j for j in range(k + 1, sentence.last) if page.words[j] in _TOPIC_ENDS),
                sentence.last,
            )
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


FORUMS = frozenset({"EAEU", "SCO", "CICA", "ECO", "OPEC", "BRICS", "NAM", "D8", "OTS", "CIS"})  # a frame, seldom a party
_LINKS = frozenset({"،", ",", "و", "and", "به", "همراه"})
_PRONOUNS = frozenset({"وی", "او", "ایشان", "he", "she", "they"})
_NEGATIONS = frozenset(
    "نکرد نکرده نکردند نمی نیست نیستند نبود نبوده نشد نشده نخواهد نخواهند نخواهیم نداد ندارد نداشت ندارند not no never".split()
)
_AGAINST = frozenset({"علیه", "against"})
_FROM = frozenset({"از", "on"})
_COUNTS = frozenset({"سه", "چهار", "پنج", "3", "4", "5", "three", "four", "five"})
_TOPICS = Lexicon(
    (word, True)
    for word in ("درباره", "پیرامون", "در رابطه با", "در خصوص", "درخصوص", "در مورد", "درمورد", "راجع به", "بر سر", "about", "on the")
)
_TOPIC_ENDS = frozenset({"دیدار", "گفت", "گفتگو", "رایزنی", "بحث", "ملاقات", "مذاکره", "تبادل", "،"})
