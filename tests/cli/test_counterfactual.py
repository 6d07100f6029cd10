"""`peyvand gravity fit --out` and `peyvand trade counterfactual` on its file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose
from tests.trade.test_from_estimate import gravity_data

from peyvand.cli import cli

REFERENCE = Path(__file__).parents[1] / "references" / "gegravity-2024" / "can_jpn.csv"


@pytest.fixture
def estimate(tmp_path):
    data = tmp_path / "flows.csv"
    gravity_data().to_csv(data, index=False)
    path = tmp_path / "fit.json"
    asked("gravity", "fit", "trade ~ log(dist) + border | exporter + importer", data, "--out", path, "--quiet")
    return path


def asked(*args, code=0):
    result = CliRunner().invoke(cli, [str(word) for word in args])
    assert result.exit_code == code, result.output
    return result.output


def test_the_file_says_where_the_data_are(estimate):
    held = json.loads(estimate.read_text())
    assert held["data"].endswith("flows.csv")
    assert len(held["covariance"]) == 2
    args = ("trade", "counterfactual", estimate, "--set", "border=0", "--sigma", 7, "--reference", "R1")
    found = json.loads(asked(*args, "--baseline", "fitted", "--json"))
    assert found["baseline"] == "fitted"
    assert "real_output" in found["formulas"]
    row = found["economies"][1]
    assert row["economy"] == "R1"
    assert row["inward_resistance_full"] == pytest.approx(0, abs=1e-9)
    assert row["real_output"] == pytest.approx(
        100 * ((1 + row["factory_gate_price"] / 100) / (1 + row["inward_resistance_full"] / 100) - 1)
    )
    shown = asked("trade", "counterfactual", estimate, "--set", "border=0", "--sigma", 7, "--reference", "R1")
    assert "Real" in shown


def test_what_fit_prints_will_do_too(estimate, tmp_path):
    """`--json` prints the same record; the data may be named by hand."""
    data = tmp_path / "flows.csv"
    printed = asked("gravity", "fit", "trade ~ log(dist) + border | exporter + importer", data, "--json", "--quiet")
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**json.loads(printed), "data": None}))
    args = ("--set", "border=0", "--sigma", 7, "--reference", "R1", "--json")
    result = CliRunner().invoke(cli, ["trade", "counterfactual", str(other), *map(str, args)])
    assert "--data" in str(result.exception)
    found = asked("trade", "counterfactual", other, "--data", data, *args)
    assert json.loads(found) == json.loads(asked("trade", "counterfactual", estimate, *args))


def test_both_methods_and_the_folder(estimate, tmp_path):
    out = tmp_path / "out"
    args = ("--set", "border=0", "--sigma", 7, "--reference", "R1", "--baseline", "fitted")
    found = asked("trade", "counterfactual", estimate, *args, "--method", "guide", "--out", out, "--json")
    assert json.loads(found)["rounds"] >= 1
    assert len(pd.read_csv(out / "economies.csv")) == 6
    assert len(pd.read_parquet(out / "flows.parquet")) == 36


def test_a_setting_that_is_none(estimate):
    args = ("--set", "border", "--sigma", 7, "--reference", "R1")
    said = asked("trade", "counterfactual", estimate, *args, code=2)
    assert "COLUMN=NUMBER" in said


@pytest.mark.parametrize("language", ["en", "fa"])
def test_it_speaks_the_readers_language(estimate, language):
    args = ("--set", "border=0", "--sigma", 7, "--reference", "R1", "--language", language)
    shown = asked("trade", "counterfactual", estimate, *args)
    assert {"en": "output", "fa": "تولید"}[language] in shown


def test_the_example_in_the_documentation_of_gegravity(data_folder, tmp_path):
    """Canada and Japan agree: five economies as printed; from the fit to the answer by two commands."""
    data, fit = data_folder / "gegravity-sample-2006" / "sample_data_set.csv", tmp_path / "fit.json"
    slopes = "lndist + contiguity + common_language + pta + international"
    asked("gravity", "fit", f"trade ~ {slopes} | exporter + importer", data, "--out", fit, "--quiet")
    args = ("--set", "pta=1", "--among", "CAN,JPN", "--sigma", 5, "--reference", "DEU", "--baseline", "fitted")
    totals = ("--output", "Y", "--expenditure", "E", "--method", "first-step", "--out", tmp_path / "out", "--json")
    found = json.loads(asked("trade", "counterfactual", fit, *args, *totals))
    printed = pd.read_csv(REFERENCE, index_col="economy")
    ours = pd.DataFrame(found["economies"]).set_index("economy").loc[printed.index]
    names = {
        "factory_gate_price": "factory_gate_price",
        "outward_resistance": "outward_resistance_conditional",
        "inward_resistance": "inward_resistance_conditional",
        "gdp": "real_output",
        "foreign_exports": "exports_full",
    }
    for theirs, name in names.items():
        assert_allclose(ours[name], printed[theirs], atol=2e-5, err_msg=name)
