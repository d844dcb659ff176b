"""Brings a database to the newest schema."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps the running migration in a global."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Runs the steps that are missing, inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, revision)
