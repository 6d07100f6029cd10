"""`peyvand mobility people|estimates|forecast`: what a union changes for people, and what that rests on."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    from rich.table import Table

    from peyvand.locale import Language
    from peyvand.mobility import People

_LANGUAGE = language_option()
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Folder of the publishers' data.",
)


@click.command("people")
@click.argument("scenario")
@_LANGUAGE
@_JSON
def people_command(scenario: str, language: Language, as_json: bool) -> None:
    """What SCENARIO changes for journeys, migrants and students, without the rest of a run.

    SCENARIO is a union file or one that ships: visa-free-ten, exchange-places. `peyvand run` writes the whole report.
    """
    from peyvand.locale import number, text
    from peyvand.mobility import people_of
    from peyvand.reports.rows import records
    from peyvand.scenarios import open_scenario
    from peyvand.world import World

    union = open_scenario(scenario)
    found = people_of(union.effect(World.embedded(union.world)))
    if as_json:
        tables = {name: getattr(found, name) for name in ("totals", "path", "pairs", "places", "rules")}
        plain = {name: json.loads(table.to_json(orient="records")) for name, table in tables.items()}
        print_json({**found.meta(), **plain})
        return
    title = union.title[language]
    if not found.moved:
        click.echo(text("mobility.people.unmoved", language, union=title))
        return
    show_table(people_table(found, language, title=text("mobility.people.title", language, union=title)), language)
    if len(found.path):
        show_table(years_table(found, language), language)
    for row in records(found.places.groupby("kind", as_index=False).agg(places=("places", "sum"))):
        kind = text(f"mobility.people.kind.{row['kind']}", language)
        click.echo(text("mobility.people.places", language, count=number(row["places"], language), kind=kind))
    if found.without_figures:
        names = text("mobility.visas.join", language).join(found.without_figures)
        click.echo(text("mobility.people.unknown", language, names=names))


def people_table(people: People, language: Language, *, title: str | None = None) -> Table:
    """The changes among members, a row a flow."""

    from peyvand.cli.days import day_words
    from peyvand.locale import number, text
    from peyvand.reports.people import moved_flows, rounded
    from peyvand.reports.rows import records

    caption = text("mobility.people.caption", language, day=day_words(people.day, language))
    table = new_table(title, caption)
    table.add_column(text("mobility.people.who", language))
    for name in ("today", "room", "interval", "full"):
        table.add_column(text(f"mobility.people.{name}", language), justify="right")

    for row in records(rounded(moved_flows(people))):
        low, high = (number(row[f"partial_change_{end}"], language, sign=True) for end in ("low", "high"))
        table.add_row(
            text(f"report.people.flow.{row['flow']}", language),
            number(row["persons"], language),
            number(row["partial_change"], language, sign=True),
            text("report.people.from_to", language, low=low, high=high),
            number(row["conditional_change"], language, sign=True),
        )
    return table


def years_table(people: People, language: Language) -> Table:
    """The changes among members after each year of a phase-in, a column a flow: if there is room (if full)."""

    from peyvand.locale import number, text
    from peyvand.reports.people import moved_by_year, rounded
    from peyvand.reports.rows import records

    by_year = rounded(moved_by_year(people))
    table = new_table(text("mobility.people.by_year", language))
    table.add_column(text("mobility.people.year", language))
    for flow in by_year["flow"].unique():
        table.add_column(text(f"report.people.flow.{flow}", language), justify="right")
    for year, rows in by_year.groupby("year"):
        cells = [
            [number(row[f"{answer}_change"], language, sign=True) for answer in ("partial", "conditional")]
            for row in records(rows)
        ]
        table.add_row(number(int(str(year)), language), *(f"{room} ({full})" for room, full in cells))
    return table


@click.command("estimates")
@_DATA
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to write them.")
@_LANGUAGE
def estimates_command(data: Path, out: Path, language: Language) -> None:
    """Rebuild the shipped gravity of people and the people of today from the publishers' files."""
    from datetime import UTC, datetime

    from peyvand.locale import number, text
    from peyvand.mobility.compile_baseline import compile_people
    from peyvand.mobility.estimates import build_people_estimates, save

    for made in build_people_estimates(data, made_on=datetime.now(UTC).date().isoformat()):
        checked = made.cross_validation
        click.echo(
            text(
                "mobility.estimates.line",
                language,
                name=made.name,
                percent=number(made.percent("required"), language, decimals=1, sign=True),
                error=number(made.std_errors["required"], language, decimals=2),
                share=number(100 * checked["misplaced_share"], language, decimals=1),
                without=number(100 * checked["misplaced_share_without_visas"], language, decimals=1),
            )
        )
        click.echo(text("mobility.estimates.written", language, file=save(made, out)))
    for place in compile_people(data).save(out):
        click.echo(text("mobility.estimates.written", language, file=place))


@click.command("forecast")
@_DATA
@_LANGUAGE
@_JSON
def forecast_command(data: Path, language: Language, as_json: bool) -> None:
    """How well gravity on 2015 foresees migrants and students of 2016 to 2020, beside a forecast of no change."""
    from dataclasses import asdict

    from peyvand.locale import number, text
    from peyvand.mobility.forecast import MODELS, forecast_scores

    scores = forecast_scores(data)
    if as_json:
        print_json([{**asdict(score), "best": score.best} for score in scores])
        return
    weights = ", ".join(dict.fromkeys(number(score.weight, language, decimals=2) for score in scores))
    title, caption = (text(f"mobility.forecast.{name}", language, weights=weights) for name in ("title", "caption"))
    table = new_table(title, caption)
    table.add_column(text("mobility.forecast.what", language))
    table.add_column(text("mobility.forecast.pairs", language), justify="right")
    for name in MODELS:
        table.add_column(text(f"mobility.forecast.model.{name}", language), justify="right")
    for score in scores:
        cells = [
            text(
                "mobility.forecast.cell",
                language,
                misplaced=number(100 * score.misplaced[name], language, decimals=1),
                typical=number(100 * math.expm1(score.typical[name]), language),
            )
            for name in MODELS
        ]
        what = text(f"mobility.forecast.flow.{score.flow}-{score.year}", language)
        table.add_row(what, number(score.pairs, language), *cells)
    show_table(table, language)
