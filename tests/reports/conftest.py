"""The run of the reports' tests and its tables, made once a file."""

from __future__ import annotations

import pytest
from tests.reports.runs import made_run

from peyvand.reports.tables import tables


@pytest.fixture(scope="module")
def run():
    return made_run()


@pytest.fixture(scope="module")
def found(run):
    return tables(run)
