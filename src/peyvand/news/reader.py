"""From a text to a Report: the steps in their order."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from peyvand.news.actors import Actor, bodies, find_actors, states_of
from peyvand.news.acts import find_acts
from peyvand.news.commitments import find_commitments
from peyvand.news.dates import published
from peyvand.news.diplomatic import foreign_lines, is_diplomatic, is_leisure, is_round_up
from peyvand.news.domains import POLITICS, domains_of, find_fields
from peyvand.news.marks import mark
from peyvand.news.memberships import find_memberships
from peyvand.news.people import find_people, participants
from peyvand.news.report import Mention, NewsWarning, Report
from peyvand.news.roles import find_roles
from peyvand.news.speakers import scenes
from peyvand.news.words import Page, level

LONGEST = 200_000  # characters that are read; a longer text is cut with a warning

_PERSIAN = re.compile("[\u0600-\u06ff]+")
_LATIN = re.compile("[A-Za-z]+")
_CITED = re.compile("به نقل از (?:خبرگزاری |پایگاه |سایت |شبکه |روزنامه )?([^ ،,.:؛\n]{2,20})")
_KNOWN = "ایرنا|ایسنا|ایلنا|ایکنا|تسنیم|مهر|فارس|شبستان|برنا|میزان|خانه ملت|خبرآنلاین|باشگاه خبرنگاران جوان"
_AGENCY = re.compile(
    f"به گزا ?رش (?:(?:(?!به نقل)[^،.:\n]){{0,60}}?\\b(?=(?:{_KNOWN})\\b))?(?:خبرگزاری )?"
    f"({_KNOWN}|[^ ،,.:؛\n]{{2,20}}(?: نیوز)?)"
)
_CODE = re.compile("(?:کد خبر|شناسه خبر|News ID|News code)\\s*:?\\s*([0-9]{3,12})")


def read_text(
    text: str, *, title: str = "", date: str | None = None, report_id: str | None = None, home: str = "IRN"
) -> Report:
    """Read one report.

    Parameters
    ----------
    text : str
        The body; spans count in `title + "\\n" + text` where a title is given, else in `text`.
    title : str
        The headline, if it stands apart.
    date : str, optional
        The day of publication where it stands beside the text; Jalali or Gregorian.
    home : str
        ISO 3166-1 alpha-3 of the state whose press it is: «کشورمان», and offices without a country.

    Returns
    -------
    Report
        Records with evidence. Noise gives an empty report with warnings, never an error.
    """
    whole = f"{title}\n{text}" if title else text
    warnings = []
    if len(whole) > LONGEST:
        warnings.append(NewsWarning("too_long", str(len(whole))))
    page = Page.of(whole[:LONGEST])
    if not page.words:
        return Report(text=whole, id=report_id, warnings=(*warnings, NewsWarning("empty")))
    day, day_span = published(whole[:LONGEST], date)
    if date and day is None:
        warnings.append(NewsWarning("date", date))
    mark(page)
    language = language_of(whole)
    actors = find_actors(page, home)
    states = states_of(page, actors, home)
    pacts = _pacts(page, actors)
    about: dict[str, object] = {
        "text": whole,
        "id": report_id,
        "language": language,
        "published": day,
        "published_span": day_span,
        **_masthead(whole[:4000]),
        "warnings": tuple(warnings),
    }
    if (not states and not pacts) or is_leisure(page):
        return Report(**about)  # type: ignore[arg-type]
    mixed = is_round_up(page)
    if mixed:
        page = replace(page, lines=foreign_lines(page, actors, home))
    roles = find_roles(page, actors, home)
    abode = home if home in states or not states else max(states, key=lambda code: len(states[code]))
    people = find_people(page, actors, roles, abode)
    parties = frozenset([*states, "EU", *(mention.code for mention in pacts if mention.code in bodies())])
    fields = find_fields(page, actors)
    told = scenes(page, actors, people, roles, parties, home)
    acts = find_acts(page, told)
    diplomatic = not mixed and is_diplomatic(page, actors, roles, home)
    domains = domains_of(page, fields, roles, is_diplomatic=diplomatic)
    commitments = find_commitments(page, told, fields, [domain.code for domain in domains] or [POLITICS])
    return Report(
        **about,  # type: ignore[arg-type]
        countries=tuple(
            Mention(code, tuple(page.span(a.first, a.last) for a in found)) for code, found in states.items()
        ),
        pacts=pacts,
        participants=participants(page, people, abode),
        domains=domains,
        acts=tuple(acts),
        commitments=tuple(commitments),
        memberships=tuple(find_memberships(page, told)),
        is_diplomatic=diplomatic,
    )


def language_of(text: str) -> Literal["fa", "en"]:
    """The language in which a text begins."""
    start = text[:4000]
    persian, latin = (sum(map(len, letters.findall(start))) for letters in (_PERSIAN, _LATIN))
    return "fa" if 3 * persian >= latin else "en"


def _pacts(page: Page, actors: tuple[Actor, ...]) -> tuple[Mention, ...]:
    found: dict[str, list[tuple[int, int]]] = {}
    for actor in actors:
        if actor.kind == "pact":
            found.setdefault(actor.code, []).append(page.span(actor.first, actor.last))
    return tuple(Mention(code, tuple(spans)) for code, spans in found.items())


def _masthead(text: str) -> dict[str, str | None]:
    """The agency that reports, the one that it quotes, and its code for the report."""
    found = {"agency": _AGENCY.search(text), "cited_agency": _CITED.search(text), "code": _CODE.search(level(text))}
    return {name: match[1].strip() if match else None for name, match in found.items()}
