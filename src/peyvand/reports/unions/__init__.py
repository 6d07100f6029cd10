"""What do we tell people about all unions of some candidates?  A lattice, a heatmap, tables and sentences."""

from peyvand.reports.unions.write import write_answer

__all__ = ["write_answer"]
