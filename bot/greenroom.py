"""The green room: the name, the devices, the join button."""

import logging

from playwright.async_api import Error

from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Snapshot

log = logging.getLogger(__name__)

JOIN_TRIES = 5


class GreenRoom:
    """Asks to join, a step per call, until the page turns into something else."""

    def __init__(self, tab: Tab, settings: BotSettings) -> None:
        self.pressed = 0
        self._tab = tab
        self._settings = settings
        self._polls_since_press = 0

    async def step(self, page: Snapshot) -> None:
        """Does the next thing that stands between the green room and the lobby."""
        if await self._answer_device_prompt():
            return
        if "name_input" in page.found:
            await self._write_name()
        await self._set_devices(page)
        if self.pressed and self._polls_since_press < 6:
            self._polls_since_press += 1
            return
        if self.pressed < JOIN_TRIES:
            await self._press_join()

    async def _answer_device_prompt(self) -> bool:
        pack = self._tab.pack
        wanted = self._settings.camera or self._settings.microphone
        first = pack.with_devices if wanted else pack.without_devices
        answered = await self._tab.press_text(first + pack.without_devices, '[role="dialog"]')
        return answered is not None

    async def _write_name(self) -> None:
        box = await self._tab.find("name_input")
        try:
            if box is not None and not (await box.input_value(timeout=1000)).strip():
                await box.fill(self._settings.name, timeout=1500)
        except Error:
            log.debug("the name could not be written yet")

    async def _set_devices(self, page: Snapshot) -> None:
        wanted = {"camera": self._settings.camera, "microphone": self._settings.microphone}
        for target, on in wanted.items():
            found = page.found.get(target)
            if found and found.muted in ("true", "false") and (found.muted == "false") != on:
                await self._tab.press(target)

    async def _press_join(self) -> None:
        self._polls_since_press = 0
        button = await self._tab.find("join")
        if button is not None:
            text = (await button.inner_text(timeout=1000)).strip()
            if text not in self._tab.pack.never_join and await button.is_enabled():
                if await self._tab.click(button):
                    self.pressed += 1
                return
        if await self._tab.press_text(self._tab.pack.join):
            self.pressed += 1
            return
        await self._tab.press_text(self._tab.pack.got_it)
