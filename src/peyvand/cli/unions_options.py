"""What the commands of `peyvand unions` share: who is asked, in which World, and who pays for deficits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from peyvand.cli.options import deficits_option as any_deficits

if TYPE_CHECKING:
    from peyvand.scenarios import Union

world_option = click.option(
    "--world", "world_name", help="A World's file, or one that ships, instead of the scenario's."
)
among_option = click.option(
    "--among", help="Candidates, by code or name with commas, instead of the scenario's members."
)
deficits_option = any_deficits("Who pays for a deficit afterwards.", "fixed", "multiplicative", "eliminated")


def asked_union(scenario: str, among: str | None) -> Union:
    """A scenario, with other candidates where they are named."""
    from peyvand.scenarios import open_scenario

    union = open_scenario(scenario)
    if among is None:
        return union
    chosen = tuple(name.strip() for name in among.split(",") if name.strip())
    title = {language: f"{said} ({', '.join(chosen)})" for language, said in union.title.items()}
    return union.with_members(chosen).model_copy(update={"title": title})
