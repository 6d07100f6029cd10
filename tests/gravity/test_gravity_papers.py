"""Published tables: the Advanced Guide to Trade Policy Analysis (2016), chapter 1, and the peer's numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from peyvand.gravity import ols, ppml, reset_test

BOOK = json.loads(
    (Path(__file__).parents[1] / "references" / "agtpa-2016" / "chapter1.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def panel(data_folder):
    frame = pd.read_parquet(data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet")
    frame = frame[frame["year"].isin(range(1986, 2007, 4))].copy()
    frame["abroad"] = (frame["exporter"] != frame["importer"]).to_numpy() * 1.0
    frame["pair"] = np.where(frame["abroad"] > 0, frame["pair_id"].astype(str), "home")
    frame["home"] = 1 - frame["abroad"]
    return frame


@pytest.mark.parametrize("column", BOOK, ids=lambda column: column["title"])
def test_every_printed_digit(panel, column):
    """Coefficients and clustered errors, with the factor that the book's programs use."""
    frame = panel if column["domestic"] else panel[panel["abroad"] > 0]
    estimate = {"ols": ols, "ppml": ppml}[column["estimator"]]
    fit = estimate(column["formula"], frame, cluster="pair_id", small_sample=column["small_sample"])
    assert fit.nobs == column["nobs"]
    for name, (value, error) in column["coefficients"].items():
        assert fit.coefficients[name] == pytest.approx(value, abs=0.00051), name
        assert fit.std_errors[name] == pytest.approx(error, abs=0.00051), name
    if "reset" in column:
        assert reset_test(fit).p_value == pytest.approx(column["reset"], abs=0.01)
