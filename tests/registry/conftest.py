"""Each test of this room runs on each database."""

from tests.registries import backend, empty_url, full, prepared, registry, server, small  # noqa: F401
