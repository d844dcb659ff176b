"""The scripts that run in the page before the site's own."""

import json
from importlib.resources import files
from typing import Any

from bot.endpoint import PageEndpoint
from bot.locales.pack import LocalePack
from bot.locators import page_marks
from bot.settings import BotSettings
from domain.pictures import FPS, HEIGHT, WIDTH

ORDER = ("link", "microphone", "camera", "audio", "peers", "devices", "region", "people")
"""Later ones use what earlier ones define; audio asks for the microphone only later on."""

_GROUP = "dragoman-devices"


def _config(settings: BotSettings, endpoint: PageEndpoint, pack: LocalePack) -> dict[str, Any]:
    def device(name: str) -> dict[str, str]:
        return {"id": f"dragoman-{name.lower()}", "group": _GROUP, "label": f"Dragoman {name}"}

    return {
        "url": endpoint.url,
        "token": endpoint.token,
        "bufferMs": settings.buffer_s * 1000,
        "camera": {"width": WIDTH, "height": HEIGHT, "fps": FPS, **device("camera")},
        "microphone": device("microphone"),
        "speaker": device("speaker"),
        **page_marks(pack),
    }


def init_script(settings: BotSettings, endpoint: PageEndpoint, pack: LocalePack) -> str:
    """One closed scope for all scripts, in the top frame of the meeting's site only."""
    folder = files("bot").joinpath("page")
    bodies = [folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in ORDER]
    config = json.dumps(_config(settings, endpoint, pack))
    origin = json.dumps(settings.origin)
    guard = f"if (window.top !== window || location.origin !== {origin}) return;"
    return "\n".join(
        ["(() => {", "'use strict';", guard, f"const config = {config};", *bodies, "})();"]
    )
