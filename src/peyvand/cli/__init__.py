"""How do people ask?  The command line: parse, call, show.

A command's module is loaded only when it is used, so that `peyvand --help` is quick. Every error raised on purpose
becomes a title, a message and a hint on standard error and its own exit code, without a traceback.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from peyvand import __version__
from peyvand.errors import PeyvandError, did_you_mean

COMMANDS = {
    "backcast": ("peyvand.cli.backcast:backcast", "Would the model have foretold past agreements?"),
    "borders": ("peyvand.cli.borders:borders", "How thick is each border, and of what?"),
    "corridors": ("peyvand.cli.corridors:corridors", "Routes, their hours and dollars, and the network they run on."),
    "gravity": ("peyvand.cli.gravity:gravity", "Estimate what moves trade."),
    "mobility": ("peyvand.cli.mobility:mobility", "Visa rules, openness to people, exchange rounds."),
    "news": ("peyvand.cli.news:news", "Read news reports into records with evidence."),
    "registry": ("peyvand.cli.registry:registry", "Pacts, agreements, parliaments and commitments."),
    "run": ("peyvand.cli.run:run", "Simulate a union and write its report."),
    "scenario": ("peyvand.cli.scenario:scenario", "List, check and explain union files."),
    "serve": ("peyvand.cli.serve:serve", "Everything in a browser: pages in Persian and English, and the API."),
    "trade": ("peyvand.cli.trade:trade", "Borders that matter, how sure an answer is, data of your own."),
    "unions": ("peyvand.cli.unions:unions", "Which union is best, for whom, and which one would hold?"),
    "users": ("peyvand.cli.users:users", "Accounts of the web pages."),
    "world": ("peyvand.cli.world:world", "Explain, check and build the World."),
}


class Rooms(click.Group):
    """A group whose commands are loaded when they are called, with the nearest name for a mistyped one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            ctx.fail(f"no command {args[0]!r}; {did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="peyvand", message="peyvand %(version)s")
def cli() -> None:
    """peyvand (پیوند): how thick is each border, and who gains when it fades?

    Start with `peyvand run`: it simulates a union of ECO's ten members and says where the report is.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failed, 2 bad input."""
    asked: dict[str, str] = {}
    try:
        code: Any = cli.main(args, standalone_mode=False, obj=asked)
    except PeyvandError as error:
        show_error(error, _spoken(asked))
        code = error.exit_code
    except click.ClickException as error:
        error.message = _words(error.message, _spoken(asked))  # type: ignore[misc]  # show() has no other door
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        code = 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def show_error(error: PeyvandError, language: str) -> None:
    """Title, message and hint in the reader's language (`--language`, else PEYVAND_LANGUAGE), as far as translated."""
    from peyvand.locale import error_title

    title = error_title(error.key, "fa" if language == "fa" else "en")
    click.echo(f"{title}: {_words(error.message, language)}", err=True)
    if error.hint:
        click.echo(f"  → {_words(error.hint, language)}", err=True)


def _spoken(asked: dict[str, str]) -> str:
    return asked.get("language") or os.environ.get("PEYVAND_LANGUAGE", "en")


def _words(sentence: str, language: str) -> str:
    """A sentence of an error in the reader's language, as far as translated."""
    from peyvand.locale.said import said

    return said(sentence, "fa" if language == "fa" else "en") or sentence
