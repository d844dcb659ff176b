"""A calendar brings the bot to a meeting, and the transcript to who a rule names."""

import asyncio
import email
import io
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.async_api import Page, expect

from scheduler.standins.ics import IcsStandIn, ics_event
from scheduler.standins.serving import served as serving
from standin.mail import MailServer
from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(240)]

Serve = Callable[..., Awaitable[Any]]
Owner = Callable[[Any], Awaitable[Page]]
Ended = Callable[[Page, str], Awaitable[str]]


async def test_from_the_calendar_to_the_mail(
    serve: Serve, owner: Owner, ended: Ended, tmp_path: Path
) -> None:
    script = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("host", 16.0))
    calendar, mail = IcsStandIn(), MailServer()
    async with (
        StandIn(script) as site,
        serving(calendar.app) as calendars,
        mail.running() as mail_port,
    ):
        served = await serve(
            *("--port", "0", "--base-url", site.url),
            ACCESS__FETCH_HOSTS="127.0.0.1",
            DELIVERY__SMTP_HOST="127.0.0.1",
            DELIVERY__SMTP_PORT=str(mail_port),
            DELIVERY__SMTP_SECURITY="none",
            DELIVERY__SENDER="dragoman@example.org",
        )
        page = await owner(served)
        await _rule(page, served.address)
        start = datetime.now(UTC) + timedelta(seconds=50)
        calendar.put(
            _event("weekly", start, "Weekly plan", site.link),
            _event("lunch", start, "Lunch", "Canteen"),
        )
        await _calendar(page, served.address, f"{calendars}/calendar.ics")
        await page.goto(f"{served.address}/")
        await expect(page.locator("main")).to_contain_text("Weekly plan")
        meeting = await _meeting(page, served.address)
        api = f"{served.address}/api/v1/meetings/{meeting}"
        assert await ended(page, api) == "ended"
        await asyncio.wait_for(mail.arrived.wait(), 60)
    ((to, raw),) = mail.mails
    assert to == "team@example.org"
    message = email.message_from_bytes(raw.encode(), policy=policy.default)
    assert str(message["Subject"]).startswith("Transcript of Weekly plan, ")
    files = {each.get_filename(): each.get_content() for each in message.iter_attachments()}
    by_kind = {Path(str(name)).suffix: content for name, content in files.items()}
    assert set(by_kind) == {".docx", ".txt"}
    for text in (_text(by_kind[".txt"]), _paragraphs(by_kind[".docx"])):
        assert "Anna Keller" in text
        assert "Lucía Gómez" in text
        assert "reunión" in text


async def _rule(page: Page, address: str) -> None:
    await page.goto(f"{address}/calendars")
    await page.locator("summary", has_text="Add a rule").click()
    form = page.locator("form[action='/calendars/rules']").last
    await form.get_by_label("Name").fill("Plans")
    await form.get_by_label("Title").fill("*plan*")
    await form.get_by_label("Languages").fill("es")
    await form.get_by_label("Send the transcript to").fill("team@example.org")
    await form.get_by_role("button", name="Add the rule").click()
    await expect(page.locator("#rules")).to_contain_text("team@example.org")


async def _calendar(page: Page, address: str, ics: str) -> None:
    await page.goto(f"{address}/calendars")
    await page.locator("summary", has_text=re.compile("ics", re.I)).click()
    form = page.locator("details[open] form")
    await form.get_by_label("Name", exact=True).fill("Team")
    await form.get_by_label("Address").fill(ics)
    await form.get_by_role("button", name="Add").click()
    await expect(page.locator("main")).to_contain_text("Works")


async def _meeting(page: Page, address: str) -> str:
    """The id of the one meeting that there is, as soon as there is one."""
    async with asyncio.timeout(60):
        while True:
            answer = await page.request.get(f"{address}/api/v1/meetings")
            assert answer.ok, await answer.text()
            meetings = (await answer.json())["meetings"]
            if meetings:
                assert len(meetings) == 1
                return str(meetings[0]["id"])
            await asyncio.sleep(0.3)


def _event(uid: str, start: datetime, title: str, place: str) -> str:
    when = {"DTSTART": f"{start:%Y%m%dT%H%M%SZ}", "DURATION": "PT30M"}
    return ics_event(uid, SUMMARY=title, LOCATION=place, **when)


def _text(content: object) -> str:
    assert isinstance(content, str)
    return content


def _paragraphs(content: object) -> str:
    assert isinstance(content, bytes)
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])
