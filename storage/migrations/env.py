"""Alembic's entry: migrates the connection that it is given."""

from alembic import context
from sqlmodel import SQLModel

from storage import tables  # noqa: F401  the tables register themselves

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
