"""`peyvand unions` on the embedded World."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from click.testing import CliRunner
from tests.worlds import small_world

from peyvand.cli import cli
from peyvand.errors import ModelError


def asked(*args, code=0):
    result = CliRunner().invoke(cli, ["unions", *args])
    assert result.exit_code == code, result.output
    return result


def test_search_ranks_and_says_what_holds(tmp_path):
    args = ("search", "eco-ten", "--among", "Iran,KAZ,UZB,TUR", "--cache", str(tmp_path / "cache"))
    told = json.loads(asked(*args, "--json").stdout)
    assert told["candidates"] == ["IRN", "KAZ", "UZB", "TUR"]
    assert told["exhaustive"]
    assert set(told["stable"]) >= {
        "internal",
        "external_open",
        "individual",
        "core",
        "core_with_transfers",
        "farsighted",
    }
    gains = [row["members_gain_musd"] for row in told["ranking"]]
    assert gains == sorted(gains, reverse=True)
    assert list((tmp_path / "cache").rglob("*.parquet"))
    asked(*args, "--out", str(tmp_path / "out"))
    frame = pd.read_parquet(tmp_path / "out" / "unions.parquet")
    assert len(frame) == 16 * 46


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_table_is_in_the_readers_language(language):
    shown = asked("search", "iran-kazakhstan", "--language", language).stdout
    assert {"en": "Holds?", "fa": "پایدار"}[language] in shown


def test_draws_say_how_often_each_union_holds(tmp_path):
    args = ("search", "eco-ten", "--among", "IRN,KAZ,UZB", "--draws", "2", "--out", str(tmp_path))
    told = json.loads(asked(*args, "--json").stdout)
    assert told["draws"]["count"] == 2
    assert {row["holds_share"] for row in told["ranking"]} <= {0.0, 0.5, 1.0}
    assert "holds_share" in pd.read_csv(tmp_path / "ranking.csv")
    shown = asked("search", "eco-ten", "--among", "IRN,KAZ,UZB", "--draws", "2", "--language", "fa").stdout
    assert "قرعه‌ها" in shown


@pytest.mark.parametrize("language", ["en", "fa"])
def test_networks_say_which_agreements_hold(language):
    args = ("networks", "eco-ten", "--among", "IRN,KAZ,TUR")
    told = json.loads(asked(*args, "--json").stdout)
    assert told["networks"] == 8
    assert len(told["all_agreements"]["agreements"]) == 3
    gains = [row["members_gain_musd"] for row in told["holding"]]
    assert gains == sorted(gains, reverse=True)
    shown = asked(*args, "--language", language).stdout
    assert {"en": "of 8 sets of agreements", "fa": "از ۸ دسته"}[language] in shown
    refused = CliRunner().invoke(cli, ["unions", "networks", "eco-ten"])
    assert isinstance(refused.exception, ModelError)


def test_ask_lists_and_answers(tmp_path):
    listed = asked("ask", "--language", "fa").stdout
    assert "اکو" in listed
    told = json.loads(asked("ask", "iran-eaeu", "--out", str(tmp_path), "--json").stdout)
    assert told["joiner"] == "IRN"
    assert (tmp_path / "unions.html").exists()


def test_join_gives_an_order():
    told = json.loads(asked("join", "iran-kazakhstan", "--json").stdout)
    assert set(told["order"]) == {"IRN", "KAZ"}
    assert told["complete"]


def test_tariffs_alone(tmp_path):
    small_world(3, 2, 4, economies=("TKM", "IRN", "KAZ")).save(tmp_path / "small.nc.gz")
    args = ("tariffs", "TKM", "--world", str(tmp_path / "small.nc.gz"))
    assert "TKM" in asked(*args, "--language", "fa").stdout
    told = json.loads(asked(*args, "--json").stdout)
    assert told[0]["settled"]
    assert told[0]["welfare_hat"]["TKM"] >= 1
    assert told[0]["improvable_share"]["TKM"] <= 1e-8
