"""Which trade agreements exist and who is in them?  DESTA, as kept by the manytreaties project, to October 2025."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from peyvand.errors import DataError
from peyvand.sources.codes import codes_of_names, tidy_codes
from peyvand.sources.files import read_frame
from peyvand.sources.table import Source, Table

DESTA = Source(
    publisher="PANARCHIC project, Geneva Graduate Institute; DESTA project",
    title="manytreaties: trade agreements of DESTA and their parties",
    licence="CC BY 4.0",
    url="https://github.com/globalgov/manytreaties",
    vintage="package 1.0.0, 2025-10 (agreements to 2020)",
    citation="A. Dür, L. Baccini and M. Elsig (2014), The design of international trade agreements: introducing a new "
    "dataset, Review of International Organizations 9, 353-375; J. Hollway, manytreaties (2025).",
    may_feed="figures",
)
NOTES = (
    "years only; an agreement without a year in force may have come into force unrecorded",
    "ends are not recorded: in force cannot be assumed from an entry into force",
)


def read_agreements(path: str | Path) -> Table:
    """Agreements: agreement (DESTA number), title, kind, scope (bilateral, regional, …), signed_year, in_force_year."""
    columns = {"destaID": "agreement", "Title": "title", "TypeAgree": "kind", "TypeAmbit": "scope"}
    frame = read_frame(path, columns | {"Signature": "signed_year", "Force": "in_force_year"})
    frame = _tidy(frame, path)
    frame[["kind", "scope"]] = frame[["kind", "scope"]].apply(lambda column: column.str.lower())
    return Table(frame.drop_duplicates(ignore_index=True), DESTA, (*NOTES, "protocols share their agreement's number"))


def read_members(path: str | Path) -> Table:
    """Parties: agreement (DESTA number), title, economy, signed_year, in_force_year.

    A party that joined or signed again has a row for each time.
    """
    columns = {"destaID": "agreement", "Title": "title", "stateID": "economy", "StateName": "name"}
    frame = read_frame(path, columns | {"Signature": "signed_year", "Force": "in_force_year"})
    frame["economy"] = frame["economy"].fillna(codes_of_names(frame["name"]))
    unknown = sorted(frame.loc[frame["economy"].isna(), "name"].unique())
    if unknown:
        raise DataError(f"{Path(path).name}: {unknown[0]!r} is no economy that peyvand knows", names=unknown)
    frame["economy"] = tidy_codes(frame["economy"], path=path)
    frame = _tidy(frame.drop(columns="name"), path)
    return Table(frame.drop_duplicates(ignore_index=True), DESTA, NOTES)


def _tidy(frame: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    for name in ("signed_year", "in_force_year"):
        number = pd.to_numeric(frame[name], errors="coerce")
        if (number.isna() & frame[name].notna()).any():
            raise DataError(f"{Path(path).name}: {name} holds what is no year")
        frame[name] = number.astype("Int64")
    frame["agreement"] = pd.to_numeric(frame["agreement"]).astype("Int64")
    return frame
