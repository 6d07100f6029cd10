"""Which way do the goods go, what does a border hour cost, and what is a shorter one worth?"""

from peyvand.corridors.allen_arkolakis import AllenArkolakis, TransportCost
from peyvand.corridors.carriage import Carriage, carriage
from peyvand.corridors.measures import places_named
from peyvand.corridors.network import Network
from peyvand.corridors.routes import Route, Routes, routes
from peyvand.corridors.value import HourValues, an_hour_less, value_of_hours

__all__ = [
    "AllenArkolakis",
    "Carriage",
    "HourValues",
    "Network",
    "Route",
    "Routes",
    "TransportCost",
    "an_hour_less",
    "carriage",
    "places_named",
    "routes",
    "value_of_hours",
]
