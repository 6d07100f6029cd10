"""How does an answer look on a terminal?  One look of tables, one form of JSON, one progress bar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.answers import plain
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table


def print_json(content: Any) -> None:
    """One JSON value on standard output, null for a number that does not exist."""
    click.echo(json.dumps(plain(content), ensure_ascii=False, indent=2, allow_nan=False))


def new_table(title: str | None = None, caption: str | None = None) -> Table:
    """An empty table in the look that all commands share."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(title=title, caption=caption, title_justify="left", caption_justify="left",
                 box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))  # fmt: skip


def show_table(table: Table, language: Language, console: Console | None = None) -> None:
    """Print a table; in Persian its columns run from right to left."""
    from rich.console import Console

    (console or Console()).print(mirrored(table) if language == "fa" else table)


def show_figures(frame: pd.DataFrame, language: Language, *, title: str, decimals: int) -> None:
    """A row an economy; long names wrap, so that the figures keep their places on 80 columns."""
    shown = new_table(title)
    for name in frame:
        words = name == "economy"
        heading = text(f"trade.columns.{name}", language)
        shown.add_column(heading, justify="left" if words else "right", no_wrap=not words)
    for _, row in frame.iterrows():
        cells = ("–" if value != value else number(value, language, decimals=decimals) for value in row.iloc[1:])
        shown.add_row(str(row["economy"]), *cells)
    show_table(shown, language)


def mirrored(table: Table) -> Table:
    """The table with its columns from right to left, all of them set at the right."""
    table.columns.reverse()
    for place, column in enumerate(table.columns):
        column._index = place
        column.justify = "right"
    table.title_justify = table.caption_justify = "right"
    return table


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on standard error; gives what tells it the share that is done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)
        yield lambda share: bar.update(task, completed=share)
