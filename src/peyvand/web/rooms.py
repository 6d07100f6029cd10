"""Which rooms does the house show? One line a room: its place in the menu, its pages and its part of the API."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from fastapi import APIRouter


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the web: modules of `pages/` and `api/` by name, and the path that the menu leads to.

    `kept` says that its pages and answers follow from the World and the register's audited rows alone, so that they
    may be kept until the register changes (see `kept.py`).
    """

    name: str
    path: str = ""
    pages: bool = True
    api: bool = True
    kept: bool = False

    def page_router(self) -> APIRouter | None:
        return _router(f"peyvand.web.pages.{self.name}") if self.pages else None

    def api_router(self) -> APIRouter | None:
        return _router(f"peyvand.web.api.{self.name}") if self.api else None


ROOMS = (
    Room("designer", "/designer", api=False, kept=True),
    Room("scenarios", pages=False, kept=True),
    Room("runs"),
    Room("borders", "/borders", kept=True),
    Room("corridors", "/corridors"),
    Room("unions", "/unions"),
    Room("registry", "/registry", kept=True),
    Room("registry_edit", api=False),
    Room("registry_value", api=False),
    Room("news", "/news"),
    Room("sources", "/sources", kept=True),
    Room("account", api=False),
)
"""In the menu's order. A room without a path is not in the menu."""


def _router(module: str) -> APIRouter:
    router: APIRouter = import_module(module).router
    return router
