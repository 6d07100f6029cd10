"""A run: on its way, failed, or done with all it found; the list of runs; up to four side by side."""

from __future__ import annotations

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import FileResponse, RedirectResponse, Response

from peyvand.errors import NotFoundError
from peyvand.locale import error_title
from peyvand.web import queue
from peyvand.web.compare import MOST_COMPARED, side_by_side
from peyvand.web.runs import CODE, result_file, view
from peyvand.web.show import show
from peyvand.web.site import language_of, site_of, voice_of
from peyvand.web.streams import progress_of

router = APIRouter()
_LISTED = 60


@router.get("/runs")
def runs(request: Request) -> Response:
    """The newest runs, and a way to lay some of them side by side."""
    works, total = queue.newest(site_of(request).registry.engine, limit=_LISTED)
    return show(
        request,
        "runs.html.j2",
        works=works,
        total=total,
        most=MOST_COMPARED,
        chosen=request.query_params.get("with", ""),
    )


@router.get("/compare")
def compare(request: Request) -> Response:
    """Up to four runs side by side: `?run=…&run=…`."""
    site = site_of(request)
    asked = list(dict.fromkeys(code for code in request.query_params.getlist("run") if CODE.fullmatch(code)))
    works = [queue.get(site.registry.engine, code) for code in asked[:MOST_COMPARED]]
    works = [work for work in works if work.kind == "run"]
    if len(works) < 2:
        return RedirectResponse(f"/{language_of(request)}/runs", status_code=303)
    table = side_by_side(site.settings, works, voice_of(request))
    return show(request, "compare.html.j2", works=works, table=table)


@router.get("/runs/{code}")
def without_slash(request: Request, code: str) -> Response:
    """The address with its slash, from which the files' own addresses follow."""
    return RedirectResponse(f"/{language_of(request)}/runs/{_code(code)}/", status_code=307)


@router.get("/runs/{code}/")
def run(request: Request, code: str) -> Response:
    """One run, as far as it is."""
    site, language = site_of(request), language_of(request)
    work = queue.get(site.registry.engine, _code(code))
    if work.kind == "unions":
        return RedirectResponse(f"/{language}/unions/{work.code}/", status_code=307)
    if work.state == "done":
        sections = Markup(view(site.settings, code, language))  # written by our own templates, which escape
        return show(request, "run.html.j2", work=work, sections=sections)
    if work.over:
        title = error_title(work.error["key"], language) if work.error else ""
        return show(request, "run_over.html.j2", work=work, title=title)
    return show(request, "run_waiting.html.j2", work=work, progress=progress_of(work, language))


@router.post("/runs/{code}/cancel")
def cancel(request: Request, code: str) -> Response:
    """Stop a run that is not over."""
    work = queue.cancel(site_of(request).registry.engine, _code(code))
    return RedirectResponse(f"/{language_of(request)}/runs/{work.code}/", status_code=303)


@router.get("/runs/{code}/{name}")
def download(code: str, name: str, request: Request) -> Response:
    """One file of a finished run, to keep; a report opens from the reader's own disk."""
    path = result_file(site_of(request).settings, _code(code), name)
    kept = f"peyvand-{code[:6]}-{name}"
    return FileResponse(path, filename=kept, headers={"cache-control": "private, max-age=3600"})


def _code(code: str) -> str:
    if not CODE.fullmatch(code):
        raise NotFoundError(f"no run {code[:40]!r}", hint="follow a link of the list of runs")
    return code
