"""Files of every kind as 16 kHz sound, and what is said of those that are none."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from domain.audio import MIX, SAMPLE_RATE
from domain.errors import DragomanError, MissingError, UsageError
from dragoman.transcribe.decode import SoundFile, explain
from dragoman.transcribe.moments import FileRecording

Make = Callable[..., Path]

KINDS = [
    ("a.wav", "pcm_s16le", {}),
    ("a.mp3", "libmp3lame", {}),
    ("a.webm", "libopus", {}),
    ("a.ogg", "libopus", {}),
    ("a.flac", "flac", {}),
    ("a.m4a", "aac", {"form": "ipod"}),
    ("a.mp4", "aac", {}),
    ("a.aiff", "pcm_s16be", {}),
    ("telephone.wav", "pcm_s16le", {"rate": 8000}),
    ("cd.wav", "pcm_s16le", {"rate": 44_100, "layout": "stereo"}),
    ("cinema.wav", "pcm_s16le", {"layout": "5.1"}),
]


@pytest.mark.parametrize(("name", "codec", "how"), KINDS, ids=[kind[0] for kind in KINDS])
async def test_every_kind_becomes_frames(
    sound_file: Make, name: str, codec: str, how: dict[str, object]
) -> None:
    path = sound_file(name, codec, **how)
    nameless = path.rename(path.with_name("recording"))
    with SoundFile(nameless) as sound:
        recording = FileRecording(sound)
        moments = [moment async for moment in recording.moments(0.1)]
    frames = [frame for moment in moments for frame in moment.frames]
    assert {frame.track for frame in frames} == {MIX}
    assert {len(frame.pcm) for frame in frames} == {640}
    starts = [frame.start_s for frame in frames]
    assert starts == pytest.approx([n * 0.02 for n in range(len(frames))])
    assert sound.decoded_s == pytest.approx(3.0, abs=0.1)
    assert not recording.findings()
    pcm = np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2").astype(float)
    middle = pcm[SAMPLE_RATE : 2 * SAMPLE_RATE]
    spectrum = np.abs(np.fft.rfft(middle))
    assert int(np.argmax(spectrum)) == pytest.approx(300, abs=2)


async def test_channels_come_apart(sound_file: Make) -> None:
    path = sound_file("a.wav", rate=44_100, layout="stereo")
    with SoundFile(path, channels=True) as sound:
        recording = FileRecording(sound)
        moments = [moment async for moment in recording.moments(0.1)]
    assert recording.tracks == ("channel-1", "channel-2")
    assert [f.track for f in moments[0].frames[:2]] == ["channel-1", "channel-2"]
    assert sound.decoded_s == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mp3", "libmp3lame")]
)
async def test_of_a_truncated_file_the_beginning_is_kept(
    sound_file: Make, name: str, codec: str
) -> None:
    path = sound_file(name, codec, seconds=6.0)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with SoundFile(path) as sound:
        recording = FileRecording(sound)
        async for _ in recording.moments(0.1):
            pass
    assert 1.5 < sound.decoded_s < 4.5
    assert "cut short" in recording.findings()
    assert f"{sound.decoded_s:.1f} s of 6.0 s were heard" in recording.findings()


def pictures(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        for piece in (frame, None):
            container.mux(stream.encode(piece))
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "none.wav", "There is no file"),
    "empty": (lambda folder: written(folder / "e.wav", b""), "is empty"),
    "text": (lambda folder: written(folder / "t.wav", b"hello\n" * 500), "not a sound file"),
    "playlist": (
        lambda folder: written(folder / "p.wav", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        "not a sound file",
    ),
    "pictures": (lambda folder: pictures(folder / "v.wav"), "pictures but no sound"),
    "header alone": (
        lambda folder: written(
            folder / "h.wav",
            b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0"
            b"data\0\x10\0\0",
        ),
        "no sound that can be decoded",
    ),
    "folder": (lambda folder: folder, "is a folder"),
    "device": (lambda _folder: Path("/dev/zero"), "no ordinary file"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_sound_is_told_with_a_remedy(tmp_path: Path, what: str) -> None:
    make, told = BAD[what]
    with pytest.raises((UsageError, MissingError)) as caught:
        SoundFile(make(tmp_path))
    assert told in caught.value.message
    assert caught.value.remedy


def test_a_refused_file_is_told() -> None:
    error: DragomanError = explain(Path("a.wav"), PermissionError(13, "denied"))
    assert "may not be read" in error.message
    assert "chmod" in error.remedy


def test_a_file_over_the_limit_is_refused(sound_file: Make) -> None:
    with pytest.raises(UsageError, match=r"files\.largest_gb"):
        SoundFile(sound_file("a.wav"), largest_bytes=1000)
