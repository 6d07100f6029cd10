"""`peyvand backcast`: its tables in three forms and two languages."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from peyvand.cli import cli


def asked(*args, code=0):
    result = CliRunner().invoke(cli, ["backcast", *map(str, args)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def answer(data_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("backcast") / "answer.json"
    asked("usa-korea-2012", "--data", data_folder, "--placebos", 2, "--json", "--out", path)
    return json.loads(path.read_text(encoding="utf-8"))


def test_json_holds_scores_placebos_and_every_partner(answer):
    assert "eaeu-2015" in answer["not_testable"]
    row = answer["episodes"][0]
    assert {score["variant"] for score in row["scores"]} == {"tariffs", "agreement"}
    assert {(pair["exporter"], pair["importer"]) for pair in row["partners"]} == {("USA", "KOR"), ("KOR", "USA")}
    assert [place["placebos"] for place in row["placebo"]] == [2, 2, 2]


@pytest.mark.parametrize(("form", "sign"), [("markdown", "| --- |"), ("html", 'dir="rtl"')])
def test_tables_to_read(data_folder, form, sign):
    shown = asked("usa-korea-2012", "--data", data_folder, "--placebos", 0, "--to", form, "--language", "fa")
    assert sign in shown
    assert "آمریکا و کره" in shown
    assert "nan" not in shown


def test_what_cannot_be_tested_says_why(data_folder):
    result = CliRunner().invoke(cli, ["backcast", "eaeu-2015", "--data", str(data_folder)])
    assert "not testable" in str(result.exception)
    assert "zero in 2010" in str(result.exception)
