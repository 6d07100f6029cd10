"""How does a registry travel? Everything out to JSON or CSV and in again, without loss.

A JSON file holds every table and, if asked, the audit; a CSV folder holds one file a table. Rows are sorted by code
and written canonically, so that an export of an imported export is the same text, byte for byte. An import is one
change: all of it is written, or nothing.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from peyvand.errors import OutputError, RegistryError, did_you_mean
from peyvand.registry.models import BY_NAME, ROWS, AuditRow, table_of
from peyvand.registry.store import Registry

FORMAT = "peyvand-registry-1"
Table = list[dict[str, Any]]


def export_json(registry: Registry, path: str | Path, *, audit: bool = True) -> int:
    """Write every row to one JSON file; returns the number of rows.

    Raises
    ------
    OutputError
        If the file cannot be written; no half of it is left behind.
    """
    tables = _tables(registry)
    document: dict[str, Any] = {"format": FORMAT, "tables": tables}
    if audit:
        with registry.reading() as connection:
            trail = connection.execute(select(table_of(AuditRow)).order_by(table_of(AuditRow).c.seq)).mappings()
            document["audit"] = [dict(row) for row in trail]
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    _write(Path(path), text + "\n")
    return sum(len(rows) for rows in tables.values())


def export_csv(registry: Registry, folder: str | Path) -> int:
    """Write one CSV file a table, UTF-8 with a header; returns the number of rows."""
    tables = _tables(registry)
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise OutputError(f"cannot make the folder {target}: {why.strerror}") from why
    for name, rows in tables.items():
        _write(target / f"{name}.csv", _csv_text([column.key for column in table_of(BY_NAME[name]).columns], rows))
    return sum(len(rows) for rows in tables.values())


def read_tables(source: str | Path) -> dict[str, Table]:
    """The tables of an export: a JSON file, or a folder of CSV files.

    Raises
    ------
    RegistryError
        If it is neither, or names a table that the registry does not have.
    """
    path = Path(source)
    try:
        tables = _read_folder(path) if path.is_dir() else _read_json(path)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error) as why:
        raise RegistryError(
            f"cannot read {path}: {getattr(why, 'strerror', None) or why}",
            hint="a JSON export or a folder of CSV files",
        ) from why
    for name in tables:
        if name not in BY_NAME:
            raise RegistryError(f"{path} holds an unknown table {name!r}", hint=did_you_mean(name, BY_NAME))
    return tables


def import_tables(registry: Registry, tables: dict[str, Table], *, why: str, who: str | None = None) -> int:
    """Add every row of some tables in one change; returns the number of rows.

    Raises
    ------
    RuleError
        If any row breaks a rule: then nothing is written.
    """
    with registry.change(why=why, who=who) as change:
        for kind in ROWS:
            rows = tables.get(kind.__tablename__, [])
            if rows:
                change.add_values(kind, rows)
    return sum(len(rows) for rows in tables.values())


def _tables(registry: Registry) -> dict[str, Table]:
    with registry.reading() as connection:
        return {
            kind.__tablename__: [
                dict(row)
                for row in connection.execute(select(table_of(kind)).order_by(table_of(kind).c.code)).mappings()
            ]
            for kind in ROWS
        }


def _read_json(path: Path) -> dict[str, Table]:
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RegistryError(f"{path} is not an export of a registry", hint=f'its "format" should be "{FORMAT}"')
    tables: dict[str, Table] = document["tables"]
    return tables


def _read_folder(folder: Path) -> dict[str, Table]:
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = [dict(row) for row in csv.DictReader(file, strict=True)]
    if not tables:
        raise RegistryError(f"{folder} holds no CSV files", hint=f"named like {ROWS[0].__tablename__}.csv")
    return tables


def _csv_text(columns: list[str], rows: Iterable[dict[str, Any]]) -> str:
    buffer = StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _write(path: Path, text: str) -> None:
    """Write a whole file or none: to a sibling first, then renamed."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as why:
        with suppress(OSError):
            part.unlink()
        raise OutputError(f"cannot write {path}: {why.strerror}") from why
