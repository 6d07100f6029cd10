"""The register on a terminal, as its officer meets it: names beside codes, Persian days, and words it does not know."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from peyvand.cli import main


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """The shipped rows in a file, asked in a language; what is printed, and how it ended."""
    db = str(tmp_path_factory.mktemp("office") / "registry.sqlite")

    def ask(*words, language="fa", expect=0):
        written, told = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(written), redirect_stderr(told):
            patch.setenv("COLUMNS", "80")
            with pytest.raises(SystemExit) as end:
                main(["registry", words[0], "--db", db, "--language", language, *words[1:]])
        assert end.value.code == expect, told.getvalue()
        return told.getvalue() if expect else written.getvalue()

    assert "۱٬" in ask("init")
    return ask


def test_a_full_register_is_left_as_it_is(office):
    assert "left as it is" in office("init", language="en")
    assert json.loads(office("log", "--limit", "1", "--json"))[0]["who"] == "peyvand"


def test_parties_have_names_and_codes(office):
    assert "ایران IRN" in office("members", "SCO", "--on", "1403/01/01")
    assert "Iran IRN" in office("status", "IRN-EAEU", language="en")
    held = json.loads(office("members", "SCO", "--json"))
    assert {"IRN", "KAZ"} <= {row["party"] for row in held}
    assert "ایران – قزاقستان" in office("closeness", "--economy", "IRN", "--economy", "KAZ", "--economy", "TUR")


def test_days_and_words_are_the_readers(office):
    row = office("show", "agreement", "IRN-EAEU")
    assert "2025-05-15  (۲۵ اردیبهشت ۱۴۰۴)" in row
    assert "trade  (بازرگانی)" in row
    assert "(" not in office("show", "agreement", "IRN-EAEU", language="en").split("in_force_on")[1].split("\n")[0]
    log = office("log", "--limit", "1")
    assert "همراه پیوند آمده" in log
    assert " م." in office("overlap", "--economy", "AFG", "--on", "2020-01-01")  # a year alone stays a year
    whole = json.loads(office("log", "--limit", "1", "--json"))[0]
    assert whole["why"] == "the register that ships with peyvand"


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("status", "--state", "inforce"), "in_force"),
        (("status", "--domain", "trad"), "trade"),
        (("status", "--party", "IRNN"), "IRN"),
        (("overdue", "--by", "KAZZ"), "KAZ"),
        (("search", "حمل", "--in", "agreemen"), "agreement"),
    ],
)
def test_a_word_that_is_not_known_is_no_empty_answer(office, words, near):
    assert f"آیا منظورتان «{near}»" in office(*words, expect=2)


def test_what_is_left_out_is_said(office):
    assert "۲ سطر نخست" in office("status", "--limit", "2")
    assert "سطر نخست" not in office("status", "--limit", "2000")
    assert len(json.loads(office("status", "--limit", "2", "--json"))) == 2


def test_refusals_name_what_is_in_the_way(office):
    assert "membership" in office("remove", "party", "KAZ", "--why", "t", expect=2)
    needs = office("step", "IRN-KAZ-road-protocol-2025", "IRN", "gazetted", "--source", "t", expect=2)
    assert "در راه IRN، پیش از gazetted باید promulgated برداشته شود" in needs
    assert "month must be" not in office("members", "SCO", "--on", "1404/13/01", expect=2)
    said = ("--by", "IRN", "--domain", "trade", "--text-en", "x", "--text-fa", "ی", "--source", "t")
    wrong = office("commit", "IRN-EAEU", *said, "--provision", '{"kind": "tariff", "cut_shar": 1}', expect=2)
    assert "کلیدی به نام «cut_shar» در پرونده نیست" in wrong
    assert "«cut_share» در پرونده نیامده است" in wrong
    assert "KAZ.kaznu" in office("remove", "party", "KAZ", "--why", "t", language="en", expect=2)
