"""Who changed what, when and why – and is the trail whole?

Each change is a row whose hash covers the row before it. The database refuses to alter or remove audit rows, and
replaying them must give exactly the rows that stand in the tables: `verify` finds any change that went past the
registry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from peyvand.errors import AuditError
from peyvand.registry.models import ROWS, AuditRow, Row, table_of

Values = dict[str, Any]
_BATCH = 5000
_HASHED = ("seq", "at", "who", "why", "thing", "code", "action", "before", "after", "previous_hash")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one row before it has a place in the chain."""

    thing: str
    code: str
    action: str
    before: Values | None
    after: Values | None


def canonical(values: Values | None) -> str | None:
    """A row as JSON that is the same text wherever it is written: sorted keys, no spaces, no missing values."""
    if values is None:
        return None
    known = {name: value for name, value in values.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_hash(row: Values) -> str:
    """SHA-256 over all of an audit row but its own hash."""
    text = json.dumps([row[name] for name in _HASHED], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append(connection: Connection, entries: Iterable[Entry], *, who: str, why: str, at: str) -> int:
    """Add entries to the end of the chain; the caller holds the write lock. Returns the last number."""
    seq, previous = last_link(connection)
    rows: list[Values] = []
    for seq, entry in enumerate(entries, start=seq + 1):  # noqa: B020
        row: Values = {"seq": seq, "at": at, "who": who, "why": why, "thing": entry.thing, "code": entry.code}
        row |= {"action": entry.action, "before": canonical(entry.before), "after": canonical(entry.after)}
        row["previous_hash"] = previous
        row["hash"] = previous = row_hash(row)
        rows.append(row)
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(AuditRow), rows[start : start + _BATCH])
    return seq


def last_link(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last audit row; 0 and nothing for an empty audit."""
    newest = select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    found = connection.execute(newest).first()
    return (found.seq, found.hash) if found else (0, "")


def verify(connection: Connection) -> int:
    """Walk the whole chain, replay it and compare with the tables. Returns the number of audit rows.

    Raises
    ------
    AuditError
        With the first number that breaks the chain, or with the rows that differ from their audit.
    """
    number, previous = 0, ""
    replayed: dict[tuple[str, str], str | None] = {}
    for row in connection.execute(select(table_of(AuditRow)).order_by(AuditRow.seq)).mappings():
        number += 1
        broken = row["seq"] != number or row["previous_hash"] != previous or row["hash"] != row_hash(dict(row))
        if broken or replayed.get((row["thing"], row["code"])) != row["before"]:
            raise AuditError(f"the audit chain breaks at row {number}", hint="restore a backup", seq=number)
        previous = row["hash"]
        replayed[row["thing"], row["code"]] = row["after"]
    standing = {key: after for key, after in replayed.items() if after is not None}
    apart = sorted(set(standing.items()) ^ set(_present(connection)))
    if apart:
        named = ", ".join(sorted({f"{thing} {code}" for (thing, code), _ in apart})[:5])
        raise AuditError(f"rows were changed without an audit: {named}", hint="restore a backup", rows=apart)
    return number


def _present(connection: Connection) -> Iterator[tuple[tuple[str, str], str | None]]:
    for kind in ROWS:
        for row in connection.execute(select(table_of(kind))).mappings():
            yield (kind.__tablename__, row["code"]), canonical(dict(row))


def values_of(row: Row) -> Values:
    """The columns of a row object."""
    return {column.key: getattr(row, column.key) for column in table_of(type(row)).columns}
