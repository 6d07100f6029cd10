"""`peyvand news`: every command, its exit codes and its outputs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from peyvand.cli.news import news
from peyvand.errors import DataError

TEXT = "محمدجواد ظریف وزیر امور خارجه ایران با وزیر امور خارجه قزاقستان دیدار و گفت‌وگو کرد. ۱۳ تیر ۱۳۹۸"


@pytest.fixture
def ask(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")

    def call(*args, **kwargs):
        return CliRunner().invoke(news, [str(arg) for arg in args], **kwargs)

    return call


def test_read_marks_the_evidence(ask, tmp_path):
    for language, word in (("en", "countries"), ("fa", "کشورها")):
        result = ask("read", tmp_path / "a.txt", "-l", language)
        assert result.exit_code == 0
        assert word in result.output
        assert "IRN KAZ" in result.output


def test_read_as_json(ask, tmp_path):
    row = json.loads(ask("read", tmp_path / "a.txt", "--json").output)
    assert (row["id"], row["countries"], row["published"]) == ("a", ["IRN", "KAZ"], "2019-07-04")
    start, end = row["spans"]["countries"]["KAZ"][0]
    assert TEXT[start:end] == "قزاقستان"


def test_read_many_as_lines(ask):
    rows = "".join(json.dumps({"source_id": k, "title": "", "body": TEXT}) + "\n" for k in range(3))
    lines = ask("read", "-", "--jsonl", input=rows).output.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["0", "1", "2"]


def test_a_missing_file_is_bad_input(ask, tmp_path):
    assert isinstance(ask("read", tmp_path / "none.txt").exception, DataError)


def test_review_by_keys(ask, tmp_path):
    queue = tmp_path / "queue"
    assert "new proposals" in ask("propose", tmp_path / "a.txt", "--into", queue).output
    waiting = ask("list", queue).output.splitlines()
    assert waiting
    shown = ask("review", queue, "--who", "سارا", input="a" * len(waiting))
    assert shown.exit_code == 0
    assert "0 waiting" in shown.output
    decided = [json.loads(line) for line in ask("list", queue, "--all", "--json").output.splitlines()]
    assert {row["verdict"] for row in decided} == {"accept"}


def test_correct_by_keys(ask, tmp_path):
    queue = tmp_path / "queue"
    ask("propose", tmp_path / "a.txt", "--into", queue)
    shown = ask("review", queue, "--who", "سارا", input="cAGREE\n\n\nwhy not\nq")
    assert shown.exit_code == 0
    assert (queue / "corrections.jsonl").exists()
    assert "0 of 1 hold" in ask("check", queue).output


def test_decide_by_key(ask, tmp_path):
    queue = tmp_path / "queue"
    ask("propose", tmp_path / "a.txt", "--into", queue)
    key = ask("list", queue).output.split(" ")[0]
    assert "correct" in ask("decide", queue, key, "correct", "--who", "سارا", "--set", "type=AGREE").output
    assert ask("decide", queue, key, "correct", "--who", "سارا", "--set", "type").exit_code == 2


def test_score_prints_every_field(ask, data_folder):
    result = ask("score", data_folder, "--resamples", "0")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()][1:4] == ["countries", "pacts", "pacts_closed"]
