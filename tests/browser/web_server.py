"""A real server on a free port with a worker of its own, for browsers."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from peyvand.registry import Registry
from peyvand.registry.shipped import load_shipped
from peyvand.web import Settings, create_app
from peyvand.web.accounts import add_account

PASSWORD = "a long summer in Almaty"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server that stands on a fresh registry with an editor, `the.editor`."""
    made = Registry.create(folder / "registry.sqlite")
    load_shipped(made)
    add_account(made.engine, name="the.editor", password=PASSWORD, role="editor", who="tests")
    made.close()
    settings = Settings(database=str(folder / "registry.sqlite"), runs=folder / "runs", workers=1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
