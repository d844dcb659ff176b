"""Passwords: hashed by Argon2id off the loop, two at a time."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.accounts import name_key
from domain.errors import UsageError

SHORTEST = 10
LONGEST = 256
_AT_A_TIME = 2
"""Each takes a core and 64 MiB for some tenths of a second."""

_COMMON = ("password", "passwort", "contraseña", "qwertyuiop", "letmein", "dragoman")


class Passwords:
    """Hashes and checks; `hasher` may be given a cheaper one by tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(_AT_A_TIME)
        self._nobodys = ""

    async def hashed(self, password: str) -> str:
        """What is stored."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def right(self, stored: str | None, password: str) -> bool:
        """Whether it is the password; for nobody's it takes as long, and is never right."""
        if not self._nobodys:
            self._nobodys = await self.hashed("nobody has this password")
        async with self._slots:
            return await asyncio.to_thread(self._verified, stored, password)

    def outdated(self, stored: str) -> bool:
        """Whether it was hashed by weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verified(self, stored: str | None, password: str) -> bool:
        try:
            self._hasher.verify(stored or self._nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def checked_password(password: str, again: str, name: str) -> str:
    """A new password. Raises UsageError for one that is easy to guess, or mistyped."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise UsageError(
            f"A password has {SHORTEST} to {LONGEST} characters.", "A few words in a row are fine."
        )
    key = name_key(normal)
    named = bool(name) and name_key(name) in key and len(key) < len(name) + 5
    if key.rstrip("0123456789!.?") in ("", *_COMMON) or named or len(set(normal)) < 4:
        raise UsageError("This password is easy to guess.", "A few words in a row are fine.")
    if _normal(again) != normal:
        raise UsageError("The two passwords are not the same.", "Type it twice.")
    return password


def _normal(password: str) -> str:
    """The same keys give the same bytes on every system."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
