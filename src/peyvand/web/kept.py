"""Why draw a page twice? Pages that follow from the World and the register alone are kept until the register changes.

Only for readers who are not signed in, only in rooms that say so (`Room.kept`). A page with a form is kept with a
placeholder, in whose place each visitor's own token comes.
"""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peyvand.registry.models import AuditRow
from peyvand.web.rooms import ROOMS
from peyvand.web.site import language_of, site_of
from peyvand.web.visitor import PLACEHOLDER, Visitor, csrf_token, keep_token, new_token, visitor_of

MOST_BYTES = 48_000_000
_FOLLOWS_FROM_MORE = ("run=", "/registry/value")  # pages that show runs, which come and go


@dataclass(frozen=True, slots=True)
class Page:
    """A drawn page: its body as drawn and, where no visitor's token goes into it, packed."""

    kind: bytes
    language: bytes
    body: bytes
    packed: bytes | None

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed or b"")


class Kept:
    """ASGI middleware that answers from what it keeps.

    Parameters
    ----------
    app : ASGIApp
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._pages: OrderedDict[tuple[object, ...], Page] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()
        self._prefixes = tuple(
            f"{root}/{room.name if root == '/api/v1' else room.path[1:]}"
            for room in ROOMS
            for root in ("/en", "/fa", "/api/v1")
            if room.kept and (room.path or root == "/api/v1")
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._may_keep(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        visitor, state = await run_in_threadpool(_visitor_and_state, request)
        if visitor.name:
            await self._app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"], language_of(request), *state)
        page = self._find(key)
        if page is None:
            drawn = _Drawn()
            scope.setdefault("state", {})["keeping"] = True
            await self._app(scope, receive, drawn)
            page = drawn.page()
            if page is None:
                await drawn.replay(send)
                return
            self._keep(key, page)
        await _answer(request, visitor, page)(scope, receive, send)

    def _may_keep(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self._prefixes):
            return False
        asked = scope["path"] + "?" + scope["query_string"].decode("latin-1")
        return not any(name in asked for name in _FOLLOWS_FROM_MORE)

    def _find(self, key: tuple[object, ...]) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def _keep(self, key: tuple[object, ...], page: Page) -> None:
        with self._lock:
            before = self._pages.pop(key, None)
            self._pages[key] = page
            self._bytes += page.size - (before.size if before else 0)
            while self._bytes > MOST_BYTES:
                self._bytes -= self._pages.popitem(last=False)[1].size


class _Drawn:
    """An answer as it is sent, held back."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self._messages.append(message)

    def page(self) -> Page | None:
        """The page, if the answer is one to keep."""
        start, headers = self._messages[0], Headers(raw=self._messages[0]["headers"])
        if start["status"] != 200 or "set-cookie" in headers or "content-encoding" in headers:
            return None
        body = b"".join(message.get("body", b"") for message in self._messages[1:])
        kind, language = headers.get("content-type", ""), headers.get("content-language", "")
        packed = None if PLACEHOLDER.encode() in body else gzip.compress(body, 6, mtime=0)
        return Page(kind.encode(), language.encode(), body, packed)

    async def replay(self, send: Send) -> None:
        for message in self._messages:
            await send(message)


def _answer(request: Request, visitor: Visitor, page: Page) -> Response:
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"content-type": page.kind.decode(), "vary": "accept-encoding, accept-language, cookie"}
    if page.language:
        headers["content-language"] = page.language.decode()
    if page.packed is not None:
        content = page.packed if takes_gzip else page.body
        return Response(content, headers=headers | ({"content-encoding": "gzip"} if takes_gzip else {}))
    token = visitor.token or new_token()
    body = page.body.replace(PLACEHOLDER.encode(), csrf_token(site_of(request).settings.secret, token).encode())
    if takes_gzip:
        body, headers["content-encoding"] = gzip.compress(body, 1, mtime=0), "gzip"
    answer = Response(body, headers=headers)
    if not visitor.token:
        keep_token(answer, request, token)
    return answer


def _visitor_and_state(request: Request) -> tuple[Visitor, tuple[object, ...]]:
    """Who asks, and what pages follow from: the register's last change and the day."""
    visitor = visitor_of(request)
    if visitor.name:
        return visitor, ()
    with site_of(request).registry.engine.connect() as connection:
        changed = connection.scalar(select(func.max(AuditRow.seq)))
    return visitor, (changed, datetime.now(UTC).date())
