"""How could the union of all come about, and what would keep it together?  Order of joining, transfers, provisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from peyvand.locale import Language, number, text
from peyvand.trade import CaliendoParro
from peyvand.unions.accession import Accession, accession
from peyvand.unions.concepts import stability
from peyvand.unions.game import Game, Rule
from peyvand.unions.landscape import Landscape
from peyvand.unions.repair import FIELDS, Change, smallest_change, stabilising_transfers
from peyvand.unions.summary import names_of


@dataclass(frozen=True, eq=False, kw_only=True)
class Advice:
    """What is known of the way to the union of all candidates.

    Parameters
    ----------
    landscape : Landscape
    way : Accession
    holds : bool
        Whether no member of it gains by leaving.
    transfers : DataFrame or None
        The smallest that keep everybody in; None where the gains do not suffice.
    changes : tuple of Change
        For each provision with a figure that may move, where the union does not hold.
    """

    landscape: Landscape
    way: Accession
    holds: bool
    transfers: pd.DataFrame | None
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        players = self.landscape.candidates
        return {
            "order": [players[place] for place in self.way.order],
            "complete": self.way.complete,
            "blocked_by": [[players[one], players[other]] for one, other in self.way.blocked_by],
            "holds": self.holds,
            "transfers_musd": None
            if self.transfers is None
            else dict(zip(self.transfers["player"], map(float, self.transfers["transfer_musd"]), strict=True)),
            "changes": [
                {
                    "provision": change.provision + 1,
                    "field": change.field,
                    "before": change.before,
                    "after": change.after if change.found else None,
                }
                for change in self.changes
            ],
        }


def advice(landscape: Landscape, *, rule: Rule = "stay", model: CaliendoParro | None = None) -> Advice:
    """The way to the union of all candidates.

    Parameters
    ----------
    landscape : Landscape
        Of all unions.
    rule : {"stay", "dissolve"}
        What those left do after somebody walked out.
    model : CaliendoParro, optional
        The closure of the search.
    """
    game: Game = landscape.game
    whole = len(game.payoff) - 1
    holds = bool(stability(game, "internal", rule=rule).stable[whole])
    scenario = landscape.terms.scenario
    movable = [place for place, held in enumerate(scenario.provisions) if held.kind in FIELDS]
    changes = (
        ()
        if holds
        else tuple(
            smallest_change(landscape.terms.world, scenario, provision=place, rule=rule, model=model)
            for place in movable
        )
    )
    return Advice(
        landscape=landscape,
        way=accession(game, whole),
        holds=holds,
        transfers=stabilising_transfers(game, whole, rule=rule),
        changes=changes,
    )


def advice_words(given: Advice, language: Language) -> list[str]:
    """The advice as sentences."""
    names, players = names_of(given.landscape, language), given.landscape.candidates
    comma = text("unions.comma", language)
    order = comma.join(names[players[place]] for place in given.way.order)
    key = "order" if given.way.complete else "stuck" if len(given.way.order) > 1 else "nowhere"
    said = [text(f"unions.advice.{key}", language, order=order)]
    for newcomer, loser in given.way.blocked_by:
        said.append(
            text("unions.advice.blocked", language, newcomer=names[players[newcomer]], loser=names[players[loser]])
        )
    if given.holds:
        return [*said, text("unions.advice.holds", language)]
    if given.transfers is None:
        said.append(text("unions.advice.no_transfers", language))
    else:
        paid = comma.join(
            text(
                f"unions.advice.{'receives' if amount > 0 else 'pays'}",
                language,
                name=names[player],
                amount=number(abs(amount), language, decimals=1),
            )
            for player, _, amount in given.transfers.itertuples(index=False)
            if abs(amount) >= 0.05
        )
        said.append(text("unions.advice.transfers", language, paid=paid))
    for change in given.changes:
        values = {"field": change.field, "provision": number(change.provision + 1, language)}
        if change.found:
            values |= {
                "before": number(change.before, language, decimals=2),
                "after": number(change.after, language, decimals=2),
            }
        said.append(text(f"unions.advice.{'change' if change.found else 'no_change'}", language, **values))
    return said
