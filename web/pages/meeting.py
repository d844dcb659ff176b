"""One meeting: live while it runs, its transcript afterwards; and the orders to its bot."""

from aiohttp import web

from domain.errors import UsageError
from domain.languages import parse_languages
from domain.meetings import ENDINGS
from web.pages.answers import done, fields, part
from web.pages.desks import Desks
from web.pages.transcript import TranscriptPage
from web.templating import render

CHOICES = {
    "layout": ("subtitle", "split", "interpreter", "full"),
    "theme": ("dark", "light", "high-contrast"),
}
FLAGS = ("large", "show_original")


class MeetingPage:
    """GET /meetings/ID, and POST …/leave, …/pause, …/look."""

    def __init__(self, desks: Desks, transcript: TranscriptPage) -> None:
        self._desks = desks
        self._transcript = transcript

    async def show(self, request: web.Request) -> web.Response:
        """The page of a meeting, whatever became of it."""
        entry = await self._desks.meetings.entry(request.match_info["meeting"])
        if entry.meeting.state in ENDINGS:
            return await self._transcript.show(request, entry)
        running = entry.meeting.id in self._desks.live.running()
        kept = await part(self._desks.evidence.items(entry.meeting.id))
        return render(
            request, "pages/live.html", entry=entry, meeting=entry.meeting, choices=CHOICES,
            running=running, evidence=kept.value, live=running,
        )  # fmt: skip

    async def leave(self, request: web.Request) -> web.Response:
        """Sends the bot away."""
        meeting_id = request.match_info["meeting"]
        await self._desks.bots.leave(meeting_id)
        return done(request, f"/meetings/{meeting_id}", status="leaving")

    async def pause(self, request: web.Request) -> web.Response:
        """Stops or resumes listening."""
        meeting_id = request.match_info["meeting"]
        paused = (await fields(request)).get("paused", "yes") == "yes"
        await self._desks.bots.pause(meeting_id, paused)
        return done(request, f"/meetings/{meeting_id}", paused=paused)

    async def look(self, request: web.Request) -> web.Response:
        """Changes the picture."""
        meeting_id = request.match_info["meeting"]
        given = await fields(request)
        changes: dict[str, object] = {name: given[name] for name in CHOICES if name in given}
        changes |= {name: given[name] == "yes" for name in FLAGS if name in given}
        if given.get("languages", "").strip():
            changes["languages"] = list(parse_languages(given["languages"]))
        if not changes:
            raise UsageError("Nothing is to be changed.", "Choose a layout, a theme or a size.")
        await self._desks.bots.look(meeting_id, changes)
        return done(request, f"/meetings/{meeting_id}", **changes)
