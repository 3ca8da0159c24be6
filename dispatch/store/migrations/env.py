"""What Alembic runs. The connection comes from `dispatch.store.migrate`, which holds the lock around it."""

from __future__ import annotations

from alembic import context

from dispatch.store import schema
from dispatch.store.migrations.rendering import plain_type

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    # SQLite cannot alter a table in place: Alembic then makes the new one, copies the rows and swaps the two.
    render_as_batch=True,
    compare_server_default=True,
    render_item=plain_type,
)

with context.begin_transaction():
    context.run_migrations()
