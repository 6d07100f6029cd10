"""Whatever is thrown at the reader: an answer, a named warning, and in time."""

from __future__ import annotations

import io
import json
import random
import time

import pytest

from peyvand.errors import DataError
from peyvand.news import documents, read
from peyvand.news import files as news_files
from peyvand.news.files import decode
from peyvand.news.html import read_html

SENTENCE = "وزیر امور خارجه قزاقستان با وزیر امور خارجه ایران در تهران دیدار کرد. ایران و قزاقستان همسایهٔ دریایی‌اند."


def keys(report):
    return [warning.key for warning in report.warnings]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200c\u200f", "ـــ", "\x00"])
def test_nothing_to_read(text):
    report = read(text)
    assert "empty" in keys(report) or not report.countries
    assert not report.acts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(SENTENCE.replace("ی", "ي").replace("ٔ", "").replace("\u200c", " ").encode(encoding, "replace"))
    report = read(path)
    assert {"KAZ", "IRN"} <= {mention.code for mention in report.countries}
    assert ("encoding" in keys(report)) == (encoding == "cp1256")


def test_a_few_broken_bytes_do_not_change_the_encoding():
    text, warnings = decode(SENTENCE.encode() + b"\xff" + SENTENCE.encode())
    assert SENTENCE in text
    assert [warning.key for warning in warnings] == ["encoding"]


@pytest.mark.parametrize("size", [1_000_000, 10_000_000])
def test_noise_is_read_in_time(tmp_path, size):
    path = tmp_path / "noise.txt"
    path.write_bytes(random.Random(7).randbytes(size))
    start = time.process_time()
    report = read(path)
    assert time.process_time() - start < 20
    assert keys(report)


@pytest.mark.parametrize(
    "text",
    [
        "«" * 20_000,
        "وزیر " * 20_000,
        "ایران، " * 20_000,
        "دیدار ایران و روسیه " * 5_000,
        "۱" * 50_000,
        "🙂" * 50_000,
        '"' * 9_999,
        "a." * 20_000,
    ],
    ids=["quotes", "roles", "states", "meetings", "digits", "emoji", "straight quotes", "initials"],
)
def test_repetition_is_read_in_time(text):
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 20


def test_a_long_text_is_cut_with_a_warning():
    assert "too_long" in keys(read(SENTENCE * 3_000))


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 50_000 + SENTENCE,
        "<p>" + SENTENCE + "</p>" * 10_000,
        "<html><script>" + "x" * 10_000,
        "<html><!" + "[" * 1_000,
        "<html>&" + "amp;" * 10_000,
        "<table>" * 5_000,
    ],
    ids=["nested", "closed too often", "open script", "broken declaration", "entities", "tables"],
)
def test_html_bombs(markup):
    start = time.process_time()
    read(markup)
    assert time.process_time() - start < 20


def test_a_page_gives_its_words_and_not_its_menus():
    body = "".join(f"<p>{SENTENCE} بند {k}.</p>" for k in range(8))
    head = "<head><title>دیدار</title><style>p{}</style></head>"
    page = f"<html>{head}<body><nav>خانه تماس</nav><script>var a=1</script><article>{body}</article></body></html>"
    words = read_html(page)
    assert "قزاقستان" in words.body
    assert "var a" not in words.body
    assert "خانه" not in words.body
    report = read(page)
    assert {"KAZ", "IRN"} <= {mention.code for mention in report.countries}
    assert report.quote(report.countries[0].spans[0])


def test_a_page_is_read_without_the_extractor_too(monkeypatch):
    monkeypatch.setattr("peyvand.news.html._trafilatura", lambda: None)
    report = read(f"<html><body><p>{SENTENCE}</p></body></html>")
    assert "plain_html" in keys(report)
    assert "KAZ" in {mention.code for mention in report.countries}


def test_rows_with_faults_are_named_and_passed(tmp_path):
    rows = [
        json.dumps({"source_id": "a", "title": "عنوان", "body": SENTENCE, "jalali_date": "1398-04-13"}),
        "{",
        "[]",
        "",
        '{"id": 7, "text": null}',
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    found = [document.read() for document in documents([path])]
    assert [report.id for report in found] == ["a", "rows.jsonl:2", "rows.jsonl:3", "7"]
    assert [keys(report)[:1] for report in found] == [[], ["row"], ["row"], ["empty"]]
    assert found[0].published.isoformat() == "2019-07-04"
    assert found[0].text == f"عنوان\n{SENTENCE}"


def test_folders_and_streams(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.txt").write_text(SENTENCE, encoding="utf-8")
    (tmp_path / "a.html").write_text(f"<p>{SENTENCE}</p>", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    assert [document.id for document in documents([tmp_path])] == ["a", "b"]
    for raw, ids in ((SENTENCE.encode(), ["-"]), (json.dumps({"id": "x", "body": SENTENCE}).encode() * 1, ["x"])):
        monkeypatch.setattr(news_files.sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert [document.id for document in documents(["-"])] == ids


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="no report at"):
        read(tmp_path / "none.txt")


def test_a_wrong_date_beside_the_text_is_named():
    report = news_files.Document("a", SENTENCE, date="روز سه‌شنبه").read()
    assert "date" in keys(report)
    assert report.published is None


@pytest.mark.slow
def test_memory_is_flat_over_many_reports(test_size):
    import resource

    rows = (json.dumps({"id": k, "body": f"{SENTENCE} {k}"}).encode() for k in range(int(100_000 * test_size)))
    used = []
    for number, document in enumerate(news_files._rows(rows, "many")):
        document.read()
        if number % 5_000 == 4_999:
            used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert used[-1] - used[0] < 30_000  # kB
