"""From a finished run to a folder of outputs: all of it, or nothing."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from peyvand.errors import OutputError, unwritable
from peyvand.reports.columns import heading
from peyvand.reports.page import render
from peyvand.reports.record import record
from peyvand.reports.tables import TABLES, tables
from peyvand.reports.workbook import workbook

if TYPE_CHECKING:
    from peyvand.run import Run

REPORT, WORKBOOK, RECORD, SCENARIO = "report.html", "peyvand.xlsx", "run.json", "scenario.toml"
FILES = frozenset(
    (REPORT, WORKBOOK, RECORD, SCENARIO, *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")))
)
"""Every name that a folder of outputs may hold."""


def write(run: Run, folder: str | Path) -> Path:
    """Write a run's report, tables, workbook and record.

    Everything is written into a temporary folder beside the wanted one, which then takes its place in one step: what
    fails leaves the old folder as it was.

    Parameters
    ----------
    run : Run
    folder : str or Path
        Made if absent. An earlier output of peyvand is replaced; a link to a folder stays a link to it.

    Returns
    -------
    Path
        Of the report's page.

    Raises
    ------
    OutputError
        If the folder cannot be written, is a file, or holds files that peyvand did not write.
    """
    wanted = output_place(Path(folder))
    contents = outputs(run)
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{wanted.name}-", dir=wanted.parent))
    except OSError as error:
        raise _unwritable(wanted, error) from error
    try:
        for name, data in contents.items():
            (fresh / name).write_bytes(data)
        fresh.chmod(0o777 & ~_umask())
        _take_place(fresh, wanted)
    except OSError as error:
        raise _unwritable(wanted, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return wanted / REPORT


def outputs(run: Run) -> dict[str, bytes]:
    """Every file of a run by name, in memory."""
    found = tables(run)
    files = {REPORT: render(run, found).encode(), SCENARIO: run.scenario.to_toml().encode()}
    for name, table in found.items():
        arrow = _arrow(table)
        files[f"{name}.csv"] = _csv(arrow)
        files[f"{name}.parquet"] = _parquet(arrow)
    files[WORKBOOK] = workbook(found, title=run.scenario.title)
    files[RECORD] = record(run, files=files).encode()
    return files


def _arrow(table: pd.DataFrame) -> pa.Table:
    """The table with each column's heading and unit in its field's metadata."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    fields = [
        field.with_metadata({"heading_en": heading(field.name, "en"), "heading_fa": heading(field.name, "fa")})
        for field in arrow.schema
    ]
    return arrow.cast(pa.schema(fields, metadata=arrow.schema.metadata))


def _csv(table: pa.Table) -> bytes:
    memory = io.BytesIO()
    pyarrow.csv.write_csv(table, memory)
    return memory.getvalue()


def _parquet(table: pa.Table) -> bytes:
    memory = io.BytesIO()
    pyarrow.parquet.write_table(table, memory, compression="zstd")
    return memory.getvalue()


# -- the folder ----------------------------------------------------------------------------------------------------
def output_place(folder: Path) -> Path:
    """Where a folder of outputs really is, links followed.

    Raises
    ------
    OutputError
        Where no output may be put: a file, or a folder with files that peyvand did not write.
    """
    try:
        place = folder.expanduser().resolve()
        _refuse_foreign(place)
    except OSError as error:
        raise _unwritable(folder, error) from error
    except RuntimeError as error:  # a loop of links, an unknown ~user
        raise OutputError(f"{folder} leads nowhere: {error}", hint="name a folder, with --out") from error
    return place


def _refuse_foreign(folder: Path) -> None:
    """Raise unless the folder is absent, empty, or an earlier output."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(f"{folder} is a file", hint="name a folder, or remove the file", path=str(folder))
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    if foreign:
        shown = ", ".join(foreign[:3]) + (" …" if len(foreign) > 3 else "")
        raise OutputError(
            f"{folder} holds files that peyvand did not write ({shown})",
            hint=f"name a new folder, for example --out {folder.name}/report",
            path=str(folder),
            foreign=foreign,
        )


def _take_place(fresh: Path, wanted: Path) -> None:
    """Put `fresh` where `wanted` is; an older folder is set aside first and put back if that fails."""
    if not wanted.exists():
        fresh.rename(wanted)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{wanted.name}-old-", dir=wanted.parent))
    wanted.rename(aside / wanted.name)
    try:
        fresh.rename(wanted)
    except OSError:
        (aside / wanted.name).rename(wanted)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return unwritable(folder, error, say=", with --out")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
