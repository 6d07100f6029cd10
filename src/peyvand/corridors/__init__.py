"""Which way do the goods go, what does a border hour cost, and what is a shorter one worth?"""

from peyvand.corridors.network import Network
from peyvand.corridors.routes import Route, Routes, routes

__all__ = ["Network", "Route", "Routes", "routes"]
