"""`peyvand mobility`: answers in both languages, days of both calendars, and clear refusals."""

from __future__ import annotations

import json

import pytest

from peyvand.cli import main


def run(capsys, *args):
    """Exit code, standard output and standard error of one command."""
    with pytest.raises(SystemExit) as stop:
        main(["mobility", *args])
    out, err = capsys.readouterr()
    return stop.value.code, out, err


class TestVisas:
    def test_a_pair(self, capsys):
        code, out, _ = run(capsys, "visas", "IRN", "KAZ", "--on", "2024-07-30")
        assert code == 0
        assert "Iran → Kazakhstan: no visa, 14 days" in out
        assert "changed between 2022-07-03 and 2022-08-03" in out
        assert "Reciprocal" in out

    def test_a_jalali_day_in_persian_digits_is_the_same_day(self, capsys):
        asked = [
            run(capsys, "visas", "ایران", "Kazakhstan", "--on", day, "--json") for day in ("۱۴۰۳/۵/۹", "2024-07-30")
        ]
        assert asked[0] == asked[1]
        assert json.loads(asked[0][1])["snapshot"] == "2024-07-02"

    def test_persian(self, capsys):
        _, out, _ = run(capsys, "visas", "IRN", "KAZ", "--history", "-l", "fa")
        assert "ایران ← قزاقستان: بی‌روادید، ۱۴ روز" in out
        assert "بسته (همه‌گیری)" in out

    def test_a_group(self, capsys, tmp_path):
        picture = tmp_path / "rules.svg"
        names = ("IRN", "KAZ", "UZB", "TKM", "TJK", "KGZ")
        code, out, err = run(capsys, "visas", *names, "--on", "2024-07-30", "--svg", str(picture))
        assert code == 0
        assert "Not reciprocal" in out
        assert "arr = visa on arrival" in out
        assert str(picture) in err.replace("\n", "")
        assert picture.read_text(encoding="utf-8").startswith("<svg")

    @pytest.mark.parametrize(
        ("args", "words"),
        [
            (("IRN", "KZA"), "did you mean 'KAZ'"),
            (("IRN",), "at least two economies"),
            (("IRN", "KAZ", "--on", "2019-01-01"), "the history begins on 2019-11-23"),
            (("IRN", "KAZ", "--on", "1403-13-01"), "is no day"),
            (("IRN", "KAZ", "--on", "soon"), "is no day"),
            (("IRN", "KAZ", "--svg", "/nowhere/at/all.svg"), "cannot write"),
        ],
    )
    def test_refusals(self, capsys, args, words):
        code, _, err = run(capsys, "visas", *args)
        assert code == 2
        assert words in err


class TestOpenness:
    def test_within(self, capsys):
        code, out, _ = run(capsys, "openness", "IRN", "KAZ", "UZB", "--within", "--json")
        rows = json.loads(out)["economies"]
        assert code == 0
        assert [row["partners"] for row in rows] == [2, 2, 2]

    @pytest.mark.parametrize("language", ["en", "fa"])
    def test_table(self, capsys, language):
        code, out, _ = run(capsys, "openness", "IRN", "KAZ", "-l", language)
        assert code == 0
        assert ("۱۹۸" if language == "fa" else "198") in out


def test_build(capsys, tmp_path):
    history = tmp_path / "history.csv"
    rows = "snapshot_date,Passport,Destination,Requirement\n2024-01-05,IRN,KAZ,14\n2024-01-05,KAZ,IRN,14\n"
    history.write_text(rows, encoding="utf-8")
    out_file = tmp_path / "rules.parquet"
    code, out, _ = run(capsys, "build", str(history), "--out", str(out_file))
    assert code == 0
    assert "2 rules of 2 economies in 1 snapshots" in out
    assert out_file.exists()


class TestPeople:
    def test_the_changes_among_members(self, capsys):
        _, out, _ = run(capsys, "people", "visa-free-ten")
        assert "Journeys a year" in out
        assert "+720,000" in out

    def test_places_in_persian(self, capsys):
        _, out, _ = run(capsys, "people", "exchange-places", "--language", "fa")
        assert "۵٬۰۰۰ جا در سال برای دانشجو" in out

    def test_json_holds_every_table(self, capsys):
        said = json.loads(run(capsys, "people", "exchange-places", "--json")[1])
        assert {"totals", "pairs", "places", "rules", "seed", "draws"} <= set(said)

    def test_a_union_that_moves_nobody_says_so(self, capsys):
        assert "no provision moves people" in run(capsys, "people", "eco-ten")[1]


class TestProfile:
    def test_a_pair_in_everything(self, capsys, tmp_path):
        code, out, err = run(capsys, "profile", "IRN", "KAZ", "--on", "1403/5/9", "--svg", str(tmp_path / "a.svg"))
        assert code == 0
        assert "Shared heritage" in out
        assert "a.svg" in err
        assert (tmp_path / "a.svg").read_text("utf-8").startswith("<svg")

    def test_json_has_null_for_what_is_not_known(self, capsys):
        said = json.loads(run(capsys, "profile", "IRN", "KAZ", "--json")[1])
        migrants = next(measure for measure in said["measures"] if measure["name"] == "migrants")
        assert migrants["values"] == [None, None]
