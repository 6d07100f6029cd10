"""Which union would hold? Questions that ship, candidates and terms of your own, and what came of the search."""

from __future__ import annotations

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, RedirectResponse, Response

from peyvand.errors import NotFoundError, PeyvandError
from peyvand.locale import error_title
from peyvand.unions.questions import question, shipped
from peyvand.web import queue
from peyvand.web.pictures import world_map
from peyvand.web.runs import CODE, view
from peyvand.web.show import show
from peyvand.web.site import Site, language_of, site_of
from peyvand.web.streams import progress_of
from peyvand.web.union_searches import FADES, KIND, MOST_CANDIDATES, answer_file, ask_search, union_of_terms

router = APIRouter()
_LISTED = 12
_FIRST = ("IRN", "KAZ", "UZB", "TKM", "TUR", "PAK")
"""Candidates that are ticked at first."""


@router.get("/unions")
def unions(request: Request) -> Response:
    """What can be asked, and the newest answers."""
    return _page(request)


@router.post("/unions")
async def ask(request: Request) -> Response:
    """Put the search into the line and lead to it; or show the form again with what is not clear."""
    site, form = site_of(request), await request.form()
    client = request.client.host if request.client else ""
    members = [str(code) for code in form.getlist("members")]

    def put() -> queue.Work:
        draws = 20 if form.get("draws") else 0
        if form.get("question"):
            return ask_search(site, client=client, named=str(form["question"]), draws=draws)
        fade = str(form.get("fade", "0"))
        share = float(fade) if fade in map(str, FADES) else -1.0
        union = union_of_terms(members, fade_share=share, farm_goods=bool(form.get("farm")), site=site)
        return ask_search(site, client=client, union=union, draws=draws)

    try:
        work = await run_in_threadpool(put)
    except PeyvandError as error:
        return await run_in_threadpool(_page, request, problem=error, members=tuple(members))
    return RedirectResponse(f"/{language_of(request)}/unions/{work.code}/", status_code=303)


@router.get("/unions/{code}")
def without_slash(request: Request, code: str) -> Response:
    """The address with its slash, from which the files' own addresses follow."""
    return RedirectResponse(f"/{language_of(request)}/unions/{_work(site_of(request), code).code}/", status_code=307)


@router.get("/unions/{code}/")
def search(request: Request, code: str) -> Response:
    """One search, as far as it is."""
    site, language = site_of(request), language_of(request)
    work = _work(site, code)
    if work.state == "done":
        sections = Markup(view(site.settings, work.code, language))  # written by our own templates, which escape
        return show(request, "unions_done.html.j2", work=work, sections=sections)
    if work.over:
        title = error_title(work.error["key"], language) if work.error else ""
        return show(request, "unions_over.html.j2", work=work, title=title)
    return show(request, "run_waiting.html.j2", work=work, progress=progress_of(work, language))


@router.get("/unions/{code}/{name}")
def download(request: Request, code: str, name: str) -> Response:
    """One file of an answer, to keep."""
    path = answer_file(site_of(request).settings.runs, code, name)
    kept = f"peyvand-{code[:6]}-{name}"
    return FileResponse(path, filename=kept, headers={"cache-control": "private, max-age=3600"})


def _page(request: Request, problem: PeyvandError | None = None, members: tuple[str, ...] = _FIRST) -> Response:
    site, language = site_of(request), language_of(request)
    works, _ = queue.newest(site.registry.engine, limit=_LISTED, kind=KIND)
    region = world_map(site.today).region
    names = site.today.names[language]
    return show(
        request,
        "unions_room.html.j2",
        questions=[(name, question(name).title[language]) for name in shipped()],
        candidates=sorted(region, key=lambda code: names[code]),
        members=members,
        fades=FADES,
        most=MOST_CANDIDATES,
        works=works,
        problem=problem,
        problem_title=error_title(problem.key, language) if problem else "",
        status=200 if problem is None else 422,
    )


def _work(site: Site, code: str) -> queue.Work:
    if not CODE.fullmatch(code):
        raise NotFoundError(f"no search {code[:40]!r}", hint="follow a link of the list of searches")
    work = queue.get(site.registry.engine, code)
    if work.kind != KIND:
        raise NotFoundError(f"{code} is a run, not a search of unions", hint="see the list of runs")
    return work
