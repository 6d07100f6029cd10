"""What a reader needs to get the same figures again: the command, versions, hashes, seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from peyvand.reports.voice import Voice

_SHA = Markup('<bdi class="whole" dir="ltr">SHA-256</bdi>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A label and what stands beside it."""

    label: str
    value: object
    note: object = ""
    code: bool = False


def command(meta: Mapping[str, Any]) -> str:
    """The command that makes the run again from its scenario file.

    >>> command({"deficit_rule": "fixed", "numeraire": None, "draws": 500, "seed": 1})
    'peyvand run scenario.toml --draws 500 --seed 1 --out FOLDER'
    >>> rent = {"barrier": "rent", "rent_keeper": "exporter", "draws": 0, "seed": None}
    >>> command({"deficit_rule": "fixed", "numeraire": None, **rent})
    'peyvand run scenario.toml --barrier rent --rent-keeper exporter --out FOLDER'
    """
    said = ["peyvand run scenario.toml"]
    if meta["deficit_rule"] != "fixed":
        said.append(f"--deficits {meta['deficit_rule']}")
    if meta["numeraire"]:
        said.append(f"--numeraire {meta['numeraire']}")
    if meta.get("barrier") == "rent":
        said.append(f"--barrier rent --rent-keeper {meta['rent_keeper']}")
    if meta["draws"]:
        said.append(f"--draws {meta['draws']}")
    if meta["draws"] or meta["seed"]:
        said.append(f"--seed {meta['seed']}")
    return " ".join([*said, "--out FOLDER"])


def facts(meta: Mapping[str, Any], *, voice: Voice) -> list[Item]:
    """Day, hashes, residual, seed and versions of a run."""
    versions = {"peyvand": meta["peyvand"], "Python": meta["python"], **meta["libraries"]}
    made, seed = datetime.fromisoformat(meta["finished_at"]).date(), meta["seed"]
    return [
        Item(label=voice.t("reproduce.made"), value=voice.date(made)),
        Item(label=voice.t("reproduce.hash", algorithm=_SHA), value=meta["world_hash"], code=True),
        Item(label=voice.t("reproduce.scenario_hash", algorithm=_SHA), value=meta["scenario_hash"], code=True),
        Item(label=voice.t("reproduce.residual"), value=f"{meta['residual']:.1e}", code=True),
        Item(label=voice.t("reproduce.iterations"), value=voice.n(meta["iterations"])),
        Item(label=voice.t("reproduce.seed"), value=voice.t("reproduce.no_seed") if seed is None else voice.n(seed)),
        Item(
            label=voice.t("reproduce.versions"),
            value=", ".join(f"{name} {number}" for name, number in versions.items()),
            code=True,
        ),
    ]
