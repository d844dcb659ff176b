"""Random codes: shown once, kept as their hash."""

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "dgm_"


def new_code() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """A key for programs, recognisable as such."""
    return TOKEN_PREFIX + new_code()


def digest(code: str) -> str:
    """What is kept of a code. A plain hash will do: there is nothing to guess in 256 bits."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def derived(key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from which no other can be found."""
    return hmac.digest(key, purpose.encode(), "sha256")


def same(shown: str, wanted: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(
        shown.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass")
    )
