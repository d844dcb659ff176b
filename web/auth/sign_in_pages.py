"""Pages of people who are not in yet: sign in, first owner, invitation."""

import math

from aiohttp import web

from domain.accounts import AccountInvite
from domain.errors import UsageError
from web.auth.desk import AccountDesk, Browser, Turned
from web.auth.forms import Form, local, see
from web.auth.guard import Guard
from web.auth.who import Via, who
from web.templating import render


class SignInPages:
    """Sign in and out; make the account of a link."""

    def __init__(self, guard: Guard, desk: AccountDesk) -> None:
        self._guard = guard
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The sign-in page."""
        following = local(request.query.get("next", "/"))
        if who(request).via is Via.SESSION:
            return see(following)
        done = request.query.get("done", "")
        return await self._form(request, following, note=_NOTES.get(done, ""))

    async def sign_in(self, request: web.Request) -> web.Response:
        """Signs in; what was signed in before in this browser ends."""
        form = await Form.of(request)
        following = local(form.text("next"))
        name = form.text("name")
        code = await self._desk.sign_in(name, form.text("password"), self.browser(request))
        if isinstance(code, Turned):
            return await self._turned(request, code, name, following)
        return await self._enter(request, code, following)

    async def sign_out(self, request: web.Request) -> web.Response:
        """Ends this browser's sign-in and what it holds open."""
        await self._end(who(request).key_id)
        answer = see("/sign-in", done="out")
        self._guard.cookies.forget(request, answer)
        return answer

    async def welcome(self, request: web.Request) -> web.Response:
        """What a one-time link leads to; opening it does not use it up."""
        try:
            invite = await self._desk.invited(request.match_info["code"])
        except UsageError as error:
            return render(request, "auth/refused.html", 410, refusal=_told(error))
        return _welcome(request, invite)

    async def accept(self, request: web.Request) -> web.Response:
        """Makes the account of the link and signs it in."""
        form, code = await Form.of(request), request.match_info["code"]
        try:
            invite = await self._desk.invited(code)
        except UsageError as error:
            return render(request, "auth/refused.html", 410, refusal=_told(error))
        new = (form.text("password"), form.text("again"))
        try:
            made = await self._desk.accept(code, form.text("name"), new, self.browser(request))
        except UsageError as error:
            return _welcome(request, invite, form.text("name"), error)
        return await self._enter(request, made, "/")

    def browser(self, request: web.Request) -> Browser:
        """Where a request comes from."""
        return Browser(self._guard.site.address(request), request.headers.get("User-Agent", ""))

    async def _enter(self, request: web.Request, code: str, following: str) -> web.Response:
        if who(request).via is Via.SESSION:
            await self._end(who(request).key_id)
        answer = see(following)
        self._guard.cookies.remember(request, answer, code)
        return answer

    async def _end(self, key_id: str) -> None:
        await self._desk.stores.sign_ins.end([key_id])
        self._guard.revoked(key_id=key_id)

    async def _turned(
        self, request: web.Request, turned: Turned, name: str, following: str
    ) -> web.Response:
        if not turned.wait_s:
            wrong = "The name or the password is not right."
            return await self._form(request, following, 401, name=name, wrong=wrong)
        seconds = math.ceil(turned.wait_s)
        wrong = f"That was tried too often. Wait {seconds} s, then try again."
        answer = await self._form(request, following, 429, name=name, wrong=wrong)
        answer.headers["Retry-After"] = str(seconds)
        return answer

    async def _form(
        self,
        request: web.Request,
        following: str,
        status: int = 200,
        **given: str,
    ) -> web.Response:
        values = {"name": "", "wrong": "", "note": "", **given}
        owned = await self._desk.owned()
        return render(
            request, "auth/sign_in.html", status, following=following, owned=owned, **values
        )


_NOTES = {"out": "You are signed out."}


def _told(error: UsageError) -> dict[str, str]:
    return {"title": error.message, "detail": error.remedy}


def _welcome(
    request: web.Request, invite: AccountInvite, name: str = "", error: UsageError | None = None
) -> web.Response:
    wrong = str(error) if error else ""
    status = 400 if error else 200
    return render(request, "auth/welcome.html", status, invite=invite, name=name, wrong=wrong)
