"""What a table prints: a number is known to half a unit of its last digit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

REFERENCES = Path(__file__).parents[1] / "references"


def read_printed(name: str) -> Any:
    """A JSON file of the references; numbers as they were printed are strings there."""
    return json.loads((REFERENCES / name).read_text(encoding="utf-8"))


def as_printed(text: str, *, units: float = 0.51) -> Any:
    """What equals `text` up to so many units of its last digit.

    >>> -0.03174 == as_printed("-.0317"), -0.0318 == as_printed("-.0317")
    (True, False)
    """
    decimals = len(text.partition(".")[2])
    return pytest.approx(float(text), abs=units * 10**-decimals, rel=0)


def hold(fit: Any, coefficients: Mapping[str, Sequence[str]], *, units: float = 0.51) -> None:
    """Every printed coefficient and standard error, up to so many units of the last digit."""
    for name, (value, error) in coefficients.items():
        assert fit.coefficients[name] == as_printed(value, units=units), name
        assert fit.std_errors[name] == as_printed(error, units=units), name
