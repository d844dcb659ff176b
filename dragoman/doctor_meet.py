"""`dragoman doctor --meet LINK`: whether the bot still finds its way on Meet's pages."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.checkup import Checkup, look_at_call, look_at_green_room
from bot.drift import DriftReport
from bot.endpoint import PageEndpoint
from bot.settings import BotSettings
from domain.links import SITE, MeetingLink
from dragoman import console
from dragoman.loopback import served
from dragoman.settings import Settings

DRIFTED, MISSING = 6, 7
"""Exit codes: only a fall-back found something; nothing found it."""

Look = Callable[[BotSettings, PageEndpoint], Awaitable[Checkup]]


async def check_meet(link: MeetingLink, settings: Settings, *, join: bool) -> Checkup:
    """Opens the meeting's page and looks for every target. Raises DragomanError."""
    look: Look = look_at_call if join else look_at_green_room
    endpoint = PageEndpoint()
    app = web.Application()
    endpoint.add_routes(app)
    async with served(app, 0) as port:
        endpoint.bind(f"ws://127.0.0.1:{port}")
        return await look(_bot_settings(link, settings), endpoint)


def _bot_settings(link: MeetingLink, settings: Settings) -> BotSettings:
    bot = settings.bot
    return BotSettings(
        link=link,
        name=bot.name,
        headless=bot.headless if bot.headless is not None else link.site != SITE,
        browser=str(bot.browser or ""),
        profile=bot.profile,
        start_timeout_s=bot.start_timeout_s,
        lobby_timeout_s=bot.lobby_timeout_s,
        sink="off",
    )


def exit_code(found: Checkup) -> int:
    """0 where every target was found by its first strategy."""
    if found.ending is not None:
        return found.ending.exit_code
    if found.report.missing:
        return MISSING
    return DRIFTED if found.report.drifted else 0


def show(found: Checkup) -> None:
    """One line per target, worst last."""
    report = found.report
    places = ", ".join(report.places).replace("_", " ") or "nowhere"
    console.say(f"Locators of {report.as_of}; page in {report.language or '?'}; seen: {places}")
    for target, way in sorted(report.answered.items()):
        fallen = target in report.drifted
        mark, style = ("drift", "yellow") if fallen else ("ok", "")
        console.say(f"{mark:8}{target:24}{way}{'  (a fall-back)' if fallen else ''}", style=style)
    for target in report.missing:
        console.say(f"{'missing':8}{target:24}nothing found it", style="bold red")
    if found.ending is not None:
        reason = found.ending.reason.value.replace("_", " ")
        console.say(f"Stopped: {reason} ({found.ending.evidence})", style="bold red")


def plain(found: Checkup) -> dict[str, Any]:
    """For programs."""
    report: DriftReport = found.report
    return {
        "as_of": report.as_of,
        "language": report.language,
        "places": list(report.places),
        "answered": report.answered,
        "drifted": report.drifted,
        "missing": list(report.missing),
        "ending": found.ending.reason if found.ending else None,
        "evidence": found.ending.evidence if found.ending else "",
    }
