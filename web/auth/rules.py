"""What the guard goes by."""

from dataclasses import dataclass

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class AuthRules:
    """Times in seconds, sizes in bytes."""

    public_url: str = ""
    """Under which people reach the server; https there makes cookies Secure."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed."""
    idle_s: float = 7 * DAY_S
    """A sign-in that is not used for so long ends."""
    sign_in_s: float = 30 * DAY_S
    """A sign-in ends after so long however busy it is."""
    invite_s: float = 7 * DAY_S
    first_link_s: float = 3600.0
    per_minute: int = 600
    """Requests of one token or one sign-in; ten times that of one address with a viewer link."""
    codes: int = 240
    """Short codes that one address may try in a minute, a quarter of them at once."""
    guesses: int = 20
    """Wrong tokens and links from one address before it must wait."""
    max_bytes: int = 1 << 20
    """Of a request, where its route says nothing else."""
