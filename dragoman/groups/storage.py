"""Where meetings are kept."""

from pathlib import Path

from pydantic import Field, SecretStr

from domain.errors import UsageError
from dragoman.groups.base import Group


class StorageGroup(Group):
    """Where meetings are kept."""

    address: SecretStr = Field(
        SecretStr(""),
        description="PostgreSQL, as postgresql://USER:PASSWORD@HOST:5432/NAME. Empty: an SQLite "
        "file in the data folder. A password may also stand in ~/.pgpass.",
    )
    address_file: Path | None = Field(
        None, description="File that holds the address, in place of `address`."
    )

    def place(self, usual: Path) -> str | Path:
        """The address, or the usual file. Raises UsageError for a file that cannot be read."""
        if self.address_file is None:
            return self.address.get_secret_value() or usual
        try:
            address = self.address_file.expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The file of the database's address cannot be read: {self.address_file}.",
                "Check storage.address_file.",
            ) from error
        if not address:
            raise UsageError(
                f"The file of the database's address is empty: {self.address_file}.",
                "Write the address into it.",
            )
        return address
