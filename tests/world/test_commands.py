"""`peyvand world`: what it prints, and how it refuses."""

from __future__ import annotations

import json

import pytest

from peyvand.cli import main
from peyvand.locale import text
from peyvand.world import World


def run(capsys, *args):
    """Exit code, standard output and standard error of `peyvand world …`."""
    with pytest.raises(SystemExit) as stop:
        main(["world", *args])
    out, err = capsys.readouterr()
    return stop.value.code or 0, out, err


def test_info_lists_every_economy(capsys):
    code, out, _ = run(capsys, "info", "--json")
    shown = json.loads(out)
    world = World.embedded()
    assert code == 0
    assert shown["data_hash"] == world.data_hash
    assert [row["economy"] for row in shown["economies"]] == list(world.economies)
    iran = next(row for row in shown["economies"] if row["economy"] == "IRN")
    assert iran["gdp_musd"] == pytest.approx(float(world["gdp_musd"].sel(economy="IRN")))
    assert iran["estimated_share"] == pytest.approx(1)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_info_is_a_table(capsys, language):
    code, out, _ = run(capsys, "info", "-l", language)
    assert code == 0
    assert "IRN" in out
    assert {"en": "Iran", "fa": "ایران"}[language] in out


def test_a_pair_is_shown_both_ways(capsys):
    code, out, _ = run(capsys, "show", "irn", "قزاقستان", "--json")
    shown = json.loads(out)
    world = World.embedded()
    assert code == 0
    assert shown["shown"] == ["IRN", "KAZ"]
    food = next(row for row in shown["sectors"] if row["sector"] == "agriculture_food")
    flow = world["trade_flow"].sel(sector="agriculture_food")
    assert food["exports_musd"] == pytest.approx(float(flow.sel(exporter="IRN", importer="KAZ")))
    assert food["exports_musd_back"] == pytest.approx(float(flow.sel(exporter="KAZ", importer="IRN")))
    assert food["status"] == "estimated"
    assert shown["contiguous"] is False


def test_a_pair_in_words_names_its_sources(capsys):
    _, out, _ = run(capsys, "show", "IRN", "KAZ")
    assert "World Bank" in out
    assert "[estimated]" in out
    assert "donor" in out


def test_one_economy_is_shown_by_sector(capsys):
    code, out, _ = run(capsys, "show", "UZB", "-l", "fa")
    assert code == 0
    assert "ازبکستان" in out
    assert "کشاورزی" in out


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("asked", [("info",), ("show", "IRN"), ("show", "IRN", "KAZ"), ("show", "USA", "EU27")])
def test_tables_are_whole_in_80_columns(capsys, monkeypatch, asked, language):
    """Every heading stands on one line and no column is empty."""
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run(capsys, *asked, "-l", language)
    columns = {
        ("info", 1): ("gdp_musd", "output_musd", "goods_exports_musd", "trade_deficit_musd", "estimated_share"),
        ("show", 2): ("output_musd", "exports_musd", "expenditure_musd", "final_demand_musd", "value_added_share"),
        ("show", 3): ("way", "flow_musd", "tariff_rate", "status", "cv"),
    }[asked[0], len(asked)]
    lines = out.splitlines()
    rule = next(at for at, line in enumerate(lines) if set(line.strip()) == {"─"})
    for column in columns:
        assert text(f"world.columns.{column}", language) in lines[rule - 1]
    assert "…" not in "\n".join(lines[rule : rule + 30])
    if asked == ("show", "IRN", "KAZ"):
        assert text("status.estimated", language) in out


def test_three_economies_are_too_many(capsys):
    code, _, err = run(capsys, "show", "IRN", "KAZ", "UZB")
    assert code == 2
    assert "one economy or two" in err


def test_an_unknown_economy_gets_the_nearest(capsys):
    code, _, err = run(capsys, "show", "KZA")
    assert code == 2
    assert "KAZ" in err


def test_the_shipped_world_is_sound(capsys):
    code, out, _ = run(capsys, "check")
    assert code == 0
    assert "eurasia-2019" in out


def test_a_broken_world_is_named_row_by_row(capsys, tmp_path):
    world = World.embedded()
    tariff = world["tariff_rate"].copy()
    tariff.loc[{"exporter": "IRN", "importer": "IRN", "sector": "mining"}] = 0.1
    path = tmp_path / "broken.nc.gz"
    world.replace(tariff_rate=tariff).save(path)
    code, _, err = run(capsys, "check", str(path))
    assert code == 2
    assert "IRN IRN mining" in err
    code, out, _ = run(capsys, "check", str(path), "--json")
    assert code == 2
    assert json.loads(out)["sound"] is False


@pytest.mark.parametrize("content", [b"", b"not a world", b"\x1f\x8b\x08\x00broken"])
def test_a_damaged_file_is_refused(capsys, tmp_path, content):
    path = tmp_path / "damaged.nc.gz"
    path.write_bytes(content)
    code, _, err = run(capsys, "check", str(path))
    assert code == 2
    assert "not a World file" in err


def test_build_needs_a_folder(capsys, tmp_path):
    code, _, err = run(capsys, "build", "--data", str(tmp_path / "none"))
    assert code == 2
    assert "no folder" in err
    code, _, err = run(capsys, "build", "--data", str(tmp_path), "--out", str(tmp_path / "w.nc.gz"))
    assert code == 2
    assert not (tmp_path / "w.nc.gz").exists()


@pytest.mark.slow
def test_build_writes_a_world(capsys, data_folder, tmp_path):
    out = tmp_path / "world.nc.gz"
    code, shown, _ = run(capsys, "build", "--data", str(data_folder), "--out", str(out), "--json")
    assert code == 0
    assert json.loads(shown)["bytes"] == out.stat().st_size
    assert World.load(out).economies == World.embedded().economies
