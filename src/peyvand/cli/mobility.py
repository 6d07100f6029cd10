"""`peyvand mobility`: what does one border ask of another's nationals, and how open is each?"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.days import ON, day_words
from peyvand.cli.exchange import match_command
from peyvand.cli.options import language_option
from peyvand.cli.people import estimates_command, forecast_command, people_command
from peyvand.cli.profile import profile_command
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    import pandas as pd

    from peyvand.locale import Language
    from peyvand.mobility import Rule, Visas

_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_WORDS_FIT = 5
"""So many columns of whole words fit a terminal; more are shortened, with a legend."""


@click.group()
def mobility() -> None:
    """Visa rules, openness to people, what a union changes for them, exchange rounds."""


for command in (match_command, people_command, profile_command, estimates_command, forecast_command):
    mobility.add_command(command)


@mobility.command()
@click.argument("economies", nargs=-1, required=True)
@ON
@click.option("--history", is_flag=True, help="Every rule of the pair since 2019-11, not only that of the day.")
@click.option("--svg", type=click.Path(path_type=Path), help="Also draw the rules among three or more as a picture.")
@_LANGUAGE
@_JSON
def visas(
    economies: tuple[str, ...], day: date | None, history: bool, svg: Path | None, language: Language, as_json: bool
) -> None:
    """What do economies ask of each other's nationals, and is it reciprocal?

    ECONOMIES are codes or names: two for a pair (`IRN KAZ`), more for a table. The rules are dated snapshots.
    """
    from peyvand.mobility import Visas, reciprocity

    rules = Visas.shipped()
    table = reciprocity(rules, economies, day)
    codes = tuple(dict.fromkeys(rules.resolve(economies)))
    pair = codes if len(codes) == 2 else None
    ends = (pair, pair[::-1]) if pair else ()
    shown = {f"{a}-{b}": rules.history(a, b) if history else (rules.rule(a, b, day),) for a, b in ends}
    if svg is not None:
        _draw(rules, codes, day, svg, language)
    if as_json:
        pairs = json.loads(table.to_json(orient="records"))
        steps = {name: [_plain(rule) for rule in found] for name, found in shown.items()}
        print_json({"snapshot": str(rules.snapshot_of(day)), "pairs": pairs, "rules": steps})
    elif pair:
        _show_pair(rules, table.iloc[0], shown, day, language)
    else:
        _show_matrix(rules, codes, table, day, language)


@mobility.command("openness")
@click.argument("economies", nargs=-1, required=True)
@ON
@click.option("--within", is_flag=True, help="Count only partners among ECONOMIES.")
@_LANGUAGE
@_JSON
def openness_command(
    economies: tuple[str, ...], day: date | None, within: bool, language: Language, as_json: bool
) -> None:
    """How open is each economy to the nationals of others, and others to its own?

    Shares of partner economies, each counted alike, and UNWTO's openness (no visa 1, on arrival 0.7, e-visa 0.5).
    """
    from peyvand.locale import number, text
    from peyvand.mobility import Visas, openness

    rules = Visas.shipped()
    table = openness(rules, economies, day, within=within)
    snapshot = rules.snapshot_of(day)
    if as_json:
        print_json({"snapshot": str(snapshot), "economies": json.loads(table.to_json(orient="records"))})
        return

    shares = [name for name in table.columns if name.endswith("_share")]
    partners = number(int(table["partners"].max()), language)
    title = text("mobility.openness.title", language, day=day_words(snapshot, language), partners=partners)
    grid = new_table(title)
    grid.add_column(text("mobility.openness.economy", language), no_wrap=True)
    for name in shares:
        grid.add_column(text(f"mobility.openness.{name.removesuffix('_share')}", language), justify="right")
    for row in table.to_dict("records"):
        cells = [number(100 * row[name], language, decimals=1) for name in shares]
        grid.add_row(_name(row["economy"], language), *cells)
    show_table(grid, language)
    _show_source(snapshot, language)


@mobility.command()
@click.argument("history_file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("visa_rules.parquet"), show_default=True)
@_LANGUAGE
def build(history_file: Path, out: Path, language: Language) -> None:
    """Compile the shipped visa rules again from the publisher's history of snapshots."""
    from peyvand.locale import number, text
    from peyvand.mobility import Visas
    from peyvand.sources.passport_index import read_rules

    made = Visas.compile(read_rules(history_file))
    made.save(out)
    counts = {"count": len(made.spells), "economies": len(made.economies), "snapshots": len(made.snapshots)}
    shown = {name: number(value, language) for name, value in counts.items()}
    click.echo(text("mobility.build.written", language, file=out, **shown))


# -- showing ---------------------------------------------------------------------------------------------------------
def _show_pair(
    rules: Visas, row: pd.Series, shown: dict[str, tuple[Rule, ...]], day: date | None, language: Language
) -> None:
    from peyvand.locale import text

    for found in shown.values():
        for rule in found:
            click.echo(_sentence(rule, language))
    verdict = "days" if row["days_differ"] else row["balance"]
    name = _name(row["more_open"], language) if row["more_open"] else ""
    click.echo(text(f"mobility.visas.balance.{verdict}", language, name=name))
    _show_source(rules.snapshot_of(day), language)


def _show_matrix(
    rules: Visas, codes: tuple[str, ...], table: pd.DataFrame, day: date | None, language: Language
) -> None:

    from peyvand.locale import number, text
    from peyvand.mobility import matrix
    from peyvand.mobility.heatmap import COLOURS
    from peyvand.sources.passport_index import REGIMES

    snapshot = rules.snapshot_of(day)
    grid = new_table(text("mobility.visas.matrix", language, day=day_words(snapshot, language)))
    grid.add_column(text("mobility.visas.origin", language))
    for code in codes:
        grid.add_column(code, overflow="fold")
    found = matrix(rules, codes, day)
    words = "regime" if len(codes) <= _WORDS_FIT else "regime_short"
    for origin, regimes in found.iterrows():
        cells = [f"[{COLOURS[r]}]■[/] {text(f'mobility.{words}.{r}', language)}" if r else "" for r in regimes]
        grid.add_row(_name(str(origin), language) if len(codes) <= _WORDS_FIT else str(origin), *cells)
    show_table(grid, language)
    if len(codes) > _WORDS_FIT:
        seen = [regime for regime in REGIMES if (found == regime).any(axis=None)]
        legend = [f"{text(f'mobility.{words}.{r}', language)} = {text(f'mobility.regime.{r}', language)}" for r in seen]
        click.echo(text("mobility.visas.join", language).join(legend))
    pairs = number(len(table), language)
    uneven = table[table["balance"] == "unequal"]
    if uneven.empty:
        click.echo(text("mobility.visas.all_equal", language, pairs=pairs))
    else:
        click.echo(text("mobility.visas.unequal", language, count=number(len(uneven), language), pairs=pairs))
        strict = uneven["economy"].where(uneven["economy"] != uneven["more_open"], uneven["partner"])
        click.echo("  " + ", ".join(f"{a}–{b}" for a, b in zip(strict, uneven["more_open"], strict=True)))
    _show_source(snapshot, language)


def _sentence(rule: Rule, language: Language) -> str:
    from peyvand.locale import number, text

    words = text(f"mobility.regime.{rule.regime}", language)
    if rule.days is not None:
        words = text("mobility.visas.days", language, regime=words, days=number(rule.days, language))
    ends = {"origin": _name(rule.origin, language), "destination": _name(rule.destination, language)}
    first, last = day_words(rule.first_seen, language), day_words(rule.last_seen, language)
    parts = [text("mobility.visas.seen", language, first=first, last=last)]
    if rule.recoded:
        parts.append(text("mobility.visas.recoded", language))
    elif rule.seen_before:
        parts.append(
            text("mobility.visas.changed", language, before=day_words(rule.seen_before, language), first=first)
        )
    return (
        text("mobility.visas.direction", language, rule=words, **ends)
        + f" ({text('mobility.visas.join', language).join(parts)})"
    )


def _show_source(snapshot: date, language: Language) -> None:
    from peyvand.locale import text
    from peyvand.sources.passport_index import PASSPORT_INDEX

    day = day_words(snapshot, language)
    click.echo(text("mobility.visas.source", language, publisher=PASSPORT_INDEX.publisher, day=day))


def _draw(rules: Visas, codes: tuple[str, ...], day: date | None, file: Path, language: Language) -> None:
    from peyvand.errors import OutputError
    from peyvand.locale import text
    from peyvand.mobility import matrix
    from peyvand.mobility.heatmap import heatmap

    title = text("mobility.visas.matrix", language, day=day_words(rules.snapshot_of(day), language))
    names = {code: _name(code, language) for code in codes}
    try:
        file.write_text(heatmap(matrix(rules, codes, day), title=title, language=language, names=names), "utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}", hint="choose a folder you may write to") from error
    click.echo(text("mobility.visas.written", language, file=file), err=True)


def _name(code: str, language: Language) -> str:
    from peyvand.sources.country_names import country_names

    return str(country_names([code]).frame[f"name_{language}"].iloc[0])


def _plain(rule: Rule) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in asdict(rule).items()}
