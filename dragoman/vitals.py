"""How a running bot is, measured at the moment when somebody asks."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from aiohttp import web

from bot.meet import MeetBot
from web.access import HEADERS, Access

PATH = "/live/vitals"


def add_vitals(app: web.Application, token: str, bot: Callable[[], MeetBot | None]) -> None:
    """Tells them as JSON to those who show the token; before there is a bot, its memory only."""

    async def tell(_request: web.Request) -> web.Response:
        running = bot()
        measured = of_bot(running) if running is not None else {}
        memory = await asyncio.to_thread(memory_bytes)
        return web.json_response({**measured, "memory_bytes": memory}, headers=HEADERS)

    app.router.add_get(PATH, Access(token).guarded(tell), allow_head=False)


def of_bot(bot: MeetBot) -> Mapping[str, object]:
    """Ages in seconds; None for what never came."""
    health, now_s = bot.health, bot.clock.now_s()

    def age_s(at_s: float | None) -> float | None:
        return None if at_s is None else max(0.0, now_s - at_s)

    return {
        "sound_age_s": age_s(health.last_heard_s),
        "caption_age_s": age_s(health.last_caption_s),
        "audio_path": health.audio_path,
        "sound_alarms": len(health.sound_alarms),
        "sound_dropped": health.frames_dropped,
        "messages_lost": health.messages_lost,
        "page_round_trip_s": health.page_round_trip_s,
        "frames_sent": health.camera_frames,
        "drift": len(health.drift),
        "rejoins": bot.rejoins,
        "camera_arrives": health.camera_arrives,
    }


def memory_bytes() -> int:
    """What this process and all that it started hold in memory; pages that they share are
    counted for each."""
    page = os.sysconf("SC_PAGE_SIZE")
    return sum(_resident(process) for process in _family(os.getpid())) * page


def _family(process: int) -> Iterator[int]:
    yield process
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
