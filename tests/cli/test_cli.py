"""The command line: quick to start, helpful when mistaken, quiet about its insides."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from tests.worlds import small_world

from peyvand.cli import COMMANDS, cli, main
from peyvand.cli.run_tables import VIEWS
from peyvand.world import World

HEAVY = ("numpy", "pandas", "xarray", "scipy", "pydantic", "rich", "jinja2")


def run(capsys, *args):
    """Exit code, standard output and standard error of one command."""
    with pytest.raises(SystemExit) as stop:
        main(list(args))
    out, err = capsys.readouterr()
    return stop.value.code, out, err


def test_help_loads_nothing_heavy():
    script = (
        "import sys; sys.argv = ['peyvand', '--help']\n"
        "from peyvand.cli import main\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "peyvand run" in done.stdout


def commands(group=cli, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_has_help(path, capsys):
    code, out, _ = run(capsys, *path, "--help")
    assert code == 0
    assert len(out.split("Options:")[0].splitlines()) > 2, "say what the command does"


def test_the_short_help_is_the_commands_own():
    context = click.Context(cli)
    for name in COMMANDS:
        assert cli.get_command(context, name) is not None


@pytest.mark.parametrize("args", [("rnu",), ("run", "--uot", "x"), ("run", "a", "b")])
def test_a_mistyped_command_is_bad_input(args, capsys):
    code, _, err = run(capsys, *args)
    assert code == 2
    assert "Traceback" not in err


def test_a_near_command_is_offered(capsys):
    assert "did you mean 'run'?" in run(capsys, "rnu")[2]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run", "eco-tne"), "did you mean 'eco-ten'?"),
        (("run", "no/such/file.toml"), "no/such/file.toml"),
        (("run", "--deficits", "fxied"), "did you mean 'fixed'?"),
        (("run", "--world", "no-such-world.nc.gz"), "no World file"),
        (("run", "--world", "eurasia-2091"), "did you mean 'eurasia-2019'?"),
        (("scenario", "check", "eco-ten", "--world", "eurasia-2091"), "did you mean 'eurasia-2019'?"),
        (("world", "show", "IRN", "KAS"), "did you mean 'KAZ'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_is_named_with_the_nearest_right_thing(args, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, *args)
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir()), "nothing half-written"


def test_errors_are_titled_in_the_readers_language(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PEYVAND_LANGUAGE", "fa")
    assert "اقتصاد ناشناخته" in run(capsys, "world", "show", "IRN", "KZA")[2]


@pytest.mark.parametrize(
    "args",
    [
        ("run", "no/such.toml", "--language", "fa"),
        ("run", "-l", "fa", "no/such.toml"),
        ("scenario", "check", "no/such.toml", "-l", "fa"),
    ],
    ids=" ".join,
)
def test_the_asked_language_is_that_of_the_title_too(args, capsys, monkeypatch):
    assert run(capsys, *args)[2].startswith("پروندهٔ سناریو روشن نیست")
    monkeypatch.setenv("PEYVAND_LANGUAGE", "fa")
    english = tuple("en" if word == "fa" else word for word in args)
    assert run(capsys, *english)[2].startswith("The scenario file is not clear")


@pytest.fixture(params=[-5.0, float("nan"), float("inf")])
def broken_world(request, tmp_path):
    """The file of a World in which one flow cannot be."""
    world = small_world(economies=("IRN", "KAZ", "UZB"), sectors=("mining", "services"))
    flow = world["trade_flow"].copy(deep=True)
    flow.loc[{"exporter": "IRN", "importer": "KAZ", "sector": "mining"}] = request.param
    path = tmp_path / "broken.nc.gz"
    world.replace(trade_flow=flow).save(path)
    return path


@pytest.mark.parametrize(
    "args",
    [
        ("run", "iran-kazakhstan", "--out", "out"),
        ("scenario", "check", "iran-kazakhstan"),
        ("world", "show", "IRN"),
        ("world", "info"),
    ],
    ids=" ".join,
)
def test_a_world_that_breaks_a_rule_is_refused(args, broken_world, capsys, monkeypatch):
    monkeypatch.chdir(broken_world.parent)
    code, out, err = run(capsys, *args, "--world", str(broken_world))
    assert code == 2
    assert "IRN KAZ mining" in err
    assert "→" in err
    assert not out
    assert [entry.name for entry in broken_world.parent.iterdir()] == [broken_world.name]


def test_run_takes_the_name_of_a_world_that_ships(capsys, tmp_path):
    args = ("run", "iran-kazakhstan", "--world", "eurasia-2019", "--json", "--out", str(tmp_path / "out"))
    code, out, err = run(capsys, *args)
    assert code == 0, err
    assert len(json.loads(out)) == len(World.embedded().economies)


def test_a_very_long_folder_name_is_bad_input(capsys, tmp_path):
    code, _, err = run(capsys, "run", "iran-kazakhstan", "--out", str(tmp_path / ("x" * 300)))
    assert code == 2
    assert "shorter" in err


def test_an_unwritable_folder_is_refused_before_the_work(capsys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, _, err = run(capsys, "run", "--out", str(tmp_path / "file" / "report"))
    assert code == 2
    assert "Traceback" not in err
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_run_writes_a_report_and_a_table(capsys, tmp_path):
    code, out, err = run(capsys, "run", "iran-kazakhstan", "--out", str(tmp_path / "out"))
    assert code == 0, err
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000
    assert "Kazakhstan" in out
    assert not [entry for entry in tmp_path.iterdir() if entry.name != "out"], "no temporary folder stays"


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("show", VIEWS)
def test_run_shows_other_tables(capsys, tmp_path, show, language):
    args = ("run", "iran-kazakhstan", "--show", show, "--language", language, "--out", str(tmp_path / "out"))
    code, out, err = run(capsys, *args)
    assert code == 0, err
    assert ("Kazakhstan" if language == "en" else "قزاقستان") in out
    assert "USA" not in out


def test_run_draws_intervals_that_a_seed_repeats(capsys, tmp_path):
    args = ("run", "iran-kazakhstan", "--draws", "4", "--seed", "2", "--json", "--out", str(tmp_path / "out"))
    code, out, err = run(capsys, *args)
    assert code == 0, err
    rows = {row["economy"]: row for row in json.loads(out)}
    assert rows["KAZ"]["real_income_low_percent"] < rows["KAZ"]["real_income_high_percent"]
    assert run(capsys, *args)[1] == out
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (record["draws"], record["seed"]) == (4, 2)
    assert record["groups"][0]["real_income_low_percent"] <= record["groups"][0]["real_income_high_percent"]
