"""Runs a scripted meeting: the stand-in here, the bot in a process of its own."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from domain.errors import StorageError
from domain.links import parse_link
from domain.meetings import ENDINGS, Meeting, MeetingState
from dragoman import console
from dragoman.demo.evidence import Observed, gather
from dragoman.demo.portrait import Portrait
from dragoman.demo.report import build_report, summary
from dragoman.demo.usage import Usage
from dragoman.meeting_row import new_meeting
from dragoman.settings import Settings
from dragoman.settings_file import write_settings
from dragoman.signals import StopSignals
from dragoman.store import Stores, open_stores, read_transcript
from scheduler.launchers.local import LocalBot, LocalLauncher
from standin.script import Script, bundled_script, load_script
from standin.server import StandIn
from standin.voices import speak
from storage.export.files import write_atomic
from storage.export.folder import write_folder

POLL_S = 1.0
CLOSE_S = 60.0
"""Longest wait for the bot's process to end by itself."""
VOICES = Path("~/.cache/dragoman/voices").expanduser()


async def run_demo(script: Script, out: Path, settings: Settings) -> int:
    """Runs the script, writes everything into `out`, returns the bot's exit code.

    Raises StorageError where `out` takes no files.
    """
    traces = _prepare(out)
    settings = _for_the_bot(settings, out, traces)
    with StopSignals() as signals:
        return await _run(script, out, settings, signals)


async def _run(script: Script, out: Path, settings: Settings, signals: StopSignals) -> int:
    traces = out / "traces"
    console.say(f"Speaking the script “{script.title}” ({len(script.lines)} lines) …")
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(
            StandIn(script, voices_cache=VOICES, record_to=out / "camera.mp4")
        )
        sounds = await speak(script, VOICES)
        stores = await stack.enter_async_context(open_stores(settings))
        link = parse_link(site.link, site.url)
        meeting = new_meeting(link.short, link.code, settings)
        await stores.meetings.create(meeting)
        code, portrait, usage = await _attend(meeting, settings, stores, site, signals)
        evidence = await gather(meeting, stores, Observed(site, sounds, traces, usage))
    if code:
        _tell_failure(settings.data_dir / "meetings" / meeting.id / "process.log")
    if evidence.meeting.began_at is None:
        console.say("The bot was not in the meeting: there is nothing to measure.")
        return code
    if not portrait.save(out / "camera.png"):
        console.say("No picture of the bot's camera was received.")
    report = await asyncio.to_thread(build_report, evidence)
    await _write(out, report, meeting.id, settings)
    console.table("", ("figure", "value"), summary(report))
    console.say(f"Everything is in {out}/")
    return code


def find_script(name: str) -> Script:
    """A script by its file or as a bundled one. Raises UsageError that names the line."""
    path = Path(name)
    if path.suffix == ".toml" or path.exists():
        return load_script(path)
    return bundled_script(name)


def _prepare(out: Path) -> Path:
    traces = out / "traces"
    try:
        traces.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in traces.glob("*"):
            old.unlink()
    except OSError as error:
        raise StorageError(
            f"The folder {out} takes no files: {error.strerror}.", "Choose another: --out DIR"
        ) from error
    return traces


def _for_the_bot(settings: Settings, out: Path, traces: Path) -> Settings:
    return settings.model_copy(
        update={
            "data": (out / "data").absolute(),
            "measure": traces.absolute(),
            "bot": settings.bot.model_copy(update={"headless": True}),
        }
    )


async def _attend(
    meeting: Meeting, settings: Settings, stores: Stores, site: StandIn, signals: StopSignals
) -> tuple[int, Portrait, Usage]:
    """The bot's process from start to end. The first Ctrl-C or SIGTERM makes it leave; what
    came of the meeting by then is written all the same."""
    config = write_settings(settings, settings.data_dir / "bot.toml")
    command = (sys.executable, "-m", "dragoman", "bot")
    async with LocalLauncher(command, settings.data_dir / "meetings", CLOSE_S) as launcher:
        bot = await launcher.launch(meeting.id, ("--config", str(config)))
        watch = _Watch(meeting, stores, site, bot, signals)
        signals.leave = lambda _reason: None
        try:
            await watch.run()
            if settings.web.keep and bot.alive():
                console.say("The live page stays up. Press Ctrl-C to end.")
                await watch.asked_or_gone()
            if not signals.asked.is_set():
                await watch.asked_or_gone(CLOSE_S)
        finally:
            code = await bot.stop(CLOSE_S)
            config.unlink(missing_ok=True)
    return code, watch.portrait, watch.usage


class _Watch:
    """Follows the meeting until it has ended, tells its steps, keeps the best picture."""

    def __init__(
        self, meeting: Meeting, stores: Stores, site: StandIn, bot: LocalBot, signals: StopSignals
    ) -> None:
        self.portrait = Portrait()
        self.usage = Usage(bot.pid)
        self._meeting_id = meeting.id
        self._stores, self._site, self._bot, self._signals = stores, site, bot, signals

    async def run(self) -> None:
        """Until the row has ended, the process has, or somebody asked to stop."""
        told: list[str] = []
        while True:
            now = await self._stores.meetings.get(self._meeting_id)
            if now is None:
                raise StorageError("The meeting has gone from the database.")
            _tell(now, told)
            self.usage.sample()
            if now.state is MeetingState.IN_MEETING:
                with suppress(LookupError):
                    await asyncio.to_thread(self.portrait.look, self._site.observer.rgb())
            if now.state in ENDINGS or not self._bot.alive() or self._signals.asked.is_set():
                return
            await asyncio.sleep(POLL_S)

    async def asked_or_gone(self, timeout_s: float | None = None) -> None:
        """Until somebody asks to stop or the bot's process has ended."""
        waits = {
            asyncio.ensure_future(self._signals.asked.wait()),
            asyncio.ensure_future(self._bot.wait()),
        }
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def _tell(meeting: Meeting, told: list[str]) -> None:
    if meeting.endpoint and "endpoint" not in told:
        told.append("endpoint")
        console.say(f"Watch it live: {meeting.endpoint}", style="bold")
    for change in meeting.changes:
        key = f"{change.state}{change.at}"
        if key not in told:
            told.append(key)
            reason = change.reason.value.replace("_", " ")
            console.say(f"{change.at.astimezone():%H:%M:%S}  {change.state.value} ({reason})")


def _tell_failure(log_file: Path) -> None:
    """The bot's last words, for a person who sees only this terminal."""
    lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines[-3:]:
        console.say(f"    {line}")
    console.say(f"The bot's log: {log_file}", style="bold")


async def _write(out: Path, report: dict[str, Any], meeting_id: str, settings: Settings) -> None:
    async with open_stores(settings) as stores:
        transcript = await read_transcript(stores, meeting_id)
    await asyncio.to_thread(write_folder, transcript, out, settings.translation.targets)
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    await asyncio.to_thread(write_atomic, out / "report.json", text)
