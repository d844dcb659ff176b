"""Access, for owners: accounts, invitations, everybody's tokens."""

from aiohttp import web

from domain.accounts import Role
from domain.errors import UsageError
from web.auth.desk import AccountDesk
from web.auth.forms import Form, see
from web.auth.guard import Guard
from web.auth.who import who
from web.templating import render

_DONE = {
    "changed": "The account is changed.",
    "withdrawn": "The invitation is withdrawn.",
    "revoked": "The token is revoked; what it held open is closed.",
}


class AccessPages:
    """What owners do about everybody."""

    def __init__(self, guard: Guard, desk: AccountDesk) -> None:
        self._guard = guard
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        return await self._page(request, note=_DONE.get(request.query.get("done", ""), ""))

    async def invite(self, request: web.Request) -> web.Response:
        """Makes a link for one new account and shows it this once."""
        form = await Form.of(request)
        try:
            code = await self._desk.invite(form.role(), who(request).name)
        except UsageError as error:
            return await self._page(request, 400, wrong=str(error))
        return await self._page(request, shown=f"{self._guard.site.base(request)}/welcome/{code}")

    async def withdraw(self, request: web.Request) -> web.Response:
        """Ends an invitation."""
        form = await Form.of(request)
        await self._desk.stores.invites.withdraw(form.text("id"))
        return see("/access", done="withdrawn")

    async def change(self, request: web.Request) -> web.Response:
        """Another role, disabled, or enabled again; takes effect at once."""
        form, account_id = await Form.of(request), request.match_info["account"]
        state = {"yes": True, "no": False}.get(form.text("disabled"))
        try:
            role = form.role() if form.text("role") else None
            await self._desk.change(account_id, role=role, disabled=state)
        except UsageError as error:
            return await self._page(request, 400, wrong=str(error))
        self._guard.revoked(account_id=account_id)
        return see("/access", done="changed")

    async def revoke(self, request: web.Request) -> web.Response:
        """Revokes anybody's token."""
        form = await Form.of(request)
        await self._desk.revoke_token(form.text("id"))
        self._guard.revoked(key_id=form.text("id"))
        return see("/access", done="revoked")

    async def _page(self, request: web.Request, status: int = 200, **given: str) -> web.Response:
        stores = self._desk.stores
        accounts = await stores.accounts.accounts()
        values = {"note": "", "wrong": "", "shown": "", **given}
        return render(
            request,
            "auth/access.html",
            status,
            accounts=accounts,
            names={each.id: each.name for each in accounts},
            invites=[each for each in await stores.invites.invites() if not each.first],
            tokens=[each for each in await stores.tokens.tokens() if not each.revoked_at],
            roles=list(Role),
            now=self._desk.now(),
            **values,
        )
