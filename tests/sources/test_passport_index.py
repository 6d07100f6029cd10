"""The reader of visa rules: every coding of the history, and what it refuses."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from peyvand.errors import DataError, UnknownEconomyError
from peyvand.sources.passport_index import read_rules

HEAD = "snapshot_date,Passport,Destination,Requirement\n"


def rules(tmp_path, *rows):
    file = tmp_path / "history.csv"
    file.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return read_rules(file)


@pytest.mark.parametrize(
    ("day", "said", "regime", "days"),
    [
        ("2019-11-23", "3", "free", None),
        ("2019-12-17", "2", "e_visa_or_on_arrival", None),
        ("2019-12-17", "0", "required", None),
        ("2020-02-07", "ETA", "e_visa_or_on_arrival", None),
        ("2020-05-09", "VOA", "eta_or_e_visa", None),
        ("2020-02-07", "3", "free", 3),
        ("2020-11-19", "eta", "eta", None),
        ("2020-11-19", "covid ban", "closed", None),
        ("2022-11-06", "Hayya Entry Permit", "special_permit", None),
        ("2023-08-15", "no admission", "no_admission", None),
        ("2026-02-17", " Visa On Arrival ", "on_arrival", None),
    ],
)
def test_one_coding(tmp_path, day, said, regime, days):
    row = rules(tmp_path, f"{day},irn,KAZ,{said}").frame.iloc[0]
    assert (row["origin"], row["destination"], row["regime"]) == ("IRN", "KAZ", regime)
    assert pd.isna(row["days"]) if days is None else row["days"] == days


def test_own_nationals_are_left_out(tmp_path):
    frame = rules(tmp_path, "2026-02-17,IRN,IRN,-1", "2026-02-17,IRN,KAZ,14").frame
    assert len(frame) == 1


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        (["2026-02-17,IRN,KAZ,perhaps"], DataError, "'perhaps' is no visa rule of 2026-02-17"),
        (["2019-11-23,IRN,KAZ,4"], DataError, "'4' is no visa rule of 2019-11-23"),
        (["2026-02-30,IRN,KAZ,14"], DataError, "'2026-02-30' in row 1 is no day"),
        (["2026-02-17,IRN,KZA,14"], UnknownEconomyError, "KZA"),
        (["2026-02-17,IRN,KAZ,14", "2026-02-17,irn,kaz,30"], DataError, "more than one row"),
    ],
)
def test_refusals(tmp_path, rows, error, words):
    with pytest.raises(error, match=words):
        rules(tmp_path, *rows)


def test_a_single_snapshot(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("Passport,Destination,Requirement\nIRN,KAZ,14\n", encoding="utf-8")
    assert read_rules(file, snapshot=date(2026, 2, 17)).frame["snapshot"].iloc[0] == pd.Timestamp("2026-02-17")
