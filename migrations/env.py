"""How alembic reaches our tables: on the connection and inside the transaction that the store began."""

from __future__ import annotations

from alembic import context

from app.store import schema

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=schema.metadata,
    transactional_ddl=False,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
