"""How fast is a large register: import, search, status and overdue on 10,000 agreements and 100,000 commitments?

The bars: search and status within 200 ms at the 95th percentile, an import of 100,000 rows within 60 s. PostgreSQL is
measured too where PEYVAND_TEST_POSTGRES names a database that may be emptied of nothing: a new one is made and dropped.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SIZES = {"toy": (200, 2_000, 20), "full": (10_000, 100_000, 200)}
WORDS_EN = ("transit", "trade", "visa", "rail", "port", "tariff", "student", "energy", "wheat", "medicine", "border")
WORDS_FA = ("گذر", "بازرگانی", "روادید", "راه‌آهن", "بندر", "تعرفه", "دانشجو", "انرژی", "گندم", "دارو", "حمل‌ونقل")
PARTIES = ("IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ", "AZE", "TUR", "PAK", "AFG")


def main(size: str) -> None:
    agreements, commitments, asked = SIZES[size]
    print(f"{'':12}{'import s':>10}{'rows/s':>10}" + "".join(f"{name:>14}" for name in ("search", "status", "overdue")))
    for name, place in places():
        with place() as where:
            seconds, rows, percentiles = _measure(where, agreements, commitments, asked)
        shown = "".join(f"{value * 1000:11.1f} ms" for value in percentiles)
        print(f"{name:12}{seconds:10.1f}{rows / seconds:10.0f}{shown}   (95th percentile of {asked})")


def _measure(where: str, agreements: int, commitments: int, asked: int) -> tuple[float, int, list[float]]:
    from peyvand.registry import Registry, queries
    from peyvand.registry.exchange import import_tables

    registry, chance = Registry.create(where), random.Random(7)
    import_tables(registry, {"party": _parties()}, why="bench", who="bench")
    tables = _tables(agreements, commitments, chance)
    started = time.perf_counter()
    rows = import_tables(registry, tables, why="bench", who="bench")
    seconds = time.perf_counter() - started

    def status() -> None:
        day = date(2000, 1, 1) + timedelta(days=chance.randrange(9000))
        with registry.reading() as connection:
            queries.agreements(connection, day, parties=chance.sample(PARTIES, 2), state="in_force", limit=50)
            queries.party_states(connection, f"A{chance.randrange(agreements)}", day)

    def overdue() -> None:
        with registry.reading() as connection:
            queries.overdue(connection, date(2026, 1, 1), by_party=chance.choice(PARTIES), limit=50)

    def search() -> None:
        registry.search(" ".join(chance.sample(chance.choice([WORDS_EN, WORDS_FA]), chance.randint(1, 3))))

    found = [_percentile(call, asked) for call in (search, status, overdue)]
    registry.close()
    return seconds, rows, found


def _percentile(call: Callable[[], None], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[int(0.95 * (times - 1))]


def _parties() -> list[dict[str, Any]]:
    return [{"code": code, "kind": "state", "name_en": code, "name_fa": "کشور", "source": "bench"} for code in PARTIES]


def _tables(agreements: int, commitments: int, chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    """A made-up register: nothing in it is a datum."""

    def words(language: tuple[str, ...]) -> str:
        return " ".join(chance.choices(language, k=6))

    day = [date(1992, 1, 1) + timedelta(days=chance.randrange(12_000)) for _ in range(agreements)]
    pairs = [chance.sample(PARTIES, 2) for _ in range(agreements)]
    return {
        "agreement": [
            {"code": f"A{n}", "title_en": words(WORDS_EN), "title_fa": words(WORDS_FA), "kind": "treaty"}
            | {"domain": "trade", "signed_on": day[n].isoformat(), "source": "bench"}
            | {"in_force_on": (day[n] + timedelta(days=400)).isoformat() if n % 3 else None}
            for n in range(agreements)
        ],
        "signatory": [
            {"code": f"A{n}/{party}", "agreement": f"A{n}", "party": party, "path": "generic", "source": "bench"}
            for n in range(agreements)
            for party in pairs[n]
        ],
        "commitment": [
            {"code": f"A{n % agreements}#{n}", "agreement": f"A{n % agreements}", "domain": "trade"}
            | {"by_party": pairs[n % agreements][n % 2], "text_en": words(WORDS_EN), "text_fa": words(WORDS_FA)}
            | {"due_on": f"{2000 + n % 40}", "status": chance.choice(["planned", "partial", "full"]), "source": "bench"}
            for n in range(commitments)
        ],
    }


def places() -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "sqlite", _sqlite
    if os.environ.get("PEYVAND_TEST_POSTGRES"):
        yield "postgresql", _postgresql


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "registry.sqlite")


@contextmanager
def _postgresql() -> Iterator[str]:
    from sqlalchemy import create_engine, text

    from peyvand.registry.engine import database_url

    url = database_url(os.environ["PEYVAND_TEST_POSTGRES"])
    server, name = create_engine(url, isolation_level="AUTOCOMMIT"), f"peyvand_bench_{os.getpid()}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
