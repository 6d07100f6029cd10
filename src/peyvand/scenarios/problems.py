"""What is not clear in a union file, said so that its writer can mend it: the line, the key, the nearest right word."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from pydantic import ValidationError

from peyvand.errors import ScenarioError, did_you_mean
from peyvand.scenarios.provisions import KINDS, NOT_YET, TariffException

UNION_KEYS = (
    "title", "world", "as_of", "members", "kind", "phase_in_years", "leaves", "external_tariff", "revenue_shares",
    "provision",
)  # fmt: skip
_WORD_OR_TABLE = {
    "external_tariff": "'own', 'average', 'minimum' or a table { … }",
    "revenue_shares": "'collected', 'imports', 'gdp', 'population', 'equal' or a table { … }",
}
"""Keys that hold a word or a table, and what each may hold."""
_EXAMPLES = {
    "title": 'title = { en = "…", fa = "…" }',
    "members": 'members = ["IRN", "KAZ"]',
    "kind": 'kind = "tariff"',
    "world": 'world = "eurasia-2019"',
    "as_of": "as_of = 2019-12-31, a date without quotes",
    "phase_in_years": "phase_in_years = 5, whole years",
    "leaves": 'leaves = ["EAEU"]',
    "external_tariff": 'external_tariff = "own", or a rate by sector: { mining = 0.05 }',
    "revenue_shares": 'revenue_shares = "imports"; or "gdp", "population", "equal", or { IRN = 0.4, KAZ = 0.6 }',
    "compliance_cost_percent": "compliance_cost_percent = 3, of the value",
    "use_share": "use_share = 0.8, of the trade for which the preference is worth its papers",
    "share": "share = 0.2, of the member's imports in these sectors",
    "provision": "every provision begins with [[provision]]",
    "cut_share": "cut_share = 1.0 takes the whole tariff off",
    "fade_share": "fade_share = 0.25 lets a quarter fade",
    "cut_percent": "cut_percent = 3 takes 3% of cost off",
    "cap_percent": "cap_percent = 25, of cost",
    "estimate": "peyvand scenario list names them",
    "sectors": 'sectors = ["machinery_equipment"]',
    "except_sectors": 'except_sectors = ["agriculture_food"]',
    "pairs": 'pairs = [["IRN", "KAZ"]], two members each',
    "regime": 'regime = "free"; or "eta", "on_arrival", "e_visa", "required"',
    "places_per_year": "places_per_year = 5000, a whole number",
    "exceptions": 'exceptions = [{ exporter = "IRN", importer = "KAZ", cut_share = 0.5 }]',
}
_WANTED = {
    "dict_type": "a table {{ … }}",
    "model_type": "a table {{ … }}",
    "model_attributes_type": "a table {{ … }}",
    "list_type": "a list [ … ]",
    "tuple_type": "a list [ … ]",
    "string_type": "a text in quotes",
    "float_type": "a number",
    "int_type": "a whole number",
    "date_type": "a date",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
    "too_long": "at most {max_length} items",
    "literal_error": "{expected}",
}
"""What a file should have said, by pydantic's name for the rule that was broken."""

_DATE = re.compile(r"=\s*(\d+\s*[-/.]\s*\d+\s*[-/.]\s*\d+\S*)")
_DECIMAL_COMMA = re.compile(r"=\s*\d+,\d")
_OTHER_DIGITS = re.compile(r"=\s*[-+]?[\u0660-\u0669\u06f0-\u06f9]")
Place = tuple[str | int, ...]


def scenario_error(error: ValidationError, *, text: str = "", name: str = "the union") -> ScenarioError:
    """Everything that a file leaves unclear, as one error; the hint is that of the first thing."""
    found: list[tuple[str, str | None, int | None]] = []
    for detail in error.errors(include_url=False):
        if _of_another_type(detail):
            continue
        place = _without_tags(detail["loc"])
        message, hint = _say(detail, place)
        line = line_of(text, place)
        found.append((f"line {line}: {message}" if line else message, hint, line))
    found.sort(key=lambda row: ("is missing" in row[0], row[2] or 0))  # a mistyped key explains a missing one
    messages = [message for message, _, _ in found]
    said = messages[0] if len(messages) == 1 else "\n" + "\n".join(f"- {message}" for message in messages)
    return ScenarioError(f"{name}: {said}", hint=found[0][1], problems=tuple(messages), found=error)


def not_toml(error: Exception, *, text: str, name: str) -> ScenarioError:
    """A file that TOML's reader refuses: the line, what stands there and how it is written instead."""
    said = str(error)
    lines = text.rstrip().splitlines()
    found = re.search(r"at line (\d+)", said)
    line = int(found[1]) if found else len(lines)
    written = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    place = f"{name} is not TOML: line {line}"
    wrong_day = _DATE.search(written)
    if wrong_day:
        return ScenarioError(
            f"{place}: {wrong_day[1]} is no day", hint="a day is year-month-day, such as 2019-12-31", line=line
        )
    if any(words in said for words in ("overwrite", "twice", "Duplicate")):
        hint = "a key stands once in its table: keep one of the two"
        return ScenarioError(f"{place}: {written} says a key twice", hint=hint, line=line)
    if _DECIMAL_COMMA.search(written):
        return ScenarioError(f"{place}: {written}", hint="decimals follow a point, such as 0.5", line=line)
    if _OTHER_DIGITS.search(written):
        return ScenarioError(f"{place}: {written}", hint="numbers are written with the digits 0 to 9", line=line)
    return ScenarioError(f"{name} is not TOML: {said}", hint="strings stand in quotes, lists in [ ]", line=line)


def line_of(text: str, place: Place) -> int | None:
    """The line of a key in a TOML text: of the n-th [[provision]], or at the top; as near as can be told."""
    if not text or not place:
        return None
    lines = text.splitlines()
    start = 0
    keys = [part for part in place if isinstance(part, str)]
    if place[0] == "provision" and len(place) > 1 and isinstance(place[1], int):
        heads = [at for at, line in enumerate(lines) if re.match(r"\s*\[\[\s*provision\s*\]\]", line)]
        if place[1] >= len(heads):
            return None
        start = heads[place[1]]
        stop = heads[place[1] + 1] if place[1] + 1 < len(heads) else len(lines)
        wanted = keys[1:]
    else:
        stop = len(lines)
        wanted = keys
    for key in reversed(wanted):
        for at in range(start, stop):
            if re.search(rf"(^|[\s{{,\[.]){re.escape(key)}[\"']?\s*(=|\]|\.)", lines[at]):
                return at + 1
    return start + 1 if start else None


def _say(detail: Any, place: Place) -> tuple[str, str | None]:
    """A message and a hint in plain words for one of pydantic's findings."""
    where = _where(place)
    key = next((part for part in reversed(place) if isinstance(part, str) and part != "[key]"), "")
    given = detail.get("input")
    context = detail.get("ctx", {})
    match detail["type"]:
        case "unclear":
            return str(context["message"]), str(context["hint"])
        case "extra_forbidden":
            owners = [kind for kind, model in KINDS.items() if key in model.model_fields]
            hint = f"{key} is a key of {' and '.join(owners)}" if owners else None
            return f"no key {key!r} {where}", hint or did_you_mean(key, _keys_at(place[:-1], detail))
        case "missing" if place and isinstance(place[-1], int):
            return f"{key} {where}: something is missing", _EXAMPLES.get(key)
        case "missing":
            return f"{key!r} is missing {where}", _EXAMPLES.get(key)
        case "union_tag_invalid":
            kind = str(context["tag"])
            if kind in NOT_YET:
                return f"provisions of kind {kind!r} are not simulated yet", f"simulated are {', '.join(KINDS)}"
            return f"no provision of kind {kind!r}", did_you_mean(kind, [*KINDS, *NOT_YET])
        case "union_tag_not_found":
            return "a provision does not say its kind", f"kind = one of {', '.join(KINDS)}"
        case "literal_error" if isinstance(given, str) and key not in _WORD_OR_TABLE:
            choices = re.findall(r"'([^']*)'", context.get("expected", ""))
            return f"{key} cannot be {given!r}", did_you_mean(given, choices)
        case "value_error":
            return str(context.get("error", detail["msg"])), "say it in one way"
        case _:
            return f"{key} = {_written(given)} {where}: should be {_wanted(detail)}", _EXAMPLES.get(key)


def _wanted(detail: Any) -> str:
    """What the file should have said in a value's place."""
    given, kind = detail.get("input"), detail["type"]
    if isinstance(given, float) and not math.isfinite(given) and not kind.endswith("_type"):
        return "a finite number"
    if kind.startswith("date_"):
        return _WANTED["date_type"]
    if kind in ("int_from_float", "int_parsing"):
        return _WANTED["int_type"]
    if kind == "literal_error" and detail["loc"][0] in _WORD_OR_TABLE:
        return _WORD_OR_TABLE[detail["loc"][0]]
    return _WANTED[kind].format(**detail.get("ctx", {})) if kind in _WANTED else str(detail["msg"]).lower()


def _written(given: object) -> str:
    """A value as a file would write it, cut short."""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, date):
        return given.isoformat()
    shown = repr(list(given) if isinstance(given, tuple) else given)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def _where(place: Place) -> str:
    if place and place[0] == "provision" and len(place) > 1 and isinstance(place[1], int):
        return f"in provision {place[1] + 1}"
    return "in the file"


def _keys_at(place: Place, detail: Any) -> tuple[str, ...]:
    """The keys that are allowed at a place."""
    if not place:
        return UNION_KEYS
    if place[0] == "title":
        return ("en", "fa")
    if "exceptions" in place:
        return tuple(TariffException.model_fields)
    kind = next((part for part in detail["loc"] if part in KINDS), None)
    return tuple(KINDS[kind].model_fields) if kind else UNION_KEYS


def _of_another_type(detail: Any) -> bool:
    """Whether a finding is about a type, word or table, that the writer of a key that may be either did not mean."""
    place, given = detail["loc"], detail.get("input")
    if len(place) < 2 or place[0] not in _WORD_OR_TABLE:
        return False
    if str(place[1]).startswith("literal["):
        return isinstance(given, dict)
    return len(place) == 2 and not isinstance(given, dict)


def _without_tags(place: Place) -> Place:
    """pydantic's place without the provision kinds and types that it puts between keys."""
    if len(place) > 1 and place[0] in _WORD_OR_TABLE:
        return (place[0], *place[2:])
    tagged = len(place) > 2 and place[0] == "provision" and place[2] in KINDS
    return (*place[:2], *place[3:]) if tagged else place
