"""Finds out what happens to meetings, and announces it to the webhooks."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from domain.errors import DragomanError
from domain.meetings import ENDINGS, Meeting, MeetingState
from domain.ports import MeetingStore
from domain.serving import Answer, LiveFeed, Message, Notes, NotesDesk
from domain.transcripts import LIVE, REFINED
from domain.webhooks import WebhookEvent
from dragoman.serve.webhooks import Webhooks, transcript_data
from dragoman.worker import Worker
from storage.facts import SqlFactStore

log = logging.getLogger(__name__)

LOOK_S = 2.0
BATCH_S = 5.0
"""Segments of so long come in one message."""
MOST = 50
"""Segments of one message."""
LOOKED_AT = 200
"""Newest meetings."""
AGE = timedelta(days=7)
"""What happened before, while the server was away, is not told any more."""
GONE = 30
"""Looks at which a bot was not reached, after which its meeting is not followed any more."""
REFINED_EVERY = 15
"""Looks, between two looks for second passes."""


class Happenings(Worker):
    """An async context manager: looks at the meetings while it is open.

    What happened while the server was away is announced too; nothing is announced twice, but
    for segments: after a restart in mid-meeting they may come again, under the same ids.
    """

    def __init__(
        self,
        meetings: MeetingStore,
        facts: SqlFactStore,
        feed: LiveFeed,
        webhooks: Webhooks,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._meetings = meetings
        self._facts = facts
        self._feed = feed
        self._webhooks = webhooks
        self._now = now
        self._told: set[tuple[WebhookEvent, str, str]] = set()
        self._followed: dict[str, asyncio.Task[None]] = {}
        self._gone: dict[str, int] = {}
        self._looks = 0

    def _begin(self) -> None:
        self.own(self._run())

    async def look(self) -> None:
        """Announces what has happened. Raises StorageError."""
        if not await self._webhooks.webhooks():
            return
        recent = await self._meetings.recent(LOOKED_AT)
        ids = {meeting.id for meeting in recent}
        self._told = {mark for mark in self._told if mark[1] in ids}
        for meeting in reversed(recent):
            await self._steps(meeting)
        if self._looks % REFINED_EVERY == 0:
            await self._second_passes([m for m in recent if m.state is MeetingState.ENDED])
        self._looks += 1

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
                await self._follow()
            except DragomanError as error:
                log.warning("what happened could not be announced: %s", error.message)
            except Exception:
                log.exception("what happened could not be looked at")
            await asyncio.sleep(LOOK_S)

    async def _steps(self, meeting: Meeting) -> None:
        began, ended = meeting.began_at, meeting.ended_at
        told = meeting_data(meeting)
        if began is not None:
            await self._announce(WebhookEvent.MEETING_STARTED, meeting, told, began)
        if meeting.state not in ENDINGS or ended is None:
            return
        failed = meeting.state is MeetingState.FAILED
        over = WebhookEvent.MEETING_FAILED if failed else WebhookEvent.MEETING_ENDED
        await self._announce(over, meeting, told, ended)
        if began is not None:
            await self._transcript(meeting, LIVE, ended)

    async def _second_passes(self, ended: list[Meeting]) -> None:
        if not await self._webhooks.wanted(WebhookEvent.TRANSCRIPT_READY):
            return
        for meeting in ended:
            new = (WebhookEvent.TRANSCRIPT_READY, meeting.id, REFINED) not in self._told
            if not new or meeting.ended_at is None or meeting.ended_at < self._now() - AGE:
                continue
            if REFINED in await self._facts.facts(meeting.id):
                await self._transcript(meeting, REFINED, meeting.ended_at)

    async def _transcript(self, meeting: Meeting, version: str, at: datetime) -> None:
        data = transcript_data(meeting.id, version)
        await self._announce(WebhookEvent.TRANSCRIPT_READY, meeting, data, at, version)

    async def _announce(
        self,
        event: WebhookEvent,
        meeting: Meeting,
        data: Mapping[str, object],
        at: datetime,
        key: str = "",
    ) -> None:
        mark = (event, meeting.id, key)
        if mark not in self._told and at > self._now() - AGE:
            await self._webhooks.announce(event, meeting.id, data, key, at)
            self._told.add(mark)

    async def _follow(self) -> None:
        """Follows what is said in the meetings that run, if anybody wants to know."""
        wanted = await self._webhooks.wanted(WebhookEvent.SEGMENT_FINAL)
        running = set(self._feed.running()) if wanted else set()
        for meeting_id, task in list(self._followed.items()):
            gone = 0 if meeting_id in running else self._gone.get(meeting_id, 0) + 1
            self._gone[meeting_id] = gone
            if task.done() or not wanted or gone > GONE:
                task.cancel()
                del self._followed[meeting_id], self._gone[meeting_id]
        for meeting_id in running - self._followed.keys():
            self._followed[meeting_id] = self.own(self._listen(meeting_id))

    async def _listen(self, meeting_id: str) -> None:
        """Until the meeting is over: then its last segments are told."""
        waiting: dict[str, Message] = {}
        told: set[str] = set()
        try:
            async with self._feed.follow(meeting_id) as events, asyncio.TaskGroup() as group:
                telling = group.create_task(self._tell(meeting_id, waiting, told))
                async for _, message in events:
                    segment_id = str(message.get("id"))
                    spoken = message.get("type") == "caption" and message.get("final")
                    if spoken and segment_id not in told:
                        waiting[segment_id] = message
                    if message.get("type") == "state" and message.get("state") in ENDINGS:
                        break
                telling.cancel()
            await self._flush(meeting_id, waiting, told)
        except* Exception:
            # It is followed again at the next look.
            log.exception("what was said could not be announced")

    async def _tell(self, meeting_id: str, waiting: dict[str, Message], told: set[str]) -> None:
        while True:
            await asyncio.sleep(BATCH_S)
            await self._flush(meeting_id, waiting, told)

    async def _flush(self, meeting_id: str, waiting: dict[str, Message], told: set[str]) -> None:
        while waiting:
            ids = list(waiting)[:MOST]
            data = {"segments": [segment_data(waiting[each]) for each in ids]}
            key = " ".join(ids)
            await self._webhooks.announce(WebhookEvent.SEGMENT_FINAL, meeting_id, data, key)
            for each in ids:
                told.add(each)
                waiting.pop(each, None)


class AnnouncedNotes:
    """The NotesDesk port: announces notes that are made."""

    def __init__(self, notes: NotesDesk, webhooks: Webhooks) -> None:
        self._notes = notes
        self._webhooks = webhooks

    async def notes(self, meeting_id: str, language: str = "") -> Notes | None:
        """The notes that were made, if they were."""
        return await self._notes.notes(meeting_id, language)

    async def make(self, meeting_id: str, language: str = "") -> Notes:
        """Makes them, stores them, and tells the webhooks."""
        made = await self._notes.make(meeting_id, language)
        data = {
            "language": made.language,
            "engine": made.engine,
            "extractive": made.extractive,
            "path": f"/api/v1/meetings/{made.meeting_id}/notes?language={made.language}",
        }
        key = f"{made.language} {made.made_at}"
        try:
            await self._webhooks.announce(WebhookEvent.NOTES_READY, made.meeting_id, data, key)
        except DragomanError as error:
            log.warning("new notes could not be announced: %s", error.message)
        return made

    async def ask(self, meeting_id: str, question: str, language: str = "") -> Answer:
        """Answers from the transcript alone."""
        return await self._notes.ask(meeting_id, question, language)

    async def catch_up(self, meeting_id: str, language: str, until_s: float) -> Notes:
        """What was missed so far."""
        return await self._notes.catch_up(meeting_id, language, until_s)


def meeting_data(meeting: Meeting) -> dict[str, object]:
    """A meeting as webhooks are told of it."""
    return {
        "code": meeting.code,
        "link": meeting.link,
        "languages": list(meeting.languages),
        "state": meeting.state.value,
        "reason": meeting.reason.value,
        "began_at": meeting.began_at.isoformat() if meeting.began_at else None,
        "ended_at": meeting.ended_at.isoformat() if meeting.ended_at else None,
        "path": f"/api/v1/meetings/{meeting.id}",
    }


def segment_data(message: Message) -> dict[str, object]:
    """A final caption of the live protocol as webhooks are told of it."""
    translations = message.get("translations")
    found = translations if isinstance(translations, list) else []
    return {
        "id": message.get("id"),
        "speaker": message.get("speaker"),
        "language": message.get("language"),
        "start_s": message.get("start_s"),
        "text": message.get("stable"),
        "translations": {t["language"]: t["text"] for t in found if t.get("state") == "final"},
    }
