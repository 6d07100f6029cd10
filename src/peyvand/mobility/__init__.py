"""Who moves?  Visa rules, migrants, students, and exchange rounds that stay in balance."""

from peyvand.mobility.openness import compare, matrix, openness, reciprocity
from peyvand.mobility.visas import Rule, Visas

__all__ = ["Rule", "Visas", "compare", "matrix", "openness", "reciprocity"]
