"""Union files: strict TOML in, a Union out, or an error that says how to mend the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from peyvand.errors import ScenarioError, did_you_mean
from peyvand.scenarios.problems import not_toml, scenario_error
from peyvand.scenarios.provisions import AnyProvision, Provision
from peyvand.scenarios.union import Union

LARGEST_FILE_BYTES = 1_000_000
_provision: TypeAdapter[AnyProvision] = TypeAdapter(Provision)


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that ship with peyvand; the first is the default of `peyvand run`.

    >>> shipped()[0]
    'eco-ten'
    """
    shelf = files("peyvand.scenarios").joinpath("shipped")
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in shelf.iterdir() if entry.name.endswith(".toml")))


def open_scenario(name_or_path: str | Path) -> Union:
    """A shipped scenario by its name, or a union file by its path.

    Raises
    ------
    ScenarioError
        If there is neither, or the file is not clear.

    >>> open_scenario("iran-kazakhstan").members
    ('IRN', 'KAZ')
    """
    name = str(name_or_path)
    if name in shipped():
        content = files("peyvand.scenarios").joinpath("shipped", f"{name}.toml").read_bytes()
        return parse_scenario(content, name=f"{name}.toml")
    if not Path(name).suffix and not Path(name).exists():
        raise ScenarioError(
            f"no scenario {name!r} ships with peyvand", hint=f"{did_you_mean(name, shipped())} or give a file.toml"
        )
    return read_scenario(name_or_path)


def read_scenario(path: str | Path) -> Union:
    """The Union in a TOML file.

    Raises
    ------
    ScenarioError
        If the file cannot be read, is not UTF-8 text or not TOML, or says anything that is not clear.
    """
    place = Path(path)
    try:
        if place.is_file() and place.stat().st_size > LARGEST_FILE_BYTES:
            raise ScenarioError(f"{place} is larger than a union file can be", hint="a union file is a page of TOML")
        content = place.read_bytes()
    except FileNotFoundError:
        hint = f"peyvand scenario list shows those that ship; {did_you_mean(place.stem, shipped())}"
        raise ScenarioError(f"no file {place}", hint=hint) from None
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{place} cannot be read: {error}", hint="give a union file in TOML") from None
    return parse_scenario(content, name=place.name)


def parse_scenario(content: bytes | str, *, name: str = "the union") -> Union:
    """The Union in the content of a TOML file; `name` is what errors call it.

    Raises
    ------
    ScenarioError
        If the content is not UTF-8 text or not TOML, or says anything that is not clear.
    """
    text = content if isinstance(content, str) else _decoded(content, name)
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise not_toml(error, text=text, name=name) from None
    if isinstance(said.get("as_of"), datetime):
        raise ScenarioError(f"{name}: as_of is a day, without a time", hint="as_of = 2019-12-31")
    try:
        union = Union(**said)
    except ScenarioError as error:
        raise scenario_error(error.context["found"], text=text, name=name) from None
    union._text = text
    return union


def provision_from(said: Mapping[str, Any]) -> AnyProvision:
    """One provision from the values of a file's [[provision]] table, checked in the same way.

    Raises
    ------
    ScenarioError
        If it is not clear.

    >>> provision_from({"kind": "tariff", "cut_share": 0.5}).cut_share
    0.5
    """
    try:
        return _provision.validate_python(dict(said))
    except ValidationError as error:
        raise scenario_error(error, name="the provision") from None


def _decoded(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ScenarioError(f"{name} is not UTF-8 text (line {line})", hint="save the file as UTF-8") from None
    if "\0" in text:
        raise ScenarioError(f"{name} is not a text file", hint="a union file is a page of TOML")
    return text.replace("\r\n", "\n")
