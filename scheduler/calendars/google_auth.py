"""Access to Google's API: by a person's consent, or as a service account."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from domain.calendars import CalendarError
from domain.errors import UsageError
from scheduler.calendars.web import Answer, Web

SCOPE = "https://www.googleapis.com/auth/calendar.readonly"
CONSENT = "https://accounts.google.com/o/oauth2/v2/auth"
TOKENS = "https://oauth2.googleapis.com/token"
_GRANT_JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SPARE_S = 60.0


class Access(Protocol):
    """Gives what goes into the Authorization header."""

    async def token(self, *, fresh: bool = False) -> str:
        """An access token; a new one where the last was refused. Raises CalendarError."""
        ...


@dataclass(slots=True)
class Consent:
    """Access that a person agreed to; the refresh token stands for it."""

    web: Web
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    tokens: str = TOKENS
    now_s: Callable[[], float] = time.time
    _kept: tuple[str, float] = ("", 0.0)

    async def token(self, *, fresh: bool = False) -> str:
        """An access token, asked for again a minute before it ends."""
        if fresh or self._kept[1] <= self.now_s() + _SPARE_S:
            self._kept = await _granted(
                self.web,
                self.tokens,
                {
                    "grant_type": "refresh_token",
                    "client_id": self.client_id,
                    "client_secret": self.client_secret,
                    "refresh_token": self.refresh_token,
                },
                self.now_s(),
            )
        return self._kept[0]


@dataclass(slots=True)
class ServiceAccount:
    """Access of a service account, for a calendar shared with it, or on behalf of `subject`."""

    web: Web
    email: str
    key: RSAPrivateKey = field(repr=False)
    subject: str = ""
    tokens: str = TOKENS
    now_s: Callable[[], float] = time.time
    _kept: tuple[str, float] = ("", 0.0)

    async def token(self, *, fresh: bool = False) -> str:
        """An access token, asked for again a minute before it ends."""
        if fresh or self._kept[1] <= self.now_s() + _SPARE_S:
            form = {"grant_type": _GRANT_JWT, "assertion": self._assertion()}
            self._kept = await _granted(self.web, self.tokens, form, self.now_s())
        return self._kept[0]

    def _assertion(self) -> str:
        issued = int(self.now_s())
        claims: dict[str, Any] = {
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.tokens,
            "iat": issued,
            "exp": issued + 3600,
        }
        if self.subject:
            claims["sub"] = self.subject
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        signature = self.key.sign(signed.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_url64(signature)}"


def service_account(
    web: Web, key_json: str, subject: str = "", tokens: str = TOKENS
) -> ServiceAccount:
    """From the text of the JSON key file that Google gives out. Raises UsageError.

    The file's own token address is not used: the file may have been given by anybody.
    """
    try:
        told = json.loads(key_json)
        key = serialization.load_pem_private_key(told["private_key"].encode(), password=None)
        email = str(told["client_email"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "This is no key of a service account.", "Use the JSON file that Google gives out."
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise UsageError("The service account's key is no RSA key.", "Make a new key.")
    return ServiceAccount(web, email, key, subject, tokens)


async def _granted(
    web: Web, address: str, form: Mapping[str, str], now_s: float
) -> tuple[str, float]:
    answer = await web.ask("POST", address, data=form)
    told = told_by(answer)
    if answer.status != 200 or "access_token" not in told:
        raise token_refused(answer.status, told)
    return str(told["access_token"]), now_s + float(told.get("expires_in") or 3600)


def told_by(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; empty where there is none."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def token_refused(status: int, told: Mapping[str, Any]) -> CalendarError:
    """Why no token was given, for people."""
    why = str(told.get("error") or status)[:60]
    if why == "invalid_grant":
        return CalendarError(
            "Google no longer accepts this consent (invalid_grant).",
            "Give it again: dragoman calendars add google …",
            retry=False,
        )
    retry = status >= 500 or status == 429
    return CalendarError(f"Google gives no access ({why}).", "Check the client.", retry=retry)


def _part(value: Mapping[str, Any]) -> str:
    return _url64(json.dumps(value, separators=(",", ":")).encode())


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
