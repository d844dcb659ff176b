"""Live meetings that follow a script: the LiveFeed port without a bot."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.audio import Level
from domain.captions import Caption, Translation, TranslationState
from domain.errors import UsageError
from domain.events import CaptionRevised, Event, Notice, PictureShown, SoundPath, StageTimed
from domain.hints import LoudnessHint, RosterHint
from domain.meetings import MeetingState, Reason, StateChange
from domain.serving import Message
from web.live_state import LiveState
from web.protocol import hello
from web.scripted_data import LIVE, NOW, PEOPLE, TALK, translations, words

FONT = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")


class ScriptedLive:
    """One meeting that runs; `say` tells its followers more."""

    def __init__(self, meeting_id: str = LIVE, title: str = "Product council") -> None:
        self._id = meeting_id
        self._log: list[tuple[int, Message]] = []
        self._followers: set[asyncio.Queue[tuple[int, Message] | None]] = set()
        self.ran_after: list[int | None] = []
        """What each follower asked to go on from."""
        for message in script(title):
            self.say(message)

    def say(self, message: Message) -> None:
        """Something happens."""
        self._log.append((len(self._log) + 1, message))
        for follower in self._followers:
            follower.put_nowait(self._log[-1])

    def drop(self) -> None:
        """Ends everybody's stream, as a restart does; they may follow again."""
        for follower in self._followers:
            follower.put_nowait(None)

    def running(self) -> Sequence[str]:
        return [self._id]

    @asynccontextmanager
    async def follow(
        self, meeting_id: str, after: int | None = None
    ) -> AsyncIterator[AsyncIterator[tuple[int, Message]]]:
        if meeting_id != self._id:
            raise UsageError("This meeting is not live.", "Its transcript can be read.")
        self.ran_after.append(after)
        queue: asyncio.Queue[tuple[int, Message] | None] = asyncio.Queue()
        for numbered in self._log:
            if numbered[0] > (after or 0):
                queue.put_nowait(numbered)
        self._followers.add(queue)
        try:
            yield _until_none(queue)
        finally:
            self._followers.discard(queue)

    async def pictures(self, meeting_id: str) -> AsyncIterator[bytes]:
        while True:
            yield picture()
            await asyncio.sleep(0.5)

    async def sound(self, meeting_id: str, language: str) -> AsyncIterator[bytes]:
        yield bytes(640)


async def _until_none(
    queue: "asyncio.Queue[tuple[int, Message] | None]",
) -> AsyncIterator[tuple[int, Message]]:
    while (numbered := await queue.get()) is not None:
        yield numbered


def caption(number: int, text: str = "", **given: object) -> Caption:
    """A line of TALK as a caption, or another text in its place."""
    who, language, start_s, said, _, _ = TALK[number]
    heard = words(text or said, start_s)
    values: dict[str, object] = {
        "id": f"c{number:02}", "revision": 1, "participant_id": who,
        "speaker": next(p.name for p in PEOPLE if p.id == who), "language": language,
        "words": heard, "stable": len(heard), "final": True, "start_s": start_s,
        "end_s": start_s + len(heard) / 3, "heard_s": start_s, "stamp_s": start_s + 0.6,
        "translations": translations(number),
    }  # fmt: skip
    return Caption(**{**values, **given})  # type: ignore[arg-type]


def _events() -> list[Event]:
    began = NOW - timedelta(minutes=12)
    steps = ((MeetingState.STARTING, Reason.LAUNCHED, ""), (MeetingState.JOINING,
             Reason.BROWSER_READY, ""), (MeetingState.LOBBY, Reason.KNOCKED, "“Asking to join…”"),
             (MeetingState.IN_MEETING, Reason.ADMITTED, "the Leave call button"))  # fmt: skip
    events: list[Event] = [RosterHint(PEOPLE, 1.0)]
    for number, (state, reason, proof) in enumerate(steps):
        events.append(StateChange(state, reason, began + timedelta(seconds=5 * number), proof))
    for number, level in enumerate(((0.02, 0.07), (0.0006, 0.002), (0.11, 0.42)), start=1):
        events.append(LoudnessHint(f"t{number}", f"p{number}", 0.5, 2.0))
        events.append(Level(f"t{number}", 45.0, *level))
    events += [CaptionRevised(caption(number)) for number in range(7)]
    draft = Translation("es", "Entonces reservaré los", TranslationState.DRAFT)
    said = "Then I will book the flights by"
    events.append(CaptionRevised(caption(7, said, stable=5, final=False, translations=(draft,))))
    for stage, seconds in (("capture", 0.06), ("recognise", 0.41), ("translate", 0.19),
                           ("draw", 0.012), ("send", 0.047)):  # fmt: skip
        events += [StageTimed(stage, seconds * (1 + i / 20), 45.0) for i in range(20)]
    events.append(SoundPath("receivers", "it sounds", 2.0, (), 2.0))
    events.append(PictureShown(412, 45.0, (("c07", 1),)))
    events.append(Notice("translation_failed", "French was away for 4 s.", 27.0))
    return events


def script(title: str) -> list[Message]:
    """What a bot tells in the middle of a meeting."""
    state = LiveState(title, ("es", "fr"))
    for event in _events():
        state.apply(event)
    state.dress({"layout": "split", "theme": "dark", "large": False, "show_original": True})
    return [*hello(state.snapshot())]


@lru_cache(maxsize=1)
def picture() -> bytes:
    """What the bot's camera shows."""
    from PIL import Image, ImageDraw, ImageFont

    def font(size: int) -> Any:
        return ImageFont.truetype(FONT, size) if FONT.exists() else ImageFont.load_default(size)

    image = Image.new("RGB", (1280, 720), "#101418")
    pen = ImageDraw.Draw(image)
    pen.text((60, 40), "Dragoman   EN · ES · FR", fill="#9AA7B4", font=font(26))
    lines = ((250, "#E69F00", "Ana Ruiz", "¿Quién se encarga del local?", "Who takes care of it?"),
             (470, "#009E73", "Camille Laurent", "La sala está reservada.", ""))  # fmt: skip
    for top, colour, name, said, original in lines:
        pen.rounded_rectangle((60, top, 92 + 15 * len(name), top + 46), 10, fill=colour)
        pen.text((76, top + 4), name, fill="#14181d", font=font(30))
        pen.text((60, top + 60), said, fill="#F4F6F8", font=font(52))
        pen.text((60, top + 130), original, fill="#9AA7B4", font=font(34))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
