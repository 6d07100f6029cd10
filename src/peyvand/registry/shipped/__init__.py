"""What does peyvand know before anybody types a row?

CSV tables, one a kind, typed from public pages: each row has its address and the day it was read, and a date that was
not published is empty. They are the format of `peyvand registry export --csv`, so that a corrected export may replace
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from peyvand.registry.exchange import Table, import_tables, read_tables

if TYPE_CHECKING:
    from peyvand.registry.store import Registry

WHY = "the register that ships with peyvand"
WHO = "peyvand"


def shipped_tables() -> dict[str, Table]:
    """Every shipped table as plain rows."""
    with as_file(files(__package__)) as folder:
        return read_tables(folder)


@contextmanager
def shipped_registry() -> Iterator[Registry]:
    """A register with the shipped rows in a file of its own, which is gone at the end."""
    from peyvand.registry.store import Registry

    with TemporaryDirectory() as folder:
        made = Registry.create(Path(folder) / "shipped.sqlite")
        try:
            load_shipped(made)
            yield made
        finally:
            made.close()


def load_shipped(registry: Registry) -> int:
    """Put the shipped rows into an empty registry, in one audited change; returns their number."""
    return import_tables(registry, shipped_tables(), why=WHY, who=WHO)
