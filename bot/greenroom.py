"""The green room: the name, the devices, the join button."""

import logging

from playwright.async_api import Error, Locator

from bot.buttons import read_buttons
from bot.drift import BY_TEXT
from bot.join_button import chosen, may_press
from bot.locators import BUTTON, JOIN_RIVALS
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Snapshot

log = logging.getLogger(__name__)

JOIN_TRIES = 5
_LOOKS_BETWEEN = 6


class GreenRoom:
    """Asks to join, a step per call, until the page turns into something else."""

    def __init__(self, tab: Tab, settings: BotSettings) -> None:
        self.pressed = 0
        self._tab = tab
        self._settings = settings
        self._looks_since_press = 0

    async def step(self, page: Snapshot) -> None:
        """Does the next thing that stands between the green room and the lobby."""
        if await self.prepare(page):
            return
        if self.pressed and self._looks_since_press < _LOOKS_BETWEEN:
            self._looks_since_press += 1
            return
        if self.pressed < JOIN_TRIES:
            await self._press_join()

    async def prepare(self, page: Snapshot) -> bool:
        """Everything but asking; whether a dialog was in the way, so that a new look is due."""
        if await self._answer_device_prompt():
            return True
        if "name_input" in page.found:
            await self._write_name()
        await self._set_devices(page)
        return False

    async def _answer_device_prompt(self) -> bool:
        pack = self._tab.pack
        wanted = self._settings.camera or self._settings.microphone
        first = pack.with_devices if wanted else pack.without_devices
        answered = await self._tab.press_text(first + pack.without_devices, '[role="dialog"]')
        return answered is not None

    async def _write_name(self) -> None:
        """Types the name, and lets the page know that it is whole."""
        box = await self._tab.find("name_input")
        try:
            if box is not None and not (await box.input_value(timeout=1000)).strip():
                await box.fill(self._settings.name, timeout=1500)
                await box.dispatch_event("change", timeout=1500)
        except Error:
            log.debug("the name could not be written yet")

    async def _set_devices(self, page: Snapshot) -> None:
        wanted = {"camera": self._settings.camera, "microphone": self._settings.microphone}
        for target, on in wanted.items():
            found = page.found.get(target)
            if found and found.muted in ("true", "false") and (found.muted == "false") != on:
                await self._tab.press(target)

    async def _press_join(self) -> None:
        self._looks_since_press = 0
        button = await self.join_button()
        if button is not None:
            if await button.is_enabled() and await self._tab.click(button):
                self.pressed += 1
            return
        await self._tab.press_text(self._tab.pack.got_it)

    async def join_button(self) -> Locator | None:
        """The button that joins or asks to, if the page has one that may be pressed."""
        return await self._by_structure() or await self._by_words()

    async def _by_structure(self) -> Locator | None:
        found = await self._tab.find("join")
        if found is None:
            return None
        button = (await read_buttons(found))[0]
        rivals = await self._tab.page.locator(JOIN_RIVALS).filter(visible=True).count()
        return found if may_press(button, rivals, self._tab.pack) else None

    async def _by_words(self) -> Locator | None:
        visible = self._tab.page.locator(BUTTON).filter(visible=True)
        number = chosen(await read_buttons(visible), self._tab.pack)
        if number is None:
            return None
        self._tab.answered["join", BY_TEXT] += 1
        return visible.nth(number)
