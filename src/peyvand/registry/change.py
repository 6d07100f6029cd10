"""How does a row change? One audited transaction: all of it is written, or nothing.

with registry.change(who="a.karimi", why="Official Gazette 23456") as change:
    change.add(Membership(pact="SCO", party="IRN", …))
    change.update(Agreement, "IRN-EAEU-2023", version=1, in_force_on="1404/02/25")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from peyvand.errors import StaleRowError, UnknownRowError, did_you_mean
from peyvand.registry import audit, rules, search
from peyvand.registry.models import ROWS, Row, table_of
from peyvand.registry.rules import Problem, Values

_BATCH = 5000


class Change:
    """The changes of one transaction, checked as they come and once more together before the commit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[type[Row], list[Values]] = {}
        self._touched: dict[type[Row], dict[str, Values]] = {}
        self.entries: list[audit.Entry] = []

    def add(self, *rows: Row) -> None:
        """Add rows.

        Raises
        ------
        RuleError
            If a row breaks a rule by itself; rules about several rows are checked at the end.
        """
        for row in rows:
            self.add_values(type(row), [audit.values_of(row)])

    def add_values(self, kind: type[Row], rows: Iterable[Values]) -> None:
        """Add rows given as plain values, as many as there are."""
        problems: list[Problem] = []
        for values in rows:
            row, found = rules.cleaned(kind, values)
            problems += found or rules.row_problems(kind, row)
            self._waiting.setdefault(kind, []).append(row)
        rules.refuse(problems)

    def update(self, kind: type[Row], code: str, *, version: int, **fields: Any) -> None:
        """Change some columns of a row that still has the version you read.

        Raises
        ------
        UnknownRowError
            If there is no such row.
        StaleRowError
            If somebody changed it since.
        RuleError
            If the new row breaks a rule.
        """
        before = self._standing(kind, code, version)
        row, problems = rules.cleaned(kind, {**before, **fields, "code": code})
        rules.refuse(problems or rules.row_problems(kind, row))
        row["version"] = version + 1
        table = table_of(kind)
        self._refuse_unknown(kind, [row])
        self._connection.execute(update(table).where(table.c.code == code), row)
        self._note(kind, "update", [(before, row)])

    def remove(self, kind: type[Row], code: str, *, version: int) -> None:
        """Remove a row that still has the version you read; the audit keeps what it was.

        Raises
        ------
        RuleError
            If other rows name it.
        """
        before = self._standing(kind, code, version)
        table = table_of(kind)
        try:
            with self._connection.begin_nested():
                self._connection.execute(delete(table).where(table.c.code == code))
        except IntegrityError as why:
            named = ", ".join(rules.naming(self._connection, kind, code))
            message = f"other rows name this {table.name}, such as {named}"
            rules.refuse([Problem("row.still_named", code, message, "remove those first")])
            raise AssertionError from why
        self._touched.get(kind, {}).pop(code, None)
        search.forget_rows(self._connection, table.name, [code])
        self.entries.append(audit.Entry(table.name, code, "remove", before, None))

    def finish(self) -> None:
        """Write what waits and check the rules that span rows."""
        self._write_waiting()
        problems = [
            problem
            for kind, rows in self._touched.items()
            for problem in rules.group_problems(self._connection, kind, list(rows.values()))
        ]
        rules.refuse(problems)

    def _standing(self, kind: type[Row], code: str, version: int) -> Values:
        self._write_waiting()
        table = table_of(kind)
        found = self._connection.execute(select(table).where(table.c.code == code)).mappings().first()
        if found is None:
            known = list(self._connection.scalars(select(table.c.code)))
            raise UnknownRowError(f"no {table.name} {code!r}", hint=did_you_mean(code, known), code=code)
        if found["version"] != version:
            message = f"{table.name} {code} is at version {found['version']}, not {version}"
            raise StaleRowError(message, hint="read it again and look at what changed", code=code, now=dict(found))
        return dict(found)

    def _write_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for kind in ROWS:
            rows = waiting.get(kind, [])
            if rows:
                self._refuse_known(kind, rows)
                rows = parents_first(kind, rows)
                self._refuse_unknown(kind, rows)
                for start in range(0, len(rows), _BATCH):
                    self._connection.execute(insert(table_of(kind)), rows[start : start + _BATCH])
                self._note(kind, "add", [(None, row) for row in rows])

    def _refuse_known(self, kind: type[Row], rows: list[Values]) -> None:
        counts = Counter(row["code"] for row in rows)
        taken = rules.present(self._connection, table_of(kind).c.code, set(counts))
        twice = taken | {code for code, count in counts.items() if count > 1}
        name = kind.__tablename__
        rules.refuse(Problem("row.code_taken", code, f"there is a {name} {code} already") for code in sorted(twice))

    def _refuse_unknown(self, kind: type[Row], rows: list[Values]) -> None:
        rules.refuse(rules.reference_problems(self._connection, kind, rows))

    def _note(self, kind: type[Row], action: str, pairs: list[tuple[Values | None, Values]]) -> None:
        name = kind.__tablename__
        self._touched.setdefault(kind, {}).update({after["code"]: after for _, after in pairs})
        self.entries += [audit.Entry(name, after["code"], action, before, after) for before, after in pairs]
        search.index_rows(self._connection, name, [after for _, after in pairs], new=action == "add")


def parents_first(kind: type[Row], rows: list[Values]) -> list[Values]:
    """Rows that name others of their own table after those they name; a circle is refused."""
    links = [column.key for column in table_of(kind).columns if column.references(table_of(kind).c.code)]
    by_code = {row["code"]: row for row in rows}
    ordered: dict[str, Values] = {}

    def place(row: Values, above: tuple[str, ...]) -> None:
        for parent in (by_code.get(row[name] or "") for name in links):
            if parent is None or parent["code"] in ordered:
                continue
            if parent["code"] in (*above, row["code"]):
                chain = " → ".join((*above, row["code"], parent["code"]))
                rules.refuse(
                    [Problem(f"{kind.__tablename__}.circular", row["code"], f"rows name one another: {chain}")]
                )
            place(parent, (*above, row["code"]))
        ordered[row["code"]] = row

    for row in rows if links else ():
        if row["code"] not in ordered:
            place(row, ())
    return list(ordered.values()) if links else rows
