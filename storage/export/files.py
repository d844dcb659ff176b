"""Files that are there as a whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from storage.failures import storage_error


def write_atomic(path: Path, data: bytes | str) -> None:
    """Writes a file, replacing an older one in one step. Raises StorageError."""
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        raise storage_error(error, str(path)) from error
