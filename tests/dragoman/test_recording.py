"""Sound that is kept: to the sample, through kills, full disks and slow ones."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from domain.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Frame, Gap
from domain.events import Event, Listening, Notice, Recording
from domain.hints import Hint, LoudnessHint, RosterHint
from domain.people import Participant
from dragoman.hintfile import TimedHint, to_line
from dragoman.recording import recorder as recorders
from dragoman.recording.check import verify
from dragoman.recording.flac import decode
from dragoman.recording.manifest import Manifest, Piece, read_manifest
from dragoman.recording.mix import Mix, wav_header, write_mix
from dragoman.recording.recorded import RecordedSession
from dragoman.recording.recorder import Recorder
from dragoman.recording.writer import Done, Item, Limits, RecordingWriter, TimedFrame
from dragoman.transcribe.decode import SoundFile

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
ROOMY = Limits(10**9, 0)


@dataclass
class SetClock:
    """A clock that tells what it is set to."""

    now: float = 0.0
    began_at: datetime = BEGAN
    began_monotonic_s: float = 0.0

    def now_s(self) -> float:
        return self.now


def frame(track: str, at_s: float, seed: int = 0) -> Frame:
    noise = np.random.default_rng([seed, round(at_s * 1000)]).integers(-9000, 9000, FRAME_SAMPLES)
    return Frame(track, at_s, noise.astype("<i2").tobytes())


def talk(track: str, from_s: float, to_s: float, seed: int = 0) -> list[Frame]:
    count = round((to_s - from_s) / FRAME_S)
    return [frame(track, from_s + n * FRAME_S, seed) for n in range(count)]


def write(folder: Path, frames: Iterable[Frame], limits: Limits = ROOMY) -> Manifest:
    writer = RecordingWriter(folder, "m1", limits)
    writer.open(BEGAN, 0.0)
    for each in sorted(frames, key=lambda f: f.start_s):
        writer.take([TimedFrame(each, each.end_s)], each.end_s)
    writer.close()
    manifest = read_manifest(folder)
    assert manifest is not None
    return manifest


T = TypeVar("T")


async def several(items: Iterable[T]) -> AsyncIterator[T]:
    for item in items:
        yield item


@dataclass
class Told:
    """What a recorder published and noted."""

    events: list[Event] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    async def kept(self, pieces: Sequence[Piece]) -> None:
        self.pieces += pieces

    def kinds(self) -> list[str]:
        return [e.kind for e in self.events if isinstance(e, Notice)]


def test_a_recording_gives_back_every_sample_at_its_time(tmp_path: Path) -> None:
    one, two = talk("a", 0.5, 62.0), talk("b", 10.0, 20.0, 7)
    del one[100:130]  # 0.6 s that never came
    manifest = write(tmp_path, [*one, *two])
    assert manifest.complete
    assert manifest.tracks == ("a", "b")
    assert [p.track for p in manifest.pieces].count("a") == 3
    assert all(p.end_s - p.start_s <= 30 for p in manifest.pieces)
    by_time = {("a", f.start_s): f.pcm for f in one} | {("b", f.start_s): f.pcm for f in two}
    for piece in manifest.pieces:
        sound = decode(tmp_path / piece.file)
        assert len(sound) == piece.samples
        for (track, at_s), pcm in by_time.items():
            if track == piece.track and piece.start_s <= at_s < piece.end_s - FRAME_S / 2:
                first = round((at_s - piece.start_s) * SAMPLE_RATE)
                assert sound[first : first + FRAME_SAMPLES].tobytes() == pcm
    assert verify(tmp_path, manifest, lambda _n: None).whole


async def test_it_is_heard_again_as_it_arrived(tmp_path: Path) -> None:
    one, two = talk("a", 0.0, 40.0), talk("b", 3.013, 9.013, 3)
    write(tmp_path, [*one, *two])
    session = RecordedSession(tmp_path)
    moments = [m async for m in session.moments(0.1)]
    for track, given in (("a", one), ("b", two)):
        got = [f for m in moments for f in m.frames if f.track == track]
        assert [f.pcm for f in got] == [f.pcm for f in given]
        assert [f.start_s for f in got] == pytest.approx([f.start_s for f in given], abs=1e-5)
    assert [m.at_s for m in moments] == sorted({m.at_s for m in moments})


def test_what_is_changed_or_gone_is_named(tmp_path: Path) -> None:
    manifest = write(tmp_path, talk("a", 0, 70))
    first, second = manifest.pieces[0].file, manifest.pieces[1].file
    sound = bytearray((tmp_path / first).read_bytes())
    sound[len(sound) // 2] ^= 1
    (tmp_path / first).write_bytes(sound)
    (tmp_path / second).unlink()
    verdict = verify(tmp_path, manifest, lambda _n: None)
    assert [(f.file, f.what) for f in verdict.faults] == [(first, "changed"), (second, "gone")]
    session = RecordedSession(tmp_path)
    assert sum(p.file == second for p in session.manifest.pieces) == 1


def test_a_second_stay_goes_on_and_tells_the_gap(tmp_path: Path) -> None:
    write(tmp_path, talk("a", 0, 5))
    writer = RecordingWriter(tmp_path, "m1", ROOMY)
    hint = TimedHint(LoudnessHint("a", "p1", 0.5, 13.0), 13.0)
    (tmp_path / "hints.jsonl").write_text(f'{to_line(hint)}\n{{"hint": "rost')  # a kill tore it
    writer.open(BEGAN, 12.0)
    writer.take([hint], 13.0)
    for each in talk("a", 12.0, 14.0):
        writer.take([TimedFrame(each, each.end_s)], each.end_s)
    writer.close()
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert len(manifest.pieces) == 2
    assert [(g.start_s, g.end_s, g.reason) for g in manifest.gaps] == [(5.0, 12.0, "interrupted")]
    assert RecordedSession(tmp_path).hints == [hint, hint]
    assert verify(tmp_path, manifest, lambda _n: None).whole


def test_a_recording_ends_at_its_size_and_tells_it(tmp_path: Path) -> None:
    manifest = write(tmp_path, talk("a", 0, 70), Limits(1_200_000, 0))
    assert len(manifest.pieces) == 1
    assert [(g.reason, round(g.start_s)) for g in manifest.gaps] == [("size_limit", 29)]


def test_a_disk_that_refuses_makes_gaps_until_it_takes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recording"
    writer = RecordingWriter(folder, "m1", ROOMY)
    writer.open(BEGAN, 0.0)
    hidden = tmp_path / "hidden"
    done = writer.take([TimedFrame(f, f.end_s) for f in talk("a", 0, 28)], 28.0)
    assert not done.trouble
    folder.rename(hidden)
    folder.write_text("no folder any more")
    done = writer.take([TimedFrame(f, f.end_s) for f in talk("a", 28, 40)], 40.0)
    assert done.trouble
    assert not done.pieces
    folder.unlink()
    hidden.rename(folder)
    writer.take([TimedFrame(f, f.end_s) for f in talk("a", 40, 60)], 60.0)
    writer.close()
    manifest = read_manifest(folder)
    assert manifest is not None
    assert [g.reason for g in manifest.gaps] == ["disk"]
    assert manifest.pieces[0].start_s == pytest.approx(manifest.gaps[0].end_s, abs=0.05)
    assert verify(folder, manifest, lambda _n: None).whole


class SlowWriter(RecordingWriter):
    """A disk that does not answer until it is let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "m1", ROOMY)
        self.let = threading.Event()

    def take(self, items: Iterable[Item], now_s: float) -> Done:
        self.let.wait(30)
        return super().take(items, now_s)


async def test_a_slow_disk_delays_nobody_and_what_is_lost_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "MOST_WAITING", 200)
    monkeypatch.setattr(recorders, "TURN_S", 0.01)
    told, writer, clock = Told(), SlowWriter(tmp_path), SetClock(20.0)
    given = talk("a", 0, 10)
    async with Recorder(writer, told.events.append, told.kept) as recorder:
        await recorder.begin(clock)
        got = [f async for f in recorder.frames(several(given))]
        assert got == given
        assert recorder.dropped == len(given) - 200
        writer.let.set()
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    (gap,) = manifest.gaps
    assert (gap.reason, gap.samples) == ("recording_overflow", recorder.dropped * FRAME_SAMPLES)
    assert gap.end_s == pytest.approx(10.0)
    assert sum(p.samples for p in manifest.pieces) == 200 * FRAME_SAMPLES
    assert told.kinds() == ["recording_trouble"]


class StuckWriter(RecordingWriter):
    """A disk that does not even say how much room it has."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "m1", ROOMY)
        self.let = threading.Event()

    def open(self, began_at: datetime, now_s: float) -> None:
        self.let.wait(30)


async def test_a_disk_that_does_not_answer_holds_up_no_meeting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "OPEN_S", 0.05)
    told, writer = Told(), StuckWriter(tmp_path)
    async with Recorder(writer, told.events.append, told.kept) as recorder:
        await recorder.begin(SetClock())
        assert not recorder.on
        writer.let.set()
    assert told.kinds() == ["recording_refused"]


async def test_a_database_that_does_not_answer_holds_up_no_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "TURN_S", 0.01)
    told, clock, answers = Told(), SetClock(), asyncio.Event()

    async def kept(pieces: Sequence[Piece]) -> None:
        await answers.wait()
        await told.kept(pieces)

    writer = RecordingWriter(tmp_path, "m1", ROOMY)
    async with Recorder(writer, told.events.append, kept) as recorder:
        await recorder.begin(clock)
        for second in range(90):
            clock.now = second + 1.0
            given = talk("a", second, second + 1)
            async for _ in recorder.frames(several(given)):
                pass
            while recorder.behind:
                await asyncio.sleep(0.002)
        manifest = read_manifest(tmp_path)
        assert manifest is not None
        assert len(manifest.pieces) == 3
        assert told.pieces == []
        answers.set()
    assert [p.start_s for p in told.pieces] == pytest.approx([0, 29, 58, 87])


async def test_people_are_shown_whether_it_records(tmp_path: Path) -> None:
    told, clock = Told(), SetClock()
    writer = RecordingWriter(tmp_path, "m1", ROOMY)
    async with Recorder(writer, told.events.append, told.kept) as recorder:
        assert not recorder.on
        await recorder.begin(clock)
        assert recorder.on
        recorder.event(Listening(False, 1.0))
        recorder.event(Gap("mix", 1.0, 2.0, SAMPLE_RATE, "paused"))
        recorder.event(Listening(True, 2.0))
    assert [e.on for e in told.events if isinstance(e, Recording)] == [True, False, True, False]
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert [g.reason for g in manifest.gaps] == ["paused"]


async def test_nothing_is_kept_where_nobody_asked(tmp_path: Path) -> None:
    told = Told()
    async with Recorder(None, told.events.append, told.kept) as recorder:
        await recorder.begin(SetClock())
        got = [f async for f in recorder.frames(several(talk("a", 0, 1)))]
    assert len(got) == 50
    assert told.events == []
    assert os.listdir(tmp_path) == []


async def test_hints_and_whom_a_track_carried_are_kept_with_it(tmp_path: Path) -> None:
    told, clock = Told(), SetClock(1.0)
    hints: list[Hint] = [
        RosterHint((Participant("p1", "Ana"),), 0.0),
        LoudnessHint("a", "p1", 0.5, 0.1),
    ]
    writer = RecordingWriter(tmp_path, "m1", ROOMY)
    async with Recorder(writer, told.events.append, told.kept) as recorder:
        await recorder.begin(clock)
        assert [h async for h in recorder.hints(several(hints))] == hints
        async for _ in recorder.frames(several(talk("a", 0, 1))):
            pass
    session = RecordedSession(tmp_path)
    assert [timed.hint for timed in session.hints] == hints
    assert [p.people for p in told.pieces] == [("p1",)]
    assert verify(tmp_path, session.manifest, lambda _n: None).whole


CHILD = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
import test_recording as t
from dragoman.recording import recorder
recorder.TURN_S = 0.01

async def main():
    clock = t.SetClock()
    async def kept(pieces): pass
    writer = t.RecordingWriter(Path({folder!r}), "m1", t.ROOMY)
    async with recorder.Recorder(writer, lambda e: None, kept) as it:
        await it.begin(clock)
        second = 0
        while True:
            clock.now = second + 1.0
            frames = [*t.talk("a", second, second + 1), *t.talk("b", second, second + 1, 1)]
            async for _ in it.frames(t.several(frames)):
                pass
            while it.behind:
                await asyncio.sleep(0.002)
            second += 1
            print(second, flush=True)

asyncio.run(main())
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kill_at_s", [58, 75])
async def test_a_kill_loses_less_than_half_a_minute(tmp_path: Path, kill_at_s: int) -> None:
    folder = tmp_path / "recording"
    code = CHILD.format(here=str(Path(__file__).parent), folder=str(folder))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    told = 0
    async with asyncio.timeout(100):
        while told < kill_at_s:
            line = await process.stdout.readline()
            assert line, "the recorder ended by itself"
            told = int(line)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    manifest = read_manifest(folder)
    assert manifest is not None
    assert not manifest.complete
    for track in ("a", "b"):
        end_s = max(p.end_s for p in manifest.pieces if p.track == track)
        assert told - end_s <= 30
        own = sorted((p.start_s, p.end_s) for p in manifest.pieces if p.track == track)
        assert own[0][0] == 0
        assert all(a[1] == pytest.approx(b[0]) for a, b in pairwise(own))
    assert verify(folder, manifest, lambda _n: None).whole
    assert len(RecordedSession(folder).tracks) == 2


def test_tracks_are_mixed_on_one_time_line(tmp_path: Path) -> None:
    one, two = talk("a", 0, 31), talk("b", 30, 33, 5)
    manifest = write(tmp_path, [*one, *two])
    mix = Mix(tmp_path, manifest)
    assert mix.samples == 33 * SAMPLE_RATE
    both = mix.sound(30 * SAMPLE_RATE, FRAME_SAMPLES).astype(int)
    parts = [np.frombuffer(f.pcm, "<i2").astype(int) for f in (frame("a", 30), frame("b", 30, 5))]
    assert (both == np.clip(parts[0] + parts[1], -32768, 32767)).all()
    assert len(mix.sound(32 * SAMPLE_RATE, 10**6)) == SAMPLE_RATE
    alone = Mix(tmp_path, manifest, ("b",)).sound(0, SAMPLE_RATE)
    assert not alone.any()
    assert len(alone) == SAMPLE_RATE
    whole = b"".join(block.tobytes() for block in mix.blocks())
    for name in ("out.wav", "out.flac"):
        write_mix(mix, tmp_path / name)
        with SoundFile(tmp_path / name) as sound:
            assert b"".join(p[0].tobytes() for p in sound.pieces()) == whole
    write_mix(mix, tmp_path / "out.m4a")
    with SoundFile(tmp_path / "out.m4a") as sound:
        assert sum(p.shape[1] for p in sound.pieces()) / SAMPLE_RATE == pytest.approx(33, abs=0.2)
    header = wav_header(mix.samples)
    (tmp_path / "made.wav").write_bytes(header + whole)
    assert (tmp_path / "made.wav").read_bytes()[:44] == header
    with SoundFile(tmp_path / "made.wav") as sound:
        assert b"".join(p[0].tobytes() for p in sound.pieces()) == whole
