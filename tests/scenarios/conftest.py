"""Small Worlds with the region's names, for unions to be set into."""

from __future__ import annotations

import pytest
from tests.worlds import small_world

ECONOMIES = ("IRN", "KAZ", "UZB", "KGZ", "ARM", "BLR", "RUS", "TUR", "EU27", "ROW")
SECTORS = ("agriculture_food", "mining", "machinery_equipment", "other_services")


@pytest.fixture(scope="session")
def region():
    """Ten economies, four sectors, base year 2019; no figure is data."""
    return small_world(economies=ECONOMIES, sectors=SECTORS, seed=5, theta=5.0)
