"""A recording that is heard gives signs of life, so that a server takes it for no orphan."""

import asyncio
import wave
from pathlib import Path

from domain.meetings import EXIT_CODES, MeetingState, Reason
from dragoman.meeting_row import new_meeting, own_meeting
from dragoman.settings import load_settings
from dragoman.store import open_stores
from dragoman.transcribe.decode import SoundFile
from dragoman.transcribe.moments import FileRecording
from dragoman.transcribe.run import Job, hear


def silence(path: Path, length_s: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * int(16_000 * length_s)))
    return path


async def test_it_beats_while_it_hears_and_waits_for_no_bot(tmp_path: Path) -> None:
    settings = load_settings(
        overrides={"data": tmp_path / "data", "hearing": {"engine": "pocketsphinx"}}
    )
    sound = SoundFile(silence(tmp_path / "quiet.wav", 3.0))
    job = Job("quiet", "file:quiet", FileRecording(sound), [], tmp_path / "out", realtime=True)
    async with open_stores(settings) as stores:
        hearing = asyncio.create_task(hear(job, settings, stores))
        async with asyncio.timeout(50):
            while not (beats := await stores.bots.heartbeats()):
                assert not hearing.done()
                await asyncio.sleep(0.02)
        (meeting,) = await stores.meetings.recent()
        assert beats[0].meeting_id == meeting.id
        assert meeting.state is MeetingState.STARTING
        assert await hearing is Reason.SOUND_ENDED
        assert list(await stores.bots.heartbeats()) == []
        ended = await stores.meetings.get(meeting.id)
        assert ended is not None
        assert (ended.state, EXIT_CODES[ended.reason]) == (MeetingState.ENDED, 0)
    sound.close()


def test_only_what_a_server_is_to_attend_is_requested(tmp_path: Path) -> None:
    settings = load_settings(overrides={"data": tmp_path})
    assert new_meeting("l", "c", settings).state is MeetingState.REQUESTED
    own = own_meeting("l", "c", settings)
    assert (own.state, own.reason) == (MeetingState.STARTING, Reason.LAUNCHED)
    assert [step.state for step in own.changes] == [MeetingState.STARTING]
