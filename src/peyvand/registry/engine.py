"""Where do the rows live? Opens SQLite files and PostgreSQL databases so that both behave alike.

SQLite writes ahead (WAL) and waits for the disk at each commit; PostgreSQL does so by itself. A writing transaction
takes the registry's one write lock at its start, so changes stand in one line and their audit is one chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from peyvand.errors import DatabaseError

DEFAULT_FILE = Path("registry.sqlite")
_WRITE_LOCK = 0x7065_7976  # "peyv": the advisory lock's number on PostgreSQL
_MIGRATIONS = Path(__file__).parent / "migrations"


def database_url(where: str | Path = DEFAULT_FILE) -> URL:
    """The URL of a database: a path is an SQLite file, `postgresql://…` is spoken to by psycopg.

    Raises
    ------
    DatabaseError
        If it is neither.
    """
    if "://" not in str(where):
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(str(where))
    except ArgumentError as why:
        raise DatabaseError(f"{where} is not a database URL", hint="postgresql://user@host/name") from why
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        hint = "use a file path or postgresql://…"
        raise DatabaseError(f"the registry does not speak {url.get_backend_name()}", hint=hint)
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def open_engine(where: str | Path = DEFAULT_FILE) -> Engine:
    """An engine for a path or URL; nothing is created or checked yet."""
    engine = create_engine(database_url(where))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the write lock from its first moment; it commits at the end or leaves no trace."""
    with engine.connect().execution_options(peyvand_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITE_LOCK})
        yield connection


def revisions() -> tuple[str, ...]:
    """Every revision that this program knows, the oldest first."""
    return tuple(reversed([script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()]))


def current_revision(engine: Engine) -> str | None:
    """The revision of the database, None for an empty one.

    Raises
    ------
    DatabaseError
        If the database cannot be reached or is not a database.
    """
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as why:
        reason = str(why.orig).strip().splitlines()[0]
        raise DatabaseError(f"cannot open {engine.url.render_as_string()}: {reason}", url=str(engine.url)) from why


def refuse_missing(where: object) -> NoReturn:
    """There is no registry there.

    Raises
    ------
    DatabaseError
        Always, with the command that makes one.
    """
    raise DatabaseError(f"there is no registry in {where} yet", hint="peyvand registry init", where=str(where))


def check_revision(engine: Engine) -> None:
    """Refuse a database that is empty, older or newer than this program.

    Raises
    ------
    DatabaseError
        With the reason and the way out.
    """
    found, known = current_revision(engine), revisions()
    if found is None:
        refuse_missing(engine.url.render_as_string())
    if found not in known:
        message = f"a newer peyvand made this database: its revision is {found}, this program knows up to {known[-1]}"
        raise DatabaseError(message, hint="update peyvand; the database was not touched", found=found)
    if found != known[-1]:
        message = f"an older peyvand made this database: its revision is {found}, this program needs {known[-1]}"
        raise DatabaseError(message, hint="peyvand registry backup, then peyvand registry upgrade", found=found)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database up or down to a revision, all or nothing.

    Raises
    ------
    DatabaseError
        If the database is newer than this program.
    """
    found, known = current_revision(engine), revisions()
    if found is not None and found not in known:
        check_revision(engine)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    target = known[-1] if revision == "head" else revision
    down = found is not None and (target == "base" or known.index(target) < known.index(found))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, target)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where the registry says, not where the driver guesses
    for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("peyvand_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
