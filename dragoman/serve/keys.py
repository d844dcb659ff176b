"""The installation's key: signs links, and seals the secrets that are kept."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import DragomanError, UsageError
from dragoman.settings import Settings
from web.auth.codes import derived

KEY_BYTES = 32


def key_file(settings: Settings) -> Path:
    """Where the key is kept."""
    given = settings.server.key_file
    return given.expanduser() if given else settings.data_dir / "server.key"


def load_key(path: Path) -> bytes:
    """The key; one is made where there is none. Raises UsageError where others can read it,
    or where it is no key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make(path)
    if path.stat().st_mode & 0o077:
        raise UsageError(
            f"Other users of this machine can read the key {path}.", f"chmod 600 {path}"
        )
    try:
        key = base64.urlsafe_b64decode(path.read_text(encoding="ascii").strip())
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"{path} holds no key of Dragoman.",
            "Restore it from a backup; without it, links and stored passwords are lost.",
        )
    return key


def _make(path: Path) -> None:
    """Writes a new key, whole or not at all, where there is none."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process was quicker: its key is the one
    finally:
        draft.unlink()


class Vault:
    """Seals passwords and OAuth tokens before they are stored."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(derived(key, "vault")))

    def seal(self, text: str) -> str:
        """What may be stored."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """What was sealed. Raises DragomanError where another key sealed it, or it was changed."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError) as error:
            raise DragomanError(
                "A stored secret cannot be read with this installation's key.",
                "Restore the key file that belongs to this database, or enter the secret again.",
            ) from error
