"""How does a filled database become the next version's? Alembic revisions, the oldest first."""
