"""How a webhook's messages are signed: who knows the secret can tell them from forged ones."""

import hmac


def signature(secret: str, body: bytes, at_s: int) -> str:
    """The header Dragoman-Signature: t=SECONDS,v1=HMAC-SHA256 of the seconds, a dot, the body."""
    signed = hmac.digest(secret.encode(), f"{at_s}.".encode() + body, "sha256")
    return f"t={at_s},v1={signed.hex()}"
