"""What people typed into a form, and where they go next."""

from urllib.parse import urlencode

from aiohttp import web

from domain.accounts import Role
from domain.errors import UsageError

_TEXT = 2000


class Form:
    """The fields of a posted form, as text of bounded length."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    @classmethod
    async def of(cls, request: web.Request) -> "Form":
        """Reads it."""
        posted = await request.post()
        return cls({key: str(value)[:_TEXT] for key, value in posted.items()})

    def text(self, name: str) -> str:
        """Empty where it is missing."""
        return self._fields.get(name, "")

    def role(self, name: str = "role") -> Role:
        """Raises UsageError for what is no role."""
        try:
            return Role[self.text(name).upper()]
        except KeyError:
            raise UsageError("There is no such role.", "viewer, operator or owner.") from None

    def days(self, name: str = "days") -> int | None:
        """None for no end. Raises UsageError."""
        given = self.text(name).strip()
        if not given or given == "0":
            return None
        if not given.isascii() or not given.isdigit() or not 1 <= int(given[:6]) <= 3650:
            raise UsageError("That is no number of days.", "1 to 3650; 0 for no end.")
        return int(given)


def see(path: str, **query: str) -> web.Response:
    """Leads a browser on after a form."""
    target = f"{path}?{urlencode(query)}" if query else path
    return web.Response(status=303, headers={"Location": target})


def local(path: str) -> str:
    """The path if it is one of ours, else the first page: nobody is led elsewhere."""
    plain = path.isprintable() and "\\" not in path and path.isascii()
    if plain and path.startswith("/") and not path.startswith("//"):
        return path
    return "/"
