"""A Chromium for the tests of pages: the system's own, none is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Headless Chromium; skips where there is none (set PEYVAND_CHROMIUM to its path)."""
    api = pytest.importorskip("playwright.sync_api", reason="the test extra brings playwright")
    path = os.environ.get("PEYVAND_CHROMIUM") or next(filter(None, map(shutil.which, CANDIDATES)), None)
    if not path:
        pytest.skip("needs Chromium: install Debian's chromium or set PEYVAND_CHROMIUM")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()
