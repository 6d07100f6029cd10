"""One look of tables and one form of JSON for all commands."""

import io
import json

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console

from peyvand.cli import cli
from peyvand.cli.terminal import mirrored, new_table, print_json


def shown(table) -> list[str]:
    console = Console(width=40, record=True, file=io.StringIO())
    console.print(table)
    return [line for line in console.export_text().splitlines() if line.strip()]


@pytest.fixture
def table():
    table = new_table("عنوان")
    for heading, justify in (("economy", "left"), ("gain", "right")):
        table.add_column(heading, justify=justify)
    table.add_row("IRN", "1.5")
    table.add_section()
    table.add_row("KAZ", "12")
    return table


def test_columns_run_from_the_left(table):
    assert [line.split() for line in shown(table) if "─" not in line][1:] == [
        ["economy", "gain"], ["IRN", "1.5"], ["KAZ", "12"],
    ]  # fmt: skip


def test_columns_run_from_the_right_in_persian(table):
    lines = [line for line in shown(mirrored(table)) if "─" not in line][1:]
    assert [line.split() for line in lines] == [["gain", "economy"], ["1.5", "IRN"], ["12", "KAZ"]]
    assert len({len(line.rstrip()) for line in lines}) == 1, "every cell stands at the right"


def test_json_has_null_where_a_number_does_not_exist(capsys):
    print_json({"economy": "ایران", "share": [0.5, float("nan"), float("inf")]})
    printed = capsys.readouterr().out
    assert "ایران" in printed
    assert json.loads(printed) == {"economy": "ایران", "share": [0.5, None, None]}


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize(
    "words", [("corridors", "value", "Los Angeles", "Khorgos", "--for", "all"), ("mobility", "openness", "KAZ", "TKM")]
)
def test_wide_tables_fit_eighty_columns_with_no_word_cut(words, language):
    done = CliRunner(env={"COLUMNS": "80"}).invoke(cli, [*words, "--language", language])
    assert done.exit_code == 0
    assert "…" not in done.output
    table = [line for line in done.output.splitlines() if "Passport Index" not in line]
    assert max(map(cell_len, table)) <= 80
    whole = {"corridors": ("1,236.8", "۱٬۲۳۶٫۸"), "mobility": ("Kazakhstan", "قزاقستان")}[words[0]]
    assert whole[language == "fa"] in done.output


def test_a_union_that_moves_people_alone_prints_no_zeros(tmp_path):
    done = CliRunner(env={"COLUMNS": "80"}).invoke(cli, ["run", "visa-free-ten", "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "no cost of trade changes" in done.output
    assert "Income, %" not in done.output
    assert "Journeys a year" in done.output
    assert "tariffs" not in done.output
