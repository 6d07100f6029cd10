"""Is the server well? For load balancers and watchers."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from peyvand import __version__
from peyvand.registry.engine import current_revision
from peyvand.web.site import site_of

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """What a watcher reads."""

    status: Literal["ok"]
    version: str
    world: str
    registry_revision: str


@router.get("/health")
def health(request: Request) -> Health:
    """The database answers and the World is held; a 503 problem otherwise."""
    site = site_of(request)
    revision = current_revision(site.registry.engine) or ""
    return Health(status="ok", version=__version__, world=site.today.world.name, registry_revision=revision)
