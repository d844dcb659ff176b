"""Sees to it that Meet's captions are in a language that is spoken."""

import re
from collections.abc import Callable

from playwright.async_api import Error, Locator

from bot.locators import SETTINGS_ITEM
from bot.settings import BotSettings
from bot.tab import Tab
from domain.languages import NAMES, primary

_SURE_S = 3.0
"""So long captions must come in a wrong language before it is believed."""
_AGAIN_S = 15.0
_MOST_TRIES = 3
_OPEN_MS = 2000
_VALUE = re.compile(r"[A-Za-z0-9-]{1,40}")
_OPTION = '[role="option"][data-value'

Notify = Callable[[str, str], None]


def best_value(values: list[str], wanted: str) -> str | None:
    """Meet's own code for a language among those that it offers."""
    known = [value for value in values if _VALUE.fullmatch(value)]
    exact = [value for value in known if value.casefold() == wanted.casefold()]
    same = [value for value in known if primary(value) == primary(wanted)]
    return next(iter(exact + same), None)


def named_language(text: str) -> str:
    """The language that a menu's text names; empty where it names none that is known."""
    folded = text.casefold().strip()
    for code, names in NAMES.items():
        if any(folded.startswith(name.casefold()) for name in names):
            return code
    return ""


class CaptionLanguage:
    """Chooses the language once where one is asked for, and again where it is a wrong one."""

    def __init__(self, tab: Tab, settings: BotSettings, notify: Notify) -> None:
        self.heard: Callable[[], str] = lambda: ""
        """The language in which captions come now; empty while unknown."""
        self._tab = tab
        self._notify = notify
        self._wanted = settings.caption_language or next(iter(settings.spoken), "")
        spoken = settings.spoken or (settings.caption_language,)
        fits = (settings.caption_language,) if settings.caption_language else spoken
        self._fits = frozenset(primary(code) for code in fits if code)
        self._asked = not settings.caption_language
        self._tries = 0
        self._wrong_since: float | None = None
        self._next_s = 0.0

    async def keep(self, shown: str, now_s: float) -> None:
        """One look; `shown` is the text of the page's language menu, where it has one."""
        if not self._fits:
            return
        told = self.heard() or named_language(shown)
        if not self._asked:
            self._asked = True
            await self._set(now_s)
        elif not told or primary(told) in self._fits:
            self._wrong_since = None
            self._tries = 0 if told else self._tries
        elif self._wrong_since is None:
            self._wrong_since = now_s
        elif now_s - self._wrong_since >= _SURE_S and now_s >= self._next_s:
            await self._correct(told, now_s)

    async def _correct(self, told: str, now_s: float) -> None:
        if self._tries > _MOST_TRIES:
            return
        if self._tries == _MOST_TRIES:
            self._tries += 1
            text = f"Meet captions in {told}, which nobody is said to speak."
            self._notify("caption_language_wrong", text)
            return
        await self._set(now_s)

    async def _set(self, now_s: float) -> None:
        self._tries += 1
        self._wrong_since = None
        self._next_s = now_s + _AGAIN_S
        try:
            value = await self._choose()
        except Error:
            value = None
        if value:
            self._notify("caption_language", f"Meet's captions are set to {value}.")
        else:
            text = f"Meet does not offer captions in {self._wanted}."
            self._notify("caption_language_missing", text)

    async def _choose(self) -> str | None:
        box = await self._tab.find("caption_language")
        return await self._pick(box) if box is not None else await self._in_settings()

    async def _in_settings(self) -> str | None:
        page = self._tab.page
        if not await self._tab.press("more_options"):
            return None
        try:
            await page.locator(SETTINGS_ITEM).first.click(timeout=_OPEN_MS)
            await page.locator('[role="dialog"]').first.wait_for(timeout=_OPEN_MS)
            if not await self._tab.press("settings_captions"):
                return None
            box = await self._tab.find("caption_language")
            return await self._pick(box) if box is not None else None
        finally:
            await page.keyboard.press("Escape")

    async def _pick(self, box: Locator) -> str | None:
        if not await self._tab.click(box):
            return None
        page = self._tab.page
        options = page.locator(f"{_OPTION}]")
        await options.first.wait_for(state="attached", timeout=_OPEN_MS)
        offered = await options.evaluate_all("all => all.map(each => each.dataset.value)")
        value = best_value([str(each) for each in offered], self._wanted)
        if value is None:
            await self._tab.click(box)
            return None
        chosen = page.locator(f'{_OPTION}="{value}"]').first
        return value if await self._tab.click(chosen) else None
