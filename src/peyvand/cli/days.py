"""Days as people write them: in either calendar and any digits, and as they are shown."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from peyvand.locale import Language

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)
_LAST_JALALI_YEAR = 1700


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in the stubs only
    """A day in either calendar and any digits: 2024-07-30, 1403/5/9 or ۱۴۰۳/۵/۹."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        said = str(value).translate(_DIGITS).replace("/", "-")
        try:
            year, month, day = (int(part) for part in said.split("-"))
            if year >= _LAST_JALALI_YEAR:
                return date(year, month, day)
            import jdatetime

            found: date = jdatetime.date(year, month, day).togregorian()
        except ValueError:
            self.fail(f"{value!r} is no day; write 2024-07-30 or 1403-05-09", param, ctx)
        return found


ON = click.option("--on", "day", type=Day(), help="The day (2024-07-30, or Jalali 1403-05-09); the last known one.")


def day_words(day: date, language: Language) -> str:
    """The day in the reader's calendar and digits."""
    if language == "en":
        return day.isoformat()
    import jdatetime

    from peyvand.locale import localise_digits

    return localise_digits(jdatetime.date.fromgregorian(date=day).strftime("%Y/%m/%d"), "fa")
