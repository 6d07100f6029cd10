"""Imports go downhill, and each room is imported whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import peyvand

HOME = Path(peyvand.__file__).parent
STAIRS = [
    {"errors", "variables", "locale", "peyvand"},
    {"sources"},
    {"world"},
    {"gravity"},
    {"scenarios"},
    {"registry"},
    {"trade", "corridors", "mobility"},
    {"unions"},
    {"news"},
    {"waiting"},
    {"run"},
    {"value"},
    {"reports"},
    {"web"},
    {"cli"},
    {"__main__"},
]
STEP = {room: step for step, rooms in enumerate(STAIRS) for room in rooms}
FILES = sorted(path for path in HOME.rglob("*.py") if path != HOME / "__init__.py")


def room_of(path: Path) -> str:
    first = path.relative_to(HOME).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import from peyvand by its full name"
            names = [node.module or ""]
            if node.module == "peyvand":
                names = [f"peyvand.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("peyvand.")}
    return {name for name in found if name in STEP or (HOME / name).is_dir()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOME)))
def test_imports_go_downhill(path):
    room = room_of(path)
    assert room in STEP, f"a new room {room!r}: give it a step in STAIRS"
    for other in imported_rooms(path) - {room}:
        assert STEP[other] < STEP[room] or STEP[room] == 0, (
            f"{path.relative_to(HOME)} imports {other}, which does not stand lower"
        )
