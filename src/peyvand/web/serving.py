"""How does the server start and stop? A registry to stand on, workers beside it, and uvicorn in front."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from peyvand.registry import Registry
from peyvand.registry.shipped import load_shipped
from peyvand.web.app import create_app
from peyvand.web.settings import Settings


def ready_registry(database: str) -> int:
    """Make the registry with the content that ships, if its file is not there; the number of rows loaded.

    Raises
    ------
    DatabaseError
        If there is one that this program cannot open.
    """
    if "://" in database or Path(database).exists():
        Registry.open(database).close()
        return 0
    made = Registry.create(database)
    rows = load_shipped(made)
    made.close()
    return rows


def serve_forever(settings: Settings, *, host: str, port: int) -> None:
    """Serve until the process is told to end."""
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
        limit_concurrency=1000,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=32_768,
    )
    uvicorn.Server(config).run()
