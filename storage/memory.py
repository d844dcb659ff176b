"""Stores that keep everything in memory, for trials without a disk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.meetings import ENDINGS, Meeting, StateChange
from domain.people import Participant
from domain.speakers import Voiceprint
from domain.transcripts import LIVE, Segment
from storage.failures import refused
from storage.meetings import SHORTEST_PREFIX, check_step
from storage.merge import check_version, merge_segments


class MemoryMeetingStore:
    """The MeetingStore port in memory."""

    def __init__(self) -> None:
        self._meetings: dict[str, Meeting] = {}

    async def create(self, meeting: Meeting) -> None:
        """Stores a new meeting."""
        if meeting.id in self._meetings:
            raise refused("The meeting exists already.", "Use another id.")
        self._meetings[meeting.id] = meeting

    async def get(self, meeting_id: str) -> Meeting | None:
        """A meeting by its id or by the beginning of it, where only one begins so."""
        if meeting_id in self._meetings or len(meeting_id) < SHORTEST_PREFIX:
            return self._meetings.get(meeting_id)
        found = [m for m in self._meetings.values() if m.id.startswith(meeting_id)]
        return found[0] if len(found) == 1 else None

    async def recent(self, limit: int = 50) -> Sequence[Meeting]:
        """The newest meetings, newest first."""
        newest = sorted(self._meetings.values(), key=lambda m: (m.created_at, m.id), reverse=True)
        return newest[:limit]

    async def change(self, meeting_id: str, change: StateChange) -> None:
        """Takes a step and notes it. Raises StorageError where it is not allowed."""
        meeting = self._known(meeting_id)
        if meeting.changes[-1:] == (change,):
            return
        check_step(meeting.state, change)
        self._meetings[meeting_id] = replace(
            meeting,
            state=change.state,
            reason=change.reason,
            ended_at=change.at if change.state in ENDINGS else meeting.ended_at,
            changes=(*meeting.changes, change),
        )

    async def update(
        self,
        meeting_id: str,
        *,
        began_at: datetime | None = None,
        endpoint: str | None = None,
        languages: tuple[str, ...] | None = None,
    ) -> None:
        """Sets what is given."""
        meeting = self._known(meeting_id)
        self._meetings[meeting_id] = replace(
            meeting,
            began_at=meeting.began_at if began_at is None else began_at,
            endpoint=meeting.endpoint if endpoint is None else endpoint,
            languages=meeting.languages if languages is None else languages,
        )

    def _known(self, meeting_id: str) -> Meeting:
        if meeting_id not in self._meetings:
            raise refused(
                "There is no such meeting.", "List the meetings and use one of their ids."
            )
        return self._meetings[meeting_id]


class MemoryTranscriptStore:
    """The TranscriptStore port in memory."""

    def __init__(self) -> None:
        self._segments: dict[str, Segment] = {}
        self._people: dict[tuple[str, str], Participant] = {}

    async def write(self, segments: Sequence[Segment]) -> None:
        """Keeps segments; idempotent by id, later names and translations are merged in."""
        for segment in segments:
            known = self._segments.get(segment.id, segment)
            self._segments[segment.id] = merge_segments(known, segment)

    async def segments(self, meeting_id: str, version: str = LIVE) -> Sequence[Segment]:
        """All segments of one version, in order of their start."""
        here = [
            s
            for s in self._segments.values()
            if s.meeting_id == meeting_id and s.version == version
        ]
        return sorted(here, key=lambda s: (s.start_s, s.end_s, s.id))

    async def replace(self, meeting_id: str, version: str, segments: Sequence[Segment]) -> None:
        """Puts a whole version in the place of what was kept of it."""
        check_version(meeting_id, version, segments)
        others = {
            key: each
            for key, each in self._segments.items()
            if (each.meeting_id, each.version) != (meeting_id, version)
        }
        self._segments = others
        await self.write(segments)

    async def write_participants(
        self, meeting_id: str, participants: Sequence[Participant]
    ) -> None:
        """Keeps or updates people; join times are kept, leave times updated."""
        for person in participants:
            known = self._people.get((meeting_id, person.id), person)
            self._people[meeting_id, person.id] = replace(
                person, joined_s=known.joined_s, name=person.name or known.name
            )

    async def participants(self, meeting_id: str) -> Sequence[Participant]:
        """Everybody who was there, in order of joining."""
        here = [person for (meeting, _), person in self._people.items() if meeting == meeting_id]
        return sorted(here, key=lambda person: (person.joined_s, person.id))


class MemoryVoiceprintStore:
    """The VoiceprintStore port in memory."""

    def __init__(self) -> None:
        self._voices: dict[str, Voiceprint] = {}

    async def save(self, voiceprint: Voiceprint) -> None:
        """Keeps or replaces by id."""
        self._voices[voiceprint.id] = voiceprint

    async def voiceprints(self, model: str = "") -> Sequence[Voiceprint]:
        """All, or those made by one model, by name."""
        chosen = [v for v in self._voices.values() if model in ("", v.model)]
        return sorted(chosen, key=lambda voice: (voice.name, voice.id))

    async def delete(self, voiceprint_id: str) -> bool:
        """Forgets it; whether there was one."""
        return self._voices.pop(voiceprint_id, None) is not None
