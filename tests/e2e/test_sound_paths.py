"""Where the sound comes from, and that it goes on where one way falls silent."""

import asyncio
import os
import signal
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.line import PageListener
from bot.protocol import AudioBlock, parse_binary
from bot.pulse import missing
from domain.audio import FRAME_S, MIX, SAMPLE_RATE, Frame, Gap
from domain.events import Notice, SoundPath
from domain.voices import Speech
from standin.script import Ending, Line, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = pytest.mark.e2e
needs_sink = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")
TEXT = "Good morning everyone and welcome to this long and steady tone of ours today."


def tone(folder: Path, hertz: float, seconds: float) -> Path:
    path = folder / f"{hertz:g}.wav"
    samples = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(48_000 * seconds)) / 48_000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def script(wav: Path, **changes: Any) -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    return replace(base, lines=(Line("anna", 0.5, TEXT, wav=wav),), **changes)


class Ears:
    """Everything that a bot hears and tells, as it comes."""

    def __init__(self, bot: Any, tasks: asyncio.TaskGroup) -> None:
        self.frames: list[Frame] = []
        self.hints: list[Any] = []
        self.events: list[Any] = []
        self._news = asyncio.Event()
        pairs: tuple[tuple[Any, list[Any]], ...] = (
            (bot.frames(), self.frames), (bot.hints(), self.hints), (bot.events(), self.events),
        )  # fmt: skip
        self._tasks = [tasks.create_task(self._collect(source, into)) for source, into in pairs]

    async def _collect(self, source: AsyncIterator[Any], into: list[Any]) -> None:
        async for item in source:
            into.append(item)
            self._news.set()

    async def until(self, condition: Callable[[], bool], within_s: float = 30.0) -> None:
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def paths(self) -> list[str]:
        told: list[str] = []
        for event in self.events:
            if isinstance(event, SoundPath) and event.path != "none" and told[-1:] != [event.path]:
                told.append(event.path)
        return told

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events if isinstance(event, Notice)]

    def gaps(self) -> list[Gap]:
        return [event for event in self.events if isinstance(event, Gap)]

    def power(self, hertz: float, since_s: float = 0.0, until_s: float = 1e9) -> float:
        """The share of a frequency in what was heard, 0..1."""
        heard = [f for f in self.frames if since_s <= f.start_s < until_s]
        total, share = 0.0, 0.0
        for track in {frame.track for frame in heard}:
            pcm = b"".join(frame.pcm for frame in heard if frame.track == track)
            samples = np.frombuffer(pcm, "<i2").astype(float)
            spectrum = np.abs(np.fft.rfft(samples)) ** 2
            at = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
            total += float(spectrum[at > 50].sum())
            share += float(spectrum[np.abs(at - hertz) < 60].sum())
        return share / total if total else 0.0

    def starts(self, track: str) -> list[float]:
        """Where the frames of a track were placed."""
        return [frame.start_s for frame in self.frames if frame.track == track]

    def loud_s(self) -> list[float]:
        """Starts of the frames that sound."""
        loud = [f for f in self.frames if np.abs(np.frombuffer(f.pcm, "<i2")).max() > 1000]
        return sorted({round(frame.start_s, 2) for frame in loud})

    def end(self) -> None:
        for task in self._tasks:
            task.cancel()


class Tap:
    """Stands between the page and the bot, and knows every block that the page ever sent."""

    def __init__(self, bot: PageListener) -> None:
        self._bot = bot
        self._blocks: dict[int, dict[int, tuple[float, float]]] = {}
        """Of each track: number of the block -> (page second of its arrival, length)."""

    def opened(self, page: str) -> None:
        self._bot.opened(page)

    def text(self, data: str) -> None:
        self._bot.text(data)

    def binary(self, data: bytes) -> None:
        block = parse_binary(data)
        if isinstance(block, AudioBlock):
            length_s = len(block.pcm) / 2 / block.rate
            known = self._blocks.setdefault(block.track, {})
            known.setdefault(block.sequence, (block.page_ms / 1000, length_s))
        self._bot.binary(data)

    def closed(self) -> None:
        self._bot.closed()

    def missing(self, track: int) -> list[int]:
        """Blocks that the page made and that never came."""
        known = self._blocks[track]
        return [n for n in range(min(known), max(known)) if n not in known]

    def pause_s(self, track: int) -> float:
        """The longest stretch of which the browser gave the page no sound: so much later than
        by their length come all blocks after it than all before it."""
        arrived = [self._blocks[track][n] for n in sorted(self._blocks[track])]
        ends = np.cumsum([length_s for _, length_s in arrived])
        late = np.array([at_s for at_s, _ in arrived]) - ends
        around = [
            late[n : n + 50].min() - late[max(0, n - 50) : n].min() for n in range(1, len(late))
        ]
        return max(0.0, float(max(around)))


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def holes(loud_s: list[float]) -> list[float]:
    return [b - a for a, b in zip(loud_s, loud_s[1:], strict=False) if b - a > 0.06]


@needs_sink
async def test_a_sound_that_leaves_the_receivers_is_found_in_the_sink(
    visit: Any, tmp_path: Path
) -> None:
    """Captions show speech, receivers are silent, no element plays: nothing is lost."""
    traps = Traps(sound_moves_at_s=4.0, sound_moves_to="played")
    async with StandIn(script(tone(tmp_path, 440, 16), traps=traps)) as site:
        async with visit(site) as stay, asyncio.TaskGroup() as tasks:
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: ears.paths() == ["receivers", "sink"])
            alarm = next(e for e in ears.events if isinstance(e, SoundPath) and e.alarms)
            switch = next(e for e in ears.events if isinstance(e, SoundPath) and e.path == "sink")
            await ears.until(lambda: ears.loud_s()[-1] > switch.at_s + 1)
            health = stay.bot.health
            ears.end()
    assert alarm.path == "receivers"
    told = [kind for kind in ears.kinds() if kind in ("no_sound", "sound_back", "audio_path")]
    assert told == ["audio_path", "no_sound", "audio_path"]
    assert ears.gaps() == []
    assert health.audio_path == "sink"
    assert health.sound_alarms == ()
    assert ears.power(440) > 0.9
    assert {f.track for f in ears.frames if f.start_s > switch.at_s} == {MIX}
    assert max(holes(ears.loud_s()), default=0) < 0.5


@needs_sink
@pytest.mark.heavy
async def test_a_page_that_only_plays_is_heard_and_its_server_may_die(
    visit: Any, tmp_path: Path
) -> None:
    """Neither receivers nor elements from the start; then the sound server is killed."""
    async with StandIn(script(tone(tmp_path, 440, 30), audio_path="played")) as site:
        async with visit(site) as stay, asyncio.TaskGroup() as tasks:
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: ears.paths() == ["sink"])
            pid = stay.bot._server.pid
            os.kill(pid, signal.SIGKILL)
            await ears.until(lambda: "sound_server" in ears.kinds())
            back_s = next(e.at_s for e in ears.events if getattr(e, "kind", "") == "sound_server")
            await ears.until(lambda: ears.loud_s()[-1] > back_s + 2)
            ears.end()
    assert [gap.reason for gap in ears.gaps()] == ["sound_server"]
    assert ears.gaps()[0].end_s - ears.gaps()[0].start_s < 5
    assert not is_running(pid)


@needs_sink
@pytest.mark.heavy
@pytest.mark.parametrize(
    ("path", "taken"), [("tracks", "receivers"), ("mixed", "mix"), ("played", "sink")]
)
async def test_two_bots_hear_their_own_meeting_only(
    visit: Any, tmp_path: Path, path: str, taken: str
) -> None:
    """Two tones on one host; nor does a bot hear itself."""
    tones = (440.0, 1250.0)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        heard: list[Ears] = []
        for hertz in tones:
            play = script(tone(tmp_path, hertz, 40), audio_path=path)
            site = await stack.enter_async_context(StandIn(play))
            stay = await stack.enter_async_context(visit(site, microphone=True))
            assert await stay.bot.join() is None
            heard.append(Ears(stay.bot, tasks))
            samples = 0.3 * np.sin(2 * np.pi * 3100 * np.arange(24_000 * 8) / 24_000)
            pcm = (samples * 32767).astype("<i2").tobytes()
            await stay.bot.microphone.play(Speech(pcm, 24_000, "en"))
        for ears in heard:
            await ears.until(lambda ears=ears: len(ears.loud_s()) > 250)
            ears.end()
    for ears, own, other in zip(heard, tones, reversed(tones), strict=True):
        assert ears.paths() == [taken]
        assert ears.power(own) > 0.9
        assert ears.power(other) < 1e-4
        assert ears.power(3100) < 1e-4


@pytest.mark.heavy
@pytest.mark.parametrize("path", ["tracks", "mixed"])
async def test_without_a_sink_or_a_processor_the_page_s_worklet_reads(
    visit: Any, tmp_path: Path, path: str
) -> None:
    async with StandIn(script(tone(tmp_path, 440, 12), audio_path=path)) as site:
        async with visit(site, sink="off", reader="worklet") as stay, asyncio.TaskGroup() as tasks:
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: len(ears.loud_s()) > 250)
            assert stay.bot.intake.sound.reader == "worklet"
            ears.end()
    assert ears.paths() == ["receivers" if path == "tracks" else "mix"]
    assert ears.power(440) > 0.9
    assert not ears.gaps()


@pytest.mark.heavy
async def test_without_a_socket_the_page_calls(visit: Any, tmp_path: Path) -> None:
    """Nobody answers on the socket's address: sound comes through the page's function, and the
    site cannot find it."""
    async with StandIn(script(tone(tmp_path, 440, 14))) as site:
        async with visit(site, address="ws://127.0.0.1:9") as stay, asyncio.TaskGroup() as tasks:
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: len(ears.loud_s()) > 250)
            name = stay.endpoint.binding
            found = await stay.bot._visit.tab.page.evaluate("(name) => typeof window[name]", name)
            ears.end()
    assert ears.paths() == ["receivers"]
    assert ears.power(440) > 0.9
    assert not ears.gaps()
    assert found == "undefined"


@pytest.mark.heavy
async def test_late_tracks_without_elements_are_heard(visit: Any, tmp_path: Path) -> None:
    traps = Traps(late_tracks_s=2.5, no_audio_element=True)
    lines = tuple(
        Line(who, 5.0, TEXT, wav=tone(tmp_path, hertz, 6))
        for who, hertz in (("anna", 440), ("lucia", 900))
    )
    play = replace(script(tmp_path / "440.wav", traps=traps), lines=lines)
    async with StandIn(play) as site:
        async with visit(site, sink="off") as stay, asyncio.TaskGroup() as tasks:
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: len(ears.loud_s()) > 200)
            ears.end()
    assert {frame.track for frame in ears.frames} == {"receiver-0", "receiver-1", "receiver-2"}
    assert ears.power(440) > 0.3
    assert ears.power(900) > 0.3


@pytest.mark.heavy
@pytest.mark.parametrize(("buffer_s", "away_s"), [(30.0, 12.0), (3.0, 8.0)])
async def test_a_stall_keeps_what_the_buffer_holds_at_its_original_times(
    visit: Any, tmp_path: Path, buffer_s: float, away_s: float
) -> None:
    """The bot takes nothing for a while: what the page can hold is not lost nor moved, and what
    it cannot hold is a gap of that length."""
    async with StandIn(script(tone(tmp_path, 440, 40))) as site:
        async with visit(site, buffer_s=buffer_s) as stay, asyncio.TaskGroup() as tasks:
            tap = stay.endpoint.listener = Tap(stay.endpoint.listener)
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: len(ears.loud_s()) > 100)
            allowed = stay.endpoint._origin
            stay.endpoint.allow("http://nobody.example")
            await stay.endpoint.drop()
            gone_s = stay.bot.clock.now_s()
            await asyncio.sleep(away_s)
            stay.endpoint.allow(allowed)
            await ears.until(lambda: ears.loud_s()[-1] > gone_s + away_s + 2)
            lost = stay.bot.intake.handshake.lost
            ears.end()
    if buffer_s > away_s:
        assert lost == 0
        assert [gap for gap in ears.gaps() if gap.reason != "interrupted"] == []
        for number in range(3):
            assert tap.missing(number) == []
            steps = np.diff(ears.starts(f"receiver-{number}"))
            assert steps.min() > 0.0185
            unheard = [step - FRAME_S for step in steps if step > 0.0225]
            # A busy machine's browser may give no sound for a while: that was never there.
            assert max(unheard, default=0.0) <= tap.pause_s(number) + 0.05
        return
    assert lost > 0
    gaps = [gap for gap in ears.gaps() if gap.track == "receiver-0"]
    assert [gap.reason for gap in gaps] == ["stall"]
    length_s = gaps[0].end_s - gaps[0].start_s
    assert gaps[0].samples / SAMPLE_RATE == pytest.approx(length_s, abs=0.3)
    assert length_s == pytest.approx(max(holes(ears.loud_s())), abs=0.3)
    assert 1 < length_s < away_s + 1


@pytest.mark.heavy
async def test_a_page_that_reloads_leaves_a_gap(visit: Any, tmp_path: Path) -> None:
    async with StandIn(script(tone(tmp_path, 440, 20))) as site:
        async with visit(site) as stay, asyncio.TaskGroup() as tasks:
            assert await stay.bot.join() is None
            ears = Ears(stay.bot, tasks)
            await ears.until(lambda: len(ears.loud_s()) > 100)
            left_s = stay.bot.clock.now_s()
            await stay.bot._visit.tab.page.reload()
            assert await stay.bot.join() is None
            await ears.until(lambda: ears.loud_s()[-1] > left_s + 2)
            ears.end()
    # Before it, a busy machine's browser may have been interrupted: another stretch.
    assert [gap for gap in ears.gaps() if gap.reason not in ("interrupted", "page_reloaded")] == []
    [gap] = [gap for gap in ears.gaps() if gap.end_s > left_s]
    assert gap.reason == "page_reloaded"
    assert gap.start_s == pytest.approx(left_s, abs=1.5)
    ends = [0.0, *(gap.end_s for gap in ears.gaps())]
    assert all(end_s <= gap.start_s for end_s, gap in zip(ends, ears.gaps(), strict=False))
