"""Which economy is this?  ISO alpha-3 codes from the codes and names that publishers use.

The codes and names are those of CLDR (as shipped with Babel); `aliases.csv` adds the spellings that CLDR does not have.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.errors import DataError, UnknownEconomyError, did_you_mean

REST_OF_WORLD = "ROW"
WORLD = "WLD"
FORMER = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "PAL": "PSE", "BUR": "MMR", "WBG": "PSE", "KSV": "XKX"}
"""Old or private codes of an economy that still stands, and its code today."""
GONE = ("ANT", "CSK", "DDR", "SCG", "SUN", "VDR", "YMD", "YUG", "EAZ", "ZAN", "RVN")
"""Codes of economies that are no more: true in old panels, without one successor."""
RESERVED = ("ASC", "CPT", "DGA", "FXX", "TAA")
"""Codes that ISO keeps for places inside other economies."""


@cache
def iso3_to_iso2() -> dict[str, str]:
    """ISO alpha-3 → alpha-2, from CLDR.

    >>> iso3_to_iso2()["IRN"], iso3_to_iso2()["NAM"]
    ('IR', 'NA')
    """
    found = {code: twos[0] for code, twos in _alpha3().items() if code not in FORMER}
    return dict(sorted((found | {"XKX": "XK"}).items()))


@cache
def iso2_to_iso3() -> dict[str, str]:
    """ISO alpha-2 → alpha-3."""
    return {two: three for three, two in iso3_to_iso2().items()}


@cache
def m49_to_iso3() -> dict[str, str]:
    """UN M49 number as three digits → ISO alpha-3.

    >>> m49_to_iso3()["364"]
    'IRN'
    """
    back = iso2_to_iso3()
    return {number: back[twos[0]] for number, twos in _numbers().items() if len(twos) == 1 and twos[0] in back}


def economy_code(name: str) -> str | None:
    """The ISO alpha-3 code of an economy named in English, Persian or Russian; None where the name is not known.

    >>> economy_code("Kyrgyz Republic"), economy_code("Российская Федерация"), economy_code("قزاقستان")
    ('KGZ', 'RUS', 'KAZ')
    """
    return _names().get(_plain(name))


def codes_of_names(names: pd.Series) -> pd.Series:
    """ISO alpha-3 codes of a column of names; missing where a name is not an economy's."""
    code = {name: economy_code(str(name)) for name in names.unique()}
    return names.map(code).astype("object")


def known_codes(*, also: Collection[str] = ()) -> set[str]:
    """Every code that a table may hold: ISO alpha-3, gone economies, the rest of the world, and those in `also`."""
    return {*iso3_to_iso2(), *GONE, *FORMER, REST_OF_WORLD, WORLD, *(code.upper() for code in also)}


def tidy_codes(codes: pd.Series, *, path: str | Path, also: Collection[str] = ()) -> pd.Series:
    """Codes in capitals, old ones replaced by today's; refuses what is no code.

    Raises
    ------
    DataError
        If a code is missing.
    UnknownEconomyError
        If a code is neither ISO alpha-3 nor in `also`.
    """
    empty = np.flatnonzero(codes.isna())
    if empty.size:
        where = f"in {empty.size} of {len(codes)} rows, first at row {empty[0] + 1}"
        raise DataError(f"{Path(path).name}: {codes.name} is missing {where}", rows=empty.tolist()[:100])
    tidy = {code: str(code).strip().upper() for code in codes.unique()}
    known = known_codes(also=also)
    unknown = sorted(set(tidy.values()) - known)
    if unknown:
        raise UnknownEconomyError(
            f"{Path(path).name}: {codes.name} holds {unknown[0]!r}, which is no ISO alpha-3 code"
            + (f" (and {len(unknown) - 1} more such)" if len(unknown) > 1 else ""),
            hint=nearest_codes(unknown[0], known),
            codes=unknown,
        )
    return codes.map({code: FORMER.get(new, new) for code, new in tidy.items()})


def nearest_codes(word: str, known: Collection[str]) -> str:
    """A hint with the code of a name, or the codes that two swapped letters or one wrong letter make of a word.

    >>> nearest_codes("KZA", iso3_to_iso2()), nearest_codes("Kazakhstan", iso3_to_iso2())
    ("did you mean 'KAZ'?", "did you mean 'KAZ'?")
    """
    named = economy_code(word)
    near = [code for code in known if sorted(code) == sorted(word.upper())]
    near = [named] if named else near or [code for code in known if _wrong_letters(code, word.upper()) == 1]
    if not near:
        return did_you_mean(word, sorted(known))
    return "did you mean " + " or ".join(repr(code) for code in sorted(near)[:4]) + "?"


def is_economy(codes: pd.Series) -> pd.Series:
    """True for the codes of economies, False for the aggregates that the World Bank mixes in with them."""
    return codes.isin(set(iso3_to_iso2()))


def _wrong_letters(code: str, word: str) -> int:
    return sum(a != b for a, b in zip(code, word, strict=False)) + abs(len(code) - len(word))


@cache
def _alpha3() -> dict[str, list[str]]:
    from babel import Locale
    from babel.core import get_global

    named = Locale("en").territories
    aliases = get_global("territory_aliases")
    three = {code: twos for code, twos in aliases.items() if len(code) == 3 and code.isalpha() and len(twos) == 1}
    kept = {code: twos for code, twos in three.items() if twos[0] in named and code not in (*GONE, *RESERVED)}
    return {code: twos for code, twos in kept.items() if not _is_private(code)}


def _is_private(code: str) -> bool:
    """ISO 3166 leaves AAA–AAZ, QMA–QZZ, XAA–XZZ and ZZA–ZZZ to users."""
    return code[:2] in ("AA", "ZZ") or code[0] == "X" or (code[0] == "Q" and code[1] >= "M")


@cache
def _numbers() -> dict[str, list[str]]:
    from babel.core import get_global

    return {code: twos for code, twos in get_global("territory_aliases").items() if code.isdigit()}


@cache
def _names() -> dict[str, str]:
    from babel import Locale

    back = iso2_to_iso3()
    found = {}
    for language in ("ru", "fa", "en"):
        for two, name in Locale(language).territories.items():
            if two in back:
                found[_plain(name)] = back[two]
    with files("peyvand.sources").joinpath("aliases.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[_plain(row["name"])] = row["iso3"]
    return found


def _plain(name: str) -> str:
    """The name without case, accents, articles and punctuation, "&" and "St." written out."""
    text = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("ي", "ی").replace("ك", "ک"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    words = re.sub(r"[\W_]+", " ", text).split()
    return " ".join({"st": "saint", "i̇": "i"}.get(word, word) for word in words if word != "the")
