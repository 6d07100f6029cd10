"""What a reader of a union's results must be warned of, as keys and values to be said in either language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from peyvand.scenarios.blocs import split_blocs
from peyvand.scenarios.provisions import AgreementEffect, BorderCost, Tariff

if TYPE_CHECKING:
    from peyvand.scenarios.effect import Effect

TRIPLED = 3.0
"""Trade of a pair by its own cost alone, new / old, from which on a warning is due."""

SHOWN = 8
"""So many items of a list are written out."""

MOSTLY = 0.5
"""Share of the borders' sectors from which on a cap that binds there is warned of."""

HIGH_DUTIES = 0.1
"""Duties over imports from which on a World's rates are above what is collected: exemptions are not in them."""

_ARROW = "→"


class Listed(tuple[str, ...]):
    """Codes, or pairs of codes, that print as a list: `IRN, KAZ`; of a long list the first and how many more."""

    __slots__ = ()

    def __str__(self) -> str:
        more = f" … (+{len(self) - SHOWN})" if len(self) > SHOWN else ""
        return ", ".join(self[:SHOWN]) + more

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class Caution(NamedTuple):
    """One warning: the key of its words and the values that fill them."""

    key: str
    values: dict[str, object]


Finding = tuple[str, dict[str, object]]


def cautions_of(effect: Effect) -> tuple[Caution, ...]:
    """Every warning, in a fixed order; keys stand under `scenario.warnings` in the locale files."""
    return tuple(Caution(f"scenario.warnings.{key}", values) for rule in _RULES for key, values in rule(effect))


def _other_world(effect: Effect) -> Iterator[Finding]:
    if effect.union.world != effect.world.name:
        yield "other_world", {"meant": effect.union.world, "used": effect.world.name}


def _bloc(effect: Effect) -> Iterator[Finding]:
    """Only a bloc's tariffs are set together: what is done at borders and on the way needs no vote of its others."""
    if not any(isinstance(provision, Tariff | AgreementEffect) for provision in effect.union.provisions):
        return
    for agreement, inside in split_blocs(effect):
        yield "bloc", {"agreement": agreement.name, "economies": Listed(inside)}


def _leaving(effect: Effect) -> Iterator[Finding]:
    for name in effect.union.leaves:
        yield "leaves", {"agreement": name}


def _facts_end_before(effect: Effect) -> Iterator[Finding]:
    if effect.day > effect.facts.known_until:
        yield "facts_end", {"day": effect.day.isoformat(), "known": effect.facts.known_until.isoformat()}


def _came_into_force(effect: Effect) -> Iterator[Finding]:
    unknown = [agreement.name for agreement, _ in effect.new_in_force if agreement.tariff_cut_share is None]
    if unknown:
        yield "cut_unknown", {"agreements": Listed(unknown), "day": effect.day.isoformat()}


def _younger_than_its_tariffs(effect: Effect) -> Iterator[Finding]:
    """A World's tariffs are those of its year: what came into force in its course is hardly in them."""
    if not _moves_tariffs(effect):
        return
    start, held = date(effect.world.base_year, 1, 1), set(effect.members)
    fresh = effect.facts.came_into_force(after=start - timedelta(days=1), until=date(start.year, 12, 31))
    within = [agreement for agreement, pairs in fresh if any(pair <= held for pair in pairs)]
    unknown = [agreement.name for agreement in within if agreement.tariff_cut_share is None]
    if unknown:
        yield "young_agreement", {"agreements": Listed(unknown), "year": str(start.year)}


def _moves_tariffs(effect: Effect) -> bool:
    external = effect.union.external_tariff not in (None, "own")
    return external or any(isinstance(provision, Tariff) for provision in effect.union.provisions)


def _high_duties(effect: Effect) -> Iterator[Finding]:
    """Members whose duties, at the World's rates, are more than an economy with exemptions collects."""
    if not _moves_tariffs(effect):
        return
    flow = effect.world["trade_flow"].transpose("exporter", "importer", "sector").sum("sector")
    imports = flow.where(flow["exporter"] != flow["importer"], 0.0).sum("exporter").values
    duties = effect.world["tariff_revenue"].values
    share = np.divide(duties, imports, out=np.zeros_like(duties), where=imports > 0)
    high = [at for at in np.argsort(-share) if share[at] > HIGH_DUTIES and effect.membership[at]]
    if high:
        names = Listed(effect.world.economies[at] for at in high)
        yield "high_duties", {"economies": names, "share": round(100 * float(share[high[0]]))}


def _already_free(effect: Effect) -> Iterator[Finding]:
    if not any(isinstance(provision, AgreementEffect) for provision in effect.union.provisions):
        return
    names = effect.world.economies
    both = effect.already_free & effect.membership[:, None] & effect.membership[None, :]
    pairs = [f"{names[i]}–{names[n]}" for i, n in np.argwhere(both) if i < n]
    if pairs:
        yield "already_free", {"pairs": Listed(pairs)}


def _customs_union(effect: Effect) -> Iterator[Finding]:
    union = effect.union
    if union.kind != "customs-union":
        return
    if not any(isinstance(provision, Tariff) for provision in union.provisions):
        yield "tariffs_within", {}
    if isinstance(union.external_tariff, dict):
        own = [name for name in effect.world.sectors if name not in union.external_tariff]
        if own:
            yield "own_tariff", {"sectors": Listed(own)}
        names = effect.world.economies
        kept = effect.already_free & ~effect.membership[:, None] & effect.membership[None, :]
        if kept.any():
            yield "preferences_kept", {"pairs": Listed(f"{names[i]} {_ARROW} {names[n]}" for i, n in np.argwhere(kept))}


def _without_effect(effect: Effect) -> Iterator[Finding]:
    cuts = effect.implied_cuts()
    if (
        not effect.transit
        and not effect.people
        and not (cuts[["tariff_cut_percent", "cost_cut_percent"]].abs() > 0).to_numpy().any()
    ):
        yield "no_effect", {}


def _not_recorded(effect: Effect) -> Iterator[Finding]:
    if not any(isinstance(provision, BorderCost) and provision.fade_share for provision in effect.union.provisions):
        return
    total = effect.borders["pair_thickness"].transpose("exporter", "importer").values
    names = effect.world.economies
    both = effect.membership[:, None] & effect.membership[None, :] & np.isnan(total)
    pairs = [f"{names[i]}–{names[n]}" for i, n in np.argwhere(both) if i < n]
    if pairs:
        yield "not_recorded", {"pairs": Listed(pairs)}


def _unmeasured(effect: Effect) -> Iterator[Finding]:
    fading = np.zeros_like(effect.unmeasured)
    for provision, mask in effect.cells:
        if isinstance(provision, BorderCost) and provision.fade_share:
            fading |= mask
    names = effect.world.economies
    cells = [(i, n) for i, n, _ in np.argwhere(fading & effect.unmeasured) if i < n]
    if cells:
        pairs = Listed(f"{names[i]}–{names[n]}" for i, n in dict.fromkeys(cells))
        of = int((fading & np.isfinite(effect.unexplained)).sum()) // 2
        yield "unmeasured", {"cells": len(cells), "of": of, "pairs": pairs}


def _cap_binds(effect: Effect) -> Iterator[Finding]:
    for provision, mask in effect.cells:
        if isinstance(provision, BorderCost) and provision.fade_share:
            held = effect.unexplained[mask & np.isfinite(effect.unexplained)]
            share = float((held > provision.cap_log_points).mean()) if held.size else 0.0
            if share > MOSTLY:
                cut = -100 * np.expm1(-provision.fade_share * provision.cap_log_points)
                yield "cap_binds", {"share": round(100 * share), "cut": round(float(cut), 1)}


def _sanctioned(effect: Effect) -> Iterator[Finding]:
    flagged = effect.borders["sanctioned_pair"].transpose("exporter", "importer").values
    names = effect.world.economies
    both = effect.membership[:, None] & effect.membership[None, :] & flagged
    pairs = [f"{names[i]}–{names[n]}" for i, n in np.argwhere(both) if i < n]
    if pairs:
        yield "sanctioned", {"pairs": Listed(pairs)}


def _more_than_triples(effect: Effect) -> Iterator[Finding]:
    cuts = effect.implied_cuts()
    far = cuts[cuts["partial_trade_ratio"] > TRIPLED].sort_values("partial_trade_ratio", ascending=False)
    if len(far):
        pairs = Listed(f"{row.exporter} {_ARROW} {row.importer}" for row in far.itertuples())
        yield "triples", {"pairs": pairs, "ratio": round(float(far["partial_trade_ratio"].iloc[0]), 1)}


_RULES = (
    _other_world, _bloc, _leaving, _facts_end_before, _came_into_force, _younger_than_its_tariffs,
    _high_duties, _already_free, _customs_union, _without_effect,
    _not_recorded, _unmeasured, _cap_binds, _sanctioned, _more_than_triples,
)  # fmt: skip
