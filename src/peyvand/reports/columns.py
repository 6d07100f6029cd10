"""Headings of the tables' columns for readers: the words are in the locale under `columns`, the unit after them."""

from __future__ import annotations

from peyvand.locale import Language, catalogue

_UNITS = ("log_points", "percent", "musd", "share", "hat", "usd_per_t", "km", "h", "t")


def heading(column: str, language: Language) -> str:
    """A column's words with its unit.

    >>> heading("exports_counterfactual_musd", "en")
    'Exports in the union, million USD'
    """
    words = catalogue(language)
    unit = next((unit for unit in _UNITS if column.endswith(f"_{unit}")), "")
    base = column.removesuffix(f"_{unit}") if unit else column
    after = base.endswith("_counterfactual")
    base = base.removesuffix("_counterfactual")
    shown = words[f"columns.{base}"]
    if after:
        shown = words["columns.in_the_union"].format(name=shown)
    return words["columns.with_unit"].format(name=shown, unit=words[f"columns.units.{unit}"]) if unit else shown
