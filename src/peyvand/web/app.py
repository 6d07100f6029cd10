"""The application: rooms, errors, guards and files, put together once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response

from peyvand import __version__
from peyvand.locale import LANGUAGES
from peyvand.registry import Registry
from peyvand.reports.voice import Voice
from peyvand.web.assets import assets
from peyvand.web.guard import Guard
from peyvand.web.heads import Heads
from peyvand.web.health import router as health
from peyvand.web.kept import Kept
from peyvand.web.problems import RESPONSES, install
from peyvand.web.rooms import ROOMS
from peyvand.web.settings import Settings
from peyvand.web.site import Site, site_of
from peyvand.web.streams import Streams
from peyvand.web.today import Today
from peyvand.web.visitor import guard_writes
from peyvand.web.worker import Workers
from peyvand.world import World

API = "/api/v1"
_GUARDED = [Depends(guard_writes)]


def create_app(settings: Settings | None = None, *, today: Today | None = None) -> FastAPI:
    """The web application on a registry that exists.

    Parameters
    ----------
    settings : Settings, optional
        The defaults of a laptop without it.
    today : Today, optional
        What the pages show instead of the World that `settings.world` names; several servers may share it.

    Raises
    ------
    DatabaseError
        If there is no registry, or one of another version.
    """
    held = settings or Settings()
    today = today or Today(World.embedded(held.world))
    site = Site(
        settings=held,
        registry=Registry.open(held.database),
        today=today,
        assets=assets(),
        voices={language: Voice(language, today.names[language]) for language in LANGUAGES},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        today.measure()
        workers = Workers(held)
        workers.start()
        yield
        await app.state.streams.close()
        workers.stop()
        site.registry.close()

    app = FastAPI(
        title="peyvand",
        version=__version__,
        summary="A workbench for regional unions: how thick is each border, and who gains when it fades?",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=dict(RESPONSES),
    )
    app.state.site = site
    app.state.streams = Streams(site.registry, most=held.most_streams)
    app.state.menu = [room for room in ROOMS if room.path]
    app.include_router(health)
    app.include_router(_front(), include_in_schema=False)
    for room in ROOMS:
        if pages := room.page_router():
            for language in LANGUAGES:
                app.include_router(pages, prefix=f"/{language}", include_in_schema=False, dependencies=_GUARDED)
        if api := room.api_router():
            app.include_router(api, prefix=API, dependencies=_GUARDED)
    install(app)
    app.add_middleware(Kept)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Heads)
    app.add_middleware(Guard, settings=held)
    return app


def _front() -> APIRouter:
    """The door: the reader's own language, then the first room; and the files of the pages."""
    router = APIRouter()

    @router.get("/")
    def door(request: Request) -> Response:
        asked = request.headers.get("accept-language", "").strip().lower()
        return RedirectResponse("/fa/" if asked.startswith("fa") else "/en/", headers={"vary": "accept-language"})

    @router.get("/en/")
    @router.get("/fa/")
    @router.get("/en")
    @router.get("/fa")
    def first_room(request: Request) -> Response:
        return RedirectResponse(f"/{request.url.path[1:3]}{quote(request.app.state.menu[0].path)}")

    @router.get("/static/{name}")
    def static(name: str, request: Request) -> Response:
        return site_of(request).assets.get(name, request)

    return router
