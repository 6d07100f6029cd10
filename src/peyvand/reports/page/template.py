"""From a run to its page: words and figures of each language, put into the template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from peyvand import __version__
from peyvand.locale import LANGUAGES
from peyvand.mobility.pair_openness import closedness
from peyvand.reports.map.draw import Map, draw
from peyvand.reports.page.view import Page
from peyvand.reports.tables import members_of
from peyvand.reports.voice import Voice

if TYPE_CHECKING:
    from peyvand.run import Run


def render(run: Run, tables: Mapping[str, pd.DataFrame]) -> str:
    """The whole page as text.

    Parameters
    ----------
    run : Run
    tables : mapping
        As `peyvand.reports.tables.tables` gives them.
    """
    drawn, pages = pages_of(run, tables)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            pages=pages,
            map=drawn,
            titles=run.scenario.title,
            scenario_text=run.scenario.to_toml(),
            version=__version__,
            css=asset("report.css"),
            js=asset("report.js"),
        )
    )


def pages_of(run: Run, tables: Mapping[str, pd.DataFrame]) -> tuple[Map, list[Page]]:
    """The map of a run and what its page shows in each language.

    Parameters
    ----------
    run : Run
    tables : mapping
        As `peyvand.reports.tables.tables` gives them.
    """
    economies = tables["economies"]
    names: dict[str, dict[str, str]] = {
        code: dict(zip(economies["economy"], economies[f"name_{code}"], strict=True)) for code in LANGUAGES
    }
    closed = closedness(run.people) if run.people is not None else None
    drawn = draw(tables["pairs"], members=members_of(run), names=names, closed=closed)
    return drawn, [
        Page(run=run, tables_by_name=tables, drawn=drawn, voice=Voice(language, names[language]))
        for language in LANGUAGES
    ]


@cache
def environment() -> Environment:
    """The templates of this folder, escaping on."""
    return Environment(
        loader=PackageLoader("peyvand.reports", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def asset(name: str) -> Markup:
    """Our own style or script, which goes into the page as it is."""
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))
