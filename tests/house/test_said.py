"""Errors in Persian: every sentence of the catalogue stands in the source, and what the web raises is in it."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

import peyvand
from peyvand.locale.said import LONGEST, said

HOUSE = Path(peyvand.__file__).parent
CATALOGUE = json.loads((HOUSE / "locale" / "said_fa.json").read_text(encoding="utf-8"))
SPOKEN = ("web", "scenarios", "registry/rules.py", "registry/change.py", "registry/dates.py", "registry/paths.py")
"""What a reader of the pages can run into."""
BY_HAND = (
    "Not Found", "Method Not Allowed",  # starlette's
    "every open route between {} and {} needs something of what is avoided: {}",
    "no links join {} and {}, open or closed",
    "{} and {} are joined only by links that are closed: {}",  # a pair put together first
    "line {}: {}", "the union: {}", "the union:", "- {}", "nothing was written:",  # lines of longer messages
)  # fmt: skip
COMMANDS = ("scenarios/in_force.py", "scenarios/effect.py", "scenarios/files.py", "web/__init__.py")
"""Rooms whose errors reach the command line and Python only, or are of files on disk."""


def template(node):
    """The text of a string in the source with its values as {}; None for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{{", "{").replace("}}", "}")
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
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
            yield from (found for node in (*given, *hints) if (found := template(node)))


def without_numbers(key):
    return re.sub(r"{\d}", "{}", key)


def test_every_sentence_of_the_catalogue_stands_in_the_source():
    written = {found for tree in sources().values() for node in ast.walk(tree) if (found := template(node))}
    written |= {re.sub(r"{[a-z_:]+}", "{}", found) for found in written}
    lines = {line for found in written for line in found.split("\n")}
    gone = [key for key in CATALOGUE if without_numbers(key) not in lines and without_numbers(key) not in BY_HAND]
    assert not gone, "their English was rewritten or removed: mend locale/said_fa.json"


@pytest.mark.parametrize("room", SPOKEN)
def test_what_a_reader_of_the_pages_can_run_into_is_said_in_persian(room):
    known = {without_numbers(key) for key in CATALOGUE}
    missing = {
        sentence
        for name, tree in sources().items()
        if name.startswith(room) and name not in COMMANDS
        for sentence in raised(tree)
        if not set(sentence.split("\n")) - {"{}{}"} <= known and re.search(r"[a-z]{3}.* [a-z]", sentence)
    }
    assert not missing, "add them to locale/said_fa.json"


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_translation_carries_the_same_values(key):
    assert set(re.findall(r"{\d}", CATALOGUE[key])) == set(re.findall(r"{\d}", key))
    filled = key.format(*"ABCDEF")
    assert said(filled, "fa") is not None
    assert said(filled, "en") == filled


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
