"""The scripts that run in the page before the site's own."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.endpoint import PageEndpoint
from bot.locators import page_marks
from bot.settings import BotSettings
from domain.pictures import FPS, HEIGHT, WIDTH

ORDER = (
    "carrier", "link", "contexts", "microphone", "camera", "reader", "audio", "peers", "network",
    "readback", "devices", "region", "tiles", "chat",
)  # fmt: skip
"""Later ones use what earlier ones define; audio asks for the microphone only later on."""

_GROUP = "dragoman-devices"


def _config(settings: BotSettings, endpoint: PageEndpoint) -> dict[str, Any]:
    def device(name: str) -> dict[str, str]:
        return {"id": f"dragoman-{name.lower()}", "group": _GROUP, "label": f"Dragoman {name}"}

    return {
        "url": endpoint.url,
        "token": endpoint.token,
        "binding": endpoint.binding,
        "reader": settings.reader,
        "bufferMs": settings.buffer_s * 1000,
        "camera": {"width": WIDTH, "height": HEIGHT, "fps": FPS, **device("camera")},
        "microphone": device("microphone"),
        "speaker": device("speaker"),
        **page_marks(),
    }


@dataclass(frozen=True, slots=True)
class PageScript:
    """What is put into every page."""

    text: str
    binding: str
    """Name of the function through which the page may call the bot."""
    called: Callable[[Mapping[str, Any], dict[str, Any]], Awaitable[list[str]]]


def init_script(settings: BotSettings, endpoint: PageEndpoint) -> PageScript:
    """One closed scope for all scripts, in the top frame of the meeting's site only."""
    folder = files("bot").joinpath("page")
    bodies = [folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in ORDER]
    config = json.dumps(_config(settings, endpoint))
    origin = json.dumps(settings.origin)
    guard = (
        f"if (window.top !== window || location.origin !== {origin}) "
        f"{{ delete window[{json.dumps(endpoint.binding)}]; return; }}"
    )
    text = "\n".join(
        ["(() => {", "'use strict';", guard, f"const config = {config};", *bodies, "})();"]
    )
    return PageScript(text, endpoint.binding, endpoint.called)
