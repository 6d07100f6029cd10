"""The folder of outputs: it holds what the run says, all of it or nothing."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from tests.reports.runs import MEMBERS, full_run

from peyvand.errors import OutputError
from peyvand.reports.tables import TABLES, tables
from peyvand.reports.workbook import sheet_name
from peyvand.reports.write import FILES, RECORD, REPORT, WORKBOOK, outputs, write
from peyvand.scenarios import parse_scenario


@pytest.fixture(scope="module")
def files():
    return outputs(full_run())


@pytest.fixture(scope="module")
def book(files):
    return openpyxl.load_workbook(io.BytesIO(files[WORKBOOK]))


@pytest.fixture(scope="module")
def found():
    return tables(full_run())


@pytest.mark.parametrize("name", TABLES)
def test_csv_and_parquet_give_the_table_back(files, found, name):
    parquet = pd.read_parquet(io.BytesIO(files[f"{name}.parquet"]))
    pd.testing.assert_frame_equal(parquet, found[name], check_dtype=False)
    csv = pd.read_csv(io.BytesIO(files[f"{name}.csv"]), keep_default_na=False, na_values={})
    assert list(csv.columns) == list(found[name].columns)
    numbers = found[name].select_dtypes("number").columns
    csv = csv.assign(**{column: pd.to_numeric(csv[column]) for column in numbers})
    pd.testing.assert_frame_equal(csv[numbers], found[name][numbers], check_dtype=False, rtol=1e-12)
    text = [column for column in found[name].columns if column not in numbers and found[name][column].dtype != bool]
    assert (csv[text].astype(str).to_numpy() == found[name][text].astype(str).to_numpy()).all()


@pytest.mark.parametrize("name", TABLES)
def test_parquet_fields_carry_both_headings(files, name):
    schema = pyarrow.parquet.read_schema(io.BytesIO(files[f"{name}.parquet"]))
    for field in schema:
        assert field.metadata[b"heading_en"]
        assert field.metadata[b"heading_fa"].decode().isascii() is False


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("name", [name for name in TABLES if name != "flows"])
def test_workbook_gives_the_table_back(book, found, name, language):
    sheet = book[sheet_name(name, language)]
    assert bool(sheet.sheet_view.rightToLeft) is (language == "fa")
    rows = list(sheet.values)
    table = found[name]
    if name == "pairs":  # those with a member; the others are in the CSV and Parquet files
        table = table[table["economy"].isin(MEMBERS) | table["partner"].isin(MEMBERS)]
        assert 0 < len(table) < len(found[name])
    assert list(rows[1]) == list(table.columns)
    assert len(rows) == len(table) + 2
    for at, column in enumerate(table.columns):
        for row, value in zip(rows[2:], table[column].tolist(), strict=True):
            if isinstance(value, float):
                assert (row[at] is None) if pd.isna(value) else row[at] == pytest.approx(value, rel=1e-12)
            else:
                assert ("" if row[at] is None else row[at]) == value


def test_record_says_what_the_run_stood_on(files):
    run = full_run()
    record = json.loads(files[RECORD])
    assert record["schema"] == "peyvand.run/1"
    assert record["world_hash"] == run.world.data_hash
    assert record["deficit_rule"] == "fixed"
    assert record["residual"] <= 1e-10
    assert (record["seed"], record["draws"], record["drawn"]) == (3, 8, ["elasticity", "gravity", "flow", "time"])
    assert record["members"] == list(run.effect.members)
    assert {"numpy", "scipy", "xarray"} <= set(record["libraries"])
    assert set(record["files"]) == FILES - {RECORD}
    for name, about in record["files"].items():
        assert about == {"bytes": len(files[name]), "sha256": sha256(files[name]).hexdigest()}


def test_the_scenario_beside_the_report_gives_the_same_union(files):
    assert parse_scenario(files["scenario.toml"].decode()) == full_run().scenario


def test_every_file_of_the_page_is_there(tmp_path):
    page = write(full_run(), tmp_path / "out")
    assert page == tmp_path / "out" / REPORT
    assert {path.name for path in page.parent.iterdir()} == FILES
    assert sorted(tmp_path.iterdir()) == [tmp_path / "out"]


def test_an_earlier_output_is_replaced(tmp_path):
    folder = tmp_path / "out"
    write(full_run(), folder)
    (folder / REPORT).write_text("old")
    write(full_run(), folder)
    assert (folder / REPORT).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_is_filled(tmp_path):
    assert write(full_run(), tmp_path).parent == tmp_path


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(OutputError, match=r"thesis\.docx") as caught:
        write(full_run(), tmp_path)
    assert "--out" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        write(full_run(), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot write") as caught:
        write(full_run(), tmp_path / "file" / "deep" / "out")
    assert "--out" in caught.value.hint


@pytest.mark.parametrize("step", ["write_bytes", "rename"])
def test_what_fails_leaves_the_old_output_and_nothing_else(tmp_path, monkeypatch, step):
    folder = tmp_path / "out"
    write(full_run(), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    calls, kept = [], getattr(Path, step)

    def fails(self, *rest):
        calls.append(self)
        if len(calls) == (5 if step == "write_bytes" else 2):
            raise OSError(28, "No space left on device")
        return kept(self, *rest)

    monkeypatch.setattr(Path, step, fails)
    with pytest.raises(OutputError, match="No space left"):
        write(full_run(), folder)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(tmp_path.iterdir()) == [folder]


def test_a_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(OutputError, match="File name too long") as caught:
        write(full_run(), tmp_path / ("x" * 300))
    assert "shorter" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    write(full_run(), link)
    assert link.is_symlink()
    assert {path.name for path in (tmp_path / "real").iterdir()} == FILES
    write(full_run(), link)
    assert sorted(tmp_path.iterdir()) == [link, tmp_path / "real"]


def test_a_loop_of_links_is_refused(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match="loop") as caught:
        write(full_run(), tmp_path / "loop")
    assert caught.value.hint


def test_a_file_above_the_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file is a file, not a folder"):
        write(full_run(), tmp_path / "file" / "sub")


def test_a_full_disk_gets_its_own_hint(tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        write(full_run(), tmp_path / "out")
    assert "free some space" in caught.value.hint
    assert not list(tmp_path.iterdir())
