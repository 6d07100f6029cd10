"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from peyvand.scenarios import Facts

Command = TypeVar("Command", bound=Callable[..., Any])


def language_option(words: str = "Language of the words.") -> Callable[[Command], Command]:
    """`--language`: of the words shown, and of the title of an error that the command ends with.

    Parameters
    ----------
    words : str
        The option's line in the help.
    """
    return click.option(
        "--language",
        "-l",
        type=click.Choice(["en", "fa"]),
        default="en",
        show_default=True,
        envvar="PEYVAND_LANGUAGE",
        callback=_remember,
        is_eager=True,
        help=words,
    )


registry_option = click.option(
    "--registry", "register", help="Take what is in force from this register: a file or postgresql:// URL."
)
"""`--registry`, as `register`: see `facts_in`."""


def facts_in(register: str | None) -> Facts | None:
    """What is in force by a register; None for the one that ships."""
    if register is None:
        return None
    from peyvand.registry.facts import facts_of

    return facts_of(register)


def _remember(ctx: click.Context, _: click.Parameter, language: str) -> str:
    """Leave the language where `peyvand.cli.main` finds it after the command has failed."""
    if isinstance(ctx.obj, dict):
        ctx.obj["language"] = language
    return language
