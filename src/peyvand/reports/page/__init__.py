"""The page of a run: one self-contained HTML file, both languages inside, nothing loaded from anywhere."""

from peyvand.reports.page.template import render

__all__ = ["render"]
