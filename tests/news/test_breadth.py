"""How many of the language's words for deeds does the reader know? Sentences of tests/references/news-breadth."""

from __future__ import annotations

from pathlib import Path

import pytest

from peyvand.news import read_text
from peyvand.news.lexicon import rows

BREADTH = Path(__file__).parents[1] / "references" / "news-breadth"
NAMES = {row[0]: row[2] for row in rows("countries.tsv")} | {"EU": "اتحادیه اروپا", "USA": "آمریکا"}
LEARNT_FROM, HELD_OUT = 0.74, 0.59  # share of the acts that are found
EXTRA = 0.15  # share of what is read that no sentence says

Labels = set[tuple[frozenset[str], str]]


@pytest.fixture(scope="module")
def lines() -> list[tuple[bool, Labels, Labels]]:
    """Of each sentence: whether it is held out, the acts it holds, the acts that are read."""
    made: list[tuple[bool, Labels, Labels]] = []
    for path in sorted(BREADTH.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            sides, acts, _, sentence = line.split("\t")
            one, other = (NAMES[code] for code in sides.split())
            lead = f"تازه‌ترین خبرها از روابط دولت {one} و دولت {other}."
            report = read_text(f"{lead}\n{sentence}", title=lead, date="2024-01-01")
            read = {(frozenset((act.source, act.target)), act.type) for act in report.acts}
            made.append((number % 2 == 1, wanted(acts), read))
    return made


def wanted(cell: str) -> Labels:
    labels = (one.split() for one in cell.split(";") if one.strip())
    return {(frozenset(pair.split(">")), name) for pair, name in labels}


@pytest.mark.parametrize(("held_out", "share"), [(False, LEARNT_FROM), (True, HELD_OUT)])
def test_words_for_deeds_are_known(lines, held_out, share):
    held = [(gold, read) for odd, gold, read in lines if odd == held_out]
    assert sum(len(gold & read) for gold, read in held) >= share * sum(len(gold) for gold, _ in held)


def test_little_else_is_read(lines):
    read = sum(len(read) for *_, read in lines)
    assert sum(len(read - gold) for _, gold, read in lines) <= EXTRA * read


def test_where_nothing_is_done_nothing_is_read(lines):
    idle = [read for _, gold, read in lines if not gold]
    assert sum(not read for read in idle) >= 0.95 * len(idle)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("ترکیه دو دیپلمات یونان را بیرون راند.", True),
        ("ترکیه احتمالا دو دیپلمات یونان را بیرون راند.", False),
        ("بیرون راندن دیپلمات‌ها از ترکیه به یونان آسیبی نمی‌رساند.", False),
    ],
)
def test_a_deed_is_told_not_supposed(sentence, told):
    lead = "تازه‌ترین خبرها از روابط دولت ترکیه و دولت یونان."
    report = read_text(f"{lead}\n{sentence}", title=lead, date="2024-01-01")
    assert any(act.type == "SANCTION" for act in report.acts) == told


@pytest.mark.parametrize("sentence", ["ترکیه یونان را به گفت‌وگو تشویق کرد.", "ترکیه به یونان گوشزد کرد که پاسخ دهد."])
def test_who_is_told_is_asked(sentence):
    lead = "تازه‌ترین خبرها از روابط دولت ترکیه و دولت یونان."
    report = read_text(f"{lead}\n{sentence}", title=lead, date="2024-01-01")
    assert ("TUR", "GRC", "REQUEST") in {(act.source, act.target, act.type) for act in report.acts}


@pytest.mark.parametrize(("when", "told"), [("در سال ۱۹۸۷", False), ("روز سه‌شنبه", True)])
def test_a_deed_of_a_bare_year_is_history(when, told):
    lead = "تازه‌ترین خبرها از روابط دولت ترکیه و دولت یونان."
    report = read_text(f"{lead}\nترکیه و یونان {when} پیمان صلح امضا کردند.", title=lead, date="2024-01-01")
    assert any(act.type == "SUPPORT" for act in report.acts) == told
