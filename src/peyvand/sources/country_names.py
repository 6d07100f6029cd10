"""What is each economy called, in English and in Persian?  Names of CLDR, as shipped with Babel."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from peyvand.errors import UnknownEconomyError
from peyvand.sources.codes import REST_OF_WORLD, iso3_to_iso2, nearest_codes
from peyvand.sources.table import Source, Table

OWN = {REST_OF_WORLD: {"en": "Rest of the world", "fa": "بقیهٔ جهان"}}
"""Names of what is no economy of its own."""

CLDR = Source(
    publisher="Unicode Consortium",
    title="CLDR territory names",
    licence="Unicode Licence v3",
    url="https://cldr.unicode.org",
    vintage="as shipped with the installed Babel",
    citation="Unicode Common Locale Data Repository (CLDR), through Babel.",
    may_feed="figures",
)


def country_names(economies: Iterable[str] | None = None) -> Table:
    """Names by code: economy, iso2, name_en, name_fa; of the economies given, or of all.

    Raises
    ------
    UnknownEconomyError
        If a code is not ISO alpha-3.

    >>> country_names(["KAZ"]).frame.iloc[0].tolist()
    ['KAZ', 'KZ', 'Kazakhstan', 'قزاقستان']
    """
    from babel import Locale

    twos = iso3_to_iso2()
    english, persian = Locale("en").territories, Locale("fa").territories
    rows: list[tuple[str, str | None, str, str]] = []
    for code in twos if economies is None else economies:
        if code in OWN:
            rows.append((code, None, OWN[code]["en"], OWN[code]["fa"]))
        elif code in twos:
            rows.append((code, twos[code], english[twos[code]], persian.get(twos[code], english[twos[code]])))
        else:
            raise UnknownEconomyError(f"{code!r} is no ISO alpha-3 code", hint=nearest_codes(code, twos), code=code)
    return Table(pd.DataFrame(rows, columns=["economy", "iso2", "name_en", "name_fa"]), CLDR)
