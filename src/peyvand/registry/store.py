"""Where is the registry, and how do I read and change it?

registry = Registry.open("registry.sqlite")
registry.get(Agreement, "IRN-EAEU-2023").in_force_on
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from peyvand.errors import RuleError, UnknownRowError, did_you_mean
from peyvand.registry import audit, engine
from peyvand.registry.change import Change
from peyvand.registry.models import AuditRow, Row, table_of
from peyvand.registry.search import Hit, search

Kind = TypeVar("Kind", bound=Row)


class Registry:
    """An open registry on SQLite or PostgreSQL."""

    def __init__(self, opened: Engine) -> None:
        self.engine = opened

    @classmethod
    def open(cls, where: str | Path = engine.DEFAULT_FILE) -> Registry:
        """Open a registry that exists.

        Raises
        ------
        DatabaseError
            If there is none, or if an older or newer peyvand made it.
        """
        opened = engine.open_engine(where)
        if opened.dialect.name == "sqlite" and "://" not in str(where) and not Path(where).exists():
            engine.refuse_missing(where)
        engine.check_revision(opened)
        return cls(opened)

    @classmethod
    def create(cls, where: str | Path = engine.DEFAULT_FILE) -> Registry:
        """Open a registry, making its tables if the database is empty and bringing them up to date if they are old."""
        opened = engine.open_engine(where)
        engine.migrate(opened)
        return cls(opened)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the registry."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def change(self, *, why: str, who: str | None = None) -> Iterator[Change]:
        """One audited transaction: it commits at the end, or leaves nothing behind if anything is refused.

        Parameters
        ----------
        why : str
            The reason, kept in the audit.
        who : str, optional
            The person; default the name of the account that runs the program.
        """
        person = who or getpass.getuser()
        if not why.strip() or not person.strip():
            raise RuleError("a change needs who and why", hint='why="Official Gazette 23456"', rule="audit.reason")
        with engine.writing(self.engine) as connection:
            change = Change(connection)
            yield change
            change.finish()
            at = datetime.now(UTC).isoformat(timespec="microseconds")
            audit.append(connection, change.entries, who=person, why=why.strip(), at=at)

    def get(self, kind: type[Kind], code: str) -> Kind:
        """One row by its code.

        Raises
        ------
        UnknownRowError
            With the nearest codes.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            row = session.get(kind, code)
            if row is None:
                known = list(session.scalars(select(table_of(kind).c.code)))
                message = f"no {kind.__tablename__} {code!r}"
                raise UnknownRowError(message, hint=did_you_mean(code, known), code=code)
            session.expunge(row)
            return row

    def rows(self, kind: type[Kind], /, **equal: Any) -> list[Kind]:
        """The rows whose columns hold these values, by code."""
        with Session(self.engine, expire_on_commit=False) as session:
            chosen = select(kind).filter_by(**equal).order_by(table_of(kind).c.code)
            found = list(session.scalars(chosen))
            session.expunge_all()
            return found

    def search(self, query: str, *, things: tuple[str, ...] = (), limit: int = 50) -> list[Hit]:
        """The rows that hold every word of the query; see `peyvand.registry.search`."""
        with self.reading() as connection:
            return search(connection, query, things=things, limit=limit)

    def log(self, *, thing: str | None = None, code: str | None = None, limit: int = 50) -> list[AuditRow]:
        """The newest audit rows, of one table or one row if asked."""
        newest = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit)
        newest = newest.where(AuditRow.thing == thing) if thing else newest
        newest = newest.where(AuditRow.code == code) if code else newest
        with Session(self.engine, expire_on_commit=False) as session:
            found = list(session.scalars(newest))
            session.expunge_all()
            return found

    def verify(self) -> int:
        """Check the audit chain and that it leads to the rows; the number of audit rows.

        Raises
        ------
        AuditError
            With the place where it breaks.
        """
        with self.reading() as connection:
            return audit.verify(connection)
