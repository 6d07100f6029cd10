"""An exchange round from an office's files: order of rows, dirty input, size, and what balance costs."""

from __future__ import annotations

import json
import random
import time

import pandas as pd
import pytest

from peyvand.cli import main
from peyvand.errors import DataError, UnknownEconomyError, UnknownNameError
from peyvand.mobility import Student, University, match, read_students, read_universities

HALLS = "university,country,export_quota,import_quota,tolerated_imbalance\n"
PEOPLE = "student,home,internal_rank,choices\n"
GOOD_HALLS = HALLS + "Tehran,IRN,2,2,\nAlmaty,Kazakhstan,2,2,0\nTashkent,UZB,1,1,1\n"
GOOD_PEOPLE = PEOPLE + "Sara,Tehran,1,Almaty;Tashkent\nReza,Tehran,2,Tashkent;Almaty\nAigerim,Almaty,1,Tehran\n"


def files(tmp_path, halls=GOOD_HALLS, people=GOOD_PEOPLE):
    paths = tmp_path / "universities.csv", tmp_path / "students.csv"
    for path, content in zip(paths, (halls, people), strict=True):
        path.write_text(content, encoding="utf-8")
    return paths


def read(tmp_path, **content):
    halls, people = files(tmp_path, **content)
    universities = read_universities(halls)
    return universities, *read_students(people, universities)


def large_round(halls, people, *, seed=1):
    rng = random.Random(seed)
    names = [f"u{at:03}" for at in range(halls)]
    countries = ["IRN", "KAZ", "UZB", "TUR"]
    universities = [
        University(name, rng.choice(countries), rng.randint(0, 150), rng.randint(1, 150), rng.randint(0, 5))
        for name in names
    ]
    students = []
    for at in range(people):
        home = rng.choice(names)
        others = [name for name in names if name != home]
        students.append(
            Student(
                f"s{at:05}", home, rng.randint(1, 300), tuple(rng.sample(others, rng.randint(0, min(10, len(others)))))
            )
        )
    return universities, students


class TestRounds:
    def test_the_order_of_rows_does_not_matter(self):
        universities, students = large_round(8, 200)
        first = match(universities, students, seed=3)
        rng = random.Random(0)
        rng.shuffle(universities)
        rng.shuffle(students)
        again = match(universities, students, seed=3)
        pd.testing.assert_frame_equal(first.placements, again.placements)
        pd.testing.assert_frame_equal(first.universities, again.universities)

    def test_a_hundred_universities_and_twenty_thousand_students(self):
        universities, students = large_round(100, 20_000)
        started = time.perf_counter()
        found = match(universities, students)
        assert time.perf_counter() - started < 10
        table = found.universities
        assert (table["balance"].abs() <= table["tolerance"]).all()
        assert (table["sent"] <= table["export_quota"]).all()
        assert (table["taken"] <= table["import_quota"]).all()
        assert table["sent"].sum() == table["taken"].sum() == found.placed_count > 5000
        assert (found.unplaced["reason"] != "").all()
        assert found.countries["balance"].sum() == 0

    def test_balance_costs_places_and_deferred_acceptance_loses_it(self):
        universities, students = large_round(20, 2000)
        cycles, deferred = (match(universities, students, method=method) for method in ("cycles", "deferred"))
        assert deferred.largest_imbalance > 5 >= cycles.largest_imbalance
        assert deferred.placed_count > cycles.placed_count

    def test_deferred_acceptance_leaves_nobody_a_free_place_she_prefers(self):
        universities, students = large_round(10, 300)
        found = match(universities, students, method="deferred")
        free = found.universities.set_index("university").eval("import_quota - taken")
        said = {student.name: student.choices for student in students}
        for row in found.placements.itertuples():
            if row.reason in ("", "choices_full"):
                better = said[row.student][: row.choice - 1] if row.university else said[row.student]
                assert all(free[choice] == 0 for choice in better)

    def test_ties_follow_the_published_lottery(self):
        halls = [University("A", "IRN", 1, 1, 0), University("B", "KAZ", 1, 1, 0)]
        people = [Student(name, "A", 1, ("B",)) for name in "xyz"] + [Student("w", "B", 1, ("A",))]
        winners = {
            match(halls, people, seed=seed).placements.query("university == 'B'")["student"].item()
            for seed in range(30)
        }
        assert winners == {"x", "y", "z"}

    def test_a_better_rank_at_home_goes_first(self):
        halls = [University("A", "IRN", 1, 1, 0), University("B", "KAZ", 1, 1, 0)]
        people = [Student("late", "A", 2, ("B",)), Student("first", "A", 1, ("B",)), Student("w", "B", 1, ("A",))]
        found = match(halls, people).placements.set_index("student")
        assert found.loc["first", "university"] == "B"
        assert found.loc["late", "reason"] == "sent_enough"


class TestFiles:
    def test_digits_names_and_separators_of_both_languages(self, tmp_path):
        halls = HALLS + "تهران,ایران,۲,٢,۱\nAlmaty,KAZ,2,2,0\n"
        people = PEOPLE + "رضا,تهران,۱,Almaty\nAigerim,Almaty,1,تهران؛ Almaty\n"
        universities, students, repairs = read(tmp_path, halls=halls, people=people)
        assert universities[0] == University("تهران", "IRN", 2, 2, 1)
        assert students[1].choices == ("تهران",)
        assert [(repair.kind, repair.line) for repair in repairs] == [("home", 3)]

    def test_small_faults_are_mended_and_told(self, tmp_path):
        halls = GOOD_HALLS + "Shut,TUR,1,0,0\n"
        people = PEOPLE + "Sara,Tehran,1,Almaty;Shut;Almaty;Tehran\n"
        _, students, repairs = read(tmp_path, halls=halls, people=people)
        assert students[0].choices == ("Almaty",)
        assert [repair.kind for repair in repairs] == ["closed", "repeated", "home"]
        assert {(repair.file, repair.line) for repair in repairs} == {("students.csv", 2)}

    @pytest.mark.parametrize(
        ("content", "error", "words"),
        [
            ({"halls": HALLS + "Tehran,IRN,-1,2,0\n"}, DataError, "universities.csv, line 2: export_quota is -1"),
            ({"halls": HALLS + "Tehran,IRN,1.5,2,0\n"}, DataError, "line 2: export_quota is '1.5', not a whole"),
            ({"halls": HALLS + "Tehran,IRR,1,2,0\n"}, UnknownEconomyError, "line 2: 'IRR' is no economy"),
            ({"halls": GOOD_HALLS + "Tehran,IRN,1,1,0\n"}, DataError, "line 5: .* already in line 2"),
            ({"halls": HALLS}, DataError, "names no university"),
            ({"halls": "university,country\n"}, DataError, "no column 'export_quota'"),
            ({"halls": HALLS + ",IRN,1,1,0\n"}, DataError, "line 2: university is empty"),
            ({"people": GOOD_PEOPLE + "Sara,Almaty,1,Tehran\n"}, DataError, "line 5: .*'Sara' .* in line 2"),
            ({"people": PEOPLE + "Sara,Tehran,1,Almatty\n"}, UnknownNameError, "line 2: no university 'Almatty'"),
            ({"people": PEOPLE + "Sara,Tehrann,1,Almaty\n"}, UnknownNameError, "line 2: no university 'Tehrann'"),
            ({"people": PEOPLE + "Sara,Tehran,,Almaty\n"}, DataError, "internal_rank is ''"),
            ({"people": PEOPLE + "Sara,Tehran,1,Almaty,Tashkent\n"}, DataError, "line 2: more cells than columns"),
            ({"people": PEOPLE}, DataError, "names no student"),
        ],
    )  # fmt: skip
    def test_refusals_name_file_and_line(self, tmp_path, content, error, words):
        with pytest.raises(error, match=words):
            read(tmp_path, **content)

    def test_no_file(self, tmp_path):
        with pytest.raises(DataError, match="no file"):
            read_universities(tmp_path / "nothing.csv")


class TestCommand:
    def run(self, capsys, *args):
        with pytest.raises(SystemExit) as stop:
            main(["mobility", "match", *map(str, args)])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    @pytest.mark.parametrize("language", ["en", "fa"])
    def test_tables(self, capsys, tmp_path, language):
        code, out, _ = self.run(capsys, *files(tmp_path), "--out", tmp_path / "round", "-l", language)
        assert code == 0
        assert ("2 of 3 students" if language == "en" else "۲ از ۳ دانشجو") in out
        placed = pd.read_csv(tmp_path / "round" / "placements.csv", keep_default_na=False)
        assert dict(zip(placed["student"], placed["university"], strict=True)) == {
            "Aigerim": "Tehran", "Sara": "Almaty", "Reza": "",
        }  # fmt: skip

    def test_json(self, capsys, tmp_path):
        _, out, _ = self.run(capsys, *files(tmp_path), "--json", "--seed", 5, "--method", "deferred")
        said = json.loads(out)
        assert (said["seed"], said["method"], said["placed"]) == (5, "deferred", 3)

    def test_a_wrong_file_says_where(self, capsys, tmp_path):
        code, _, err = self.run(capsys, *files(tmp_path, people=PEOPLE + "Sara,Tehran,1,Almatty\n"))
        assert code == 2
        assert "students.csv, line 2" in err
        assert "did you mean 'Almaty'" in err
