"""What all rooms' tests share: where the real data are, and which tests are slow."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("peyvand", deadline=None)  # a busy machine breaks no law
hypothesis.settings.load_profile("peyvand")

DATA = Path(os.environ.get("PEYVAND_DATA", Path(__file__).parents[2] / "shared" / "data"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--run-slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow: run with --run-slow"))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data; a checkout without it skips the tests that read it."""
    if not DATA.is_dir():
        pytest.skip(f"needs the real data in {DATA} (set PEYVAND_DATA)")
    return DATA


@pytest.fixture(scope="session")
def test_size() -> float:
    """One setting scales every long test: PEYVAND_TEST_SIZE, 1 by default."""
    return float(os.environ.get("PEYVAND_TEST_SIZE", "1"))
