"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from peyvand.errors import did_you_mean

if TYPE_CHECKING:
    from peyvand.scenarios import Facts

Command = TypeVar("Command", bound=Callable[..., Any])


class OneOf(click.Choice[str]):
    """One of some words; a mistyped one is answered with the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The sentence that click prints."""
        said = super().get_invalid_choice_message(value, ctx)
        return f"{said.rstrip('.')}; {did_you_mean(value, self.choices)}"


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
        type=OneOf(["en", "fa"]),
        default="en",
        show_default=True,
        envvar="PEYVAND_LANGUAGE",
        callback=_remember,
        is_eager=True,
        help=words,
    )


barrier_option = click.option(
    "--barrier",
    type=OneOf(["iceberg", "rent"]),
    default="iceberg",
    show_default=True,
    help="What non-tariff barriers are: costs that melt, or rents that somebody keeps.",
)
"""`--barrier`: goes with `rent_keeper_option`."""

rent_keeper_option = click.option(
    "--rent-keeper",
    type=OneOf(["importer", "exporter"]),
    default="importer",
    show_default=True,
    help="Who keeps the rents.",
)

seed_option = click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(min=0), help="The same seed, the same draws."
)


def draws_option(words: str, *, default: int = 0) -> Callable[[Command], Command]:
    """`--draws`, zero or more; `words` say what is drawn and what for."""
    return click.option("--draws", default=default, show_default=True, type=click.IntRange(min=0), help=words)


def deficits_option(words: str, *rules: str, default: str = "fixed") -> Callable[[Command], Command]:
    """`--deficits`, one of `rules`: who pays for a deficit afterwards (`trade.deficits`)."""
    return click.option("--deficits", type=OneOf(rules), default=default, show_default=True, help=words)


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
