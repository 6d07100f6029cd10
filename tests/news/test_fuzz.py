"""Whatever bytes, characters or markup come: no crash, no hang, a named warning; and time grows with the length."""

from __future__ import annotations

import json
import random
import time

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from peyvand.cli.news import news
from peyvand.news import documents, read, read_text
from peyvand.news.files import decode

SENTENCE = "وزیر امور خارجه قزاقستان با وزیر امور خارجه ایران در تهران دیدار کرد. ایران و قزاقستان همسایه‌اند."
KNOWN = {"empty", "too_long", "date", "encoding", "row", "plain_html"}
MARKS = "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202e\u2066\u2067\u2069\ufeff\x00ـ«»\"'🙂🇮🇷َِّ\ud800\udfff\n\t/:؛.،()"
TIMES = 25  # examples of a property: a few seconds each


def states(report):
    return {mention.code for mention in report.countries}


@settings(max_examples=TIMES, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(MARKS), st.sampled_from(SENTENCE.split()), st.characters()), max_size=120))
def test_any_characters_are_read(parts):
    report = read_text(" ".join(parts))
    assert {warning.key for warning in report.warnings} <= KNOWN
    json.dumps(report.to_dict())
    for mention in report.countries:
        assert all(0 <= a < b <= len(report.text) for a, b in mention.spans)


@settings(max_examples=TIMES, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1256"]))
def test_any_bytes_are_decoded(noise, encoding):
    text, warnings = decode(noise + SENTENCE.encode(encoding, "replace") + noise)
    assert isinstance(text, str)
    assert {warning.key for warning in warnings} <= {"encoding"}


@settings(max_examples=TIMES, deadline=None)
@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<div a='", "<!--", "&#x110000;", "<script>", "]]>", "<", ">", SENTENCE]))
)
def test_any_markup_is_read(parts):
    report = read("<html>" + "".join(parts))
    assert {warning.key for warning in report.warnings} <= KNOWN


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_with_or_without_a_mark(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(SENTENCE.encode(encoding))
    report = read(path)
    assert states(report) == {"KAZ", "IRN"}
    assert [warning.key for warning in report.warnings] == ([] if encoding == "utf-32" else ["encoding"])


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
def test_utf_8_that_was_read_as_latin_is_mended(tmp_path, wrong):
    path = tmp_path / "a.txt"
    path.write_bytes(SENTENCE.encode().decode(wrong, "replace").encode())
    report = read(path)
    assert states(report) == {"KAZ", "IRN"}
    assert [warning.key for warning in report.warnings] == ["encoding"]


def test_sound_text_is_not_mended():
    assert decode("Ørsted og Ünal møtes i Århus; naïve café.".encode())[1] == ()


@pytest.mark.parametrize(
    "text",
    [
        "\x00".join(SENTENCE),
        "\u200b".join(SENTENCE) + "\u200c" * 50_000,
        f"\u2067{SENTENCE}\u2069\u202e",
        f"{SENTENCE}\ud800\udfff",
        f'«{SENTENCE}"' * 50,
        f"<html><body>{'<div>' * 100_000}{SENTENCE}",
        f"<html><body><p data-x='{'a' * 500_000}'>{SENTENCE}</p></body></html>",
        f"<html><body><p {' '.join(f'a{k}=1' for k in range(50_000))}>{SENTENCE}</p></body></html>",
        f'<!DOCTYPE html [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><html><p>&b;{SENTENCE}</p></html>',
    ],
    ids=["nuls", "zero width", "isolates", "surrogates", "quotes", "nested", "attribute", "attributes", "doctype"],
)
def test_words_under_rubble_are_found(text):
    started = time.process_time()
    assert {"KAZ", "IRN"} <= states(read(text))
    assert time.process_time() - started < 10


@pytest.mark.parametrize("letter", ["ا", "1", "ایران ", "«", "<a ", "&amp;", "وزیر امور خارجه ", "\n"])
def test_time_grows_with_the_length(letter):
    read(letter * 1_000)

    def seconds(times):
        started = time.process_time()
        read(letter * times)
        return time.process_time() - started

    assert seconds(40_000) < 0.3 + 16 * max(seconds(10_000), 0.02)  # four times the length; far from its square


def test_ten_megabytes_without_a_blank(tmp_path):
    path = tmp_path / "word.txt"
    path.write_bytes("".join(random.Random(5).choices("ابپتث", k=5_000_000)).encode())
    started = time.process_time()
    report = read(path)
    assert time.process_time() - started < 10
    assert "too_long" in {warning.key for warning in report.warnings}


def test_an_empty_folder_holds_nothing(tmp_path):
    assert list(documents([tmp_path])) == []
    result = CliRunner().invoke(news, ["read", str(tmp_path), "--jsonl"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no report" in result.stderr


def test_broken_rows_do_not_stop_the_sound_ones(tmp_path):
    path = tmp_path / "rows.jsonl"
    sound = json.dumps({"id": "a", "body": SENTENCE}).encode()
    path.write_bytes(b"\n".join([b'{"id":', b"\xff\xfe", b"[" * 5_000, b'{"id": NaN, "body": 1e999}', b"nul", sound]))
    found = [document.read() for document in documents([path])]
    assert states(found[-1]) == {"KAZ", "IRN"}
    assert sum("row" in {warning.key for warning in report.warnings} for report in found) == 4
