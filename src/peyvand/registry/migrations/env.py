"""Runs the revisions inside the transaction that `engine.migrate` opened."""

from __future__ import annotations

from alembic import context

from peyvand.registry.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
