"""`peyvand backcast`: would the model have foretold past agreements?"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.options import OneOf, language_option
from peyvand.cli.terminal import new_table, show_table
from peyvand.locale import Language, localise_digits, number, text

if TYPE_CHECKING:
    import pandas as pd

    from peyvand.trade.backcast import Backcast

Block = tuple[str, "pd.DataFrame"]
PARTNERS_SHOWN = 12
WORDS = ("variant", "sample", "weights", "figure")
WHOLE = ("pairs", "placebos", "trade_musd")
DECIMALS = {"tariff_before": 3, "tariff_after": 3}


@click.command()
@click.argument("episodes", nargs=-1)
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="PEYVAND_DATA",
    required=True,
    help="Folder with one folder per source; or the variable PEYVAND_DATA.",
)
@click.option("--placebos", default=50, show_default=True, type=click.IntRange(min=0), help="Random unions.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Of the placebos.")
@click.option("--to", type=OneOf(["text", "markdown", "html"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with every pair.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file instead.")
@language_option()
def backcast(
    episodes: tuple[str, ...],
    data: Path,
    placebos: int,
    seed: int,
    to: str,
    as_json: bool,
    out: Path | None,
    language: Language,
) -> None:
    """Would the model have foretold EPISODES, agreements of the past?  All of them by default.

    eu-2004, usa-korea-2012, usa-korea-2012-icio, eu-ukraine-2016, china-korea-australia-2015. What is predicted is the
    change of trade in goods beyond the size of the two economies, four years on; misses are shown.
    """
    from rich.console import Console

    from peyvand.trade.backcast import backcast as run
    from peyvand.trade.episodes import EPISODES
    from peyvand.trade.episodes import episode as named

    asked = [named(name) for name in episodes] or list(EPISODES)
    console, found = Console(stderr=True), []
    with console.status("") as status:
        for row in asked:
            status.update(f"{row.title} …")
            found.append(run(row, data, placebos=placebos, seed=seed))
    if as_json:
        content = {"seed": seed, "episodes": [_plain(one) for one in found], "not_testable": _not_testable("en")}
        _deliver(json.dumps(content, ensure_ascii=False, allow_nan=False), out)
        return
    blocks = [block for one in found for block in _blocks(one, language)]
    if to == "text" and out is None:
        _print(blocks, language)
    else:
        _deliver({"html": _html, "markdown": _markdown, "text": _markdown}[to](blocks, language), out)
    if out is None and not episodes and to == "text":
        for name, reason in _not_testable(language).items():
            click.echo(text("backcast.not_testable", language, name=name, reason=reason))


def _not_testable(language: Language) -> dict[str, str]:
    """Agreements without data to tell, and why."""
    from peyvand.trade.episodes import NOT_TESTABLE

    return {name: text(f"backcast.episodes.{name}.note", language) for name in NOT_TESTABLE}


def _plain(one: Backcast) -> dict[str, Any]:
    """An episode in plain types."""
    asked = one.episode
    return {
        "name": asked.name,
        "title": asked.title,
        "table": asked.table,
        "base_year": asked.base_year,
        "end_year": asked.end_year,
        "members": list(asked.members),
        "newcomers": list(asked.newcomers),
        "note": text(f"backcast.episodes.{asked.name}.note", "en"),
        "agreement_effect": one.agreement_effect,
        "agreement_years": list(one.agreement_years),
        **{
            name: json.loads(getattr(one, name).to_json(orient="records", double_precision=12))
            for name in ("scores", "placebo", "partners")
        },
    }


def _blocks(one: Backcast, language: Language) -> list[Block]:
    """The tables of an episode: scores, placebos, the largest pairs."""
    asked = one.episode
    title = text(
        "backcast.title",
        language,
        title=text(f"backcast.episodes.{asked.name}.title", language),
        note=text(f"backcast.episodes.{asked.name}.note", language),
        base=localise_digits(str(asked.base_year), language),
        end=localise_digits(str(asked.end_year), language),
    )
    effect = number(one.agreement_effect, language, decimals=3)
    first, last = (localise_digits(str(year), language) for year in one.agreement_years)
    return [
        (title, one.scores),
        (text("backcast.placebos", language), one.placebo),
        (
            text("backcast.partners", language, effect=effect, first=first, last=last),
            one.partners.head(PARTNERS_SHOWN),
        ),
    ]


def _cells(frame: pd.DataFrame, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headings and cells in the reader's language."""
    headings = [text(f"backcast.columns.{name}", language) for name in frame]
    rows = []
    for _, row in frame.iterrows():
        cells = []
        for name, value in row.items():
            if name in WORDS:
                cells.append(text(f"backcast.words.{value}", language) if value else "")
            elif isinstance(value, str):
                cells.append(value)
            elif value != value:
                cells.append("–")
            else:
                cells.append(number(value, language, decimals=0 if name in WHOLE else DECIMALS.get(str(name), 2)))
        rows.append(cells)
    return headings, rows


def _print(blocks: list[Block], language: Language) -> None:
    for title, frame in blocks:
        headings, rows = _cells(frame, language)
        table = new_table(title)
        for name, heading in zip(frame, headings, strict=True):
            table.add_column(heading, justify="left" if name in (*WORDS, "exporter", "importer") else "right")
        for row in rows:
            table.add_row(*row)
        show_table(table, language)


def _markdown(blocks: list[Block], language: Language) -> str:
    lines = []
    for title, frame in blocks:
        headings, rows = _cells(frame, language)
        left = sum(name in (*WORDS, "exporter", "importer") for name in frame)
        rule = ["---"] * left + ["---:"] * (len(headings) - left)
        lines += [title, "", *(f"| {' | '.join(row)} |" for row in [headings, rule, *rows]), ""]
    return "\n".join(lines)


def _html(blocks: list[Block], language: Language) -> str:
    """One page of plain tables."""
    direction = "rtl" if language == "fa" else "ltr"
    parts = [
        f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        "<title>peyvand backcast</title>",
        "<style>body{font:16px/1.6 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:"
        "collapse;margin:0 0 2rem}th,td{padding:.2rem .6rem;text-align:start;border-bottom:1px solid #ccc}"
        "h2{font-size:1rem}div{overflow-x:auto}</style>",
    ]
    for title, frame in blocks:
        headings, rows = _cells(frame, language)
        head = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in headings)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        parts += [
            f"<h2>{escape(title)}</h2>",
            f"<div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>",
        ]
    return "\n".join([*parts, "</html>"])


def _deliver(content: str, out: Path | None) -> None:
    from peyvand.errors import unwritable

    if out is None:
        click.echo(content)
        return
    try:
        out.write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise unwritable(out, error, say=", with --out") from error
    click.echo(str(out))
