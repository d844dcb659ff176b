"""Draft translations grow and are hardly ever taken back."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.ports import TranslationRequest
from domain.speech import SpokenUpdate, Word
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.drafting import erased


class Reordering:
    """Puts the last word of a text first where it is a verb, as German does with drafts."""

    def __init__(self) -> None:
        self.info = EngineInfo("reordering")
        self.asked: list[TranslationRequest] = []

    async def health(self) -> Health:
        return Health(True, "")

    def pairs(self) -> None:
        return None

    async def translate(self, request: TranslationRequest) -> Translation:
        self.asked.append(request)
        words = request.text.upper().rstrip(".").split()
        if words[-1] == "GO":
            words = [words[-1], *words[:-1]]
        return Translation(request.target, " ".join(words), TranslationState.FINAL)

    async def aclose(self) -> None:
        pass


class Screen:
    def __init__(self) -> None:
        self.seen: list[Caption] = []

    async def show(self, caption: Caption) -> None:
        self.seen.append(caption)


async def grow(
    texts: Sequence[str], stable: Sequence[int], step: int | None = None
) -> tuple[Screen, Reordering]:
    """A sentence that is heard word by word, so many of them stable, with time to translate."""
    screen, engine, clock = Screen(), Reordering(), FakeClock()
    desk = TranslationDesk(engine, clock, notify=lambda _: None)
    chosen = CaptionSettings("m", ("de",), draft_step=step)
    captioner = Captioner(chosen, clock, desk=desk, sinks=(screen,), notify=lambda _: None)
    words = [Word(t, i * 0.3, i * 0.3 + 0.25) for i, t in enumerate(texts)]
    async with captioner:
        for count, sure in enumerate(stable, 1):
            await captioner.take(_update(words[:count], sure))
            await desk.waiting.idle(drafts=True)
        await captioner.take(_update(words, len(words), final=True))
        await captioner.flush()
    return screen, engine


def _update(words: Sequence[Word], stable: int, *, final: bool = False) -> SpokenUpdate:
    return SpokenUpdate(
        "u", "p", "Anna", "en", tuple(words), stable, final, 0.0, words[-1].end_s, "x",
        punctuated=True,
    )  # fmt: skip


def drafts(screen: Screen) -> list[str]:
    """Each text that was shown in turn."""
    shown: list[str] = []
    for caption in screen.seen:
        text = next((t.text for t in caption.translations if t.text), "")
        if text and (not shown or shown[-1] != text):
            shown.append(text)
    return shown


async def test_a_draft_is_shown_as_far_as_one_more_word_does_not_change_it() -> None:
    screen, engine = await grow("we all like it here.".split(), [0, 1, 2, 3, 4])
    assert drafts(screen) == [
        "WE",
        "WE ALL",
        "WE ALL LIKE",
        "WE ALL LIKE IT",
        "WE ALL LIKE IT HERE",
    ]
    asked = [request.text for request in engine.asked]
    assert asked[:3] == ["we", "we all", "we all like"]
    assert len(asked) == len(set(asked)) + 1


async def test_a_translation_that_turns_round_is_not_shown_before_it_holds() -> None:
    screen, _ = await grow("they go home now.".split(), [0, 1, 2, 3])
    assert drafts(screen) == ["THEY GO HOME", "THEY GO HOME NOW"]


async def test_the_engine_is_told_what_is_shown() -> None:
    _, engine = await grow("we all like it here.".split(), [0, 1, 2, 3, 4])
    told = {request.text: request.shown for request in engine.asked if request.draft}
    assert told["we"] == ""
    assert told["we all like it"] in ("WE ALL", "WE ALL LIKE")
    assert all(not request.shown for request in engine.asked if not request.draft)


async def test_a_slow_engine_is_asked_less_often() -> None:
    _, every = await grow("a b c d e f g h i j".split(), list(range(10)))
    _, third = await grow("a b c d e f g h i j".split(), list(range(10)), step=3)
    assert len(third.asked) <= 1 + 3
    assert len(every.asked) >= 9


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["we", "go", "home", "so,", "now"]), min_size=2, max_size=14),
    st.data(),
)
async def test_no_draft_is_taken_back_before_the_final(
    words: list[str], data: st.DataObject
) -> None:
    stable, sure = [], 0
    for count in range(1, len(words) + 1):
        sure = data.draw(st.integers(sure, count))
        stable.append(sure)
    screen, engine = await grow(words, stable)
    shown = drafts(screen)
    assert sum(erased(a, b, "de") for a, b in zip(shown[:-1], shown[1:-1], strict=False)) == 0
    heard = " ".join(words)
    assert all(heard.startswith(request.text) for request in engine.asked)
