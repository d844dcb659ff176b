# ruff: noqa: E501

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineUnavailable
from domain.events import Notice
from domain.people import Participant
from domain.ports import TranslationRequest
from domain.speech import OtherWords, SoundQuality, SpokenUpdate, Word
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import DeskSettings, TranslationDesk


class Upper:
    """Answers with "<target>:TEXT"; fails while told to."""

    def __init__(self) -> None:
        self.info = EngineInfo("upper")
        self.clock = FakeClock()
        self.failing = False
        self.asked: list[TranslationRequest] = []

    async def health(self) -> Health:
        return Health(True, "")

    def pairs(self) -> None:
        return None

    async def translate(self, request: TranslationRequest) -> Translation:
        self.asked.append(request)
        if self.failing:
            raise EngineUnavailable("down")
        text = f"{request.target} {request.text.upper()}"
        return Translation(request.target, text, TranslationState.FINAL, "upper")

    async def aclose(self) -> None:
        pass


class Screen:
    def __init__(self) -> None:
        self.seen: list[Caption] = []

    async def show(self, caption: Caption) -> None:
        self.seen.append(caption)

    def last(self) -> list[Caption]:
        newest = {caption.id: caption for caption in self.seen}
        return list(newest.values())


class Broken:
    async def show(self, caption: Caption) -> None:
        raise RuntimeError("broken")


def rig(
    targets: Sequence[str] = ("es", "fr", "pt", "it", "ca"), *, meeting: str = "m"
) -> tuple[Captioner, Screen, Upper]:
    clock, screen, engine = FakeClock(), Screen(), Upper()
    engine.clock = clock

    def notify(event: object) -> None:
        clock.advance(0.001)

    desk = TranslationDesk(engine, clock, DeskSettings(backoff_s=0.05), notify=notify)
    chosen = CaptionSettings(meeting, tuple(targets), flush_s=2)
    return (
        Captioner(chosen, clock, desk=desk, sinks=(Broken(), screen), notify=notify),
        screen,
        engine,
    )


def update(  # noqa: PLR0913
    words: Sequence[Word], stable: int, *, final: bool = False, speaker: str = "Anna", uid: str = "u",
    language: str = "en", punctuated: bool = False,
) -> SpokenUpdate:  # fmt: skip
    end = words[-1].end_s if words else 0.0
    return SpokenUpdate(
        uid, "p" if speaker else "", speaker, language, tuple(words), stable, final, 0.0, end,
        "pocketsphinx", 0.1, punctuated,
    )  # fmt: skip


def spoken(text: str) -> list[Word]:
    return [Word(t, i * 0.3, i * 0.3 + 0.25, 0.5) for i, t in enumerate(text.split())]


async def test_drafts_become_a_final_caption_in_five_languages() -> None:
    captioner, screen, engine = rig()
    words = spoken("good morning everybody today we talk about the budget of next year")
    async with captioner:
        for seen in range(1, len(words) + 1):
            await captioner.take(update(words[:seen], seen - 1))
        await captioner.take(update(words, len(words), final=True))
        await captioner.flush()
    (caption,) = screen.last()
    assert caption.text == "Good morning everybody today we talk about the budget of next year."
    assert caption.settled
    assert caption.stable == len(words)
    assert caption.confidence == 0.5
    assert (caption.engine, caption.doubt, caption.speaker) == ("pocketsphinx", 0.1, "Anna")
    assert [t.language for t in caption.translations] == ["es", "fr", "pt", "it", "ca"]
    assert {t.text for t in caption.translations} == {
        f"{t} {caption.text.upper()}" for t in ("es", "fr", "pt", "it", "ca")
    }
    finals = [r for r in engine.asked if not r.draft]
    assert len(finals) == 5


async def test_own_language_is_not_a_translation_and_context_is_of_finals_only() -> None:
    captioner, screen, engine = rig(("en", "es"))
    async with captioner:
        await captioner.take(update(spoken("one two three"), 3, final=True, uid="a"))
        await captioner.take(update(spoken("four five six seven eight nine ten"), 7, uid="b"))
        await captioner.take(update(spoken("done now"), 2, final=True, uid="c"))
        await captioner.flush()
    assert all([t.language for t in c.translations] == ["es"] for c in screen.last())
    by_text = {request.text: request for request in engine.asked}
    assert by_text["One two three."].context == ()
    assert by_text["Done now."].context == ("One two three.",)


async def test_other_languages_hold_from_now_on_and_for_the_newest_captions() -> None:
    captioner, screen, engine = rig(("es",))
    async with captioner:
        for number in range(5):
            words = spoken(f"number {number}")
            await captioner.take(update(words, 2, final=True, uid=f"u{number}"))
        await captioner.take(update(spoken("this one is still open"), 5, uid="open"))
        await captioner.translate_into(("de", "en"))
        await captioner.take(update(spoken("this one is done"), 4, final=True, uid="open"))
        await captioner.take(update(spoken("and one more"), 3, final=True, uid="new"))
        await captioner.flush()
    told = [[t.language for t in c.translations if t.text] for c in screen.last()]
    assert told == [["es"], ["es"], ["es"], ["es", "de"], ["es", "de"], ["de"], ["de"]]
    assert all(caption.settled for caption in screen.last())
    finals = [(r.text, r.target) for r in engine.asked if not r.draft]
    assert len(finals) == len(set(finals)) == 9


async def test_flush_finishes_what_was_open() -> None:
    captioner, screen, _ = rig(("es",))
    async with captioner:
        await captioner.take(update(spoken("we are not done"), 2))
        await captioner.flush()
    (caption,) = screen.last()
    assert caption.final
    assert caption.text == "We are not done."
    assert caption.translations[0].text == "es WE ARE NOT DONE."


async def test_a_failure_is_marked_and_a_retry_comes_as_a_later_revision() -> None:
    captioner, screen, engine = rig(("es",))
    engine.failing = True
    async with captioner:
        await captioner.take(update(spoken("hello there"), 2, final=True))
        await captioner.flush()
        failed = screen.last()[0].translations[0]
        assert (failed.state, failed.text, failed.error) == (TranslationState.FAILED, "", "down")
        engine.failing = False
        for _ in range(200):
            engine.clock.advance(1)
            if screen.last()[0].translations[0].state is TranslationState.FINAL:
                break
            await asyncio.sleep(0.005)
    assert screen.last()[0].translations[0].text == "es HELLO THERE."
    assert screen.last()[0].text == "Hello there."


async def test_an_utterance_that_comes_to_nothing_ends_empty() -> None:
    captioner, screen, _ = rig()
    async with captioner:
        await captioner.take(update(spoken("uh"), 0))
        await captioner.take(update([], 0, final=True))
    (caption,) = screen.last()
    assert caption.final
    assert caption.words == ()
    assert caption.settled


async def test_a_name_that_comes_late_reaches_final_captions() -> None:
    captioner, screen, _ = rig(())
    words = spoken("Hello. How are")
    async with captioner:
        await captioner.take(update(words, 1, speaker="", punctuated=True))
        await captioner.take(update(words, 3, speaker="Anna", punctuated=True))
    assert [c.speaker for c in screen.last()] == ["Anna", "Anna"]
    assert screen.last()[0].final


async def test_names_of_the_roster_are_spelled_and_kept() -> None:
    captioner, screen, engine = rig(("es",))
    captioner.names([Participant("1", "Anna Kowalska"), Participant("2", "Will Smith")])
    async with captioner:
        await captioner.take(update(spoken("will anna speak"), 3, final=True))
        await captioner.flush()
    assert screen.last()[0].text.startswith("Will Anna speak")
    assert [r.terms for r in engine.asked] == [("Anna",)]


async def test_ids_are_the_same_on_a_replay_and_differ_between_meetings() -> None:
    ids = []
    for meeting in ("m", "m", "n"):
        captioner, screen, _ = rig((), meeting=meeting)
        async with captioner:
            await captioner.take(update(spoken("hello"), 1, final=True))
        ids.append(screen.last()[0].id)
    assert ids[0] == ids[1] != ids[2]


async def test_what_is_known_of_sound_and_other_words_reaches_the_caption() -> None:
    captioner, screen, _ = rig(())
    sound = SoundQuality(0.1, 0.5, 20.0, 0.0)
    last = update(spoken("Hello there. How are you?"), 5, final=True, punctuated=True)
    async with captioner:
        await captioner.take(replace(last, sound=sound))
        before = screen.last()
        other = OtherWords("meet-captions", "Hello there how are you", 1.0)
        await captioner.take(replace(last, other=other))
    assert [c.sound for c in screen.last()] == [sound, sound]
    assert [c.other.text for c in screen.last() if c.other] == ["Hello there", "how are you"]
    assert [c.words for c in screen.last()] == [c.words for c in before]
    assert [c.revision for c in screen.last()] == [c.revision + 1 for c in before]


async def test_figures_are_told_at_the_end() -> None:
    captioner, screen, engine = rig(("es",))
    told: list[object] = []
    captioner._notify = told.append
    async with captioner:
        await captioner.take(update(spoken("Yes."), 1, final=True, uid="a", punctuated=True))
        await captioner.flush()
    (notice,) = [event for event in told if isinstance(event, Notice)]
    assert notice.text == "Translations: 1 asked for, 0% known already."


VOCABULARY = [
    "i",
    "yes",
    "we",
    "will",
    "anna",
    "can",
    "what",
    "is",
    "Ok.",
    "the",
    "may",
    "monday",
    "so,",
    "how",
    "and",
    "because",
    "\u202e",
]


@settings(deadline=None, max_examples=60)
@given(st.data())
async def test_captions_under_any_updates(data: st.DataObject) -> None:
    drawn = data.draw(
        st.lists(
            st.tuples(st.sampled_from(VOCABULARY), st.sampled_from([0.0, 0.2, 0.9])), max_size=50
        )
    )
    words, at = [], 0.0
    for text, pause in drawn:
        words.append(Word(text, at + pause, at + pause + 0.2))
        at += pause + 0.2
    punctuated = data.draw(st.booleans())
    tongue = (
        st.sampled_from(["en", "es", "ja", "th"]) if data.draw(st.booleans()) else st.just("en")
    )
    captioner, screen, _ = rig(("es",))
    captioner.names([Participant("1", "Anna May")])
    stable = 0
    async with captioner:
        for _ in range(data.draw(st.integers(0, 8))):
            stable = data.draw(st.integers(stable, len(words)))
            noise = data.draw(st.lists(st.sampled_from(VOCABULARY), max_size=5))
            tail = [Word(t, at + i, at + i + 0.5) for i, t in enumerate(noise)]
            await captioner.take(
                update(
                    [*words[:stable], *tail],
                    stable,
                    punctuated=punctuated,
                    language=data.draw(tongue),
                )  # fmt: skip
            )
        await captioner.take(
            update(words, len(words), final=True, punctuated=punctuated, language=data.draw(tongue))
        )
        await captioner.flush()
    _check(screen)
    kept = [w.text.casefold().strip(".,?") for c in screen.last() for w in c.words]
    assert kept == [w.text.casefold().strip(".,?") for w in words if w.text != "\u202e"]
    assert all(c.settled for c in screen.last())


def _check(screen: Screen) -> None:
    before: dict[str, Caption] = {}
    for caption in screen.seen:
        old = before.get(caption.id)
        before[caption.id] = caption
        if old is None:
            assert caption.revision == 1
            continue
        assert caption.revision == old.revision + 1
        assert caption.stable >= old.stable or not caption.words
        assert caption.words[: old.stable] == old.words[: old.stable]
        if old.final:
            assert caption.final
            assert caption.words == old.words
        for translation in old.translations:
            if caption.language != old.language:
                break
            new = caption.translation(translation.language)
            if new is not None and new.state is TranslationState.DRAFT:
                assert new.text.startswith(translation.text)
