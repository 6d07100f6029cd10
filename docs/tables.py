"""Writes the reference pages that are tables of the code: `python docs/tables.py` (a test runs it with `--check`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from peyvand.cli import cli
from peyvand.errors import PeyvandError
from peyvand.locale import LANGUAGES, Language, catalogue, text
from peyvand.variables import variables

DOCS = Path(__file__).parent
SHOWN = {**cli.context_settings, "max_content_width": 100, "terminal_width": 100}


def pages() -> dict[Path, str]:
    """The path and content of every generated page."""
    makers = {"variables": variable_page, "errors": error_page, "commands": command_page}
    return {
        DOCS / language / "reference" / f"{name}.md": make(language)
        for language in LANGUAGES
        for name, make in makers.items()
    }


def variable_page(language: Language) -> str:
    rows = [
        f"| `{name}` | {catalogue(language)[f'variables.{name}']} | {row.symbol} | {', '.join(row.dims)} "
        f"| {catalogue(language)[f'units.{row.unit}']} | {row.defined(language)} | {row.source} |"
        for name, row in variables().items()
    ]
    return _page("variables", language, _table("variables", language, rows))


def error_page(language: Language) -> str:
    rows = [
        f"| `{kind.__name__}` | `{kind.key}` | {catalogue(language)[f'errors.{kind.key}']} | {_first_line(kind)} |"
        for kind in _tree(PeyvandError)
    ]
    return _page("errors", language, _table("errors", language, rows))


def command_page(language: Language) -> str:
    context = click.Context(cli, info_name="peyvand", **SHOWN)
    parts = [f"## `{path}`\n\n```text\n{command.get_help(inner)}\n```\n" for path, command, inner in _commands(context)]
    return _page("commands", language, "\n".join(parts))


def _commands(context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    yield context.command_path, context.command, context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            inner = click.Context(command, info_name=name, parent=context, **SHOWN)
            yield from _commands(inner)


def _page(name: str, language: Language, body: str) -> str:
    return f"# {text(f'docs.{name}.title', language)}\n\n{text(f'docs.{name}.lead', language)}\n\n{body}"


def _table(name: str, language: Language, rows: list[str]) -> str:
    head = text(f"docs.{name}.columns", language)
    return f"{head}\n|{' --- |' * (head.count('|') - 1)}\n" + "\n".join(rows) + "\n"


def _tree(kind: type[PeyvandError]) -> Iterator[type[PeyvandError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    made = pages()
    stale = [path for path in made if not path.exists() or path.read_text(encoding="utf-8") != made[path]]
    if "--check" in sys.argv:
        sys.exit("\n".join(f"stale: {path}" for path in stale) or 0)
    for path in stale:
        path.write_text(made[path], encoding="utf-8")
