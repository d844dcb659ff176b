"""A page of a bot's own with the files it loads, for holders of the bot's token."""

from collections.abc import Callable, Mapping

from aiohttp import web

from web.access import HEADERS, Access
from web.assets import Assets
from web.templating import environment


class OwnPage:
    """Serves the template NAME.html at /NAME, and what it loads at /NAME/static/FILE.

    `values` gives what the template sees besides `name`.
    """

    def __init__(
        self,
        access: Access,
        name: str,
        headers: Mapping[str, str] = HEADERS,
        values: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self._access = access
        self._name = name
        self._headers = headers
        self._values = values
        self._assets = Assets()

    def add_routes(self, app: web.Application) -> None:
        """Puts the page into an application."""
        guarded, path = self._access.guarded, f"/{self._name}"
        app.router.add_get(path, guarded(self._show), allow_head=False)
        app.router.add_get(f"{path}/static/{{name}}", guarded(self._assets.serve), allow_head=False)

    async def _show(self, request: web.Request) -> web.Response:
        template = environment().get_template(f"{self._name}.html")
        response = web.Response(
            text=template.render(name=self._name, **self._values()),
            content_type="text/html",
            headers=self._headers,
        )
        self._access.remember(request, response)
        return response
