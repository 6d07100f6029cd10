"""Which union would hold?  Search over unions, stability, compensation, accession, tariffs as the outside option."""

from peyvand.unions.concepts import CONCEPTS, Stability, stability
from peyvand.unions.deviations import Deviation
from peyvand.unions.draws import UnionDraws, draw_unions
from peyvand.unions.game import Game
from peyvand.unions.landscape import Landscape
from peyvand.unions.searches import search

__all__ = [
    "CONCEPTS",
    "Deviation",
    "Game",
    "Landscape",
    "Stability",
    "UnionDraws",
    "draw_unions",
    "search",
    "stability",
]
