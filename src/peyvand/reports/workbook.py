"""The Excel workbook: a sheet a table for each language, Persian sheets from right to left, headings in both."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xlsxwriter

from peyvand.locale import LANGUAGES, Language, catalogue
from peyvand.reports.columns import heading

_ROWS_OF_A_SHEET = 1_048_576 - 2
_LEFT_OUT = ("flows",)  # hundreds of thousands of rows: in CSV and Parquet only
_WIDEST = 46


def workbook(tables: Mapping[str, pd.DataFrame], *, title: Mapping[Language, str]) -> bytes:
    """The whole workbook as bytes.

    Parameters
    ----------
    tables : mapping
        Tables by name; their first heading row is in the sheet's language, the second holds the column names of the
        CSV and Parquet files. Pairs without a member are left to those files.
    title : mapping
        The union's title by language.
    """
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True, "nan_inf_to_errors": False}) as book:
        book.set_properties({"title": title["en"], "comments": title["fa"], "author": "peyvand"})
        styles = _styles(book)
        sheets = {name: _shown(name, table, tables) for name, table in tables.items() if name not in _LEFT_OUT}
        for language in LANGUAGES:
            for name, table in sheets.items():
                _sheet(book, table.head(_ROWS_OF_A_SHEET), name=name, language=language, styles=styles)
    return memory.getvalue()


def _shown(name: str, table: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What a sheet holds of a table: all of it, but of the pairs only those with a member."""
    if name != "pairs":
        return table
    members = tables["economies"].loc[lambda held: held["member"], "economy"]
    return table[table["economy"].isin(members) | table["partner"].isin(members)]


def sheet_name(table: str, language: Language) -> str:
    """At most 31 characters, without the signs that Excel forbids."""
    return catalogue(language)[f"report.table.{table}"].replace("/", " ")[:31]


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    return {
        "heading": book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#F2F0E8"}
        ),
        "name": book.add_format({"font_color": "#777777", "italic": True, "font_size": 9}),
        "percent": book.add_format({"num_format": "0.00"}),
        "musd": book.add_format({"num_format": "#,##0.0"}),
        "share": book.add_format({"num_format": "0.0000"}),
        "": book.add_format({}),
    }


def _sheet(
    book: xlsxwriter.Workbook, table: pd.DataFrame, *, name: str, language: Language, styles: Mapping[str, Any]
) -> None:
    sheet = book.add_worksheet(sheet_name(name, language))
    if language == "fa":
        sheet.right_to_left()
    sheet.freeze_panes(2, 1)
    sheet.set_row(0, 45)
    for at, column in enumerate(map(str, table.columns)):
        shown = heading(column, language)
        longest = max([len(column) * 0.9, *(len(str(x)) for x in table[column].head(60) if isinstance(x, str))])
        sheet.set_column(at, at, min(max(longest, 11), _WIDEST), styles[_style(column)])
        sheet.write_string(0, at, shown, styles["heading"])
        sheet.write_string(1, at, column, styles["name"])
        for row, value in enumerate(table[column].tolist(), start=2):
            _write(sheet, row, at, value)
    sheet.autofilter(1, 0, len(table) + 1, len(table.columns) - 1)


def _write(sheet: Any, row: int, column: int, value: object) -> None:
    """Text stays text, a missing number an empty cell; nothing is ever read as a formula."""
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        if math.isfinite(value):
            sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))


def _style(column: str) -> str:
    if column.endswith("_percent"):
        return "percent"
    if column.endswith("_musd"):
        return "musd"
    return "share" if column.endswith(("_share", "_log_points", "_hat")) else ""
