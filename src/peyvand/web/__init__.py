"""How do people ask who do not code? Everything in a browser, in Persian and English; and the same as a JSON API.

`create_app(Settings(...))` is an ASGI application, `peyvand serve` runs it. A page is drawn on the server; small
hand-written scripts add what moves. Nothing is loaded from elsewhere.

To give a room its page:

1. `pages/<room>.py`: a `router = APIRouter()` whose functions end in `show(request, "<room>.html.j2", key=value, …)`.
   They are plain `def` (run in threads), read through `site_of(request)` (`.registry`, `.today`, `.settings`), and
   raise errors of `errors.py`: the reader sees title, message and hint in the page's language. Paths have no language
   prefix: `/corridors` is served as `/fa/corridors` and `/en/corridors`; `voice_of(request)` speaks that language.
2. `templates/<room>.html.j2`: `{% extends "base.html.j2" %}`, blocks `title` and `main`. `v` is the Voice
   (`v.n`, `v.percent`, `v.money`, `v.date`, `v.name(code)`), `w("key")` the words of `web.<key>` in the locales,
   `here("/path")` an address in this language, `asset("name.js")` a file of `static/` by its hash. Tables:
   `{% from "parts.html.j2" import cell, heading, swipe with context %}`, as in the report. Colours and parts are those
   of `reports/page/report.css`; what only the web needs is in `static/web.css`. A form that writes has
   `{{ csrf_field() }}`; scripts send the header `X-CSRF-Token` with `document.body.dataset.csrf`.
3. `api/<room>.py`: a `router = APIRouter(tags=["<room>"])` with response models; lists are `Paged[…]` (`paging.py`).
4. One line in `rooms.py` names both; the room's name in the menu is `web.nav.<room>` in both locale files.
5. Reading is open. A write (POST, PUT, PATCH, DELETE) is refused before it reaches its function unless it comes from
   this site with its token **and** from an account with the role `editor`; `Depends(admin)` asks for more. Only the
   paths of `visitor.OPEN_WRITES` are open to everyone. `registry.change(who=visitor_of(request).name, why=…)` writes.
6. Where pages follow from the World and the register's audited rows alone, `Room(…, kept=True)` keeps them, drawn and
   packed, until the register changes (`kept.py`): half a millisecond instead of thirty.
7. Work of seconds goes into the line: `queue.ask`, done by `worker.do`, followed through `/api/v1/runs/…/events`.
"""

from __future__ import annotations

from peyvand.errors import WebError

try:
    from peyvand.web.app import create_app
    from peyvand.web.settings import Settings
except ModuleNotFoundError as why:
    if (why.name or "").partition(".")[0] not in ("fastapi", "starlette", "uvicorn", "argon2", "multipart"):
        raise
    raise WebError(f"the web server needs {why.name}", hint='pip install "peyvand[web]"') from why

__all__ = ["Settings", "create_app"]
