"""The commands of `peyvand registry` on what countries share: overlap and closeness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from peyvand.cli.registry import (
    AS_JSON,
    DATABASE,
    LANGUAGE,
    ON,
    day_of,
    opened,
    pairs,
    party_names,
    registry,
    say,
    show_rows,
    shown,
)
from peyvand.errors import RegistryError
from peyvand.locale import Language, number, text

ECONOMIES = click.option("--economy", "economies", multiple=True, help="ISO code; give it again for more.")


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@ON
@ECONOMIES
@click.option("--out", type=click.Path(path_type=Path), help="SVG file to write; without it a table is shown.")
def overlap(
    db: str, language: Language, as_json: bool, written: str | None, economies: tuple[str, ...], out: Path | None
) -> None:
    """Who stands how in which pact on a day: a table, or a picture of pacts by countries."""
    from peyvand.registry.closeness import REGION
    from peyvand.registry.facts import facts
    from peyvand.registry.models import Party
    from peyvand.reports.pacts import overlap_picture, standings_of

    register, day = opened(db), day_of(written)
    chosen = economies or REGION
    names = {code: str(getattr(register.get(Party, code), f"name_{language}")) for code in chosen}
    held = facts(register)
    if out is not None:
        out.write_text(overlap_picture(held, chosen, day, names=names, language=language), encoding="utf-8")
        say(language, "done", what=out)
        return
    rows: list[dict[str, Any]] = [
        {"pact": row["pact"], "party": row["economy"] if as_json else names[row["economy"]]}
        | {"status": row["standing"], "from": row["since"]}
        for row in standings_of(held, chosen, day).to_dict("records")
    ]
    show_rows(rows, text("registry.title.overlap", language), language, as_json)


@registry.command()
@DATABASE
@LANGUAGE
@AS_JSON
@ON
@ECONOMIES
@click.option(
    "--votes", type=click.Path(path_type=Path), help="CSV or Parquet: rcid, economy, vote (yes, abstain, no)."
)
@click.option("--weight", "weights", multiple=True, metavar="INDICATOR=NUMBER", help="Equal weights by default.")
@click.option("--limit", default=20, show_default=True)
def closeness(
    db: str, language: Language, as_json: bool, written: str | None, economies: tuple[str, ...], votes: Path | None,
    weights: tuple[str, ...], limit: int,
) -> None:  # fmt: skip
    """How close are countries' institutions, pair by pair: five indicators, one index, and how far its rank moves.

    The rank's interval is what dropping each indicator in turn does.
    """
    import pandas as pd

    from peyvand.registry.closeness import REGION
    from peyvand.registry.closeness import closeness as compared
    from peyvand.reports.rows import records

    given = None
    if votes is not None:
        try:
            given = pd.read_csv(votes) if votes.suffix == ".csv" else pd.read_parquet(votes)
        except (OSError, ValueError) as why:
            raise RegistryError(
                f"cannot read {votes}: {getattr(why, 'strerror', None) or why}",
                hint="CSV or Parquet: rcid, economy, vote",
            ) from why
        if missing := {"rcid", "economy", "vote"} - set(given.columns):
            raise RegistryError(f"{votes} has no column {sorted(missing)[0]!r}", hint="it needs rcid, economy, vote")
    register, day = opened(db), day_of(written)
    table = compared(register, economies or REGION, day, votes=given, weights=_weights(weights)).head(limit)
    if as_json:
        click.echo(table.to_json(orient="records", indent=2))
        return
    names = party_names(register, language)
    rows = [
        {"rank": _rank(row, language), "pair": " – ".join(names[row[end]] for end in ("economy", "partner"))}
        | {name: number(row[name], language, decimals=2 if name in _SHARES else 0) for name in table.columns[2:-3]}
        for row in records(table)
    ]
    show_rows(rows, text("registry.title.closeness", language, day=shown(day.isoformat(), language)), language, False)


_SHARES = ("closeness", "vote_agreement")


def _rank(row: dict[str, Any], language: Language) -> str:
    rank, low, high = (number(row[name], language) for name in ("rank", "rank_from", "rank_to"))
    return f"{rank} ({low}–{high})"


def _weights(written: tuple[str, ...]) -> dict[str, float] | None:
    try:
        return {name: float(value) for name, value in pairs(written).items()} or None
    except ValueError as why:
        wrong = str(why).rpartition(": ")[2].strip("'")
        raise RegistryError(f"a weight is a number, not {wrong!r}", hint="--weight shared_pacts=2") from why
