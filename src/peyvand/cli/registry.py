"""`peyvand registry`: who signed what, where does it stand, what is late?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, print_json, show_table
from peyvand.errors import RegistryError
from peyvand.locale import Language, localise_digits, number, text

if TYPE_CHECKING:
    from peyvand.registry import Registry

DATABASE = click.option(
    "--db", envvar="PEYVAND_REGISTRY", default="registry.sqlite", show_default=True, help="File or postgresql:// URL."
)
LANGUAGE = language_option()
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
ON = click.option("--on", "written", help="The day asked about, Gregorian or Jalali; today by default.")
WHO = click.option("--who", help="Who makes the change; the account's name by default.")
LIMIT_50 = click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows at most.")
WHY = click.option("--why", required=True, help="Why, for the audit.")


@click.group()
def registry() -> None:
    """Pacts, agreements, parliaments and commitments: what was promised and where it stands."""


@registry.command()
@DATABASE
@LANGUAGE
@click.option("--empty", is_flag=True, help="Leave out the rows that ship with peyvand.")
def init(db: str, language: Language, empty: bool) -> None:
    """Make a registry, with the content that ships unless --empty."""
    from peyvand.registry import Registry
    from peyvand.registry.shipped import load_shipped

    made = Registry.create(db)
    if made.log(limit=1):
        say(language, "already", where=db)
    elif empty:
        say(language, "empty", where=db)
    else:
        say(language, "made", where=db, rows=load_shipped(made))


@registry.command()
@DATABASE
@LANGUAGE
def upgrade(db: str, language: Language) -> None:
    """Bring an older database to this program's revision (make a backup first)."""
    from peyvand.registry.engine import migrate, open_engine, revisions

    migrate(open_engine(db))
    say(language, "upgraded", revision=revisions()[-1])


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@ON
@click.argument("code", required=False)
@click.option("--party", "parties", multiple=True, help="Only agreements of this party; may be given again.")
@click.option("--domain", default="", help="Only this domain.")
@click.option("--state", default="", help="in_force, signed, ended, not_signed or unknown.")
@LIMIT_50
def status(
    db: str, language: Language, as_json: bool, written: str | None, code: str | None, limit: int, **only: Any
) -> None:
    """Where agreements stand; with CODE, where one stands with each of its parties."""
    from peyvand.registry import queries
    from peyvand.registry.models import DOMAINS, Agreement

    register, day = opened(db), day_of(written)
    known_word("domain", only["domain"], DOMAINS)
    known_word("state", only["state"], queries.AGREEMENT_STATES)
    known_parties(register, *only["parties"])
    cut = False
    with register.reading() as connection:
        if code is None:
            found = queries.agreements(connection, day, limit=limit + 1, **only)
            found, cut = found[:limit], len(found) > limit
            rows = [
                {"code": row.code, "state": row.state, "domain": row.domain, "signed": row.signed_on}
                | {"in_force": row.in_force_on, "title": getattr(row, f"title_{language}")}
                for row in found
            ]
            title = text("registry.title.agreements", language, day=shown(day.isoformat(), language))
        else:
            register.get(Agreement, code)
            rows = [
                {"party": row.party, "reached": row.state.reached, "next": [step.step for step in row.next_steps]}
                for row in queries.party_states(connection, code, day)
            ]
            title = text("registry.title.parties", language, code=code, day=shown(day.isoformat(), language))
    show_rows(rows, title, language, as_json, names=party_names(register, language))
    if cut and not as_json:
        say(language, "more", rows=limit)


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@ON
@click.option("--by", "by_party", default="", help="Only commitments of this party.")
@LIMIT_50
def overdue(db: str, language: Language, as_json: bool, written: str | None, by_party: str, limit: int) -> None:
    """Commitments past their day that are not known to be kept."""
    from peyvand.registry import queries

    register, day = opened(db), day_of(written)
    known_parties(register, *filter(None, [by_party]))
    with register.reading() as connection:
        found = queries.overdue(connection, day, by_party=by_party, limit=limit)
    rows = [
        {"due": row.due_on, "by": row.by_party, "code": row.code, "text": getattr(row, f"text_{language}")}
        for row in found
    ]
    title = text("registry.title.overdue", language, day=shown(day.isoformat(), language))
    show_rows(rows, title, language, as_json, names=party_names(register, language))


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@ON
@click.argument("pact")
def members(db: str, language: Language, as_json: bool, written: str | None, pact: str) -> None:
    """Who stood how in PACT on a day."""
    from peyvand.registry import queries
    from peyvand.registry.models import Pact

    register, day = opened(db), day_of(written)
    register.get(Pact, pact)
    with register.reading() as connection:
        found = queries.standings(connection, day, pact=pact)
    open_end = text("registry.open_end", language)
    rows: list[dict[str, Any]] = [
        {"party": row.party, "status": row.status if row.certain else "uncertain", "from": row.from_on}
        | {"to": row.to_on or (None if as_json else open_end)}
        for row in found
    ]
    title = text("registry.title.members", language, pact=pact, day=shown(day.isoformat(), language))
    show_rows(rows, title, language, as_json, names=party_names(register, language))


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@click.argument("query")
@click.option("--in", "things", multiple=True, help="Only this kind of row; may be given again.")
@click.option("--limit", default=20, show_default=True)
def search(db: str, language: Language, as_json: bool, query: str, things: tuple[str, ...], limit: int) -> None:
    """Rows that speak of QUERY, however its Persian is typed."""
    from peyvand.registry.models import BY_NAME

    register = opened(db)
    for thing in things:
        kind_of(thing)
    rows = []
    for hit in register.search(query, things=things, limit=limit):
        row = register.get(BY_NAME[hit.thing], hit.code)
        names = (getattr(row, f"{column}_{language}", None) for column in ("title", "name", "text"))
        rows.append({"thing": hit.thing, "code": hit.code, "title": next((name for name in names if name), None)})
    show_rows(rows, text("registry.title.found", language, query=query), language, as_json)


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@click.argument("kind")
@click.argument("code")
def show(db: str, language: Language, as_json: bool, kind: str, code: str) -> None:
    """Every column of one row, by the names that `set` takes."""
    from peyvand.registry.audit import values_of

    row = {name: value for name, value in values_of(opened(db).get(kind_of(kind), code)).items() if value is not None}
    if as_json:
        print_json(row)
    else:
        click.echo(lines(row, language))


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@click.argument("kind", required=False)
@click.argument("code", required=False)
@click.option("--limit", default=20, show_default=True)
def log(db: str, language: Language, as_json: bool, kind: str | None, code: str | None, limit: int) -> None:
    """Who changed what, when and why; of one KIND or one row if given."""
    from peyvand.registry.shipped import WHY as SHIPPED

    found = opened(db).log(thing=kind_of(kind).__tablename__ if kind else None, code=code, limit=limit)
    rows = [
        {
            "when": row.at[:16].replace("T", " "),
            "who": row.who,
            "action": row.action,
            "thing": row.thing,
            "code": row.code,
            "why": row.why if as_json or row.why != SHIPPED else text("registry.shipped", language),
        }
        for row in found
    ]
    show_rows(rows, text("registry.title.log", language), language, as_json)


@registry.command()
@DATABASE
@LANGUAGE
def verify(db: str, language: Language) -> None:
    """Walk the audit chain and check that it leads to the rows."""
    say(language, "whole", rows=opened(db).verify())


@registry.command()
@DATABASE
@click.argument("code")
@LANGUAGE
@click.option("--out", type=click.Path(path_type=Path), required=True, help="SVG file to write.")
def timeline(db: str, code: str, language: Language, out: Path) -> None:
    """Draw the way of agreement CODE, a lane a party, both calendars."""
    from peyvand.registry.timeline import draw_timeline

    out.write_text(draw_timeline(opened(db), code, language=language), encoding="utf-8")
    say(language, "done", what=out)


def opened(db: str) -> Registry:
    """The registry at a path or URL."""
    from peyvand.registry import Registry

    return Registry.open(db)


def kind_of(name: str) -> Any:
    """The kind of row with this table name."""
    from peyvand.errors import did_you_mean
    from peyvand.registry.models import BY_NAME

    if name not in BY_NAME:
        raise RegistryError(f"no kind of row {name!r}", hint=did_you_mean(name, BY_NAME))
    return BY_NAME[name]


def day_of(written: str | None) -> date:
    """The day asked about; the last day of a coarse date."""
    from peyvand.registry.dates import last_day, read_date

    return last_day(read_date(written)) if written else date.today()


def shown(written: str | None, language: Language) -> str:
    """A stored date in the reader's calendar."""
    from peyvand.registry.dates import show_date

    return show_date(written, language)


def say(language: Language, key: str, **values: Any) -> None:
    """One sentence for the reader."""
    words = {name: number(value, language) if name == "rows" else value for name, value in values.items()}
    click.echo(text(f"registry.said.{key}", language, **words))


def show_rows(
    rows: Sequence[dict[str, Any]],
    title: str,
    language: Language,
    as_json: bool,
    *,
    names: Mapping[str, str] | None = None,
) -> None:
    """Rows as JSON, or as a table with the reader's words and dates, and the parties' `names` beside their codes."""
    if as_json:
        print_json(rows)
        return
    if not rows:
        say(language, "nothing")
        return
    from rich.cells import cell_len
    from rich.markup import escape

    table = new_table(escape(title))
    long = next((name for name in _LONG if name in rows[0] and "code" in rows[0]), None)
    columns = [name for name in rows[0] if name != "domain" and (long is None or name != "code")]
    for name in columns:
        heading = text(f"registry.column.{name}", language)
        table.add_column(heading, no_wrap=name in _DATES, min_width=max(map(cell_len, heading.split())))
    for row in rows:
        cells = [escape(cell(name, row[name], language)) for name in columns]
        for at, name in enumerate(columns):
            if name in _PARTIES and row[name] in (names or {}):
                cells[at] = f"{escape((names or {})[row[name]])} [dim]{escape(row[name])}[/dim]"
        if long is not None:
            cells[columns.index(long)] += f"\n[dim]{escape(row['code'])}[/dim]"
        table.add_row(*cells)
    show_table(table, language)


_WORDS = {name: name for name in ("state", "status", "domain", "action", "thing")} | {"reached": "step", "next": "step"}
_DATES = {"signed", "in_force", "from", "to", "due", "when"}
_PARTIES = {"party", "by"}
_LONG = ("title", "text", "why")
"""Columns under whose words a row's code stands, so that a table fits a terminal."""


def cell(name: str, value: Any, language: Language) -> str:
    """One cell in the reader's words."""
    if isinstance(value, list):
        return ("، " if language == "fa" else ", ").join(cell(name, one, language) for one in value)
    if value == "uncertain":
        return text("registry.uncertain", language)
    if value is None:
        return "–"
    if name in _WORDS:
        return text(f"registry.{_WORDS[name]}.{value}", language)
    if name == "when":
        return f"{shown(value[:10], language)} {localise_digits(value[11:], language)}"
    if name in _DATES and str(value)[:4].isdigit():
        return shown(value, language)
    return str(value)


def lines(row: Mapping[str, Any], language: Language) -> str:
    """A row as lines of column and value; in Persian days and words stand once more as the reader says them."""
    width = max(len(name) for name in row)
    return "\n".join(f"{name:{width}}  {value}{_as_said(name, value, language)}" for name, value in row.items())


def _as_said(name: str, value: Any, language: Language) -> str:
    """The Persian of a day or a word of the register, in brackets; nothing where there is none."""
    from peyvand.locale import catalogue

    if language == "en":
        return ""
    if name.endswith("_on"):
        return f"  ({shown(str(value), language)})"
    said = catalogue(language).get(f"registry.{_WORDS.get(name, name)}.{value}")
    return f"  ({said})" if said else ""


def party_names(register: Registry, language: Language) -> dict[str, str]:
    """What the parties are called, by code."""
    from peyvand.registry.models import Party

    return {row.code: str(getattr(row, f"name_{language}")) for row in register.rows(Party)}


def known_parties(register: Registry, *codes: str) -> None:
    """Refuse codes that are no party's."""
    from peyvand.registry.models import Party

    for code in codes:
        register.get(Party, code)


def known_word(name: str, value: str, words: Iterable[str]) -> None:
    """Refuse a word that the register does not use there; an empty one asks for nothing."""
    from peyvand.errors import did_you_mean

    if value and value not in words:
        raise RegistryError(f"{name} {value!r} is not known", hint=did_you_mean(value, words))


def pairs(written: Iterable[str]) -> dict[str, str]:
    """Columns given as `name=value`."""
    found = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign:
            raise RegistryError(f"{one!r} is not column=value", hint='for example name_en="Iran"')
        found[name] = value
    return found


from peyvand.cli import registry_bonds, registry_changes, registry_worth  # noqa: E402, F401  their commands join the group
