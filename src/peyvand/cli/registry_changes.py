"""The commands of `peyvand registry` that write: add, set, remove, step, commit, import, export, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from peyvand.cli.registry import DATABASE, LANGUAGE, WHO, WHY, kind_of, opened, pairs, registry, say
from peyvand.locale import Language

PATH = click.argument("path", type=click.Path(path_type=Path))
SOURCE = click.option("--source", required=True, help="Where it was read: an address or a citation.")


@registry.command()
@DATABASE
@LANGUAGE
@WHO
@WHY
@click.argument("kind")
@click.argument("columns", nargs=-1)
def add(db: str, language: Language, who: str | None, why: str, kind: str, columns: tuple[str, ...]) -> None:
    """Add a row of KIND, its COLUMNS given as name=value."""
    values = pairs(columns)
    with opened(db).change(who=who, why=why) as change:
        change.add_values(kind_of(kind), [values])
    say(language, "done", what=values.get("code"))


@registry.command("set")
@DATABASE
@LANGUAGE
@WHO
@WHY
@click.argument("kind")
@click.argument("code")
@click.argument("columns", nargs=-1)
@click.option("--version", type=int, help="The version you read; the newest by default.")
def set_columns(
    db: str, language: Language, who: str | None, why: str, kind: str, code: str, columns: tuple[str, ...],
    version: int | None,
) -> None:  # fmt: skip
    """Change COLUMNS of one row, given as name=value."""
    register = opened(db)
    read = version or register.get(kind_of(kind), code).version
    with register.change(who=who, why=why) as change:
        change.update(kind_of(kind), code, version=read, **pairs(columns))
    say(language, "done", what=code)


@registry.command()
@DATABASE
@LANGUAGE
@WHO
@WHY
@click.argument("kind")
@click.argument("code")
def remove(db: str, language: Language, who: str | None, why: str, kind: str, code: str) -> None:
    """Remove a row that no other names; the audit keeps it."""
    register = opened(db)
    with register.change(who=who, why=why) as change:
        change.remove(kind_of(kind), code, version=register.get(kind_of(kind), code).version)
    say(language, "done", what=code)


@registry.command()
@DATABASE
@LANGUAGE
@WHO
@SOURCE
@click.argument("agreement")
@click.argument("party")
@click.argument("step")
@click.option("--on", "done_on", help="The day, Gregorian or Jalali; leave out if it is not published.")
@click.option("--outcome", default="done", show_default=True, help="done, returned or rejected.")
@click.option("--why", help="Why, for the audit; the source by default.")
def step(
    db: str, language: Language, who: str | None, source: str, agreement: str, party: str, step: str,
    done_on: str | None, outcome: str, why: str | None,
) -> None:  # fmt: skip
    """Record that PARTY took STEP with AGREEMENT; refused if its legal path does not allow it."""
    from peyvand.registry.daily import record_step

    code = record_step(
        opened(db), agreement=agreement, party=party, step=step, source=source, done_on=done_on, outcome=outcome,
        why=why, who=who,
    )  # fmt: skip
    say(language, "done", what=code)


@registry.command()
@DATABASE
@LANGUAGE
@WHO
@SOURCE
@click.argument("agreement")
@click.option("--by", "by_party", required=True, help="Who promises.")
@click.option("--to", "to_party", help="To whom.")
@click.option("--domain", required=True)
@click.option("--text-en", required=True)
@click.option("--text-fa", required=True)
@click.option("--article")
@click.option("--due", "due_on", help="Until when, Gregorian or Jalali.")
@click.option("--status", default="planned", show_default=True)
@click.option("--provision", help='The provision of a union file, as JSON: {"kind": "tariff", "cut_share": 1.0}')
@click.option("--why", help="Why, for the audit; the source by default.")
def commit(
    db: str, language: Language, who: str | None, source: str, agreement: str, why: str | None, **values: Any
) -> None:
    """Add a commitment to AGREEMENT."""
    from peyvand.registry.daily import add_commitment

    code = add_commitment(opened(db), agreement=agreement, source=source, why=why, who=who, **values)
    say(language, "done", what=code)


@registry.command()
@DATABASE
@LANGUAGE
@PATH
@click.option("--csv", "as_csv", is_flag=True, help="A folder of CSV files instead of one JSON file.")
def export(db: str, language: Language, path: Path, as_csv: bool) -> None:
    """Write every row to a JSON file or a folder of CSV files."""
    from peyvand.registry.exchange import export_csv, export_json

    rows = export_csv(opened(db), path) if as_csv else export_json(opened(db), path, audit=False)
    say(language, "written", rows=rows, where=path)


@registry.command("import")
@DATABASE
@LANGUAGE
@WHO
@WHY
@PATH
def import_rows(db: str, language: Language, who: str | None, why: str, path: Path) -> None:
    """Add the rows of an export in one change: all of them, or nothing."""
    from peyvand.registry.exchange import import_tables, read_tables

    say(language, "read", rows=import_tables(opened(db), read_tables(path), who=who, why=why), where=path)


@registry.command()
@DATABASE
@LANGUAGE
@PATH
def backup(db: str, language: Language, path: Path) -> None:
    """Write everything with its audit to one file."""
    from peyvand.registry import backup as safe

    say(language, "written", rows=safe.backup(opened(db), path), where=path)


@registry.command()
@DATABASE
@LANGUAGE
@PATH
def restore(db: str, language: Language, path: Path) -> None:
    """Put a backup into a new database and check its chain."""
    from peyvand.registry import Registry
    from peyvand.registry import backup as safe

    say(language, "restored", rows=safe.restore(Registry.create(db), path))
