"""What the README and the docs tell a reader to type exists and works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from peyvand.cli import cli

HOME = Path(__file__).parents[2]
PAGES = [HOME / "README.md", *sorted((HOME / "docs").rglob("*.md"))]
CONSOLE = re.compile(r"```(?:console|bash|sh)\n(.*?)```", re.S)
PYTHON = re.compile(r"```python\n(.*?)```", re.S)


def typed_commands():
    """Every `peyvand …` line of a console block, with its page."""
    for page in PAGES:
        for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
            for line in block.splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and words[0].split("/")[-1] == "peyvand":
                    yield pytest.param(words[1:], id=f"{page.relative_to(HOME)}: {line}")


@pytest.mark.parametrize("words", list(typed_commands()))
def test_every_typed_command_exists(words):
    command, context = cli, click.Context(cli)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"no command {words[0]!r}"
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version"}
    for word in words:
        if word in (">", "|"):
            break
        if word.startswith("--"):
            assert word.split("=")[0] in known, f"{command.name} has no {word}"


def test_the_readmes_python_runs():
    for block in PYTHON.findall((HOME / "README.md").read_text(encoding="utf-8")):
        exec(compile(block, "README.md", "exec"), {})
