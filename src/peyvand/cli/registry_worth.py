"""The commands of `peyvand registry` that run the models: value and scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import draws_option, seed_option
from peyvand.cli.registry import AS_JSON, DATABASE, LANGUAGE, day_of, opened, registry, say
from peyvand.cli.terminal import new_table, print_json, show_table
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    from peyvand.registry.worth import Pending
    from peyvand.value import Values

AGREEMENT = click.option("--agreement", help="Only this agreement.")
BY = click.option("--by", "by_party", help="Only what this party promised.")
AS_OF = click.option("--as-of", "written", help="The day whose agreements are in force; the World's own by default.")


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@AGREEMENT
@BY
@AS_OF
@click.option(
    "--world", "world_name", default="eurasia-2019", show_default=True, help="A World's file, or one that ships."
)
@draws_option("Draws behind the intervals; 0 for none.", default=100)
@seed_option
def value(
    db: str, language: Language, as_json: bool, agreement: str | None, by_party: str | None, written: str | None,
    world_name: str, draws: int, seed: int,
) -> None:  # fmt: skip
    """What the commitments that are not kept are worth, by economy, and which agreement to implement first.

    Beside the gain of the whole model, with its interval of 90 %, stands the shortcut: the derivatives of today's
    equilibrium, right for small changes only.
    """
    from rich.console import Console

    from peyvand.registry.facts import facts
    from peyvand.registry.models import Party
    from peyvand.registry.worth import pending
    from peyvand.value import value_of
    from peyvand.world import World

    world, register = World.open(world_name), opened(db)
    owed = pending(register, agreement=agreement, by=by_party, economies=world.economies)
    with Console(stderr=True).status("") as status:
        found = value_of(
            owed,
            world=world,
            as_of=day_of(written) if written else None,
            facts=facts(register),
            draws=draws,
            seed=seed,
            progress=status.update,
        )
    if as_json:
        print_json(_as_json(found))
        return
    words = {one.agreement: one.title[language] for one in owed}
    words |= {row.code: getattr(row, f"name_{language}") for row in register.rows(Party)}
    _show_ranking(found, language)
    for code in found.agreements["agreement"]:
        _show_economies(found, str(code), words, language)
    for code in found.counted:
        say(language, "counted", code=code)
    _say_what_is_left_out(owed, language)
    say(language, "interval" if draws else "no_interval", rows=draws)


@registry.command()
@DATABASE
@LANGUAGE
@AGREEMENT
@BY
@AS_OF
@click.option("--world", default="eurasia-2019", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Union file to write.")
def scenario(
    db: str, language: Language, agreement: str | None, by_party: str | None, written: str | None, world: str, out: Path
) -> None:
    """Write a union file from what is signed and not yet kept."""
    from peyvand.registry.worth import as_union, pending

    owed = pending(opened(db), agreement=agreement, by=by_party)
    titles = {one: text("registry.title.value", one) for one in ("en", "fa")}
    worth = [one for one in owed if one.provisions]
    union = as_union(worth, title=titles, world=world, as_of=day_of(written) if written else None)
    out.write_text(union.to_toml(), encoding="utf-8")
    _say_what_is_left_out(owed, language)
    say(language, "done", what=out)


def _as_json(found: Values) -> dict[str, Any]:
    rows = {name: json.loads(getattr(found, name).to_json(orient="records")) for name in ("agreements", "economies")}
    return rows | {"counted": list(found.counted), "draws": found.draws, "seed": found.seed}


def _show_ranking(found: Values, language: Language) -> None:
    """The agreements in the order of implementation, the shortcut beside the model."""
    columns = ("rank", "code", "added", "alone", "interval", "shortcut", "shortcut_rank")
    rows = [
        (
            number(row["rank"], language),
            str(row["agreement"]),
            number(row["added_musd"], language, sign=True),
            number(row["alone_musd"], language, sign=True),
            _interval(row["alone_low_musd"], row["alone_high_musd"], language),
            number(row["first_order_musd"], language, sign=True),
            number(row["first_order_rank"], language),
        )
        for row in found.agreements.to_dict("records")
    ]
    _print_table(text("registry.title.value", language), columns, rows, language)
    say(language, "delay")


def _show_economies(found: Values, code: str, words: Mapping[str, str], language: Language) -> None:
    """What one agreement gives each member, by their names."""
    own = found.economies[found.economies["agreement"] == code].sort_values("gain_musd", ascending=False)
    rows = [
        (
            words.get(row["economy"], row["economy"]),
            number(row["gain_musd"], language, sign=True),
            _interval(row["low_musd"], row["high_musd"], language),
            number(row["first_order_musd"], language, sign=True),
        )
        for row in own.to_dict("records")
    ]
    _print_table(words[code], ("economy", "alone", "interval", "shortcut"), rows, language)


def _interval(low: float, high: float, language: Language) -> str:
    if low != low:
        return "–"
    return " … ".join(number(one, language, sign=True) for one in (low, high))


def _print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], language: Language) -> None:
    """A table that reads from the right in Persian."""
    from rich.markup import escape

    table = new_table(escape(title))
    for name in columns:
        words = name in ("code", "economy")
        table.add_column(text(f"registry.column.{name}", language), justify="left" if words else "right", no_wrap=words)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    show_table(table, language)


def _say_what_is_left_out(owed: list[Pending], language: Language) -> None:
    for one in owed:
        for code, kind in one.not_simulated:
            say(language, "not_simulated", code=code, kind=kind)
        for code in one.outside:
            say(language, "outside", code=code)
