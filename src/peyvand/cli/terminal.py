"""How does an answer look on a terminal?  One look of tables, one form of JSON, one progress bar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from peyvand.cli.answers import plain
from peyvand.locale import Language

if TYPE_CHECKING:
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


def show_table(table: Table, language: Language) -> None:
    """Print a table; in Persian its columns run from right to left."""
    from rich.console import Console

    Console().print(mirrored(table) if language == "fa" else table)


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
