"""The databases that accepted records go to."""

from tests.registries import backend, empty_url, full, prepared, registry, server, small  # noqa: F401
