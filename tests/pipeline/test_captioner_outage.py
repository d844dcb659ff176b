"""An outage longer than the captioner's memory: every translation still finds its caption."""

import asyncio

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineUnavailable
from domain.ports import TranslationRequest
from domain.speech import SpokenUpdate, Word
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import DeskSettings, TranslationDesk
from pipeline.owed import Owed

REMEMBERED = 10


class Line:
    """Repeats the text in capitals, unless it is down."""

    def __init__(self) -> None:
        self.info = EngineInfo("line")
        self.down = True

    async def health(self) -> Health:
        return Health(True, "")

    def pairs(self) -> None:
        return None

    async def translate(self, request: TranslationRequest) -> Translation:
        if self.down:
            raise EngineUnavailable("down")
        return Translation(request.target, request.text.upper(), TranslationState.FINAL)

    async def aclose(self) -> None:
        pass


class Screen:
    def __init__(self) -> None:
        self.newest: dict[str, Caption] = {}

    async def show(self, caption: Caption) -> None:
        self.newest[caption.id] = caption

    def texts(self) -> list[str]:
        return [caption.translations[0].text for caption in self.newest.values()]


def rig(max_finals: int) -> tuple[Captioner, TranslationDesk, Screen, Line, FakeClock]:
    clock, screen, engine = FakeClock(), Screen(), Line()
    patience = DeskSettings(max_finals=max_finals, backoff_s=0.05, longest_wait_s=0.05)
    desk = TranslationDesk(engine, clock, patience, notify=lambda _: None)
    chosen = CaptionSettings("m", ("es",), flush_s=2, remembered=REMEMBERED, drafts=False)
    captioner = Captioner(chosen, clock, desk=desk, sinks=[screen], notify=lambda _: None)
    return captioner, desk, screen, engine, clock


async def say(captioner: Captioner, number: int) -> None:
    words = (Word(f"number{number}.", number, number + 0.5),)
    await captioner.take(
        SpokenUpdate(
            f"u{number}", "p", "Ana", "en", words, 1, True, number, number + 0.5, "x", 0.0, True
        )
    )


async def until_all(desk: TranslationDesk, clock: FakeClock) -> None:
    async with asyncio.timeout(60):
        while desk.waiting.backlog:
            clock.advance(1)
            await asyncio.sleep(0.001)


async def test_translations_come_for_more_captions_than_are_remembered() -> None:
    captioner, desk, screen, engine, clock = rig(1000)
    async with captioner:
        for number in range(8 * REMEMBERED):
            await say(captioner, number)
        engine.down = False
        await until_all(desk, clock)
        assert all(screen.texts())
        assert len(screen.texts()) == 8 * REMEMBERED
        assert len(desk.waiting.owed) == 0


async def test_beyond_the_desks_bound_the_newest_are_marked_and_those_that_wait_come() -> None:
    captioner, desk, screen, engine, clock = rig(40)
    async with captioner:
        for number in range(100):
            await say(captioner, number)
        refused = desk.waiting.refused_finals
        assert refused > 0
        engine.down = False
        await until_all(desk, clock)
        texts = screen.texts()
        assert all(texts[:40])
        assert texts.count("") == refused
        last = list(screen.newest.values())[-1].translations[0]
        assert (last.state, last.text) == (TranslationState.FAILED, "")


def test_a_caption_is_owed_until_its_last_try_is_over() -> None:
    owed = Owed()
    owed.more("a")
    owed.more("a")
    owed.less("a")
    assert "a" in owed
    owed.less("a")
    assert "a" not in owed
    assert len(owed) == 0
