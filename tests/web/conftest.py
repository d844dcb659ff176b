"""A live page with a meeting in it, served for real."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image, ImageDraw, ImageFont

from domain.audio import Level
from domain.captions import Caption, Translation, TranslationState
from domain.errors import UsageError
from domain.events import CaptionRevised, Event, Listening, Notice, PictureShown, StageTimed
from domain.hints import LoudnessHint, RosterHint
from domain.meetings import MeetingState, Reason, StateChange
from domain.people import Participant
from domain.speech import Word
from web.controls import Controls
from web.live import LivePage
from web.live_state import LiveState

TOKEN = "a-token-for-tests"
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def _caption(
    identity: str, speaker: tuple[str, str], text: str, start_s: float = 0.0, **given: Any
) -> Caption:
    parts = text.split()
    words = tuple(
        Word(part, start_s + i / 3, start_s + i / 3 + 0.3) for i, part in enumerate(parts)
    )
    values: dict[str, Any] = {
        "id": identity,
        "revision": 1,
        "participant_id": speaker[0],
        "speaker": speaker[1],
        "language": "en",
        "words": words,
        "stable": len(words),
        "final": True,
        "start_s": start_s,
        "end_s": start_s + len(words) / 3,
        "heard_s": start_s,
        "stamp_s": start_s + 0.6,
    }
    return Caption(**{**values, **given})


@dataclass
class Scene:
    """A served page; events go to its state and to everybody who watches."""

    address: str = ""
    state: LiveState = field(default_factory=lambda: LiveState("Weekly planning", ("es", "fr")))
    watchers: set[asyncio.Queue[Event]] = field(default_factory=set)
    jpeg: bytes = b""
    app: Callable[[], web.Application] | None = None
    runner: web.AppRunner | None = None
    controls: Controls | None = None

    def say(self, event: Event) -> None:
        self.state.apply(event)
        for watcher in self.watchers:
            watcher.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Event]]:
        queue: asyncio.Queue[Event] = asyncio.Queue(10_000)
        self.watchers.add(queue)
        try:
            yield _drain(queue)
        finally:
            self.watchers.discard(queue)

    async def jpegs(self) -> AsyncIterator[bytes]:
        while True:
            yield self.jpeg
            await asyncio.sleep(0.2)

    async def start(self, port: int = 0) -> int:
        """Serves the page; the port it serves at."""
        page = LivePage(TOKEN, self.subscribe, self.state.snapshot, self.jpegs, self.controls)
        app = web.Application()
        page.add_routes(app)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        found = int(self.runner.addresses[0][1])
        self.address = f"http://127.0.0.1:{found}"
        return found

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None


class Obedient:
    """Controls that note what they are asked for and tell the page of the new look."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.left = 0
        self.now: dict[str, object] = {
            "layout": "split", "theme": "dark", "large": False, "show_original": True
        }  # fmt: skip
        scene.state.dress(self.now)

    def leave(self) -> None:
        self.left += 1
        self.scene.say(StateChange(MeetingState.LEAVING, Reason.LEFT, NOON))

    def pause(self, paused: bool) -> None:
        self.scene.say(Listening(not paused, 0.0))

    async def evidence(self) -> str:
        if self.left:
            raise UsageError("There is no page to keep evidence of.", "Wait for the bot.")
        return "20260304T094200-asked-abc123"

    def look(self, changes: Mapping[str, object]) -> None:
        theme = changes.get("theme", "dark")
        if theme not in ("dark", "light", "high-contrast"):
            raise UsageError(f"Unknown theme {theme!r}.", "Known: dark, light, high-contrast.")
        self.now = {**self.now, **changes}
        self.scene.state.dress(self.now)


async def _drain(queue: "asyncio.Queue[Event]") -> AsyncIterator[Event]:
    while True:
        yield await queue.get()


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def caption() -> Callable[..., Caption]:
    return _caption


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    served = Scene(jpeg=_jpeg())
    await served.start()
    yield served
    await served.stop()


FONT = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")


def _jpeg() -> bytes:
    def font(size: int) -> Any:
        return ImageFont.truetype(FONT, size) if FONT.exists() else ImageFont.load_default(size)

    image = Image.new("RGB", (1280, 720), "#101418")
    pen = ImageDraw.Draw(image)
    pen.text((60, 40), "Dragoman   EN · ES · FR", fill="#9AA7B4", font=font(26))
    pen.rounded_rectangle((60, 250, 240, 296), 10, fill="#E69F00")
    pen.text((76, 256), "Ana Ruiz", fill="#14181d", font=font(30))
    pen.text((60, 312), "El presupuesto está aprobado.", fill="#F4F6F8",
             font=font(50))  # fmt: skip
    pen.text((60, 380), "The budget for the second quarter is approved.", fill="#9AA7B4",
             font=font(34))  # fmt: skip
    pen.rounded_rectangle((60, 470, 250, 516), 10, fill="#56B4E9")
    pen.text((76, 476), "Ben Carter", fill="#14181d", font=font(30))
    pen.text((60, 532), "Entonces podemos empezar el lunes.", fill="#F4F6F8", font=font(50))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


_TALK = (
    ("p1", "Ana Ruiz", "en", "Good morning, everybody. Shall we begin with the budget?",
     "Buenos días a todos. ¿Empezamos con el presupuesto?",
     "Bonjour à tous. On commence par le budget ?"),
    ("p2", "Ben Carter", "en", "Yes. The budget for the second quarter is approved.",
     "Sí. El presupuesto del segundo trimestre está aprobado.",
     "Oui. Le budget du deuxième trimestre est approuvé."),
    ("p2", "Ben Carter", "en", "It is four percent higher than last year.",
     "Es un cuatro por ciento más alto que el año pasado.",
     None),
    ("p3", "Camille Laurent", "fr", "Très bien, alors nous pouvons commencer lundi.",
     "Muy bien, entonces podemos empezar el lunes.", None),
    ("p1", "Ana Ruiz", "en", "Great. Camille, who takes care of the venue in Lyon?",
     "Genial. Camille, ¿quién se encarga del local en Lyon?",
     "Parfait. Camille, qui s'occupe de la salle à Lyon ?"),
)  # fmt: skip


def _talk() -> list[Event]:
    events: list[Event] = []
    final, failed = TranslationState.FINAL, TranslationState.FAILED
    for number, (who, name, language, text, spanish, french) in enumerate(_TALK):
        translations = [Translation("es", spanish, final, "apertium")]
        if french:
            translations.append(Translation("fr", french, final, "apertium"))
        elif language != "fr":
            translations.append(Translation("fr", "", failed, error="The engine is away."))
        made = _caption(
            f"c{number}", (who, name), text, 12.0 + 6 * number, language=language,
            translations=tuple(translations),
        )  # fmt: skip
        events.append(CaptionRevised(made))
    draft = Translation("es", "La sala está reservada", TranslationState.DRAFT)
    events.append(
        CaptionRevised(
            _caption(
                "c9", ("p3", "Camille Laurent"), "La salle est réservée pour la semaine", 44.0,
                language="fr", stable=4, final=False, translations=(draft,),
            )
        )
    )  # fmt: skip
    return events


def _surroundings() -> list[Event | LoudnessHint]:
    people = (
        Participant("p1", "Ana Ruiz"), Participant("p2", "Ben Carter"),
        Participant("p3", "Camille Laurent"), Participant("p0", "Dragoman", is_self=True),
    )  # fmt: skip
    steps = (
        (MeetingState.STARTING, Reason.LAUNCHED, ""),
        (MeetingState.JOINING, Reason.BROWSER_READY, ""),
        (MeetingState.LOBBY, Reason.KNOCKED, "“Asking to be let in…”"),
        (MeetingState.IN_MEETING, Reason.ADMITTED, "the Leave call button"),
    )
    events: list[Event | LoudnessHint] = [RosterHint(people, 1.0)]
    for number, (state, reason, evidence) in enumerate(steps):
        events.append(StateChange(state, reason, NOON + timedelta(seconds=4 * number), evidence))
    for number, (rms, peak) in enumerate(((0.02, 0.07), (0.0006, 0.002), (0.11, 0.42)), start=1):
        events.append(LoudnessHint(f"t{number}", f"p{number}", 0.5, 2.0))
        events.append(Level(f"t{number}", 45.0, rms, peak))
    for stage, seconds in (("capture", 0.062), ("recognise", 0.41), ("translate", 0.19),
                           ("draw", 0.012), ("send", 0.047)):  # fmt: skip
        events += [StageTimed(stage, seconds * (1 + i / 20), 45.0) for i in range(20)]
    events.append(PictureShown(412, 45.0, (("c9", 1),)))
    events.append(Notice("translation_failed", "French is not available at the moment.", 27.0))
    return events


@pytest.fixture
def meeting(scene: Scene) -> Scene:
    """The page in the middle of a meeting."""
    for event in [*_surroundings(), *_talk()]:
        if isinstance(event, LoudnessHint):
            scene.state.apply(event)
        else:
            scene.say(event)
    return scene


@pytest.fixture
async def obedient(meeting: Scene) -> Obedient:
    """The controls of the meeting's page."""
    await meeting.stop()
    meeting.controls = Obedient(meeting)
    await meeting.start()
    return meeting.controls
