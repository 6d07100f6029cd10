"""Errors in Persian: every sentence of the catalogue stands in the source, and what a reader can run into is in it."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

import peyvand
from peyvand.locale.said import LONGEST, noted, said
from peyvand.world import World

HOUSE = Path(peyvand.__file__).parent
CATALOGUE = json.loads((HOUSE / "locale" / "said_fa.json").read_text(encoding="utf-8"))
ROOMS = (
    "cli", "corridors", "errors.py", "gravity", "mobility", "news", "registry", "reports", "scenarios", "sources",
    "trade", "unions", "value.py", "web", "world",
)  # fmt: skip
UNSPOKEN = ("__init__.py", "/compile/", "/migrations/", "news/score.py", "sources/wkt.py")
"""What only those meet who program with peyvand, build the shipped data or measure the reader of news."""
BY_HAND = (
    "Not Found", "Method Not Allowed",  # starlette's
    "every open route between {} and {} needs something of what is avoided: {}",
    "no links join {} and {}, open or closed",
    "{} and {} are joined only by links that are closed: {}",  # a pair put together first
    "line {}: {}", "the union: {}", "the union:", "- {}", "nothing was written:",  # lines of longer messages
    "{}: {} holds {!r}, which is no ISO alpha-3 code",
    "{}: {} holds {!r}, which is no ISO alpha-3 code (and {} more such)",
    "{} of {} cells have no row: {}", "{} of {} cells have no row: {}; domestic sales are missing in {}",
    "{} or name it in cluster= when you estimate",  # sums of two texts
    "it was reached for {} % of the shock: make the shock smaller; beyond that nothing is left to spend in {}, try "
    "deficits 'eliminated'",
    "No such file or directory", "Permission denied", "Is a directory", "Not a directory", "No space left on device",
    "File name too long", "Read-only file system", "File exists",  # the system's
)  # fmt: skip
FIELD = {-1: "{}", ord("r"): "{!r}", ord("s"): "{}"}


def template(node):
    """The text of a string in the source with its values as {}, quoted ones as {!r}; None for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{{", "{").replace("}}", "}")
    if isinstance(node, ast.JoinedStr):
        texts = [str(part.value) if isinstance(part, ast.Constant) else FIELD[part.conversion] for part in node.values]
        return re.sub(r"({})+", "{}", "".join(texts))
    return None


@cache
def sources():
    return {path.relative_to(HOUSE).as_posix(): ast.parse(path.read_text("utf-8")) for path in HOUSE.rglob("*.py")}


def raised(tree):
    """Messages and hints that an error or a broken rule is given word by word."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        given = call.args[2:] if name == "Problem" else call.args[:1] if name.endswith("Error") else []
        if given:
            hints = [keyword.value for keyword in call.keywords if keyword.arg == "hint"]
            yield from (found for node in (*given, *hints) for either in parts(node) if (found := template(either)))
    for put in (node for node in ast.walk(tree) if isinstance(node, ast.Assign)):
        if getattr(put.targets[0], "id", "") in {"hint", "message"}:  # put together first, then raised
            yield from (found for either in parts(put.value) if (found := template(either)))


def parts(node):
    """Both ends of `a if … else b`; any other expression itself."""
    return [*parts(node.body), *parts(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def without_numbers(key):
    return re.sub(r"{\d(!r)?(:\w+)?}", r"{\1}", key)


VALUES = {
    "": ("Q0", "Q0"),
    "!r": ("'Q0'", "«Q0»"),
    ":word": ("Q0", "Q0"),
    ":number": ("7", "۷"),
    ":term": ("step", "گام"),
}
"""A value of each shape, and how it stands in Persian."""


def filled(key):
    """The sentence with plausible values."""
    return re.sub(r"{\d?(!r|:\w+)?}", lambda found: VALUES[found[1] or ""][0], key)


def test_every_sentence_of_the_catalogue_stands_in_the_source():
    written = {found for tree in sources().values() for node in ast.walk(tree) if (found := template(node))}
    written |= {re.sub(r"{[a-z_:]+}", "{}", found) for found in written}
    lines = {line for found in written for line in found.split("\n")}
    lines |= {f"{line}: {{}}" for line in lines}  # a rule of a World, and what breaks it
    gone = [key for key in CATALOGUE if without_numbers(key) not in lines and without_numbers(key) not in BY_HAND]
    assert not gone, "their English was rewritten or removed: mend locale/said_fa.json"


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_reader_can_run_into_is_said_in_persian(room):
    known = {without_numbers(key) for key in CATALOGUE}
    missing = {
        sentence
        for name, tree in sources().items()
        if name.startswith(room) and not any(part in name for part in UNSPOKEN)
        for sentence in raised(tree)
        if not set(sentence.split("\n")) - {"{}"} <= known and re.search(r"[a-z]{3}.* [a-z]", sentence)
    }
    assert not missing, "add them to locale/said_fa.json"


def test_a_translation_carries_the_same_values():
    for key, words in CATALOGUE.items():
        assert set(re.findall(r"{\d", words)) == set(re.findall(r"{\d", key)), key


def test_each_sentence_finds_its_own_translation_and_no_other():
    for key, words in CATALOGUE.items():
        fields = {number: VALUES[shape][1] for number, shape in re.findall(r"{(\d)(!r|:\w+)?}", key)}
        expected = re.sub(r"{(\d)}", lambda found, fields=fields: fields[found[1]], words)
        assert said(filled(key), "fa") == expected
        assert said(filled(key), "en") == filled(key)


def test_what_the_provenance_notes_is_said_in_persian():
    """Every part of every note of the World that ships; a part that nobody knows stays as it is."""
    notes = {part for note in World.embedded().provenance["note"] for part in note.split("; ") if part}
    assert [part for part in notes if noted(part, "fa") == part] == []
    assert noted("0 with free trade; nobody wrote this", "fa") == "صفر در تجارت آزاد؛ nobody wrote this"
    assert noted("0 with free trade", "en") == "0 with free trade"
    written = json.loads((HOUSE / "locale" / "notes_fa.json").read_text(encoding="utf-8"))
    assert {key for key in written if "{0}" not in key} <= notes, "their English was rewritten: mend notes_fa.json"


def test_no_sentence_of_the_house_is_swallowed_by_the_template_of_another():
    known = {without_numbers(key) for key in CATALOGUE}
    strange = {
        line for tree in sources().values() for sentence in raised(tree) for line in sentence.split("\n")
    } - known
    for sentence in strange:
        words = said(filled(sentence), "fa")
        assert words is None or not re.search(r"[a-z]{3} [a-z]{2,} ", words), (sentence, words)


def test_a_strange_sentence_that_begins_like_others_stays_english():
    assert said("no such sentence was ever written", "fa") is None
    assert said("no harvest without rain", "fa") is None


def test_days_and_months_are_those_of_the_readers_calendar():
    assert said("it begins on 2019-12-31, but X lasts to 2020-05", "fa") == (
        "از ۱۰ دی ۱۳۹۸ آغاز می‌شود، ولی X تا ۲۰۲۰/۰۵ م. برپاست"
    )
    assert said("did you mean 1402-12-29?", "fa") == "آیا منظورتان ۱۴۰۲/۱۲/۲۹ است؟"


def test_a_file_stands_before_what_is_wrong_with_it():
    assert said("w.nc.gz: not a World file: it is empty", "fa") == "w.nc.gz: پروندهٔ جهان نیست: خالی است"


def test_names_with_an_apostrophe_are_quoted_whole():
    name = "Côte d'Ivoire"
    assert said(f"no economy {name!r} in the World w", "fa") == "اقتصادی به نام «Côte d'Ivoire» در جهان w نیست"


def test_lines_lists_and_sentences_inside_are_translated_too():
    message = "nothing was written:\n- step.party: a/b: KAZ is not a party to IRN-X"
    assert said(message, "fa") == "چیزی نوشته نشد:\n- step.party: a/b: KAZ طرف IRN-X نیست"
    assert said("line 12: no economy 'KZA' in the World w", "fa") == "خط ۱۲: اقتصادی به نام «KZA» در جهان w نیست"
    assert said("did you mean 'KAZ' or 'IRN'?", "fa") == "آیا منظورتان «KAZ» یا «IRN» است؟"


def test_one_line_that_is_not_known_leaves_the_whole_in_english():
    assert said("nothing was written:\nthe moon is full", "fa") is None


def test_a_strangers_long_line_costs_no_time():
    assert said("no economy '" + " = : should be " * 10_000 + "'", "fa") is None
    assert said(("a = b c: should be " * LONGEST)[:LONGEST], "fa") is not None
