"""Who moves?  Visa rules, migrants, students, and exchange rounds that stay in balance."""

from peyvand.mobility.exchange import ExchangeRound, match
from peyvand.mobility.exchange_files import Student, University, read_students, read_universities
from peyvand.mobility.openness import compare, matrix, openness, reciprocity
from peyvand.mobility.people import People, people_of
from peyvand.mobility.visas import Rule, Visas

__all__ = [
    "ExchangeRound",
    "People",
    "Rule",
    "Student",
    "University",
    "Visas",
    "compare",
    "match",
    "matrix",
    "openness",
    "people_of",
    "read_students",
    "read_universities",
    "reciprocity",
]
