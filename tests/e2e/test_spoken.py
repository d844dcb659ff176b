"""What the meeting hears of the bot: translations, in time and order, and silence else."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from pocketsphinx import Decoder
from scipy.signal import resample_poly

from domain.captions import Caption
from domain.events import Event, SpeechMade
from domain.hints import RosterHint
from domain.meetings import Reason
from pipeline.asr.pocketsphinx import Pocketsphinx
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener
from pipeline.translation.scripted import ScriptedTranslator
from pipeline.voice.flite import FliteVoice
from pipeline.voice.own_speech import OwnSpeech
from pipeline.voice.spoken import Outlet, SpokenTranslations
from standin.heard import RATE
from standin.script import Ending, Line, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed"),
]
FIRST = ("Muchas gracias, la reunión empieza ahora.", "The meeting begins now.")
SECOND = ("El plan nuevo está listo.", "The new plan is ready for the team.")
TALK = (Line("lucia", 1.0, FIRST[0]), Line("lucia", 5.0, SECOND[0]))


def script(**changes: Any) -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    return replace(base, lines=TALK, **changes)


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(0.2)


def words(samples: Any) -> str:
    decoder = Decoder(samprate=16000)
    pcm = resample_poly(samples.astype(np.float32), 1, 3).clip(-32768, 32767)
    decoder.start_utt()
    decoder.process_raw(pcm.astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return "" if found is None else str(found.hypstr)


@dataclass
class Notes:
    """What came of the meeting."""

    captions: dict[str, Caption] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    async def show(self, caption: Caption) -> None:
        self.captions[caption.id] = caption

    @property
    def made(self) -> list[SpeechMade]:
        return [event for event in self.events if isinstance(event, SpeechMade)]


@asynccontextmanager
async def interpreting(bot: Any, notes: Notes, own: OwnSpeech) -> AsyncIterator[None]:
    """Hears the meeting and speaks English translations into it."""
    clock = bot.clock
    table = {("es", "en"): dict((FIRST, SECOND))}
    desk = TranslationDesk(ScriptedTranslator(table), clock, notify=notes.events.append)
    outlet = Outlet(bot.microphone, lambda: {"en"}, own=own)
    async with (
        SpokenTranslations(FliteVoice(), clock, [outlet], notes.events.append) as spoken,
        Captioner(
            CaptionSettings("meeting", targets=("en",)),
            clock,
            desk=desk,
            sinks=(notes, spoken),
            notify=notes.events.append,
        ) as captioner,
        Pocketsphinx() as ears,
    ):
        settings = HearingSettings(languages=("es", "en"), engine="auto")
        listener = Listener(
            settings,
            clock,
            recognizer=ears,
            emit=own.passing(captioner.take),
            notify=notes.events.append,
        )

        async def hints() -> AsyncIterator[Any]:
            async for hint in bot.hints():
                if isinstance(hint, RosterHint):
                    captioner.names(hint.participants)
                yield hint

        listening = asyncio.create_task(listener.run(own.hearing(bot.frames()), hints()))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.wait({listening})


async def test_translations_are_heard_in_order_and_never_captioned_again(visit: Any) -> None:
    echoing = Traps(echo_of="anna")
    async with StandIn(script(traps=echoing)) as site:
        async with visit(site, microphone=True) as stay:
            bot, notes, own = stay.bot, Notes(), OwnSpeech()
            assert await bot.join() is None
            async with interpreting(bot, notes, own):
                async with asyncio.timeout(60):
                    await until(lambda: len(notes.made) == 2)
                    await until(lambda: len(site.observer.heard.spells(pause_s=1.0)) == 2)
                    # The last words, their echo, and whatever might wrongly follow them.
                    await asyncio.sleep(notes.made[-1].length_s + 2.0)
            began_s = bot.clock.began_monotonic_s
            heard = site.observer.heard
            spells = [(a - began_s, b - began_s) for a, b in heard.spells(pause_s=1.0)]
            sound = heard.samples()
            assert bot.microphone.dropped == 0
            await bot.leave(Reason.STOPPED)
    first, second = notes.made
    assert [first.language, second.language] == ["en", "en"]
    assert len(spells) == 2
    for made, (start_s, end_s) in zip(notes.made, spells, strict=True):
        assert -0.1 < start_s - made.at_s < 2.0
        assert abs((end_s - start_s) - made.length_s) < 0.6
    ends = [round((b - spells[0][0]) * RATE) for _, b in spells]
    assert ends[0] < ends[1]
    recognised = words(sound)
    assert "meeting" in recognised
    assert "plan" in recognised
    assert recognised.index("meeting") < recognised.index("plan")
    spoken = [caption for caption in notes.captions.values() if caption.words]
    assert {caption.language for caption in spoken} == {"es"}
    assert [caption.text for caption in spoken] == [FIRST[0], SECOND[0]]
    assert own.stopped >= 1
