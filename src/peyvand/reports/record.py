"""run.json: what a run stood on, in one small file for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from peyvand.reports.tables import groups

if TYPE_CHECKING:
    from peyvand.run import Run

SCHEMA = "peyvand.run/1"


def record(run: Run, *, files: Mapping[str, bytes]) -> str:
    """The record as JSON text.

    Parameters
    ----------
    run : Run
    files : mapping
        Every other file of the folder, by name: their sizes and hashes are recorded.
    """
    held: dict[str, Any] = {
        "schema": SCHEMA,
        "title": dict(run.scenario.title),
        "members": list(run.effect.members),
        "base_year": run.world.base_year,
        **run.meta,
        "groups": json.loads(groups(run).to_json(orient="records")),
        "variants": [
            {"provisions": v.provisions, "deficit_rule": v.deficit_rule, "reached": v.trade is not None}
            for v in run.variants
        ],
        "warnings": [{"key": key, "values": values} for key, values in run.warnings],
        "files": {
            name: {"bytes": len(data), "sha256": sha256(data).hexdigest()} for name, data in sorted(files.items())
        },
    }
    return json.dumps(held, ensure_ascii=False, indent=2, default=str) + "\n"
