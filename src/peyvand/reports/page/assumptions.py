"""What the union says, what the result assumes and what its reader should mind, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from peyvand.corridors import places_named
from peyvand.reports.tables import estimated_error, estimated_shares, members_of
from peyvand.reports.voice import Voice
from peyvand.scenarios import explain, explain_caution

if TYPE_CHECKING:
    from peyvand.run import Run

_PAIRS_NAMED = 6


def assumptions(run: Run, *, voice: Voice) -> list[Markup]:
    """The sentences, in the order a reader needs them."""
    return [
        voice.t("assumptions.model", sectors=voice.n(len(run.world.sectors))),
        voice.t("assumptions.deficit", deficit=voice.t(f"closure.{run.trade.deficit_rule}")),
        *_rents(run, voice),
        _elasticities(run, voice),
        _sanctions(run, voice),
        *_estimated(run, voice),
        *_intervals(run, voice),
    ]


def _rents(run: Run, voice: Voice) -> list[Markup]:
    """Who keeps what barriers beyond tariffs cost, where it does not melt."""
    if run.meta.get("barrier") != "rent":
        return []
    said = {"importer": "assumptions.rent_importer", "exporter": "assumptions.rent_exporter"}
    return [voice.t(said[run.meta["rent_keeper"]])]


def _elasticities(run: Run, voice: Voice) -> Markup:
    theta = run.world["trade_elasticity"]
    rows = run.world.provenance
    said = rows.loc[rows["variable"].eq("trade_elasticity"), "source"]
    least, most = str(theta.idxmin().item()), str(theta.idxmax().item())
    return voice.t(
        "assumptions.elasticity",
        least=voice.n(float(theta.min()), 1),
        least_sector=voice.sector(least),
        most=voice.n(float(theta.max()), 1),
        most_sector=voice.sector(most),
        source=voice.latin("; ".join(dict.fromkeys(map(str, said)))) if len(said) else voice.t("no_figure"),
    )


def _sanctions(run: Run, voice: Voice) -> Markup:
    flag = run.thickness["sanctioned_pair"].transpose("exporter", "importer")
    labels = list(map(str, flag.indexes["exporter"]))
    flagged = [(labels[i], labels[j]) for i, j in np.argwhere(np.triu(flag.values.astype(bool), k=1))]
    if not flagged:
        return voice.t("assumptions.no_sanctions")
    members = members_of(run)
    year, count = voice.year(run.world.base_year), voice.n(len(flagged))
    touching = [pair for pair in flagged if pair[0] in members or pair[1] in members]
    if not touching:
        return voice.t("assumptions.sanctions_elsewhere", year=year, count=count)
    names = [f"{voice.name(first)}–{voice.name(second)}" for first, second in touching[:_PAIRS_NAMED]]
    more = len(touching) - _PAIRS_NAMED
    shown = voice.list(names) if more <= 0 else voice.t("list.more", list=voice.commas(names), count=voice.n(more))
    return voice.t("assumptions.sanctions", year=year, count=count, touching=voice.n(len(touching)), names=shown)


def _estimated(run: Run, voice: Voice) -> list[Markup]:
    stock, change = (voice.percent(100 * share, 0, sign=False) for share in estimated_shares(run))
    said = [voice.t("assumptions.estimated", stock=stock, change=change)]
    error = estimated_error(run)
    if error > 0:
        said.append(voice.t("assumptions.estimated_error", cv=voice.percent(100 * error, 0, sign=False)))
    return said


def _intervals(run: Run, voice: Voice) -> list[Markup]:
    """What the intervals hold and what they do not."""
    if run.draws is None:
        return [voice.t("assumptions.no_intervals")]
    said = [voice.t("assumptions.intervals")]
    return said if run.carriage is None else [*said, voice.t("assumptions.intervals_carriage")]


def provisions(run: Run, *, voice: Voice) -> list[Markup]:
    """What the union's members agree on, as its room says it."""
    moved, places = run.carriage, None
    if moved is not None:
        places = places_named(moved.network, run.effect.transit, voice.language)
    return [voice.prose(line) for line in explain(run.effect, voice.language, places=places)]


def warnings(run: Run, *, voice: Voice) -> list[Markup]:
    """The cautions of the scenario."""
    return [voice.prose(explain_caution(caution, run.effect, voice.language)) for caution in run.warnings]
