"""What does a search say, in a few lines?  Best unions, stable ones, and what breaks the others."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from peyvand.locale import Language, number, text
from peyvand.trade import CaliendoParro
from peyvand.unions.concepts import CONCEPTS, MOST_CORE, Concept, Stability, stability
from peyvand.unions.confirm import Confirmation, confirm
from peyvand.unions.deviations import words
from peyvand.unions.draws import UnionDraws
from peyvand.unions.game import Array, Rule
from peyvand.unions.landscape import Landscape
from peyvand.unions.rankings import ranking
from peyvand.world import World

MOST_WITH_TRANSFERS = 10
"""Candidates up to which a summary asks for the core with transfers: one linear programme a union."""
MOST_FOR_FARSIGHTED = 7


def names_of(landscape: Landscape, language: Language) -> dict[str, str]:
    """Names of the economies in a language; codes where the World has none."""
    return names_of_world(landscape.terms.world, language)


def names_of_world(world: World, language: Language) -> dict[str, str]:
    """Names of a World's economies in a language; codes where it has none."""
    key = f"name_{language}"
    if key not in world.data:
        return {code: code for code in world.economies}
    return {code: str(world[key].sel(economy=code).item()) for code in world.economies}


def described(landscape: Landscape, union: int, language: Language, names: dict[str, str]) -> str:
    """A union in words: its members, or who is not in where few are not."""
    comma = text("unions.comma", language)
    inside = landscape.members(union)
    absent = [names[code] for code in landscape.candidates if code not in inside]
    if not absent:
        return text("unions.all", language, count=number(len(inside), language))
    if len(inside) > 4 and len(absent) <= 3:
        return text("unions.all_but", language, members=comma.join(absent))
    return comma.join(names[code] for code in inside)


def asked_concepts(landscape: Landscape) -> tuple[Concept, ...]:
    """The kinds of stability that a summary asks for: all that do not take long for so many candidates."""
    k = len(landscape.candidates)
    most: dict[Concept, int] = {
        "core": MOST_CORE, "core_with_transfers": MOST_WITH_TRANSFERS, "farsighted": MOST_FOR_FARSIGHTED,
    }  # fmt: skip
    return tuple(concept for concept in CONCEPTS if k <= most.get(concept, k))


@lru_cache(maxsize=4)
def stabilities(landscape: Landscape, *, rule: Rule = "stay") -> dict[Concept, Stability]:
    """Every kind of stability that is asked for, of every union."""
    return {concept: stability(landscape.game, concept, rule=rule) for concept in asked_concepts(landscape)}


def summary(
    landscape: Landscape,
    *,
    rule: Rule = "stay",
    top: int = 10,
    language: Language = "en",
    draws: UnionDraws | None = None,
) -> dict[str, Any]:
    """The answer of a search in plain values.

    Parameters
    ----------
    landscape, rule, top, language
        The search, what those left behind do, how many rows, and in which language sentences are.
    draws : UnionDraws, optional
        Of the same search: how sure the answer is.

    Returns
    -------
    dict
        `title`, `candidates`, `exhaustive`, `ranking` (the first rows, with `individual`: whether the union holds, and
        what breaks it), `best_for`, `stable` (by concept), `confirmed` (what breaks them, solved again one by one),
        `words` in the language, `meta`; with draws also `draws`, and in each row `holds_share` and
        `everyone_gains_share`.

    Raises
    ------
    ModelError
        If there is no such rule.
    """
    names = names_of(landscape, language)
    ranked = ranking(landscape)
    asked = stabilities(landscape, rule=rule) if landscape.exhaustive else {}
    sure = {} if draws is None else {
        "holds_share": draws.probability_of_stability("individual", rule=rule),
        "everyone_gains_share": draws.everyone_gains(),
    }  # fmt: skip
    rows = []
    for row in ranked.table.head(top).to_dict("records"):
        union = int(row["union"])
        row["described"] = described(landscape, union, language, names)
        row["members"] = [names[code] for code in landscape.members(union)]
        row["worst_member"] = names[str(row["worst_member"])]
        row["pareto"] = bool(row["pareto"])
        row["individual"] = bool(asked["individual"].stable[union]) if asked else None
        deviation = asked["individual"].deviation(union) if asked else None
        row["broken_by"] = None if deviation is None else words(deviation, landscape.game, language, names)
        row |= {name: shares[union] for name, shares in sure.items()}
        rows.append({key: _plain(value) for key, value in row.items() if key != "union"})
    best = {name: list(landscape.members(union)) for name, union in ranked.best_for.items()}
    return {
        "title": dict(landscape.terms.scenario.title),
        "candidates": list(landscape.candidates),
        "exhaustive": landscape.exhaustive,
        "unions": len(landscape.numbers),
        "rule": rule,
        "ranking": rows,
        "best_for": best,
        "stable": {
            concept: [list(landscape.members(int(union))) for union in held.numbers] if len(held.numbers) <= 50
            else len(held.numbers)
            for concept, held in asked.items()
        },
        "confirmed": _confirmed(landscape, asked, ranked.table["union"].head(top).tolist(), rule),
        "words": [
            *sentences(landscape, asked, language),
            *([] if draws is None else drawn_sentences(draws, sure["holds_share"], language)),
        ],
        "meta": dict(landscape.meta),
        **({} if draws is None else {"draws": _drawn(draws, sure["holds_share"])}),
    }  # fmt: skip


def sentences(landscape: Landscape, asked: dict[Concept, Stability], language: Language) -> list[str]:
    """What a reader should take away."""
    names = names_of(landscape, language)
    ranked = ranking(landscape)

    def listed(union: int) -> str:
        return described(landscape, union, language, names)

    said = [
        text(f"unions.say.best_{whom}", language, members=listed(ranked.best_for[whom]))
        for whom in ("members", "world")
    ]
    if not landscape.exhaustive:
        said.append(text("unions.say.search", language, count=number(len(landscape.numbers), language)))
        return said
    for concept, held in asked.items():
        count = len(held.numbers)
        amount = number(count, language)
        what = text(f"unions.concept.{concept}", language)
        if count == 0:
            said.append(text("unions.say.none", language, concept=what))
        elif count <= 3:
            shown = text("unions.semicolon", language).join(listed(int(union)) for union in held.numbers)
            said.append(text("unions.say.these", language, concept=what, unions=shown))
        else:
            said.append(text("unions.say.many", language, concept=what, count=amount,
                             total=number(int(held.asked.sum()), language)))  # fmt: skip
    whole = (1 << len(landscape.candidates)) - 1
    for concept in ("individual", "core"):
        if concept in asked and asked[concept].asked[whole]:
            deviation = asked[concept].deviation(whole)
            if deviation is not None:
                said.append(
                    text("unions.say.whole_breaks", language, how=words(deviation, landscape.game, language, names))
                )
                break
    for bloc in landscape.terms.split_blocs:
        said.append(text("unions.say.bloc", language, bloc=bloc))
    return said


def drawn_sentences(draws: UnionDraws, holds_share: Array, language: Language) -> list[str]:
    """How often the union of all holds and pays everyone, and which unions hold most often.

    Parameters
    ----------
    draws : UnionDraws
    holds_share : Array (union)
        As `UnionDraws.probability_of_stability` gives it.
    language : str
    """
    landscape, count = draws.landscape, len(draws.welfare_hat)
    names, whole = names_of(landscape, language), len(landscape.numbers) - 1

    def percent(share: float) -> str:
        return number(100 * share, language)

    shown = [
        text("unions.say.share", language, union=described(landscape, union, language, names),
             share=percent(holds_share[union]))
        for union in most_often(landscape, holds_share)
    ]  # fmt: skip
    said = [
        text("unions.say.drawn_whole", language, count=number(count, language), share=percent(holds_share[whole]),
             gain=percent(draws.everyone_gains()[whole]))
    ]  # fmt: skip
    if shown:
        said.append(text("unions.say.drawn_most", language, unions=text("unions.semicolon", language).join(shown)))
    return said


def most_often(landscape: Landscape, holds_share: Array, *, most: int = 3) -> list[int]:
    """The unions that hold in most draws, the largest share first; those that hold in none left out."""
    order = np.argsort(-holds_share, kind="stable")
    return [int(union) for union in order if landscape.sizes[union] >= 2 and holds_share[union] > 0][:most]


def _drawn(draws: UnionDraws, holds_share: Array) -> dict[str, Any]:
    """The draws in plain values: how many, of what, and the unions that hold most often."""
    landscape = draws.landscape
    return {
        "count": len(draws.welfare_hat),
        "failed": len(draws.failed),
        "seed": draws.seed,
        "sources": list(draws.sources),
        "holds_most_often": [
            {"members": list(landscape.members(union)), "holds_share": float(holds_share[union])}
            for union in most_often(landscape, holds_share, most=10)
        ],
    }


def _confirmed(
    landscape: Landscape, asked: dict[Concept, Stability], unions: list[int], rule: Rule
) -> dict[str, Any] | None:
    """How many of the deviations named were solved again, whether all of them hold, and how far off they were."""
    if not asked:
        return None
    again = confirmations(landscape, rule, tuple(unions))
    return {
        "count": len(again),
        "all_hold": all(one.holds for one in again),
        "off_share": max((one.off_share for one in again), default=0.0),
    }


@lru_cache(maxsize=8)
def confirmations(landscape: Landscape, rule: Rule, unions: tuple[int, ...]) -> tuple[Confirmation, ...]:
    """What breaks some unions individually, and the union of all in any way, solved again one by one."""
    asked = stabilities(landscape, rule=rule)
    whole = len(landscape.numbers) - 1
    broken = [*((asked["individual"], union) for union in unions), *((held, whole) for held in asked.values())]
    model = CaliendoParro(deficit_rule=landscape.meta["deficit_rule"], numeraire=landscape.meta["numeraire"])
    found = dict.fromkeys(held.deviation(union) for held, union in broken if held.asked[union])
    return tuple(confirm(landscape, deviation, model=model) for deviation in found if deviation is not None)


def _plain(value: Any) -> Any:
    """numpy's scalars as Python's, NaN as None."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and plain != plain else plain
