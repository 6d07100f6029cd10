"""Who has an account? Names, roles, passwords as argon2 hashes, open sessions, and the trail of what happened.

A wrong password is one row of the trail; too many of them within a quarter of an hour, for one name or from one
address, and no password is looked at until it has passed.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from peyvand.errors import RuleError, SignInError, ThrottleError, UnknownRowError, did_you_mean
from peyvand.registry.engine import writing
from peyvand.registry.models import table_of
from peyvand.registry.server import ROLES, Account, AccountEvent, SignIn

WINDOW = timedelta(minutes=15)
MOST_WRONG_BY_NAME, MOST_WRONG_BY_CLIENT = 5, 30
LEAST_PASSWORD = 10
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""Checked where there is no such account, so that an answer takes as long and says as little."""


def add_account(engine: Engine, *, name: str, password: str, role: str, who: str) -> None:
    """Open an account.

    Raises
    ------
    RuleError
        If the name or role is not possible, the password too short, or the name taken.
    """
    if not _NAME.fullmatch(name):
        raise RuleError(f"{name!r} cannot be an account's name", hint="2 to 40 of a–z 0–9 . _ -, as in a.karimi")
    _check_role(role)
    _check_password(password, name)
    account = table_of(Account)
    with writing(engine) as connection:
        if connection.execute(select(account.c.name).where(account.c.name == name)).first():
            raise RuleError(f"there is an account {name} already", hint=f"peyvand users password {name}")
        row = {"name": name, "role": role, "password_hash": _hasher.hash(password), "created_at": _now()}
        connection.execute(insert(account), row)
        _note(connection, name, f"added:{role}", who)


def set_password(engine: Engine, *, name: str, password: str, who: str) -> None:
    """Give an account a new password; its open sessions end."""
    _check_password(password, name)
    with writing(engine) as connection:
        _change(connection, name, password_hash=_hasher.hash(password))
        _end_all(connection, name)
        _note(connection, name, "password", who)


def set_role(engine: Engine, *, name: str, role: str, who: str) -> None:
    """Give an account another role; it holds from the next request on."""
    _check_role(role)
    with writing(engine) as connection:
        _change(connection, name, role=role)
        _note(connection, name, f"role:{role}", who)


def close_account(engine: Engine, *, name: str, who: str) -> None:
    """Close an account: its sessions end, nobody signs in with it again, its name stays."""
    with writing(engine) as connection:
        _change(connection, name, closed_at=_now())
        _end_all(connection, name)
        _note(connection, name, "closed", who)


def accounts(engine: Engine) -> list[dict[str, str | None]]:
    """Every account without its password, by name."""
    account = table_of(Account)
    columns = (account.c.name, account.c.role, account.c.created_at, account.c.closed_at)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(*columns).order_by(account.c.name)).mappings()]


def events(engine: Engine, *, limit: int = 50) -> list[dict[str, str]]:
    """The newest rows of the trail."""
    event = table_of(AccountEvent)
    columns = (event.c.at, event.c.name, event.c.what, event.c.who, event.c.client)
    newest = select(*columns).order_by(event.c.id.desc()).limit(limit)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(newest).mappings()]


# -- sessions ------------------------------------------------------------------------------------------------------
def sign_in(engine: Engine, *, name: str, password: str, client: str, hours: float, token: str) -> None:
    """Open a session under a fresh token.

    Raises
    ------
    ThrottleError
        After too many wrong passwords for this name or from this address.
    SignInError
        If name and password do not belong together; it does not say which.
    """
    account, name = table_of(Account), name.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL holds no NUL
    with engine.connect() as connection:
        _throttle(connection, name, client)
        found = connection.execute(select(account).where(account.c.name == name)).mappings().first()
    known = found is not None and found["closed_at"] is None
    right = _matches(found["password_hash"] if found is not None and known else _NOBODY, password) and known
    with writing(engine) as connection:
        _note(connection, name[:40], "signed_in" if right else "refused", name[:40], client)
        if right:
            session = table_of(SignIn)
            connection.execute(delete(session).where(session.c.expires_at < _now()))
            row = {"token_hash": _hashed(token), "account": name, "created_at": _now(), "expires_at": _now(hours)}
            connection.execute(insert(session), row)
    if not right:
        raise SignInError("this name and password do not belong together", hint="mind capitals and keyboard language")


def signed_in(engine: Engine, token: str) -> tuple[str, str] | None:
    """Name and role of the account whose open session has this token."""
    account, session = table_of(Account), table_of(SignIn)
    chosen = (
        select(account.c.name, account.c.role)
        .join(session, session.c.account == account.c.name)
        .where(session.c.token_hash == _hashed(token), session.c.expires_at > _now(), account.c.closed_at.is_(None))
    )
    with engine.connect() as connection:
        found = connection.execute(chosen).first()
    return (found.name, found.role) if found else None


def sign_out(engine: Engine, token: str) -> None:
    """End the session of this token."""
    session = table_of(SignIn)
    with writing(engine) as connection:
        connection.execute(delete(session).where(session.c.token_hash == _hashed(token)))


def _throttle(connection: Connection, name: str, client: str) -> None:
    event = table_of(AccountEvent)
    since = (datetime.now(UTC) - WINDOW).isoformat(timespec="seconds")
    wrong = select(func.count()).where(event.c.what == "refused", event.c.at >= since)
    by_name = connection.scalar(wrong.where(event.c.name == name[:40])) or 0
    by_client = connection.scalar(wrong.where(event.c.client == client)) or 0
    if by_name >= MOST_WRONG_BY_NAME or by_client >= MOST_WRONG_BY_CLIENT:
        raise ThrottleError("too many wrong passwords", hint="wait a quarter of an hour, or ask an admin")


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _change(connection: Connection, name: str, **columns: str) -> None:
    account = table_of(Account)
    if connection.execute(update(account).where(account.c.name == name).values(**columns)).rowcount == 0:
        known = list(connection.scalars(select(account.c.name)))
        raise UnknownRowError(f"no account {name!r}", hint=did_you_mean(name, known), code=name)


def _end_all(connection: Connection, name: str) -> None:
    session = table_of(SignIn)
    connection.execute(delete(session).where(session.c.account == name))


def _note(connection: Connection, name: str, what: str, who: str, client: str = "") -> None:
    row = {"at": _now(), "name": name, "what": what, "who": who, "client": client}
    connection.execute(insert(table_of(AccountEvent)), row)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise RuleError(f"no role {role!r}", hint=did_you_mean(role, ROLES))


def _check_password(password: str, name: str) -> None:
    if len(password) < LEAST_PASSWORD or len(password) > 200:
        raise RuleError(f"a password has {LEAST_PASSWORD} to 200 characters", hint="a sentence is easy to remember")
    if password.strip().lower() == name:
        raise RuleError("the password is the name", hint="choose a sentence that is yours alone")


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _now(hours: float = 0.0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")
