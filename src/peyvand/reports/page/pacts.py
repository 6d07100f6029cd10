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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonds:
    """Ready to be placed: the sentence above, the picture, and a row for every agreement in force."""

    lead: Markup
    picture: Markup
    agreements: list[Row]


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
        picture=Markup(picture) if len(standings) else Markup(""),
        agreements=records(agreements),
    )
