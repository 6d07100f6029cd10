"""`peyvand scenario`: which unions ship, is a union file clear, and what does it say?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from peyvand.cli.options import facts_in, language_option, registry_option
from peyvand.cli.terminal import print_json

if TYPE_CHECKING:
    from peyvand.locale import Language
    from peyvand.scenarios import Effect, Facts

_LANGUAGE = language_option()


@click.group()
def scenario() -> None:
    """List, check and explain union files."""


@scenario.command("list")
@_LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(language: Language, as_json: bool) -> None:
    """The scenarios that ship with peyvand, and the named estimates that a file may use."""
    from peyvand.locale import text
    from peyvand.scenarios import estimates, open_scenario, shipped

    found = {name: open_scenario(name) for name in shipped()}
    if as_json:
        rows = [{"name": name, "title": union.title, "members": union.members} for name, union in found.items()]
        print_json(rows)
        return
    click.echo(text("scenario.list.shipped", language))
    for name, union in found.items():
        click.echo(f"{name:18} {union.title[language]}")
    click.echo("\n" + text("scenario.list.estimates", language))
    for name, row in estimates().items():
        click.echo(f"{name:18} β = {row.coefficient} ({row.standard_error}), {row.status}: {row.source}")


@scenario.command()
@click.argument("name_or_file")
@_LANGUAGE
@click.option("--world", "world_name", help="A World's file, or one that ships, instead of the scenario's.")
@registry_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    name_or_file: str, language: Language, world_name: str | None, register: str | None, as_json: bool
) -> None:  # fmt: skip
    """Say in words what a union file means, or where it is not clear.

    NAME_OR_FILE is a shipped scenario's name or a TOML file. Exit code 0: the file is clear; 2: it is not.
    """
    from peyvand.corridors import carriage, places_named
    from peyvand.scenarios import explain, explain_caution

    effect = _effect(name_or_file, world_name, facts_in(register))
    known, places = effect.warnings, {}
    if effect.transit:
        moved = carriage(effect)
        places = places_named(moved.network, effect.transit, language)
        effect = effect.carried(moved.cost_hat)
        known = (*effect.warnings, *moved.warnings)
    lines = explain(effect, language, places=places)
    cautions = [explain_caution(caution, effect, language) for caution in known]
    if as_json:
        cuts = json.loads(effect.implied_cuts().to_json(orient="records"))
        print_json({"says": lines, "warnings": cautions, "pairs": cuts})
        return
    from peyvand.locale import text

    click.echo(effect.union.title[language])
    click.echo("\n".join(lines))
    if cautions:
        click.echo("\n" + text("scenario.say.warnings", language))
        click.echo("\n".join(f"- {caution}" for caution in cautions))
    click.echo("\n" + text("scenario.say.clear", language))


@scenario.command()
@click.argument("name_or_file")
def show(name_or_file: str) -> None:
    """Print a union file, once it is clear: a start for your own."""
    from peyvand.scenarios import open_scenario

    click.echo(open_scenario(name_or_file).text, nl=False)


def _effect(name_or_file: str, world_name: str | None, facts: Facts | None) -> Effect:
    from peyvand.scenarios import open_scenario
    from peyvand.world import World, check

    union = open_scenario(name_or_file)
    if world_name is None:
        return union.effect(World.embedded(union.world), facts=facts)
    world = World.open(world_name)
    check(world)
    return union.effect(world, facts=facts)
