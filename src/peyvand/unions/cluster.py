"""How is a sweep handed to many machines?  The executor of a Dask cluster, in place of this machine's processes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from peyvand.errors import ModelError

ANSWER_S = 10
"""Seconds in which a scheduler answers."""


@contextmanager
def cluster(scheduler: str) -> Iterator[Executor]:
    """The executor of the cluster at an address, such as `tcp://10.0.0.5:8786`.

    Workers need the same version of peyvand; blocks are kept on this machine, so that they need no common disk.

    Raises
    ------
    ModelError
        If Dask is not installed or the scheduler does not answer.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ModelError("a scheduler needs Dask", hint="pip install 'peyvand[dask]'") from error
    try:
        client = distributed.Client(scheduler, timeout=f"{ANSWER_S}s")
    except (OSError, TimeoutError, ValueError) as error:
        raise ModelError(f"no Dask scheduler answers at {scheduler}: {error}", hint="tcp://HOST:8786") from error
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()
