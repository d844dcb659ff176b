"""Desks that remember and obey: every port of the server's pages and API, without anything behind.

For tests of the pages and the API, for screenshots, and to try the dashboard out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.calendars import Decision, PlannedMeeting, Rule
from domain.desks import (
    Finding,
    GlossaryTerm,
    Job,
    JobKind,
    JobState,
    SettingValue,
)
from domain.errors import UsageError
from domain.links import parse_link
from domain.meetings import ENDINGS, Meeting, MeetingState
from domain.serving import (
    Answer,
    File,
    Hit,
    Hits,
    Invitation,
    MeetingEntry,
    MeetingFilter,
    MeetingPage,
    Notes,
    Placed,
    Query,
    Reading,
)
from domain.speakers import Voiceprint
from domain.transcripts import Segment
from web import scripted_data as data


class Office:
    """What the scripted desks share."""

    def __init__(self) -> None:
        self.meetings = data.meetings()
        ended = [e for e in self.meetings if e.meeting.state is MeetingState.ENDED]
        self.segments = {e.meeting.id: data.segments(e.meeting.id) for e in ended}
        self.asked: list[tuple[str, object]] = []
        """(order, what with) of everything that changes something."""

    def entry(self, meeting_id: str) -> MeetingEntry:
        """A meeting, by a unique prefix too."""
        found = [e for e in self.meetings if e.meeting.id.startswith(meeting_id)]
        exact = [e for e in found if e.meeting.id == meeting_id] or found
        if len(exact) != 1:
            raise UsageError("There is no such meeting.", "Look in the list of meetings.")
        return exact[0]

    def lines(self, meeting_id: str) -> list[Segment]:
        """A meeting's segments; empty where nothing was said."""
        return self.segments.setdefault(self.entry(meeting_id).meeting.id, [])


class ScriptedBots:
    """The BotDesk port."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def invite(self, invitation: Invitation) -> Placed:
        link = parse_link(invitation.link)
        for entry in self._office.meetings:
            if entry.meeting.code == link.code and entry.meeting.state not in ENDINGS:
                return Placed(entry.meeting, entry.place, known=True)
        self._office.asked.append(("invite", invitation))
        number = sum(order == "invite" for order, _ in self._office.asked)
        meeting = Meeting(
            f"new-{number:04}", link.short, link.code, invitation.name or "Dragoman",
            invitation.languages, MeetingState.STARTING, data.NOW,
        )  # fmt: skip
        self._office.meetings.insert(0, MeetingEntry(meeting))
        return Placed(meeting)

    async def leave(self, meeting_id: str) -> None:
        self._office.asked.append(("leave", self._running(meeting_id)))

    async def pause(self, meeting_id: str, paused: bool) -> None:
        self._office.asked.append(("pause", (self._running(meeting_id), paused)))

    async def look(self, meeting_id: str, changes: Mapping[str, object]) -> None:
        if changes.get("theme", "dark") not in ("dark", "light", "high-contrast"):
            raise UsageError("Unknown theme.", "Known: dark, light, high-contrast.")
        self._office.asked.append(("look", (self._running(meeting_id), dict(changes))))

    async def place(self, meeting_id: str) -> int:
        return self._office.entry(meeting_id).place

    def _running(self, meeting_id: str) -> str:
        meeting = self._office.entry(meeting_id).meeting
        if meeting.state in ENDINGS:
            raise UsageError("This meeting is over.", "Read its transcript.")
        return meeting.id


class ScriptedMeetings:
    """The MeetingDesk port."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def page(self, wanted: MeetingFilter) -> MeetingPage:
        found = [e for e in self._office.meetings if _fits(e, wanted)]
        first = int(wanted.cursor or 0)
        last = first + wanted.limit
        return MeetingPage(found[first:last], str(last) if last < len(found) else "")

    async def entry(self, meeting_id: str) -> MeetingEntry:
        return self._office.entry(meeting_id)


def _fits(entry: MeetingEntry, wanted: MeetingFilter) -> bool:
    meeting = entry.meeting
    text = " ".join((entry.title, meeting.code, *entry.speakers)).casefold()
    return (
        wanted.text.casefold() in text
        and (not wanted.states or meeting.state in wanted.states)
        and (wanted.since is None or meeting.created_at >= wanted.since)
        and (wanted.until is None or meeting.created_at < wanted.until)
    )


class ScriptedTranscripts:
    """The TranscriptDesk port; corrections are kept, exports are plain text of every name."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._before: dict[str, str] = {}
        self._said: dict[str, Segment] = {}

    async def read(self, meeting_id: str, version: str = "") -> Reading:
        meeting = self._office.entry(meeting_id).meeting
        if version not in ("", "live", "refined"):
            raise UsageError("There is no such version.", "There are: live, refined.")
        return Reading(
            meeting, data.PEOPLE, tuple(self._office.lines(meeting.id)), version or "refined",
            ("live", "refined"), frozenset((*self._before, *self._said)),
        )  # fmt: skip

    async def correct(self, meeting_id: str, segment_id: str, text: str) -> Segment:
        lines = self._office.lines(meeting_id)
        for number, line in enumerate(lines):
            if line.id == segment_id:
                self._before.setdefault(segment_id, line.text)
                lines[number] = replace(line, text=text or self._before.pop(segment_id))
                return lines[number]
        raise UsageError("There is no such line.", "Load the page again.")

    async def reassign(self, meeting_id: str, segment_id: str, speaker: str) -> Segment:
        lines = self._office.lines(meeting_id)
        for number, line in enumerate(lines):
            if line.id == segment_id:
                self._said.setdefault(segment_id, line)
                known = {p.id: p for p in data.PEOPLE} | {p.name: p for p in data.PEOPLE}
                person = known.get(speaker)
                whose, name = (person.id, person.name) if person else ("", speaker)
                if not speaker:
                    before = self._said.pop(segment_id)
                    whose, name = before.participant_id, before.speaker
                lines[number] = replace(line, participant_id=whose, speaker=name)
                return lines[number]
        raise UsageError("There is no such line.", "Load the page again.")

    async def rename(self, meeting_id: str, speaker: str, name: str) -> int:
        lines = self._office.lines(meeting_id)
        touched = [n for n, s in enumerate(lines) if speaker in (s.participant_id, s.speaker)]
        if not touched:
            raise UsageError("Nobody of that name spoke.", "Load the page again.")
        for number in touched:
            lines[number] = replace(lines[number], speaker=name)
        return len(touched)

    async def export(self, meeting_id: str, format: str, options: Mapping[str, str]) -> File:
        if format not in ("txt", "md", "srt", "vtt", "json", "csv", "docx", "pdf", "zip"):
            raise UsageError(
                "Unknown format.", "Known: txt, md, srt, vtt, json, csv, docx, pdf, zip."
            )
        lines = [f"{s.speaker}: {s.text}" for s in self._office.lines(meeting_id)]
        return File(f"meeting.{format}", "text/plain", "\n".join(lines).encode())

    async def search(self, query: Query) -> Hits:
        wanted, found = query.text.casefold(), []
        for entry in self._office.meetings:
            if query.meeting_id not in ("", entry.meeting.id):
                continue
            for line in self._office.segments.get(entry.meeting.id, ()):
                at = line.text.casefold().find(wanted)
                if at >= 0 and query.speaker.casefold() in line.speaker.casefold():
                    marks = ((at, at + len(wanted)),)
                    found.append(Hit(entry.meeting, line, line.text, marks, line.language))
        found = [hit for hit in found if query.language in ("", hit.language)]
        first = int(query.cursor or 0)
        last = first + query.limit
        return Hits(found[first:last], str(last) if last < len(found) else "", len(found))


class ScriptedNotes:
    """The NotesDesk port; the meetings that have ended have notes, but for those made anew."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._made = {data.OVER: data.notes(data.OVER)}

    async def notes(self, meeting_id: str, language: str = "") -> Notes | None:
        return self._made.get(self._office.entry(meeting_id).meeting.id)

    async def make(self, meeting_id: str, language: str = "") -> Notes:
        if not self._office.lines(meeting_id):
            raise UsageError("Nothing was said.", "Notes need a transcript.")
        self._made[meeting_id] = data.notes(meeting_id)
        return self._made[meeting_id]

    async def ask(self, meeting_id: str, question: str, language: str = "") -> Answer:
        self._office.asked.append(("ask", question))
        if "flight" not in question:
            return Answer("", (), "extractive")
        return Answer("Ben Carter books the flights by Friday.",
                      data.notes(meeting_id).actions[:1], "extractive")  # fmt: skip

    async def catch_up(self, meeting_id: str, language: str, until_s: float) -> Notes:
        return data.notes(meeting_id)


class ScriptedCalendars:
    """The CalendarDesk port."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._planned = {planned.event.key: planned for planned in data.planned()}
        self._rules: Sequence[Rule] = data.RULES
        self._calendars = [dict(each) for each in data.CALENDARS]

    async def coming(self, start: datetime, end: datetime) -> Sequence[PlannedMeeting]:
        inside = [p for p in self._planned.values() if p.event.end > start and p.event.start < end]
        return sorted(inside, key=lambda p: p.event.start)

    async def decide(self, event_key: str, decision: Decision, by: str) -> PlannedMeeting:
        if event_key not in self._planned:
            raise UsageError("There is no such event.", "Load the page again.")
        self._planned[event_key] = replace(self._planned[event_key], decision=decision, why=by)
        return self._planned[event_key]

    async def calendars(self) -> Sequence[Mapping[str, object]]:
        return self._calendars

    async def add(self, kind: str, options: Mapping[str, str]) -> str:
        if not options.get("address", "").startswith("https://"):
            raise UsageError("This is no address of a calendar.", "It begins with https://.")
        self._office.asked.append(("add calendar", kind))
        self._calendars.append(
            {"id": f"cal{len(self._calendars)}", "kind": kind, "title": options["title"],
             "address": options["address"], "state": "ok", "synced_at": data.NOW, "error": ""}
        )  # fmt: skip
        return str(self._calendars[-1]["id"])

    async def remove(self, calendar_id: str) -> None:
        self._calendars = [each for each in self._calendars if each["id"] != calendar_id]

    async def rules(self) -> Sequence[Rule]:
        return self._rules

    async def set_rules(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)


class ScriptedGlossary:
    """The GlossaryDesk port; knows CSV files of one column."""

    def __init__(self) -> None:
        self._terms = {term.text: term for term in data.TERMS}

    async def terms(self) -> Sequence[GlossaryTerm]:
        return [self._terms[text] for text in sorted(self._terms, key=str.casefold)]

    async def put(self, term: GlossaryTerm) -> None:
        self._terms[term.text] = term

    async def remove(self, text: str) -> None:
        self._terms.pop(text, None)

    async def replace(self, content: bytes) -> int:
        lines = content.decode("utf-8", "replace").split()
        if any("=" in line for line in lines):
            raise UsageError("The glossary, line 1: A cell holds a formula.", "Write plain text.")
        self._terms = {line: GlossaryTerm(line) for line in lines}
        return len(self._terms)

    async def csv(self) -> File:
        return File("glossary.csv", "text/csv", "\n".join(["term", *self._terms]).encode())


class ScriptedVoices:
    """The VoiceprintStore port."""

    def __init__(self) -> None:
        self._voices = {voice.id: voice for voice in data.VOICES}

    async def save(self, voiceprint: Voiceprint) -> None:
        self._voices[voiceprint.id] = voiceprint

    async def voiceprints(self, model: str = "") -> Sequence[Voiceprint]:
        return [voice for voice in self._voices.values() if model in ("", voice.model)]

    async def delete(self, voiceprint_id: str) -> bool:
        return self._voices.pop(voiceprint_id, None) is not None


class ScriptedSettings:
    """The SettingsDesk port."""

    def __init__(self) -> None:
        self._values = {value.name: value for value in data.SETTINGS}

    async def values(self) -> Sequence[SettingValue]:
        return list(self._values.values())

    async def change(self, changes: Mapping[str, str]) -> None:
        for name, value in changes.items():
            known = self._values.get(name)
            if known is None or not known.changeable:
                raise UsageError("This setting cannot be changed here.", "Change it in the file.")
            if known.choices and value not in known.choices:
                raise UsageError(f"Wrong value for {name}.", f"Known: {', '.join(known.choices)}.")
        for name, value in changes.items():
            self._values[name] = replace(self._values[name], value=value, origin="this page")


class ScriptedDoctor:
    """The DoctorDesk port."""

    async def examine(self) -> Sequence[Finding]:
        return data.FINDINGS


class ScriptedJobs:
    """The JobDesk port: every look brings a job on by half."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    async def start(self, kind: JobKind, meeting_id: str, options: Mapping[str, str]) -> Job:
        job = Job(f"job{len(self._jobs)}", kind, meeting_id, done=0.0, step="reading")
        self._jobs[job.id] = job
        return job

    async def job(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise UsageError("There is no such job.", "It may be over for long.")
        job = self._jobs[job_id]
        done = min(1.0, (job.done or 0.0) + 0.5)
        state = JobState.DONE if done == 1.0 else JobState.RUNNING
        filed = job.kind is JobKind.ARCHIVE and done == 1.0
        self._jobs[job_id] = replace(job, done=done, state=state, has_file=filed)
        return self._jobs[job_id]

    async def jobs(self, meeting_id: str) -> Sequence[Job]:
        return [job for job in self._jobs.values() if job.meeting_id == meeting_id][::-1]

    async def file(self, job_id: str) -> File:
        return File("meeting.zip", "application/zip", b"PK\x05\x06" + bytes(18))
