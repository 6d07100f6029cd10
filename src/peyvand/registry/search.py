"""Which rows speak of this? Full text over every name, title and text, in Persian and English.

All words of a query must begin a word of the row. Agreements come first, then what hangs on them; ties go by code: the
order is the same on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, insert, inspect, select, text

from peyvand.registry.models import BY_NAME, ROWS, SearchEntry, table_of
from peyvand.registry.words import index_words, query_words

_TEXTS = (
    *("code", "name", "name_en", "name_fa", "title", "title_en", "title_fa", "text_en", "text_fa"),
    *("note", "body", "span", "quote"),
)
_FIRST = ("agreement", "commitment", "pact", "event", "party", "membership", "person", "office", "heritage", "document")
_MATCH = {
    "sqlite": "id IN (SELECT rowid FROM search_words WHERE search_words MATCH :query)",
    "postgresql": "tokens @@ CAST(:query AS tsquery)",
}
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that speaks of what was asked, by its table and code."""

    thing: str
    code: str


def search(connection: Connection, query: str, *, things: Sequence[str] = (), limit: int = 50) -> list[Hit]:
    """The rows that hold every word of the query, as beginnings of words.

    Parameters
    ----------
    things : sequence of str, optional
        Only these tables.
    """
    groups = query_words(query)
    if not groups:
        return []
    entry = table_of(SearchEntry).c
    match = text(_MATCH[connection.dialect.name])
    order = case({thing: place for place, thing in enumerate(_FIRST)}, value=entry.thing, else_=len(_FIRST))
    found = select(entry.thing, entry.code).where(match).order_by(order, entry.code).limit(limit)
    if things:
        found = found.where(entry.thing.in_(things))
    return [Hit(row.thing, row.code) for row in connection.execute(found, {"query": _query_text(connection, groups)})]


def entries(thing: str, rows: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The search entries of some rows of one table."""
    columns = [name for name in _TEXTS if name in table_of(BY_NAME[thing]).columns]
    return [
        {"thing": thing, "code": row["code"], "words": index_words(*(row.get(name) for name in columns))}
        for row in rows
    ]


def index_rows(connection: Connection, thing: str, rows: Sequence[dict[str, Any]], *, new: bool) -> None:
    """Write the words of added or changed rows."""
    if not new:
        forget_rows(connection, thing, [row["code"] for row in rows])
    words = entries(thing, rows)
    for start in range(0, len(words), _BATCH):
        connection.execute(insert(SearchEntry), words[start : start + _BATCH])


def forget_rows(connection: Connection, thing: str, codes: Sequence[str]) -> None:
    """Drop the words of removed rows."""
    entry = table_of(SearchEntry)
    gone = delete(entry).where(entry.c.thing == thing, entry.c.code == bindparam("gone"))
    connection.execute(gone, [{"gone": code} for code in codes])


def rebuild_index(connection: Connection) -> None:
    """All words anew from the rows; on an older revision, from the tables that it has."""
    connection.execute(delete(SearchEntry))
    there = set(inspect(connection).get_table_names())
    for kind in (row for row in ROWS if row.__tablename__ in there):
        rows = [dict(row) for row in connection.execute(select(table_of(kind))).mappings()]
        if rows:
            index_rows(connection, kind.__tablename__, rows, new=True)


def _query_text(connection: Connection, groups: list[list[list[str]]]) -> str:
    """The query in the database's own language: ((a* AND b*) OR ab*) AND c*."""
    if connection.dialect.name == "sqlite":
        start, both, either = '"{}"*', " AND ", " OR "
    else:
        start, both, either = "'{}':*", " & ", " | "
    return both.join(
        "(" + either.join("(" + both.join(start.format(word) for word in words) + ")" for words in group) + ")"
        for group in groups
    )
