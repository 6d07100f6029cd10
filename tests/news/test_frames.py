"""The usual sentences of diplomatic news (tests/references/news-frames): what the word lists cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from peyvand.news import read_text

FRAMES = Path(__file__).parents[1] / "references" / "news-frames"
NEEDED = {"acts": 0.90, "commitments": 0.75}  # share of what the sentences hold
EXTRA = {"acts": 0.15, "commitments": 0.25}  # share of what is read beside it

Labels = set[tuple[frozenset[str], str]]


@pytest.fixture(scope="module")
def read() -> dict[str, list[tuple[Labels, Labels]]]:
    """What each text holds and what is read from it; a single sentence is headline and lead."""
    pairs: dict[str, list[tuple[Labels, Labels]]] = {"acts": [], "commitments": []}
    for path in sorted(FRAMES.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            acts, commitments, text = line.split("\t")
            report = read_text(text.replace("¶", "\n"), title=text.split(".")[0], date="2024-01-01")
            acted = {(frozenset((act.source, act.target)), act.type) for act in report.acts}
            promised = {(frozenset((one.by, one.to)), one.domain) for one in report.commitments}
            if acts != "-":
                pairs["acts"].append((wanted(acts), acted))
            pairs["commitments"].append((wanted(commitments), promised))
    return pairs


def wanted(cell: str) -> Labels:
    labels = (one.split() for one in cell.split(";") if one.strip())
    return {(frozenset(pair.split("-")), name) for pair, name in labels}


@pytest.mark.parametrize("field", NEEDED)
def test_what_a_sentence_says_is_read(read, field):
    held = sum(len(gold) for gold, _ in read[field])
    assert sum(len(gold & found) for gold, found in read[field]) >= NEEDED[field] * held


@pytest.mark.parametrize("field", EXTRA)
def test_little_else_is_read(read, field):
    found = sum(len(found) for _, found in read[field])
    assert sum(len(found - gold) for gold, found in read[field]) <= EXTRA[field] * found


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("وزارت امور خارجه هند، پاکستان را به حمایت از تروریسم متهم کرد.", ("IND", "PAK", "ACCUSE")),
        ("ایران و هند قرارداد بهره‌برداری از بندر چابهار را امضا کردند.", ("IRN", "IND", "SUPPORT")),
        ("ايران و هند قرارداد بهره برداري از بندر چابهار را امضا كردند.", ("IRN", "IND", "SUPPORT")),
        ("ایران و هند قرارداد بهره‌برداری از بندر چابهار را منعقد نمودند.", ("IRN", "IND", "SUPPORT")),
        ("ایران و هند قرارداد بهره‌برداری از بندر چابهار را امضا می‌کنند.", ("IRN", "IND", "SUPPORT")),
        ("ایران و هند قرارداد بهره‌برداری از بندر چابهار را امضا خواهند کرد.", ("IRN", "IND", "AGREE")),
    ],
)
def test_forms_of_a_verb(text, act):
    report = read_text(f"{text}\n{text}", date="2024-01-01")
    assert act in {(one.source, one.target, one.type) for one in report.acts}


def test_a_wish_to_sign_is_no_signature():
    text = "وزیر امور خارجه ایران خواستار امضای موافقتنامه تجاری با هند شد."
    report = read_text(f"{text}\n{text}", date="2024-01-01")
    assert not report.commitments
    assert "SUPPORT" not in {act.type for act in report.acts}
