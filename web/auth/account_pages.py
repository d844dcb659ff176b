"""My account: password, sign-ins, tokens."""

from aiohttp import web

from domain.accounts import Role
from domain.errors import UsageError
from web.auth.agents import browser_name
from web.auth.desk import AccountDesk
from web.auth.forms import Form, see
from web.auth.guard import Guard
from web.auth.sign_in_pages import SignInPages
from web.auth.who import who
from web.templating import render

_DONE = {
    "password": "Your password is changed. Every other browser is signed out.",
    "ended": "The browser is signed out.",
    "others": "Every other browser is signed out.",
    "revoked": "The token is revoked; what it held open is closed.",
}


class AccountPages:
    """What people do about themselves."""

    def __init__(self, guard: Guard, desk: AccountDesk, entrance: SignInPages) -> None:
        self._guard = guard
        self._desk = desk
        self._entrance = entrance

    async def show(self, request: web.Request) -> web.Response:
        """The page."""
        return await self._page(request, note=_DONE.get(request.query.get("done", ""), ""))

    async def password(self, request: web.Request) -> web.Response:
        """A new password; every other browser is signed out."""
        form = await Form.of(request)
        new = (form.text("password"), form.text("again"))
        account = await self._desk.account(who(request).account_id)
        browser = self._entrance.browser(request)
        try:
            code = await self._desk.change_password(account, form.text("current"), new, browser)
        except UsageError as error:
            return await self._page(request, 400, wrong=str(error))
        # Programs keep their tokens; what browsers held open ends.
        for each in self._guard.holds.sign_ins_of(account.id):
            self._guard.revoked(key_id=each)
        answer = see("/account", done="password")
        self._guard.cookies.remember(request, answer, code)
        return answer

    async def end(self, request: web.Request) -> web.Response:
        """Signs a browser of mine out, or all others."""
        form, asks = await Form.of(request), who(request)
        mine = [each.id for each in await self._desk.stores.sign_ins.of(asks.account_id)]
        chosen = form.text("id")
        others = chosen == "others"
        ids = [each for each in mine if (each != asks.key_id if others else each == chosen)]
        await self._desk.stores.sign_ins.end(ids)
        for each in ids:
            self._guard.revoked(key_id=each)
        return see("/account", done="others" if others else "ended")

    async def new_token(self, request: web.Request) -> web.Response:
        """Makes a token and shows it this once."""
        form = await Form.of(request)
        try:
            account = await self._desk.account(who(request).account_id)
            role, days = form.role(), form.days()
            _, shown = await self._desk.new_token(account, form.text("label"), role, days)
        except UsageError as error:
            return await self._page(request, 400, wrong=str(error))
        return await self._page(request, shown=shown)

    async def revoke(self, request: web.Request) -> web.Response:
        """Revokes a token of mine at once."""
        form, asks = await Form.of(request), who(request)
        mine = [each.id for each in await self._desk.stores.tokens.tokens(asks.account_id)]
        if form.text("id") in mine:
            await self._desk.revoke_token(form.text("id"))
            self._guard.revoked(key_id=form.text("id"))
        return see("/account", done="revoked")

    async def _page(self, request: web.Request, status: int = 200, **given: str) -> web.Response:
        asks = who(request)
        values = {"note": "", "wrong": "", "shown": "", **given}
        return render(
            request,
            "auth/account.html",
            status,
            sign_ins=await self._desk.stores.sign_ins.of(asks.account_id),
            tokens=await self._desk.stores.tokens.tokens(asks.account_id),
            roles=[role for role in Role if asks.may(role)],
            now=self._desk.now(),
            browser_name=browser_name,
            **values,
        )
