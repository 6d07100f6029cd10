"""`peyvand users`: who may sign in to the web pages, and with which role."""

from __future__ import annotations

import getpass
from typing import TextIO

import click

from peyvand.cli.options import OneOf, language_option
from peyvand.cli.registry import AS_JSON, DATABASE
from peyvand.cli.terminal import print_json
from peyvand.locale import Language, text

LANGUAGE = language_option()
PASSWORD = click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    help="Read the password from the first line of a file, - for standard input; asked for otherwise.",
)
ROLE = click.option(
    "--role",
    type=OneOf(["reader", "editor", "admin"]),
    default="editor",
    show_default=True,
    help="reader reads, editor changes the register, admin sees the trail of accounts.",
)


@click.group()
def users() -> None:
    """Accounts of the web pages: who may change the register."""


@users.command()
@click.argument("name")
@ROLE
@PASSWORD
@DATABASE
@LANGUAGE
def add(name: str, role: str, password_file: TextIO | None, db: str, language: Language) -> None:
    """Open an account.

    Example: peyvand users add a.karimi --role editor
    """
    from peyvand.registry import Registry
    from peyvand.web.accounts import add_account

    opened = Registry.open(db)
    add_account(opened.engine, name=name, password=_password(password_file), role=role, who=getpass.getuser())
    click.echo(text("web.say.added", language, name=name, role=text(f"web.role.{role}", language)))


@users.command()
@click.argument("name")
@PASSWORD
@DATABASE
@LANGUAGE
def password(name: str, password_file: TextIO | None, db: str, language: Language) -> None:
    """Give an account a new password; where it is signed in, it is signed out."""
    from peyvand.registry import Registry
    from peyvand.web.accounts import set_password

    opened = Registry.open(db)
    set_password(opened.engine, name=name, password=_password(password_file), who=getpass.getuser())
    click.echo(text("web.say.changed", language, name=name))


@users.command()
@click.argument("name")
@click.argument("role")
@DATABASE
@LANGUAGE
def role(name: str, role: str, db: str, language: Language) -> None:
    """Give an account another role: reader, editor or admin."""
    from peyvand.registry import Registry
    from peyvand.web.accounts import set_role

    set_role(Registry.open(db).engine, name=name, role=role, who=getpass.getuser())
    click.echo(text("web.say.changed", language, name=name))


@users.command()
@click.argument("name")
@DATABASE
@LANGUAGE
def close(name: str, db: str, language: Language) -> None:
    """Close an account; its name stays in what it changed."""
    from peyvand.registry import Registry
    from peyvand.web.accounts import close_account

    close_account(Registry.open(db).engine, name=name, who=getpass.getuser())
    click.echo(text("web.say.changed", language, name=name))


@users.command("list")
@DATABASE
@LANGUAGE
@AS_JSON
def list_command(db: str, language: Language, as_json: bool) -> None:
    """Every account with its role."""
    from peyvand.registry import Registry
    from peyvand.web.accounts import accounts

    rows = accounts(Registry.open(db).engine)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = text("web.say.closed", language) if row["closed_at"] else text(f"web.role.{row['role']}", language)
        click.echo(f"{row['name']:24} {state}")


def _password(file: TextIO | None) -> str:
    """From a file's first line, or asked for twice without showing it."""
    if file is not None:
        return file.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
