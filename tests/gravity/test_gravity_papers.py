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
PEER = json.loads(
    (Path(__file__).parents[1] / "references" / "pyfixest-0.60" / "agtpa.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def panel(data_folder):
    frame = pd.read_parquet(data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet")
    frame = frame[frame["year"].isin(range(1986, 2007, 4))].copy()
    frame["abroad"] = (frame["exporter"] != frame["importer"]).to_numpy() * 1.0
    frame["pair"] = np.where(frame["abroad"] > 0, frame["pair_id"].astype(str), "home")
    frame["home"] = 1 - frame["abroad"]
    frame["away"], frame["inside"] = np.log(frame["dist"]) * frame["abroad"], np.log(frame["dist"]) * frame["home"]
    world = frame.groupby("year")["trade"].transform("sum")
    for side, sold, far in (("exporter", "output", "remoteness_out"), ("importer", "spending", "remoteness_in")):
        frame[sold] = frame.groupby([side, "year"])["trade"].transform("sum")
        partner = "importer" if side == "exporter" else "exporter"
        size = frame.groupby([partner, "year"])["trade"].transform("sum")
        frame[far] = (frame["dist"] * world / size).groupby([frame[side], frame["year"]]).transform("sum")
    return frame


@pytest.mark.parametrize("column", BOOK, ids=lambda column: column["title"])
def test_every_printed_digit(panel, column):
    """Coefficients and clustered errors, with the factor that the book's programs use."""
    frame = panel if column["domestic"] else panel[panel["abroad"] > 0]
    estimate = {"ols": ols, "ppml": ppml}[column["estimator"]]
    fit = estimate(column["formula"], frame, cluster="pair_id", small_sample=column["small_sample"])
    assert fit.nobs == column["nobs"]
    half = 0.51 * 10 ** -column["digits"]
    for name, (value, error) in column["coefficients"].items():
        assert fit.coefficients[name] == pytest.approx(value, abs=half), name
        assert fit.std_errors[name] == pytest.approx(error, abs=half), name
    if "change_percent" in column:
        change = _change_of_distance(fit)
        assert change == pytest.approx(column["change_percent"], abs=2e-4), "a ratio of slopes known to 1e-6"
    if "reset" in column:
        assert reset_test(fit).p_value == pytest.approx(column["reset"], abs=0.01)


def _change_of_distance(fit):
    """100 (β_2006 − β_1986) / β_1986 and its error by the delta method."""
    names = ["year::1986:away", "year::2006:away"]
    first, last = fit.coefficients[names]
    slope = np.array([-last / first**2, 1 / first])
    return [100 * (last / first - 1), 100 * np.sqrt(slope @ fit.vcov.loc[names, names].to_numpy() @ slope)]


@pytest.fixture(scope="module")
def peers_panel(data_folder):
    frame = pd.read_parquet(data_folder / "agtpa-manufacturing-1986-2006" / "agtpa_applications.parquet")
    frame = frame[frame["year"].isin([1986, 1994, 2002])].reset_index(drop=True)
    year = frame["year"].astype(str)
    return frame.assign(
        ey=frame["exporter"] + year, iy=frame["importer"] + year, pair=frame["exporter"] + frame["importer"],
        ln_dist=np.log(frame["dist"]), half=np.where(frame["lang"] > 0, 2.0, 0.5), shift=0.1 * frame["clny"],
    )  # fmt: skip


@pytest.mark.parametrize("peer", PEER["fits"], ids=lambda peer: f"{peer['formula']} {peer['vcov']}")
def test_the_peers_points_and_errors(peers_panel, peer):
    """pyfixest's points to 1e-7 and, with the same factors, its errors to 1e-6; weights and offsets too."""
    names = peer["vcov"].split(" + ")
    how = {"vcov": peer["vcov"]} if peer["vcov"] in ("iid", "hetero") else {"cluster": names}
    fit = ppml(peer["formula"], peers_panel, weights=peer.get("weights"), offset=peer.get("offset"), **how)
    assert fit.nobs == peer["nobs"]
    for name, value in peer["coefficients"].items():
        assert fit.coefficients[name] == pytest.approx(value, rel=1e-7, abs=1e-9), name
        assert fit.std_errors[name] == pytest.approx(peer["std_errors"][name], rel=1e-6), name
