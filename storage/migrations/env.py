"""Alembic's entry: migrates the connection that it is given."""

from importlib import import_module
from pkgutil import iter_modules

from alembic import context
from sqlmodel import SQLModel

import storage

for module in iter_modules(storage.__path__):
    if module.name.endswith("tables"):
        # The tables register themselves.
        import_module(f"storage.{module.name}")

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
