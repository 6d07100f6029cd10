"""Who did what to whom? PLOVER acts from verb lists, with the order of source and target.

A cue of acts.tsv makes an act of the speaker's state towards the nearest other party; meetings pair the parties that
the sentence names; what is announced for the future is an agreement, as in the PLOVER manual. Experts and former
officials act for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

from peyvand.news.actors import Actor
from peyvand.news.lexicon import Hit, Lexicon, alternatives, cues, finite, rows
from peyvand.news.meetings import meetings
from peyvand.news.report import Act
from peyvand.news.scene import (
    COMPANY,
    Scene,
    is_negated,
    is_wish,
    joined,
    listed,
    near,
    parties_of,
    partner_of,
    sources_of,
)
from peyvand.news.words import Page, Sentence, within

CLOSE = 8  # tokens within which a party after a friendly cue is meant by it
DOCUMENT = 20  # tokens within which the document of a signature stands
FOLLOWS = 8  # tokens after a cue within which its own verb stands
UNLESS = 5  # tokens after a cue within which a word makes another act of it («آماده دفاع»)
YEAR = 4  # digits
REACH = 40  # tokens within which a cue looks for the other party


@dataclass(frozen=True, slots=True)
class Verb:
    """A cue of acts.tsv: `type` and `mode`, words of which one must stand near, words that may not follow."""

    type: str
    mode: str
    company: Lexicon[bool] | None
    unless: Lexicon[bool] | None
    follows: bool = False  # the company stands soon after the cue: its verb


def find_acts(page: Page, told: list[Scene]) -> list[Act]:
    """Every act once, in the order of the text.

    A headline has no verb: if the text only announces its meeting, the meeting has not taken place.
    """
    met = {scene.sentence.order: meetings(page, scene) for scene in told}
    cued = page.find_all(verbs())
    announced = {_pair(act) for acts in met.values() for act in acts if act.type == "AGREE"}
    found: dict[tuple[frozenset[str], str], Act] = {}
    for scene in sorted(told, key=lambda scene: scene.sentence.line == 0):  # the headline last
        for act in (*met[scene.sentence.order], *_deeds(page, scene, cued)):
            told_before = (_pair(act), "CONSULT") in found
            if scene.sentence.line == 0 and act.type == "CONSULT" and _pair(act) in announced and not told_before:
                continue
            found.setdefault((_pair(act), act.type), act)
    return sorted(found.values(), key=lambda act: act.span)


def _pair(act: Act) -> frozenset[str]:
    return frozenset((act.source, act.target))


@cache
def verbs() -> tuple[Lexicon[Verb], ...]:
    """One word list per row of acts.tsv: a word may be a cue of two types."""
    made: list[Lexicon[Verb]] = []
    for type_, mode, words, *near_by in rows("acts.tsv"):
        cells = (*near_by, "", "")[:2]
        company, unless = (
            Lexicon((word, True) for word in alternatives(cell.removeprefix(">"))) or None for cell in cells
        )
        verb = Verb(type_, mode, company, unless, cells[0].startswith(">"))
        made.append(Lexicon((word, verb) for word in alternatives(words)))
    return tuple(made)


def _deeds(page: Page, scene: Scene, cued: list[Hit[Verb]]) -> list[Act]:
    sentence, speaker = scene.sentence, scene.speaker
    if speaker is not None and speaker.private:
        return []
    meant = [hit for hit in within(cued, sentence) if _is_meant(page, sentence, hit)]
    if not meant:
        return []
    made: list[Act] = []
    spoken, told = sources_of(page, scene), sources_of(page, scene, teller=True)
    for hit in meant:
        verb = hit.value
        sources = told if verb.mode in {"noun", "must"} and not _targets(page, scene, hit, verb, spoken) else spoken
        span = page.span(max(sentence.first, hit.first - 6), min(hit.last + 6, sentence.last))
        type_ = _type_of(page, sentence, hit)
        if verb.mode == "done" and not _is_told(page, scene, hit, sources):
            continue
        pairs = _together(page, scene, hit, sources)
        if pairs:
            made += [Act(one, other, type_, span) for one, other in pairs]
            continue
        made += [
            Act(source, other, type_, span)
            for source in sources
            for other in _targets(page, scene, hit, verb, sources)
            if source != other and not _is_only_a_frame(scene, verb, source, other)
        ]
    return made


def _is_meant(page: Page, sentence: Sentence, hit: Hit[Verb]) -> bool:
    """A cue with the company that it needs, without what makes another act of it, neither negated nor merely wished."""
    verb = hit.value
    if not _has_company(page, sentence, hit):
        return False
    if verb.unless is not None and page.find(verb.unless, hit.last, min(hit.last + UNLESS, sentence.last)):
        return False
    if not verb.mode.endswith("!") and is_negated(page, hit.last, min(hit.last + 4, sentence.last)):
        return False
    if verb.mode in {"sign", "done"} and _is_of_a_year(page, sentence):
        return False
    return not ((verb.mode == "sign" or verb.type == "COOPERATE") and is_wish(page, sentence, hit))


def _is_of_a_year(page: Page, sentence: Sentence) -> bool:
    """«در سال ۱۹۷۹ پیمان صلح امضا کردند»: a deed that is dated by its year alone is history."""
    words = page.words[sentence.first : sentence.last]
    return any(
        word.isdecimal() and len(word) == YEAR and words[k - 2 : k] == ("در", "سال") for k, word in enumerate(words)
    )


def _type_of(page: Page, sentence: Sentence, hit: Hit[Verb]) -> str:
    """What is to be signed, built or opened is an agreement; what is signed a support."""
    verb = hit.value
    to_come = (verb.mode == "sign" or verb.type == "COOPERATE") and _is_to_come(page, sentence, hit)
    return "AGREE" if to_come else verb.type


def _is_told(page: Page, scene: Scene, hit: Hit[Verb], sources: list[str]) -> bool:
    """A deed that the sentence tells of who does it, named before the verb: no wish, no condition, no plan."""
    named = any(actor.code in sources and actor.first < hit.first for actor in scene.actors)
    return named and not page.find(cues("unreal"), scene.sentence.first, scene.sentence.last)


def _is_to_come(page: Page, sentence: Sentence, hit: Hit[Verb]) -> bool:
    """A verb in the future, or a word for what is to come in the sentence."""
    if not _WILL.isdisjoint(page.words[hit.first : hit.last]):
        return True
    return bool(page.find(cues("future"), sentence.first, sentence.last))


def _together(page: Page, scene: Scene, hit: Hit[Verb], sources: list[str]) -> list[tuple[str, str]]:
    """The parties that sign, build or agree with one another: «ایران و عراق توافق کردند»."""
    verb = hit.value
    if verb.mode == "sign" or verb.type == "COOPERATE":
        return parties_of(page, scene) or joined(page, scene, hit)
    if verb.type == "AGREE" and len(sources) > 1 and not _meant(page, scene, hit, sources):
        return list(combinations(sources, 2))
    return []


def _meant(page: Page, scene: Scene, hit: Hit[Verb], sources: list[str]) -> bool:
    """Somebody else is named with «با» soon after a cue."""
    return any(
        actor.code not in sources and hit.last <= actor.first < hit.last + MEANT and _follows(page, actor, _WITH)
        for actor in scene.actors
    )


def _is_only_a_frame(scene: Scene, verb: Verb, source: str, other: str) -> bool:
    """An organisation that is a place of talks rather than a party: it is asked, and met, but seldom blamed."""
    if verb.type in {"AGREE", "CONSULT"} and other in FORUMS:
        return True
    if verb.type == "ACCUSE" and other != "EU":
        return any(actor.code == other and actor.kind == "pact" for actor in scene.actors)
    return other == "UN" and verb.type != "REQUEST" and partner_of(scene, source) != "UN"


def _has_company(page: Page, sentence: Sentence, hit: Hit[Verb]) -> bool:
    verb = hit.value
    if verb.follows and verb.company is not None:
        return bool(page.find(verb.company, hit.last, min(hit.last + FOLLOWS, sentence.last)))
    return near(page, sentence, hit, verb.company, DOCUMENT if verb.mode == "sign" else COMPANY)


def _targets(page: Page, scene: Scene, hit: Hit[Verb], verb: Verb, sources: list[str]) -> list[str]:
    """The other parties of a cue: whom it names as doer, whom one asks, the partner of the talks, or the nearest."""
    others = [actor for actor in scene.actors if actor.code not in sources and not _is_post(scene, actor)]
    if verb.type in {"AGREE", "SUPPORT"}:
        others = [actor for actor in others if actor.code not in FORUMS] or others
    if verb.mode == "noun":
        return _doers(page, hit, others)
    if verb.mode == "must":
        return _subjects(page, scene, hit, others)
    if verb.type == "ACCUSE":
        others = [actor for actor in others if not _follows(page, actor, _TOWARDS)] or others
    if verb.type == "REQUEST":
        return _asked(page, scene, hit, verb, others, partner_of(scene, sources[0]))
    after = next((actor for actor in others if hit.first <= actor.first < hit.last + REACH), None)
    before = next((actor for actor in reversed(others) if hit.first - REACH <= actor.first < hit.first), None)
    partner = partner_of(scene, sources[0])
    if verb.type == "SUPPORT" and partner:
        return [partner]
    if verb.type in {"AGREE", "SUPPORT"} and partner and not (after and after.first - hit.last <= CLOSE):
        together = bool(page.find(cues("mutual"), scene.sentence.first, scene.sentence.last))
        if together or not others or any(actor.code == partner for actor in others):
            return [partner]
    if verb.type == "AGREE":  # «… با ایران», though another stands nearer before the cue
        after = next((a for a in others if hit.last <= a.first < hit.last + MEANT and _follows(page, a, _WITH)), after)
        before = None if after and _follows(page, after, _WITH) else before
    if after and before:
        nearest = after if after.first - hit.last <= hit.first - before.last else before
    else:
        nearest = after or before  # type: ignore[assignment]
    return listed(page, scene, nearest) if nearest else []


def _doers(page: Page, hit: Hit[Verb], others: list[Actor]) -> list[str]:
    """Whose deed a noun names: «جنگ اقتصادی آمریکا», «نقض برجام از سوی آمریکا», «اقدام انگلیس غیرقانونی بود»."""
    after = [actor for actor in others if hit.last <= actor.first <= hit.last + DOER_AFTER]
    before = [actor for actor in others if hit.first - DOER_BEFORE <= actor.first < hit.first]
    for actor in (*after, *reversed(before)):
        if not _follows(page, actor, _TOWARDS):
            return [actor.code]
    return []


def _subjects(page: Page, scene: Scene, hit: Hit[Verb], others: list[Actor]) -> list[str]:
    """Who must: «چین و ژاپن خود باید …», «دولت پاکستان باید …»."""
    for actor in reversed(others):
        between = page.words[actor.last : hit.first]
        if hit.first - SUBJECT > actor.first or actor.first >= hit.first or not _PARTING.isdisjoint(between):
            continue
        if not _follows(page, actor, _PREPOSITIONS):
            return listed(page, scene, actor)
    return []


def _asked(page: Page, scene: Scene, hit: Hit[Verb], verb: Verb, others: list[Actor], partner: str) -> list[str]:
    """Whom one asks: «از … خواست», «خواستار پایبندی ایران …», else the partner of the talks."""
    asked = [a for a in others if hit.first - REACH <= a.first < hit.last + 6 and _is_asked(page, a, scene.sentence)]
    asked = [a for a in asked if not _is_parted(page.words[a.last : hit.first])]
    if asked or verb.mode == "ask":
        return list(dict.fromkeys(actor.code for actor in asked))
    for actor in others:
        if hit.last <= actor.first <= hit.last + WANTED and not _follows(page, actor, _BESIDE):
            return listed(page, scene, actor)
    told = [a for a in others if hit.first - REACH <= a.first < hit.first and _is_told_to(page, a)]
    told = [a for a in told if not _verbs_at(page.words[a.last : hit.first])]
    if told:
        return [told[-1].code]
    if partner:
        return [partner]
    named = [actor for actor in others if hit.last <= actor.first <= hit.last + WANTED]
    return [actor.code for actor in named if not _follows(page, actor, _AGAINST)][:1]


def _is_post(scene: Scene, actor: Actor) -> bool:
    """«سفیر ایران در سازمان ملل»: where somebody is posted, not who is spoken to."""
    return actor.kind == "pact" and any(
        role.first < actor.first < role.last for role in scene.roles if role.country != actor.code
    )


def _follows(page: Page, actor: Actor, words: frozenset[str]) -> bool:
    """One of `words` stands before an actor, with an office or a body of its state between: «علیه ملت ایران»."""
    k = actor.first - 1
    while k > 0 and actor.first - k <= 2 and page.words[k] in _BODIES:
        k -= 1
    return k >= 0 and page.words[k] in words


def _is_parted(between: tuple[str, ...]) -> bool:
    """A clause ends between a party and a cue: «از لبنان اعلام کرد و از سوریه خواست»."""
    return any(between[k + 1 : k + 2] == ("و",) for k in _verbs_at(between))


def _verbs_at(words: tuple[str, ...]) -> list[int]:
    """Where a clause may end; the «گفت» of «گفت‌وگو» and «گفت و گو» is no verb."""
    return [
        k for k, word in enumerate(words) if word in finite() and not "".join(words[k + 1 : k + 3]).startswith("وگو")
    ]


def _is_told_to(page: Page, actor: Actor) -> bool:
    """«پکن ژاپن را … فراخواند», «به خارطوم گوشزد کرد»."""
    return page.words[actor.last : actor.last + 1] == ("را",) or _follows(page, actor, _UNTO)


def _is_asked(page: Page, actor: Actor, sentence: Sentence) -> bool:
    """«از … خواست»: the party after «از», with its office between."""
    before = page.words[max(sentence.first, actor.first - 4) : actor.first]
    return any(word in _FROM for word in before)


FORUMS = frozenset(
    {"EAEU", "SCO", "CICA", "ECO", "OPEC", "BRICS", "NAM", "D8", "OTS", "CIS"}
)  # a frame, seldom a party
DOER_AFTER, DOER_BEFORE = 6, 12  # tokens between a noun («نقض», «تجاوز») and whose deed it is
SUBJECT = 6  # tokens between «باید» and who must
WANTED = 12  # tokens between «خواستار» and of whom it is wanted
MEANT = 15  # tokens after a cue within which «با …» says with whom
_WITH = frozenset({"با", "به", "with", "to"})
_TOWARDS = frozenset({"علیه", "به", "در", "بر", "برای", "با", "against", "to", "in", "with", "on", "for"})
_WILL = frozenset({"خواهد", "خواهند", "خواهیم", "خواهم", "will"})
_AGAINST = frozenset({"علیه", "against"})
_PARTING = frozenset({":", "ما", "«", "»", "که", "we"})  # what parts a subject from its verb
_BESIDE = frozenset({"با", "در", "علیه", "به", "with", "in", "against"})
_PREPOSITIONS = _TOWARDS | {"از", "میان", "بین", "of", "from", "between", "by"}
_BODIES = frozenset({"ملت", "مردم", "دولت", "کشور", "جمهوری", "ارتش", "the"})
_UNTO = frozenset({"به"})
_FROM = frozenset({"از", "on"})
