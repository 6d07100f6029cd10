"""The commands of `peyvand registry` that run the models: value and scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from peyvand.cli.registry import AS_JSON, DATABASE, LANGUAGE, day_of, opened, registry, say
from peyvand.locale import Language, number, text

if TYPE_CHECKING:
    from peyvand.registry.worth import Pending
    from peyvand.scenarios import Union

AGREEMENT = click.option("--agreement", help="Only this agreement.")
BY = click.option("--by", "by_party", help="Only what this party promised.")
AS_OF = click.option("--as-of", "written", help="The day whose agreements are in force; the World's own by default.")


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@AGREEMENT
@BY
@AS_OF
@click.option("--world", default="eurasia-2019", show_default=True)
def value(
    db: str, language: Language, as_json: bool, agreement: str | None, by_party: str | None, written: str | None,
    world: str,
) -> None:  # fmt: skip
    """What the commitments that are not kept are worth, by economy, and which agreement to implement first."""
    from peyvand.registry.worth import pending, rank
    from peyvand.run import simulate
    from peyvand.world import World

    chosen = World.embedded(world)
    economies = [str(code) for code in chosen.data["economy"].values]
    owed = pending(opened(db), agreement=agreement, by=by_party, economies=economies)
    solved: dict[str, dict[str, float]] = {}

    def gains(union: Union) -> dict[str, float]:
        key = union.to_toml()
        if key not in solved:
            change = simulate(union, world=chosen).trade.data["real_income_change_musd"]
            solved[key] = dict(zip(economies, (float(one) for one in change.values), strict=True))
        return solved[key]

    worth = [one for one in owed if one.provisions]
    as_of = day_of(written) if written else None
    ranks = rank(worth, gains, world=world, as_of=as_of)
    by_economy = {one.agreement: gains(one.union(world=world, as_of=as_of)) for one in worth}
    if as_json:
        found = {"ranking": [{"agreement": row.agreement, "added_musd": row.added_musd, "alone_musd": row.alone_musd}
                             for row in ranks], "real_income_change_musd": by_economy}  # fmt: skip
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in ranks:
        one = next(one for one in worth if one.agreement == row.agreement)
        click.echo(f"{one.title[language]} ({row.agreement})")
        for heading, amount in (("added", row.added_musd), ("alone", row.alone_musd), ("delay", row.alone_musd)):
            click.echo(f"  {text(f'registry.column.{heading}', language)}: {number(amount, language, sign=True)}")
        for economy in one.members:
            click.echo(f"    {economy}  {number(by_economy[one.agreement][economy], language, sign=True)}")
    _say_what_is_left_out(owed, language)
    say(language, "no_interval")


@registry.command()
@DATABASE
@LANGUAGE
@AGREEMENT
@BY
@AS_OF
@click.option("--world", default="eurasia-2019", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Union file to write.")
def scenario(
    db: str, language: Language, agreement: str | None, by_party: str | None, written: str | None, world: str, out: Path
) -> None:
    """Write a union file from what is signed and not yet kept."""
    from peyvand.registry.worth import as_union, pending

    owed = pending(opened(db), agreement=agreement, by=by_party)
    titles = {one: text("registry.title.value", one) for one in ("en", "fa")}
    worth = [one for one in owed if one.provisions]
    union = as_union(worth, title=titles, world=world, as_of=day_of(written) if written else None)
    out.write_text(union.to_toml(), encoding="utf-8")
    _say_what_is_left_out(owed, language)
    say(language, "done", what=out)


def _say_what_is_left_out(owed: list[Pending], language: Language) -> None:
    for one in owed:
        for code, kind in one.not_simulated:
            say(language, "not_simulated", code=code, kind=kind)
        for code in one.outside:
            say(language, "outside", code=code)
