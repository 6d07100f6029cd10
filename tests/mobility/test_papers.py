"""Figures as their sources print them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from peyvand.mobility.openness import OPENNESS

REFERENCES = Path(__file__).parents[1] / "references"


def test_the_weights_of_openness_are_those_of_unwto():
    """Printed shares are whole per cents, so a score of three of them may be off by (1 + 0.7 + 0.5 + 1) / 2."""
    table = pd.read_csv(REFERENCES / "unwto-visa-openness-2012" / "table1.csv")
    score = table["no_visa"] * OPENNESS["free"] + table["on_arrival"] * OPENNESS["on_arrival"]
    score += table["e_visa"] * OPENNESS["e_visa"]
    assert np.abs(score - table["openness"]).max() <= 1.6
    flat = table[["no_visa", "on_arrival", "e_visa"]].sum(axis=1)
    assert np.abs(flat - table["openness"]).max() > 5, "the weights matter"
