"""What does peyvand know before anybody types a row?

CSV tables, one a kind, typed from public pages: each row has its address and the day it was read, and a date that was
not published is empty. They are the format of `peyvand registry export --csv`, so that a corrected export may replace
them.
"""

from __future__ import annotations

from importlib.resources import as_file, files
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


def load_shipped(registry: Registry) -> int:
    """Put the shipped rows into an empty registry, in one audited change; returns their number."""
    return import_tables(registry, shipped_tables(), why=WHY, who=WHO)
