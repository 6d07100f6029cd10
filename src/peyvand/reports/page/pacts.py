"""What binds the members already: the picture of their pacts and the list of agreements in force between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from peyvand.reports.pacts import overlap_picture
from peyvand.reports.rows import Row, records
from peyvand.reports.voice import Voice

if TYPE_CHECKING:
    from peyvand.run import Run


_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
"""Of a picture in a file of its own; inside a page it is understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonds:
    """Ready to be placed: the sentence above, the picture, and every agreement in force with its pairs and source."""

    lead: Markup
    picture: Markup
    agreements: tuple[tuple[str, Markup, str], ...]


def bonds(run: Run, tables: Mapping[str, pd.DataFrame], *, voice: Voice) -> Bonds | None:
    """None where the members share neither a pact nor an agreement."""
    agreements, standings = tables["agreements"], tables["pacts"]
    if agreements.empty and standings.empty:
        return None
    effect = run.effect
    names = {code: voice.name(code) for code in effect.members}
    picture = overlap_picture(effect.facts, effect.members, effect.day, names=names, language=voice.language)
    return Bonds(
        lead=voice.t("bonds.lead", date=voice.date(effect.day), known=voice.date(effect.facts.known_until)),
        picture=Markup(picture.replace(_NAMESPACE, "")) if len(standings) else Markup(""),
        agreements=tuple(_agreement(row, voice) for row in records(agreements)),
    )


def _agreement(row: Row, voice: Voice) -> tuple[str, Markup, str]:
    """Title, pairs by their names, and the source without its address: the tables hold that."""
    pairs = [[voice.name(code) for code in pair.split("–")] for pair in row["pairs"].split()]
    return (
        row[f"title_{voice.language}"],
        voice.commas(["–".join(pair) for pair in pairs]),
        row["source"].split("; http")[0],
    )
