"""Who may sign in, and what work waits? The web server's own tables, beside the registry's rows in one database.

They are not audited rows: `account_event` is their own trail, which only grows, and jobs come and go.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from peyvand.registry.models import Base, one_of

ROLES = ("reader", "editor", "admin")
"""Each may do what those before it may: read, change the register, keep the accounts."""

JOB_STATES = ("waiting", "running", "done", "failed", "cancelled")


class Account(MappedAsDataclass, Base, kw_only=True):
    """A person who may sign in. A closed account keeps its name, so that the audit stays readable."""

    __tablename__ = "account"
    __table_args__ = (one_of("role", *ROLES),)

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[str]
    closed_at: Mapped[str | None] = mapped_column(default=None)


class AccountEvent(MappedAsDataclass, Base, kw_only=True):
    """Something that happened to an account, or was refused to it: the throttle counts these rows."""

    __tablename__ = "account_event"
    __table_args__ = (Index("account_event_of", "name", "at"), Index("account_event_from", "client", "at"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[str]
    name: Mapped[str]
    what: Mapped[str]
    who: Mapped[str]
    client: Mapped[str] = mapped_column(default="")


class SignIn(MappedAsDataclass, Base, kw_only=True):
    """A person's open session: only the hash of its token is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("sign_in_of", "account"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    created_at: Mapped[str]
    expires_at: Mapped[str]


class Job(MappedAsDataclass, Base, kw_only=True):
    """A piece of work for a worker process; `code` names what is asked, so the same work is done once."""

    __tablename__ = "job"
    __table_args__ = (one_of("state", *JOB_STATES), Index("job_next", "state", "asked_at"))

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    asked: Mapped[str]
    title_en: Mapped[str]
    title_fa: Mapped[str]
    state: Mapped[str]
    asked_at: Mapped[str]
    client: Mapped[str] = mapped_column(default="")
    step: Mapped[str | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(default=None)
    beat_at: Mapped[str | None] = mapped_column(default=None)
    started_at: Mapped[str | None] = mapped_column(default=None)
    finished_at: Mapped[str | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(default=None)
