"""Which work waits, which runs, which is done? A bounded queue in the registry's database.

Work is named by what it asks for, so asking twice gives the same run. A worker holds its work under its own name while
its heart beats; what a dead one held goes back into the line, twice at most.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from peyvand.errors import BusyError, NotFoundError
from peyvand.registry.engine import writing
from peyvand.registry.models import table_of
from peyvand.registry.server import Job
from peyvand.web.holders import is_gone

OVER = ("done", "failed", "cancelled")
BEAT_SECONDS = 2.0
LOST = timedelta(seconds=15)
MOST_TRIES = 3
_job = table_of(Job).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A job as it stands: what was asked, by whom, how far it is."""

    code: str
    kind: str
    asked: dict[str, Any]
    title: dict[str, str]
    state: str
    step: str | None
    asked_at: str
    started_at: str | None
    finished_at: str | None
    error: dict[str, Any] | None

    @property
    def over(self) -> bool:
        return self.state in OVER


def ask(
    engine: Engine, *, code: str, kind: str, asked: dict[str, Any], title: dict[str, str], client: str, most: int,
    most_each: int,
) -> Work:  # fmt: skip
    """Put work into the line, unless it is there or done already; failed and cancelled work is tried again.

    Parameters
    ----------
    engine : Engine
    code : str
        Names what is asked for.
    kind, asked, title
        What a worker needs, and what a list shows.
    client : str
        The address that asks.
    most, most_each : int
        How much work may be under way in all, and for one address.

    Raises
    ------
    BusyError
        If the line is full, or this address has enough in it.
    """
    with writing(engine) as connection:
        found = connection.execute(select(table_of(Job)).where(_job.code == code)).first()
        if found is not None and found.state in ("waiting", "running", "done"):
            return _work(found)
        _refuse_full(connection, client, most, most_each)
        row = {
            "code": code, "kind": kind, "asked": json.dumps(asked, ensure_ascii=False), "title_en": title["en"],
            "title_fa": title["fa"], "state": "waiting", "asked_at": _now(), "client": client, "tries": 0,
        }  # fmt: skip
        connection.execute(delete(table_of(Job)).where(_job.code == code))
        connection.execute(insert(table_of(Job)), row)
        return _work(connection.execute(select(table_of(Job)).where(_job.code == code)).one())


def get(engine: Engine, code: str) -> Work:
    """One piece of work.

    Raises
    ------
    NotFoundError
        If there is none of this name, or it was removed.
    """
    with engine.connect() as connection:
        found = connection.execute(select(table_of(Job)).where(_job.code == code)).first()
    if found is None:
        raise NotFoundError(f"no run {code!r}", hint="results are kept for some weeks; run it again from its file")
    return _work(found)


def states(engine: Engine, codes: set[str]) -> dict[str, Work]:
    """Where these pieces of work stand, in one question."""
    with engine.connect() as connection:
        rows = connection.execute(select(table_of(Job)).where(_job.code.in_(codes)))
        return {row.code: _work(row) for row in rows}


def newest(
    engine: Engine, *, limit: int = 50, offset: int = 0, state: str = "", kind: str = "run"
) -> tuple[list[Work], int]:  # fmt: skip
    """The newest work of a kind first, and how much of it there is in all."""
    chosen = select(table_of(Job)).where(_job.kind == kind)
    counted = select(func.count()).select_from(table_of(Job)).where(_job.kind == kind)
    if state:
        chosen, counted = chosen.where(_job.state == state), counted.where(_job.state == state)
    chosen = chosen.order_by(_job.asked_at.desc(), _job.code).limit(limit).offset(offset)
    with engine.connect() as connection:
        return [_work(row) for row in connection.execute(chosen)], connection.scalar(counted) or 0


def cancel(engine: Engine, code: str) -> Work:
    """Take work out of the line, or tell its worker to stop; what is over stays as it is."""
    with writing(engine) as connection:
        under_way = (_job.code == code, _job.state.in_(("waiting", "running")))
        values = {"state": "cancelled", "finished_at": _now()}
        connection.execute(update(table_of(Job)).where(*under_way).values(**values))
    return get(engine, code)


# -- what workers do -----------------------------------------------------------------------------------------------
def claim(engine: Engine, worker: str) -> Work | None:
    """The oldest work that waits, now this worker's; None if none waits."""
    oldest = select(_job.code).where(_job.state == "waiting").order_by(_job.asked_at, _job.code).limit(1)
    with engine.connect() as connection:
        if connection.scalar(oldest) is None:  # a look is cheaper than the write lock
            return None
    with writing(engine) as connection:
        code = connection.scalar(oldest)
        if code is None:
            return None
        values = {"state": "running", "worker": worker, "started_at": _now(), "beat_at": _now(), "step": None}
        connection.execute(update(table_of(Job)).where(_job.code == code).values(**values, tries=_job.tries + 1))
        return _work(connection.execute(select(table_of(Job)).where(_job.code == code)).one())


def beat(engine: Engine, code: str, worker: str, *, step: str | None = None) -> bool:
    """Say that the work goes on; False if it is no longer this worker's to do."""
    values = {"beat_at": _now()} | ({"step": step} if step else {})
    mine = (_job.code == code, _job.worker == worker, _job.state == "running")
    with writing(engine) as connection:
        return connection.execute(update(table_of(Job)).where(*mine).values(**values)).rowcount == 1


def finish(engine: Engine, code: str, worker: str, *, error: dict[str, Any] | None = None) -> bool:
    """Say how the work ended; False if it was cancelled or given to another meanwhile."""
    values = {
        "state": "failed" if error else "done", "finished_at": _now(), "step": None,
        "error": json.dumps(error, ensure_ascii=False) if error else None,
    }  # fmt: skip
    mine = (_job.code == code, _job.worker == worker, _job.state == "running")
    with writing(engine) as connection:
        return connection.execute(update(table_of(Job)).where(*mine).values(**values)).rowcount == 1


def requeue_lost(engine: Engine) -> int:
    """Put work whose worker is gone, or silent for long, back into the line; how many pieces.

    Of several servers on one database each may do this at any time: work that a living process does is left to it.
    """
    silent = (datetime.now(UTC) - LOST).isoformat(timespec="milliseconds")
    running = select(_job.code, _job.worker, _job.beat_at).where(_job.state == "running")
    with engine.connect() as connection:
        held = connection.execute(running).all()
    lost = [(row.code, row.worker) for row in held if (row.beat_at or "") < silent or is_gone(row.worker or "")]
    return sum(_give_back(engine, code, worker) for code, worker in lost)


def remove_old(engine: Engine, *, keep_days: int, keep: int) -> list[str]:
    """Forget work that was over long ago, and the oldest beyond a number; the codes that went."""
    since = (datetime.now(UTC) - timedelta(days=keep_days)).isoformat(timespec="milliseconds")
    over = select(_job.code, _job.finished_at).where(_job.state.in_(OVER)).order_by(_job.finished_at.desc())
    with engine.connect() as connection:
        rows = connection.execute(over).all()
    old = [row.code for place, row in enumerate(rows) if place >= keep or (row.finished_at or "") < since]
    if old:
        with writing(engine) as connection:
            connection.execute(delete(table_of(Job)).where(_job.code.in_(old), _job.state.in_(OVER)))
    return old


def _give_back(engine: Engine, code: str, worker: str | None) -> bool:
    """One piece of work from this worker to the line, or, after too many tries, to its end; False if it moved on."""
    gone = {"key": "web.busy", "message": "the work was interrupted too often", "hint": "ask the administrator"}
    lost = (_job.code == code, _job.worker == worker, _job.state == "running")
    with writing(engine) as connection:
        given_up = {"state": "failed", "finished_at": _now(), "error": json.dumps(gone)}
        connection.execute(update(table_of(Job)).where(*lost, _job.tries >= MOST_TRIES).values(**given_up))
        again = {"state": "waiting", "worker": None, "step": None}
        return connection.execute(update(table_of(Job)).where(*lost).values(**again)).rowcount == 1


def _refuse_full(connection: Connection, client: str, most: int, most_each: int) -> None:
    under_way = select(func.count()).where(_job.state.in_(("waiting", "running")))
    if (connection.scalar(under_way) or 0) >= most:
        raise BusyError("the line is full", hint="try again in a few minutes")
    if (connection.scalar(under_way.where(_job.client == client)) or 0) >= most_each:
        raise BusyError("you have enough work in the line", hint="wait until some of it is done, or cancel it")


def _work(row: Row[Any]) -> Work:
    return Work(
        code=row.code,
        kind=row.kind,
        asked=json.loads(row.asked),
        title={"en": row.title_en, "fa": row.title_fa},
        state=row.state,
        step=row.step,
        asked_at=row.asked_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=json.loads(row.error) if row.error else None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
