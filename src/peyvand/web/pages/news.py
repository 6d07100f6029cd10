"""What did the news say? A report is read before the reader's eyes; an editor accepts what it proposes."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from peyvand.errors import NotFoundError, PeyvandError
from peyvand.news import Queue, Report
from peyvand.news.files import decode, read
from peyvand.news.register import ACTS, RegistryRegister
from peyvand.news.review import Proposal, proposals
from peyvand.news.show import spans, warning_words
from peyvand.registry.models import Agreement
from peyvand.web.pages.registry_shared import names_of
from peyvand.web.problems import status_of
from peyvand.web.show import show
from peyvand.web.site import Site, language_of, site_of
from peyvand.web.visitor import visitor_of

router = APIRouter()
LONGEST = 100_000
"""Characters of a report that the page reads."""
_ONE_WRITER = Lock()
_SHOWN = 100
Text = Annotated[str, Form(max_length=LONGEST)]
Word = Annotated[str, Form(max_length=400)]


@router.get("/news")
def news(request: Request) -> Response:
    """A place for a text or a file, and how many proposals wait."""
    return _page(request, report=None)


@router.post("/news")
def reading(
    request: Request,
    text: Text = "",
    date: Word = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """The report with its evidence marked, and what it proposes; nothing is kept."""
    return _page(request, report=_read(text, date, file), date=date)


@router.get("/news/queue")
def queue(request: Request, everything: bool = False) -> Response:
    """The proposals that wait for a person."""
    return _queue_page(request, everything=everything)


@router.post("/news/queue")
def propose(request: Request, text: Text, date: Word = "") -> Response:
    """Keep a report and put what it proposes into the queue."""
    with _ONE_WRITER:
        opened_queue(site_of(request)).add(_read(text, date, None))
    return RedirectResponse(f"/{language_of(request)}/news/queue", status_code=303)


@router.post("/news/queue/{key}")
def decide(
    request: Request,
    key: str,
    verdict: Word,
    by: Word = "",
    to: Word = "",
    what: Word = "",
    dated_on: Word = "",
    agreement: Word = "",
    why: Word = "",
) -> Response:
    """Accept, correct or reject a proposal; what is accepted goes to the register under the editor's name."""
    with _ONE_WRITER:
        held = opened_queue(site_of(request), agreement)
        known = {one.key: one for one in held}.get(key)
        if known is None:
            raise NotFoundError(f"no proposal {key!r}", hint="it may have been decided: see the queue")
        given = {"by": by.strip(), "to": to.strip(), _what(known): what.strip(), "dated_on": dated_on.strip()}
        values = {name: value for name, value in given.items() if value and value != known.values.get(name)}
        said = "correct" if verdict == "accept" and values else verdict
        if said not in ("accept", "correct", "reject"):
            raise NotFoundError(f"no verdict {verdict!r}", hint="accept or reject")
        try:
            held.decide(key, said, who=visitor_of(request).name, why=why, values=values if said == "correct" else None)  # type: ignore[arg-type]
        except PeyvandError as refused:
            return _queue_page(request, refused=refused, at=key)
    return RedirectResponse(f"/{language_of(request)}/news/queue#decided", status_code=303)


@router.get("/news/documents/{digest}")
def document(request: Request, digest: str) -> Response:
    """A report of the queue, its evidence marked."""
    path = _folder(site_of(request)) / "documents" / f"{digest}.txt"
    if not digest.isalnum() or not path.is_file():
        raise NotFoundError(f"no report {digest[:12]!r} in the queue", hint="the queue names those that are")
    return _page(request, report=read(path.read_text(encoding="utf-8")), kept=True)


def marked(report: Report) -> Markup:
    """The text with the words of evidence marked by their fields."""
    changes: dict[int, Counter[str]] = {0: Counter(), len(report.text): Counter()}
    for name, found in spans(report).items():
        for start, end in found:
            changes.setdefault(start, Counter())[name] += 1
            changes.setdefault(end, Counter())[name] -= 1
    parts: list[Markup] = []
    inside: Counter[str] = Counter()
    for start, end in pairwise(sorted(changes)):
        inside.update(changes[start])
        names = " ".join(name for name, count in inside.items() if count)
        words = escape(report.text[start:end])
        parts.append(Markup('<mark class="{}">{}</mark>').format(names, words) if names else words)
    return Markup("").join(parts)


def _read(text: str, date: str, file: UploadFile | None) -> Report:
    if file is not None and file.filename:
        text, warnings = decode(file.file.read(4 * LONGEST))
        return read(text[:LONGEST], date=date or None).with_warnings(warnings)
    return read(text[:LONGEST], date=date or None)


def _page(request: Request, *, report: Report | None, date: str = "", kept: bool = False) -> Response:
    site, language = site_of(request), language_of(request)
    shown: dict[str, Any] = {"marked": "", "proposed": [], "warnings": []}
    if report is not None:
        shown["marked"] = marked(report)
        shown["proposed"] = proposals(report, "")
        shown["warnings"] = [warning_words(one.key, one.detail, language) for one in report.warnings]
    return show(
        request, "news.html.j2", report=report, date=date, kept=kept, names=names_of(site, language),
        waiting=len(opened_queue(site).waiting()), longest=LONGEST, **shown,
    )  # fmt: skip


def _queue_page(
    request: Request, *, everything: bool = False, refused: PeyvandError | None = None, at: str = ""
) -> Response:
    site, language = site_of(request), language_of(request)
    held = list(opened_queue(site))
    waiting = [one for one in held if one.verdict is None]
    title = f"title_{language}"
    agreements = sorted(
        ((row.code, getattr(row, title)) for row in site.registry.rows(Agreement)), key=lambda one: one[1]
    )
    return show(
        request, "news_queue.html.j2", status=status_of(refused, request.method) if refused else 200,
        rows=(held[::-1] if everything else waiting)[:_SHOWN], waiting=len(waiting), decided=len(held) - len(waiting),
        everything=everything, refused=refused, at=at, names=names_of(site, language), acts=ACTS, what_of=_what,
        agreements=agreements,
    )  # fmt: skip


def _what(proposal: Proposal) -> str:
    """The column that says what happened or what was promised."""
    return {"event": "type", "commitment": "domain", "membership": "status"}[proposal.kind]


def _folder(site: Site) -> Path:
    return site.settings.runs.with_name(f"{site.settings.runs.name}-news")


def opened_queue(site: Site, agreement: str = "") -> Queue:
    """The queue beside the server's results; what it accepts goes to the registry."""
    folder = _folder(site)
    return Queue(folder, RegistryRegister(site.registry, folder / "documents", agreement or None))
