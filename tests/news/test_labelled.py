"""Real reports labelled further (tests/references/news-labelled): the reader stays where it came to stand on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peyvand.news import score
from peyvand.news.domains import fields
from peyvand.news.lexicon import alternatives, rows

LABELLED = Path(__file__).parents[1] / "references" / "news-labelled"
FLOORS = {
    "a": {"countries": 0.90, "domains": 0.81, "participants": 0.82, "acts": 0.65, "commitments": 0.74, "dip": 0.85},
    "b": {"countries": 0.92, "domains": 0.82, "participants": 0.84, "acts": 0.65, "commitments": 0.68, "dip": 0.91},
    "c": {"countries": 0.92, "domains": 0.77, "participants": 0.84, "acts": 0.64, "commitments": 0.34, "dip": 0.87},
    "d": {"countries": 0.88, "domains": 0.72, "participants": 0.70, "acts": 0.45, "commitments": 0.15, "dip": 0.81},
    "e": {"countries": 0.84, "domains": 0.75, "participants": 0.85, "acts": 0.67, "commitments": 0.44, "dip": 0.82},
}
"""About 0.03 below what was reached, more where few labels count; c was held out until its first contact stood, and d
is held out still: only its scores may be looked at while rules are written."""
SHORT = 120  # characters that a quoted span may have


@pytest.mark.parametrize("name", FLOORS)
def test_labelled_reports_are_read_as_well_as_before(data_folder, name):
    result = score(data_folder, gold=LABELLED / f"{name}.jsonl", resamples=0)
    floors = dict(FLOORS[name])
    assert result["is_diplomatic"]["accuracy"] >= floors.pop("dip")
    for field, floor in floors.items():
        assert result["fields"][field]["f1"] >= floor, field
    assert result["fields"]["pacts"]["f1"] >= 0.88
    assert result["published"]["exact"] >= 0.95
    assert result["without_prediction"] == 0


@pytest.mark.parametrize("path", sorted(LABELLED.glob("*.jsonl")), ids=lambda path: path.stem)
def test_labels_hold_no_texts_and_only_known_codes(path):
    seen = set()
    domains = {value[0] for lexicon in fields() for value in lexicon.values()}
    strengths = {row[0] for row in rows("commitments.tsv")}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row["id"] not in seen
        seen.add(row["id"])
        assert "body" not in row
        assert all(len(act["evidence"]) <= SHORT for act in row["acts"])
        assert all(len(one["text"]) <= SHORT for one in row["commitments"])
        assert {one["domain"] for one in row["commitments"]} | set(row["domains"]) <= domains
        assert {one["strength"] for one in row["commitments"]} <= strengths


def test_no_rule_names_a_labelled_report():
    """No id, no evidence of more than three words, and no person outside the office holders, in any word list."""
    lists = ("acts.tsv", "commitments.tsv", "cues.tsv", "domains.tsv", "roles.tsv", "stopwords.tsv")
    words = {word for name in lists for row in rows(name) for cell in row[1:] for word in alternatives(cell)}
    evidence, people = set(), set()
    for path in LABELLED.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            evidence |= {act["evidence"] for act in row["acts"] if len(act["evidence"].split()) > 4}
            evidence |= {one["text"] for one in row["commitments"] if len(one["text"].split()) > 4}
            people |= {one["name"] for one in row["participants"] if " " in one["name"]}
    assert not words & evidence
    assert not words & people
