"""What do an exchange office's two files say?  Universities and students; small faults are mended and told.

`universities.csv`: university, country, export_quota, import_quota, tolerated_imbalance (0 where empty).
`students.csv`: student, home, internal_rank, choices – universities in strict order, the best first, with `;` between.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from peyvand.errors import DataError, UnknownEconomyError, UnknownNameError, did_you_mean
from peyvand.sources.codes import economy_code, iso3_to_iso2, nearest_codes

UNIVERSITY_COLUMNS = ("university", "country", "export_quota", "import_quota", "tolerated_imbalance")
STUDENT_COLUMNS = ("student", "home", "internal_rank", "choices")
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)
_SEPARATORS = str.maketrans("؛|", ";;")


@dataclass(frozen=True, slots=True)
class University:
    """A line of `universities.csv`."""

    name: str
    country: str
    export_quota: int
    import_quota: int
    tolerance: int


@dataclass(frozen=True, slots=True)
class Student:
    """A line of `students.csv`, its choices mended."""

    name: str
    home: str
    rank: int
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """What was mended in a line: `kind` is repeated, home or closed (a university that takes nobody)."""

    kind: str
    file: str
    line: int
    student: str
    university: str


def read_universities(path: str | Path) -> tuple[University, ...]:
    """The universities of a round.

    Raises
    ------
    DataError
        Naming file and line: a column missing, a quota negative or no whole number, a university twice.
    UnknownEconomyError
        If a country is no code or name of an economy.
    """
    found: dict[str, tuple[int, University]] = {}
    for line, row in _rows(path, UNIVERSITY_COLUMNS):
        where = f"{Path(path).name}, line {line}"
        name = _named(row, "university", where)
        if name in found:
            raise DataError(f"{where}: the university {name!r} stands already in line {found[name][0]}")
        numbers = [_whole(row, column, where) for column in UNIVERSITY_COLUMNS[2:]]
        found[name] = line, University(name, _country(row["country"], where), *numbers)
    if not found:
        raise DataError(f"{Path(path).name} names no university", hint=", ".join(UNIVERSITY_COLUMNS))
    return tuple(university for _, university in found.values())


def read_students(
    path: str | Path, universities: tuple[University, ...]
) -> tuple[tuple[Student, ...], tuple[Repair, ...]]:
    """The students of a round, and what was mended: choices repeated, of one's home, of a university that takes nobody.

    Raises
    ------
    DataError
        Naming file and line: a student twice, a rank that is no whole number.
    UnknownNameError
        If a home or a choice is not among the universities, with the nearest that is.
    """
    known = {university.name: university for university in universities}
    found: dict[str, tuple[int, Student]] = {}
    repairs: list[Repair] = []
    for line, row in _rows(path, STUDENT_COLUMNS):
        where = f"{Path(path).name}, line {line}"
        name, home = _named(row, "student", where), _named(row, "home", where)
        if name in found:
            raise DataError(f"{where}: the student {name!r} stands already in line {found[name][0]}")
        said = [choice.strip() for choice in row["choices"].translate(_SEPARATORS).split(";") if choice.strip()]
        for university in (home, *said):
            if university not in known:
                hint = did_you_mean(university, known)
                raise UnknownNameError(f"{where}: no university {university!r} in this round", hint=hint)
        choices: list[str] = []
        for choice in said:
            kind = _fault(choice, home, choices, known)
            if kind:
                repairs.append(Repair(kind, Path(path).name, line, name, choice))
            else:
                choices.append(choice)
        found[name] = line, Student(name, home, _whole(row, "internal_rank", where), tuple(choices))
    if not found:
        raise DataError(f"{Path(path).name} names no student", hint=", ".join(STUDENT_COLUMNS))
    return tuple(student for _, student in found.values()), tuple(repairs)


def _fault(choice: str, home: str, before: list[str], known: dict[str, University]) -> str:
    if choice == home:
        return "home"
    if choice in before:
        return "repeated"
    return "closed" if known[choice].import_quota == 0 else ""


def _rows(path: str | Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of every row that is not blank."""
    place = Path(path)
    try:
        text = place.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"no file {place}", hint="give universities.csv and students.csv") from None
    except (OSError, UnicodeError) as error:
        raise DataError(f"{place.name} cannot be read: {error}", hint="save it as CSV in UTF-8") from None
    reader = csv.DictReader(text.splitlines(), restkey="")
    held = [str(name).strip() for name in reader.fieldnames or ()]
    for name in columns:
        if name not in held:
            raise DataError(f"{place.name} has no column {name!r}", hint=did_you_mean(name, held) if held else None)
    reader.fieldnames = held
    for row in reader:
        if "" in row and any(row[""]):
            hint = "put choices between quotes, or ; between them"
            raise DataError(f"{place.name}, line {reader.line_num}: more cells than columns", hint=hint)
        cells = {name: (row[name] or "").strip() for name in columns}
        if any(cells.values()):
            yield reader.line_num, cells


def _named(row: dict[str, str], column: str, where: str) -> str:
    if not row[column]:
        raise DataError(f"{where}: {column} is empty")
    return row[column]


def _whole(row: dict[str, str], column: str, where: str) -> int:
    said = row[column].translate(_DIGITS)
    if not said and column == "tolerated_imbalance":
        return 0
    try:
        value = int(said)
    except ValueError:
        raise DataError(f"{where}: {column} is {row[column]!r}, not a whole number") from None
    if value < 0:
        raise DataError(f"{where}: {column} is {value}, below zero", hint="0 closes it")
    return value


def _country(said: str, where: str) -> str:
    code = said.upper() if said.upper() in iso3_to_iso2() else economy_code(said)
    if code is None:
        hint = nearest_codes(said, iso3_to_iso2())
        raise UnknownEconomyError(f"{where}: {said!r} is no economy", hint=hint, code=said)
    return code
