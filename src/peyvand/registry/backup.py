"""How is a register kept safe, and how does it come back?

A backup is the full export with its audit: one JSON file that either database can read. Restoring puts rows and audit
as they were into an empty registry and walks the chain before anything is committed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from peyvand.errors import RegistryError
from peyvand.registry import audit, engine
from peyvand.registry.change import parents_first
from peyvand.registry.exchange import FORMAT, export_json
from peyvand.registry.models import ROWS, AuditRow, table_of
from peyvand.registry.search import rebuild_index
from peyvand.registry.store import Registry

_BATCH = 5000


def backup(registry: Registry, path: str | Path) -> int:
    """Write everything, the audit too, to one file; returns the number of rows."""
    registry.verify()
    return export_json(registry, path, audit=True)


def restore(registry: Registry, path: str | Path) -> int:
    """Put a backup into an empty registry; returns the number of audit rows.

    Raises
    ------
    RegistryError
        If the registry is not empty or the file is not a backup.
    AuditError
        If the backup's audit does not lead to its rows: then nothing is written.
    """
    document = _read(Path(path))
    with engine.writing(registry.engine) as connection:
        if audit.last_link(connection)[0]:
            raise RegistryError("the registry is not empty", hint="restore into a new file: --db other.sqlite")
        for kind in ROWS:
            _insert(connection, kind, parents_first(kind, document["tables"].get(kind.__tablename__, [])))
        _insert(connection, AuditRow, document["audit"])
        rebuild_index(connection)
        return audit.verify(connection)


def _insert(connection: Any, kind: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(table_of(kind)), rows[start : start + _BATCH])


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise RegistryError(f"cannot read {path}: {getattr(why, 'strerror', None) or why}") from why
    if not isinstance(document, dict) or document.get("format") != FORMAT or "audit" not in document:
        raise RegistryError(f"{path} is not a backup", hint="a backup holds the audit; others are read by import")
    return document
