"""Hostile texts in every place of every page stay texts."""

from collections.abc import AsyncIterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from html import unescape
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from domain.desks import Finding, GlossaryTerm, SettingValue
from domain.engines import Health
from domain.serving import Answer, Hit, Hits, Notes, Query
from web import scripted_data
from web.scripted import Office, ScriptedCalendars, ScriptedNotes, ScriptedTranscripts
from web.scripted_data import LIVE, OVER
from web.scripted_site import scripted_desks, scripted_site

MARKUP = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'><b>"
CORPUS = [
    MARKUP,
    "{{ 7*7 }}{% include 'base.html' %}",
    "\u202eeman\u202c \u2066evil",
    "\x1b[31mred\x1b[0m\x07\x00",
    "x" * 10_000,
    "=cmd|' /C calc'!A0",
    "javascript:alert(1)",
]
KEPT = frozenset({"id", "meeting_id", "state", "decision", "version", "calendar_id", "kind",
                  "language", "languages", "participant_id", "uid", "occurrence", "link",
                  "segment_ids"})  # fmt: skip
FORBIDDEN = ("<script>alert", "<img src=x", "\u202e", "\u2066", "\x1b", "\x00", "{{ 7*7 }}49")


def poisoned(value: Any, text: str, name: str = "") -> Any:
    """The same value with every free text of it replaced."""
    if name in KEPT or isinstance(value, Enum | datetime | bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, tuple | list):
        return type(value)(poisoned(each, text, name) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: poisoned(getattr(value, f.name), text, f.name) for f in fields(value)}
        return replace(value, **changed)
    return value


class _Notes(ScriptedNotes):
    text = ""

    async def notes(self, meeting_id: str, language: str = "") -> Notes | None:
        made: Notes = poisoned(scripted_data.notes(meeting_id), self.text)
        return made

    async def ask(self, meeting_id: str, question: str, language: str = "") -> Answer:
        return Answer(self.text, scripted_data.notes(meeting_id).actions, self.text)


class _Transcripts(ScriptedTranscripts):
    text = ""

    async def search(self, query: Query) -> Hits:
        office = self._office
        meeting, line = office.entry(OVER).meeting, office.lines(OVER)[0]
        marks = ((0, 3), (2, 900_000), (-4, 2), (5, 5), (4, 8))
        return Hits([Hit(meeting, line, self.text, marks, "en")])


def _office(text: str) -> Office:
    office = Office()
    office.meetings = [poisoned(entry, text) for entry in office.meetings]
    office.segments = {key: poisoned(lines, text) for key, lines in office.segments.items()}
    return office


@pytest.fixture(params=range(len(CORPUS)), ids=lambda n: CORPUS[n][:12].encode().hex())
async def hostile(request: pytest.FixtureRequest) -> AsyncIterator[tuple[TestClient, str]]:
    text = CORPUS[request.param]
    office = _office(text)
    desks = scripted_desks(office)
    notes, transcripts = _Notes(office), _Transcripts(office)
    notes.text = transcripts.text = text
    calendars = ScriptedCalendars(office)
    calendars._planned = {k: poisoned(p, text) for k, p in calendars._planned.items()}
    calendars._rules = poisoned(tuple(calendars._rules), text)
    calendars._calendars = [
        {**each, "title": text, "address": text, "error": text, "state": text}
        for each in calendars._calendars
    ]
    desks = replace(desks, notes=notes, transcripts=transcripts, calendars=calendars)
    await desks.glossary.put(GlossaryTerm(text, (("es", text),)))
    for voice in await desks.voices.voiceprints():
        await desks.voices.save(poisoned(voice, text))
    desks.settings._values[text] = SettingValue(text, text, text, True, origin=text)  # type: ignore[attr-defined]
    desks = replace(desks, doctor=_Doctor(text))
    async with TestClient(TestServer(scripted_site(desks))) as client:
        yield client, text


class _Doctor:
    def __init__(self, text: str) -> None:
        self._text = text

    async def examine(self) -> list[Finding]:
        return [Finding(self._text, Health(False, self._text, self._text))]


async def test_no_page_takes_it_for_markup(hostile: tuple[TestClient, str]) -> None:
    client, text = hostile
    asked = text[:2000]
    shown = {"q": asked, "speaker": asked, "meeting": asked}
    for path, query in (
        ("/", {}), ("/meetings", {"q": asked, "kind": asked}), (f"/meetings/{LIVE}", {}),
        (f"/meetings/{OVER}", {}), (f"/meetings/{OVER}", {"edit": "s03", "version": ""}),
        ("/search", shown), ("/calendars", {}), ("/glossary", {"q": text[:10]}),
        ("/glossary", {"edit": text[:80]}), ("/people", {}), ("/settings", {}),
        ("/doctor", {"now": ""}), (f"/meetings/{text[:40]}", {}),
    ):  # fmt: skip
        answer = await client.get(path, params=query)
        page = await answer.text()
        assert answer.status in (200, 404), path
        for bad in FORBIDDEN:
            assert bad not in page, (path, bad)
        assert len(page) < 400_000, path


async def test_answers_to_scripts_carry_it_as_text(hostile: tuple[TestClient, str]) -> None:
    client, text = hostile
    headers = {"Accept": "application/json"}
    for path, data in (
        (f"/meetings/{OVER}/ask", {"question": text}), ("/invite", {"link": text}),
        (f"/meetings/{OVER}/speakers", {"speaker": text, "name": text}),
        (f"/meetings/{OVER}/lines/{'s00'}", {"text": text}), ("/settings", {"x": text}),
    ):  # fmt: skip
        answer = await client.post(path, data=data, headers=headers)
        assert answer.status in (200, 422), path
        assert answer.content_type.endswith("json"), path


@pytest.mark.parametrize("hostile", [0], indirect=True, ids=["markup"])
async def test_markup_is_shown_as_it_was_said(hostile: tuple[TestClient, str]) -> None:
    client, _ = hostile
    page = await (await client.get(f"/meetings/{OVER}")).text()
    assert "&lt;script&gt;" in page
    assert MARKUP in unescape(page)
