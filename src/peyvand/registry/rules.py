"""Which rows does the registry refuse? One small function a rule, each naming the rows that break it.

`row_problems` looks at one row by itself; `reference_problems` at the codes that rows name; `group_problems` at rows
that must agree with one another, read back inside the transaction. Any problem undoes the whole change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, Connection, select

from peyvand.errors import PeyvandError, RuleError, did_you_mean
from peyvand.registry import models
from peyvand.registry.dates import first_day, last_day, read_date
from peyvand.registry.models import Agreement, Commitment, Membership, Row, Signatory, Step, table_of
from peyvand.registry.paths import Taken, paths, replay

Values = dict[str, Any]
_BATCH = 500
_SHOWN = 5
_ORDERED = (("from_on", "to_on"), ("signed_on", "ended_on"), ("in_force_on", "ended_on"), ("founded_on", "ended_on"))
_WORDS = {
    ("party", "kind"): models.PARTY_KINDS,
    ("pact", "kind"): models.PACT_KINDS,
    ("membership", "status"): models.MEMBER_STATUSES,
    ("agreement", "kind"): models.AGREEMENT_KINDS,
    ("agreement", "domain"): models.DOMAINS,
    ("agreement", "trade_kind"): models.TRADE_KINDS,
    ("step", "outcome"): models.OUTCOMES,
    ("commitment", "status"): models.COMMITMENT_STATUSES,
    ("commitment", "domain"): models.DOMAINS,
    ("evidence", "shows"): models.COMMITMENT_STATUSES,
    ("heritage", "kind"): models.HERITAGE_KINDS,
    ("event_source", "shows"): models.SOURCE_SHOWS,
    ("claim", "basis"): models.CLAIM_BASES,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule: its name, the row that breaks it, and what was expected."""

    rule: str
    code: str
    message: str
    hint: str | None = None


def refuse(problems: Iterable[Problem]) -> None:
    """Raise if there are problems.

    Raises
    ------
    RuleError
        With the first few; all are in `context["problems"]`.
    """
    found = list(problems)
    if not found:
        return
    shown = "\n".join(f"- {problem.rule}: {problem.code}: {problem.message}" for problem in found[:_SHOWN])
    more = f"\n… and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    hint = next((problem.hint for problem in found if problem.hint), None)
    raise RuleError(f"nothing was written:\n{shown}{more}", hint=hint, problems=found, rule=found[0].rule)


def cleaned(kind: type[Row], values: Values) -> tuple[Values, list[Problem]]:
    """A row with trimmed text, ISO dates and canonical provision; what cannot be read is a problem."""
    row: Values = {column.key: _default(column) for column in table_of(kind).columns}
    problems: list[Problem] = []
    code = str(values.get("code") or "?")
    for name, value in values.items():
        if name not in row:
            hint = did_you_mean(name, row)
            problems.append(Problem("row.unknown_column", code, f"{kind.__tablename__} has no column {name!r}", hint))
            continue
        plain = value.strip() if isinstance(value, str) and name != "body" else value  # spans count in a body
        if plain is None or plain == "":
            row[name] = _default(table_of(kind).columns[name])
            continue
        try:
            row[name] = _read(name, plain)
        except (PeyvandError, ValueError) as why:
            messages = [why.message] if isinstance(why, PeyvandError) else [str(why)]
            if isinstance(why, PeyvandError) and "problems" in why.context:  # a provision, all that is wrong with it
                messages = why.context["problems"]
            rule = "provision.invalid" if name == "provision" else "row.date" if name.endswith("_on") else "row.number"
            problems += [Problem(rule, code, message, getattr(why, "hint", None)) for message in messages]
    return row, problems


def row_problems(kind: type[Row], row: Values) -> Iterator[Problem]:
    """The rules that one row breaks by itself."""
    code, name = str(row["code"] or "?"), kind.__tablename__
    for column in table_of(kind).columns:
        if row[column.key] is None and not column.nullable:
            yield Problem("row.required", code, f"{name} needs {column.key}")
    for (table, column_name), words in _WORDS.items():
        value = row.get(column_name)
        if table == name and value is not None and value not in words:
            message = f"{column_name} {value!r} is not known"
            yield Problem("row.unknown_word", code, message, did_you_mean(str(value), words))
    for start, end in _ORDERED:
        if row.get(start) and row.get(end) and last_day(row[end]) < first_day(row[start]):
            rule = "membership.ends_before_it_begins" if kind is Membership else "row.ends_before_it_begins"
            yield Problem(rule, code, f"{end} {row[end]} lies before {start} {row[start]}")
    if kind is Agreement and row["code"] in (row["amends"], row["replaces"]):
        yield Problem("agreement.circular", code, "an agreement cannot amend or replace itself")
    if kind is Signatory and row["path"] is not None and row["path"] not in paths():
        yield Problem("signatory.path", code, f"no legal path {row['path']!r}", did_you_mean(row["path"], paths()))


def reference_problems(connection: Connection, kind: type[Row], rows: Sequence[Values]) -> Iterator[Problem]:
    """The codes that rows name and the registry does not hold."""
    for column in table_of(kind).columns:
        for key in column.foreign_keys:
            target = key.column
            own = {row["code"] for row in rows} if target.table is table_of(kind) else set()
            named = {row[column.key] for row in rows if row[column.key] is not None} - own
            missing = named - present(connection, target, named)
            if missing:
                known = list(connection.scalars(select(target)))
                for row in rows:
                    if row[column.key] in missing:
                        message = f"{column.key} names an unknown {target.table.name} {row[column.key]!r}"
                        rule = f"unknown.{target.table.name}"
                        yield Problem(rule, row["code"], message, did_you_mean(row[column.key], known))


def group_problems(connection: Connection, kind: type[Row], rows: Sequence[Values]) -> Iterator[Problem]:
    """The rules that touched rows break together with the rows around them."""
    for rule in _GROUP_RULES.get(kind, ()):
        yield from rule(connection, rows)


def present(connection: Connection, column: Column[Any], wanted: set[str]) -> set[str]:
    """Those of the wanted values that the column holds."""
    return {getattr(row, column.key) for row in _rows_where(connection, column, wanted)}


def naming(connection: Connection, kind: type[Row], code: str) -> list[str]:
    """Rows that name a row by its code: the first few of them, codes after their kind."""
    found: list[str] = []
    for other in models.ROWS:
        for column in table_of(other).columns:
            if any(key.column.table is table_of(kind) for key in column.foreign_keys):
                rows = connection.scalars(select(table_of(other).c.code).where(column == code).limit(_SHOWN))
                found += [f"{other.__tablename__} {row}" for row in rows]
    return list(dict.fromkeys(found))[:_SHOWN]


def memberships_do_not_overlap(connection: Connection, rows: Sequence[Values]) -> Iterator[Problem]:
    groups: dict[tuple[str, str], list[Any]] = {}
    pairs = {(row["pact"], row["party"]) for row in rows}
    for row in _rows_where(connection, table_of(Membership).c.pact, {pact for pact, _ in pairs}):
        if (row.pact, row.party) in pairs:
            groups.setdefault((row.pact, row.party), []).append(row)
    for group in groups.values():
        for one, other in pairwise(sorted(group, key=lambda row: (row.from_on, row.code))):
            if one.to_on is None or last_day(other.from_on) < first_day(one.to_on):
                end = one.to_on or "an open end"
                message = f"it begins on {other.from_on}, but {one.code} lasts to {end}"
                hint = f"end {one.code} on {other.from_on} first"
                yield Problem("membership.overlap", other.code, message, hint)


def amendments_do_not_circle(connection: Connection, rows: Sequence[Values]) -> Iterator[Problem]:
    table = table_of(Agreement).c
    for column in ("amends", "replaces"):
        parent: dict[str, str | None] = {row["code"]: row[column] for row in rows}
        frontier = {up for up in parent.values() if up is not None} - parent.keys()
        while frontier:
            for row in _rows_where(connection, table.code, frontier):
                parent[row.code] = getattr(row, column)
            frontier = {up for up in parent.values() if up is not None} - parent.keys()
        for code in sorted(row["code"] for row in rows):
            seen, up = {code}, parent[code]
            while up is not None and up not in seen:
                seen.add(up)
                up = parent[up]
            if up == code:
                yield Problem("agreement.circular", code, f"its chain of {column} comes back to itself")


def steps_follow_their_path(connection: Connection, rows: Sequence[Values]) -> Iterator[Problem]:
    agreements = {row["agreement"] for row in rows}
    ways = {
        (row.agreement, row.party): row.path
        for row in _rows_where(connection, table_of(Signatory).c.agreement, agreements)
    }
    taken: dict[tuple[str, str], list[Any]] = {}
    for row in _rows_where(connection, table_of(Step).c.agreement, agreements):
        taken.setdefault((row.agreement, row.party), []).append(row)
    for key in sorted({(row["agreement"], row["party"]) for row in rows}):
        steps = sorted(taken.get(key, ()), key=lambda row: row.number)
        if key not in ways:
            hint = f"add the signatory {key[0]}/{key[1]} with its legal path first"
            yield Problem("step.party", "/".join(key), f"{key[1]} is not a party to {key[0]}", hint)
            continue
        way = paths()[ways[key]]
        _, refusal = replay(way, [Taken(row.step, row.outcome, row.done_on) for row in steps])
        if refusal:
            yield Problem(refusal.rule, "/".join(key), refusal.message, refusal.hint)


def commitments_are_by_parties(connection: Connection, rows: Sequence[Values]) -> Iterator[Problem]:
    agreements = {row["agreement"] for row in rows}
    parties: dict[str, set[str]] = {}
    for row in _rows_where(connection, table_of(Signatory).c.agreement, agreements):
        parties.setdefault(row.agreement, set()).add(row.party)
    for row in rows:
        for column in ("by_party", "to_party"):
            if row[column] is not None and row[column] not in parties.get(row["agreement"], ()):
                message = f"{row[column]} is not a party to {row['agreement']}"
                hint = did_you_mean(row[column], parties.get(row["agreement"], ())) or None
                yield Problem("commitment.party", row["code"], message, hint)


_GROUP_RULES: dict[type[Row], tuple[Callable[[Connection, Sequence[Values]], Iterator[Problem]], ...]] = {
    Membership: (memberships_do_not_overlap,),
    Agreement: (amendments_do_not_circle,),
    Signatory: (steps_follow_their_path,),
    Step: (steps_follow_their_path,),
    Commitment: (commitments_are_by_parties,),
}


def _default(column: Column[Any]) -> Any:
    return column.default.arg if column.default is not None and column.default.is_scalar else None  # type: ignore[attr-defined]


def _read(name: str, value: Any) -> Any:
    if name.endswith("_on"):
        return read_date(str(value))
    if name in ("version", "number"):
        return int(value)
    if name == "provision":
        return _provision(value)
    return str(value)


def _provision(value: Any) -> str:
    """A provision fragment, checked as in a union file; kinds that later rooms will simulate are kept as they are."""
    from peyvand.scenarios.files import provision_from
    from peyvand.scenarios.provisions import NOT_YET

    fragment = json.loads(value) if isinstance(value, str) else value
    if not isinstance(fragment, dict) or not isinstance(fragment.get("kind"), str):
        raise RuleError("a provision is a table with a kind", hint='{"kind": "tariff", "cut_share": 1.0}')
    if fragment["kind"] not in NOT_YET:
        provision_from(fragment)
    return json.dumps(fragment, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _rows_where(connection: Connection, column: Column[Any], wanted: Iterable[str]) -> Iterator[Any]:
    """The rows whose column holds one of the wanted values, asked for in batches."""
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        yield from connection.execute(select(column.table).where(column.in_(batch)))
