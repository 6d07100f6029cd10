"""`peyvand trade solve`: files of three kinds, the same answer, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose
from tests.trade.own import square

from peyvand.cli import cli
from peyvand.errors import DataError

PAPER = Path(__file__).parents[1] / "references" / "caliendo-parro-2015"


@pytest.fixture
def files(tmp_path):
    """The same flows and effects as CSV, Parquet and Stata files."""
    flows = square(5, 3)
    effect = pd.DataFrame({"exporter": ["R0", "R1"], "importer": ["R1", "R0"], "value": 0.5})
    for name, table in {"flows": flows, "effect": effect}.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        table.to_parquet(tmp_path / f"{name}.parquet", index=False)
        table.to_stata(tmp_path / f"{name}.dta", write_index=False)
    return tmp_path


def asked(*args, code=0):
    result = CliRunner().invoke(cli, ["trade", "solve", *map(str, args)])
    assert result.exit_code == code, result.output
    return result.output


def test_three_kinds_of_files_and_one_answer(files):
    found = []
    for kind in ("csv", "parquet", "dta"):
        flows, effect = files / f"flows.{kind}", files / f"effect.{kind}"
        found.append(json.loads(asked("--flows", flows, "--theta", 4, "--partial", effect, "--json")))
    assert found[0]["economies"] == found[1]["economies"] == found[2]["economies"]
    row = found[0]["economies"][0]
    assert list(row) == [
        "economy", "welfare_hat", "wage_hat", "price_index_hat", "real_wage_hat", "exports_hat", "partial",
        "conditional", "full", "imports_hat", "factory_gate_price_hat", "terms_of_trade", "volume_of_trade",
        "trade_cost_saving", "transfer_gain", "first_order_welfare",
    ]  # fmt: skip
    assert max(row["welfare_hat"] for row in found[0]["economies"]) > 1
    assert row["exports_hat"] == row["full"]
    assert found[0]["deficits"] == "fixed"
    assert found[0]["residual"] <= 1e-10


def test_cost_ratios_and_partial_effects_are_the_same_shock(files):
    ratio = pd.read_csv(files / "effect.csv").assign(value=0.8)
    ratio.to_csv(files / "ratio.csv", index=False)
    ratio.assign(value=-4 * np.log(0.8)).to_csv(files / "beta.csv", index=False)
    first = json.loads(asked("--flows", files / "flows.csv", "--theta", 4, "--cost-hat", files / "ratio.csv", "--json"))
    other = json.loads(asked("--flows", files / "flows.csv", "--theta", 4, "--partial", files / "beta.csv", "--json"))
    for one, two in zip(first["economies"], other["economies"], strict=True):
        assert one["welfare_hat"] == pytest.approx(two["welfare_hat"], rel=1e-9)


def test_a_file_of_flows_and_tariffs_serves_twice(files):
    """The column named tariff is a tariff, even where the file has a column named value."""
    flows = pd.read_csv(files / "flows.csv")
    flows["tariff"] = np.where(flows["exporter"] == flows["importer"], 0.0, 0.1)
    flows.to_csv(files / "both.csv", index=False)
    flows.assign(tariff=0.0).to_csv(files / "free.csv", index=False)
    args = ("--theta", 4, "--tariffs", files / "both.csv", "--tariffs-new", files / "free.csv", "--json")
    rows = json.loads(asked("--flows", files / "both.csv", *args))["economies"]
    assert [row["partial"] for row in rows] == pytest.approx([1.1**5] * len(rows))  # net of tariff: X (1+t) κ̂^-θ
    assert max(row["welfare_hat"] for row in rows) > 1


def test_out_writes_tables_and_the_answer(files):
    out = files / "answer"
    shown = asked("--flows", files / "flows.csv", "--theta", 4, "--partial", files / "effect.csv", "--out", out)
    assert "R0" in shown
    assert str(out.name) in shown.replace("\n", "")
    flows = pd.read_csv(out / "flows.csv")
    assert list(flows.columns) == ["exporter", "importer", "value", "partial", "conditional", "full"]
    assert len(flows) == 25
    assert json.loads((out / "answer.json").read_text())["model"] == "armington"
    pd.testing.assert_frame_equal(pd.read_parquet(out / "flows.parquet"), flows)


@pytest.mark.parametrize("deficits", ["fixed", "multiplicative", "eliminated", "fixed_nominal"])
def test_every_deficit_rule(files, deficits):
    extra = ["--numeraire", "R2"] if deficits == "fixed_nominal" else []
    args = ("--flows", files / "flows.csv", "--theta", 4, "--partial", files / "effect.csv", "--deficits", deficits)
    assert json.loads(asked(*args, *extra, "--json"))["deficits"] == deficits


def test_rents_are_lost_by_their_keeper(files):
    """A barrier of R0's sales to R1 fades: who kept its rent gains less than where it melted."""
    pd.DataFrame({"exporter": ["R0"], "importer": ["R1"], "value": [0.8]}).to_csv(files / "fade.csv", index=False)
    args = ("--flows", files / "flows.csv", "--theta", 4, "--cost-hat", files / "fade.csv", "--json", "--barrier")
    melted = json.loads(asked(*args, "iceberg"))
    assert "rent_keeper" not in melted
    for keeper, place in (("exporter", 0), ("importer", 1)):
        found = json.loads(asked(*args, "rent", "--rent-keeper", keeper))
        assert found["rent_keeper"] == keeper
        assert found["economies"][place]["welfare_hat"] < melted["economies"][place]["welfare_hat"]


def test_it_refuses_with_reasons(files):
    assert "give the trade elasticity once" in asked("--flows", files / "flows.csv", code=2)
    result = CliRunner().invoke(cli, ["trade", "solve", "--flows", str(files / "flows.csv"), "--theta", "-4"])
    assert "must be positive" in str(result.exception)
    bad = pd.DataFrame({"exporter": ["R0"], "importer": ["XXX"], "value": [0.9]})
    bad.to_csv(files / "bad.csv", index=False)
    result = CliRunner().invoke(
        cli,
        ["trade", "solve", "--flows", str(files / "flows.csv"), "--theta", "4", "--cost-hat", str(files / "bad.csv")],
    )
    assert "'XXX'" in str(result.exception)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_table_is_in_the_readers_language(files, language):
    shown = asked("--flows", files / "flows.csv", "--theta", 4, "--language", language)
    assert {"en": "Welfare", "fa": "رفاه"}[language] in shown


@pytest.mark.parametrize(("deficits", "table"), [("eliminated", "table2.csv"), ("fixed", "kept.csv")])
def test_caliendo_parro_table_2_from_the_authors_own_tables(data_folder, deficits, table):
    """Files as they are stored: a column by its name, inputs that exceed purchases, one input below zero."""
    folder = data_folder / "caliendo-parro-2015-nafta"
    pairs = folder / "trade_tariffs.parquet"
    said = CliRunner().invoke(cli, [
        "trade", "solve", "--flows", str(pairs), "--tariffs", str(pairs), "--tariffs-new", f"{pairs}:tariff_cfl",
        "--inputs", str(folder / "intermediate_consumption.parquet"), "--value-added", str(folder / "value_added.csv"),
        "--theta-file", str(folder / "theta.csv"), "--deficits", deficits, "--json",
    ])  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "185 of 1,240 cells" in said.stderr
    found = json.loads(said.stdout)
    assert found["adjusted"]["cut_percent"] == pytest.approx(3.556, abs=1e-3)
    ours = pd.DataFrame(found["economies"]).set_index("economy")
    printed = pd.read_csv(PAPER / table, index_col="economy")
    names = {"terms_of_trade": "terms_of_trade", "volume_of_trade": "volume_of_trade", "welfare": "first_order_welfare"}
    for theirs, name in names.items():
        assert_allclose(100 * ours.loc[printed.index, name], printed[theirs], atol=0.005001, err_msg=name)
    assert_allclose(100 * (ours.loc[printed.index, "real_wage_hat"] - 1), printed["real_wage"], atol=0.005001)


def test_the_stata_journals_first_example_from_the_panel_itself(data_folder, tmp_path):
    """A year of the panel, its own names of columns, elastic supply: welfare of the members as printed."""
    pairs = [(i, j) for i in ("CAN", "MEX", "USA") for j in ("CAN", "MEX", "USA") if i != j]
    effect = pd.DataFrame(pairs, columns=["iso_o", "iso_d"]).assign(partial=0.5)
    effect.to_csv(tmp_path / "nafta.csv", index=False)
    panel = data_folder / "ge-gravity2-historical-trade-1950-2000" / "ge_gravity2_example_data.parquet"
    args = ("--year", 1990, "--theta", 5.03, "--psi", 1.24, "--partial", tmp_path / "nafta.csv", "--json")
    found = pd.DataFrame(json.loads(asked("--flows", panel, *args))["economies"]).set_index("economy")
    printed = pd.read_csv(PAPER.parent / "ge-gravity2-2025" / "nafta_1990.csv", index_col="economy")
    assert_allclose(100 * (found.loc[printed.index, "welfare_hat"] - 1), printed["welfare"], atol=5.01e-4)


def test_shares_of_all_inputs_are_what_they_say(data_folder):
    """The paper's own table of inputs, shares of materials, with its value added shares: the same answer."""
    folder = data_folder / "caliendo-parro-2015-nafta"
    pairs = folder / "trade_tariffs.parquet"
    args = ("--flows", pairs, "--tariffs", pairs, "--tariffs-new", f"{pairs}:tariff_cfl", "--json",
            "--theta-file", folder / "theta.csv", "--deficits", "eliminated")  # fmt: skip
    shares = ("--inputs", f"{folder / 'original_IO.parquet'}:io_share",
              "--value-added", f"{folder / 'original_GO_B.parquet'}:va_share")  # fmt: skip
    result = CliRunner().invoke(cli, ["trade", "solve", *map(str, (*args, *shares))])
    assert result.exit_code == 0, result.output
    mexico = next(row for row in json.loads(result.stdout)["economies"] if row["economy"] == "Mexico")
    assert mexico["first_order_welfare"] == pytest.approx(0.0131, abs=5e-5)
    assert mexico["real_wage_hat"] == pytest.approx(1.0172, abs=5e-5)


@pytest.mark.parametrize("kind", ["csv", "parquet", "dta"])
def test_files_that_are_none_are_refused(files, kind):
    (files / f"junk.{kind}").write_bytes(b"\xff\xfe\x00junk\x00")
    result = CliRunner().invoke(cli, ["trade", "solve", "--flows", str(files / f"junk.{kind}"), "--theta", "4"])
    assert isinstance(result.exception, DataError)
    assert "cannot be read" in str(result.exception)


def test_one_sector_needs_no_name_in_the_tables_of_inputs(files):
    """Half of output is inputs: as shares by economy alone, or with the sector named."""
    economies = pd.read_csv(files / "flows.csv")["exporter"].unique()
    half = pd.DataFrame({"economy": economies, "value": 0.5})
    half.to_csv(files / "half.csv", index=False)
    half.assign(input_sector="all", sector="all").to_csv(files / "named_half.csv", index=False)
    args = ("--flows", files / "flows.csv", "--theta", 4, "--partial", files / "effect.csv", "--json")
    bare, named = (
        json.loads(asked(*args, "--inputs", files / f"{name}.csv", "--value-added", files / f"{name}.csv"))
        for name in ("half", "named_half")
    )
    assert bare["model"] == "one_sector_with_inputs"
    assert bare["economies"] == named["economies"]


def test_a_file_without_its_sectors_is_told_so(files):
    flows = pd.read_csv(files / "flows.csv")
    pd.concat([flows.assign(nace=nace) for nace in "AB"]).to_csv(files / "nace.csv", index=False)
    result = CliRunner().invoke(cli, ["trade", "solve", "--flows", str(files / "nace.csv"), "--theta", "4"])
    assert "name their column sector: it also holds nace" in result.exception.hint


def test_a_column_by_its_name(files):
    flows = pd.read_csv(files / "flows.csv").rename(columns={"value": "sold"}).assign(value=1.0)
    flows.to_csv(files / "named.csv", index=False)
    args = ("--theta", 4, "--partial", files / "effect.csv", "--json")
    named = asked("--flows", f"{files / 'named.csv'}:sold", *args)
    assert json.loads(named)["economies"] == json.loads(asked("--flows", files / "flows.csv", *args))["economies"]
    result = CliRunner().invoke(cli, ["trade", "solve", "--flows", f"{files / 'named.csv'}:slod", "--theta", "4"])
    assert "'sold'" in result.exception.hint


@pytest.mark.parametrize(("rate", "taken"), [(15.0, False), (1.45, True), (0.15, True)])
def test_new_tariffs_in_per_cent_are_refused(files, rate, taken):
    pd.DataFrame({"exporter": ["R1"], "importer": ["R0"], "value": [rate]}).to_csv(files / "new.csv", index=False)
    args = ["--flows", str(files / "flows.csv"), "--theta", "4", "--tariffs-new", str(files / "new.csv")]
    result = CliRunner().invoke(cli, ["trade", "solve", *args])
    assert taken == (result.exit_code == 0)
    if not taken:
        assert "0.15 is 15 per cent" in result.exception.hint
