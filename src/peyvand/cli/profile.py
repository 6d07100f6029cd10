"""`peyvand mobility profile`: one border in everything that is measured."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from peyvand.cli.answers import plain
from peyvand.cli.days import ON, day_words
from peyvand.cli.options import language_option
from peyvand.cli.terminal import new_table, print_json, show_table

if TYPE_CHECKING:
    from peyvand.locale import Language
    from peyvand.reports.profile import Profile


@click.command("profile")
@click.argument("first")
@click.argument("second")
@ON
@click.option("--svg", type=click.Path(path_type=Path), help="Also draw it all in one picture.")
@language_option()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def profile_command(
    first: str, second: str, day: date | None, svg: Path | None, language: Language, as_json: bool
) -> None:
    """One border in everything: trade, carriage, travel, students and institutions, among the pairs of the region.

    Example: peyvand mobility profile IRN KAZ --svg iran-kazakhstan.svg
    """
    from peyvand.errors import unwritable
    from peyvand.locale import text
    from peyvand.reports.profile import border_profile
    from peyvand.reports.profile_picture import profile_picture
    from peyvand.sources.country_names import country_names

    found = border_profile(first, second, day=day)
    known = country_names(found.pair).frame.set_index("economy")[f"name_{language}"]
    names = {code: str(known[code]) for code in found.pair}
    if svg is not None:
        try:
            svg.write_text(profile_picture(found, language=language, names=names), encoding="utf-8")
        except OSError as error:
            raise unwritable(svg, error) from error
        click.echo(text("mobility.profile.written", language, file=svg), err=True)
    if as_json:
        print_json(plain(asdict(found)))
    else:
        _show(found, names, language)


def _show(found: Profile, names: dict[str, str], language: Language) -> None:

    from peyvand.locale import number, text
    from peyvand.reports.profile import GROUPS
    from peyvand.reports.profile_picture import said

    ends = {"first": names[found.pair[0]], "second": names[found.pair[1]]}
    title = text("mobility.profile.title", language, **ends)
    caption = text("mobility.profile.caption", language, day=day_words(found.day, language))
    table = new_table(title, caption)
    table.add_column(text("mobility.profile.columns.measure", language))
    for name in ("there", "back", "place"):
        table.add_column(text(f"mobility.profile.columns.{name}", language, **ends), justify="right")
    for group in GROUPS:
        for measure in (each for each in found.measures if each.group == group):
            values = [said(measure, value, language) for value in measure.values]
            known = [number(100 * place, language) for place in measure.places if math.isfinite(place)]
            label = text(f"mobility.profile.measure.{measure.name}", language)
            table.add_row(label, values[0], values[1] if len(values) > 1 else "", " / ".join(known))
        table.add_section()
    show_table(table, language)
