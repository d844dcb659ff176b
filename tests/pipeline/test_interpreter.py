"""Two languages spoken in turn: each sentence goes into the other, found from its words."""

from collections.abc import Sequence

import pytest

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.ports import TranslationRequest
from domain.speech import SpokenUpdate, Word
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.direction import spoken_language

ENGLISH = "this is the plan that we have for you"
SPANISH = "esto es lo que tenemos para los dos"
FRENCH = "nous avons les plans qui sont pour vous"


class Tagging:
    """Answers with the direction."""

    def __init__(self) -> None:
        self.info = EngineInfo("tagging")

    async def health(self) -> Health:
        return Health(True, "")

    def pairs(self) -> None:
        return None

    async def translate(self, request: TranslationRequest) -> Translation:
        hops = (request.source, request.target)
        return Translation(
            request.target, f"{request.source}>{request.target} {request.text}",
            TranslationState.FINAL, "tagging", hops,
        )  # fmt: skip

    async def aclose(self) -> None:
        pass


class Screen:
    def __init__(self) -> None:
        self.seen: list[Caption] = []

    async def show(self, caption: Caption) -> None:
        self.seen.append(caption)

    def last(self) -> list[Caption]:
        return list({caption.id: caption for caption in self.seen}.values())


def update(text: str, language: str, *, stable: int | None = None, uid: str = "u") -> SpokenUpdate:
    words = tuple(Word(t, i * 0.3, i * 0.3 + 0.25) for i, t in enumerate(text.split()))
    return SpokenUpdate(
        uid, "p", "Anna", language, words, len(words) if stable is None else stable,
        stable is None, 0.0, words[-1].end_s, "x", punctuated=True,
    )  # fmt: skip


async def interpret(
    updates: Sequence[SpokenUpdate], targets: tuple[str, ...] = ("en", "es"), *, on: bool = True
) -> Screen:
    screen, clock = Screen(), FakeClock()
    desk = TranslationDesk(Tagging(), clock, notify=lambda _: None)
    settings = CaptionSettings("m", targets, interpreter=on)
    captioner = Captioner(settings, clock, desk=desk, sinks=(screen,), notify=lambda _: None)
    async with captioner:
        for each in updates:
            await captioner.take(each)
        await captioner.flush()
    return screen


def said(caption: Caption) -> dict[str, str]:
    return {t.language: t.text.split()[0] for t in caption.translations}


async def test_each_sentence_goes_into_the_other_language() -> None:
    screen = await interpret(
        [
            update(ENGLISH, "en", uid="a"),
            update(SPANISH, "es", uid="b"),
            update(FRENCH, "fr", uid="c"),
        ]
    )
    assert [said(caption) for caption in screen.last()] == [
        {"es": "en>es"},
        {"en": "es>en"},
        {"en": "fr>en", "es": "fr>es"},
    ]


@pytest.mark.parametrize("told", ["en", "es", ""])
async def test_the_words_tell_the_direction_where_the_recogniser_is_wrong(told: str) -> None:
    screen = await interpret([update(ENGLISH, told, uid="a"), update(SPANISH, told, uid="b")])
    assert [c.language for c in screen.last()] == ["en", "es"]
    assert [said(caption) for caption in screen.last()] == [{"es": "en>es"}, {"en": "es>en"}]


async def test_a_running_sentence_that_turns_out_to_be_the_other_language_begins_anew() -> None:
    growing = [
        update(" ".join(SPANISH.split()[:count]), "en", stable=max(0, count - 1))
        for count in range(1, 9)
    ]
    screen = await interpret([*growing, update(SPANISH, "en")])
    (caption,) = screen.last()
    assert caption.language == "es"
    assert said(caption) == {"en": "es>en"}
    assert caption.settled
    languages = [c.language for c in screen.seen]
    assert languages == sorted(languages)
    assert [c.revision for c in screen.seen] == list(range(1, len(screen.seen) + 1))
    for shown in screen.seen:
        assert shown.translation(shown.language) is None


async def test_one_utterance_with_a_sentence_in_each_language() -> None:
    text = "This is the plan that we have. Esto es lo que tenemos para los dos."
    screen = await interpret([update(text, "en")])
    assert [said(caption) for caption in screen.last()] == [{"es": "en>es"}, {"en": "es>en"}]


async def test_languages_of_other_scripts() -> None:
    screen = await interpret(
        [update("Привет как дела", "en", uid="a"), update("Fine and you", "ru", uid="b")],
        ("en", "ru"),
    )
    assert [c.language for c in screen.last()] == ["ru", "en"]


async def test_without_interpreter_mode_the_recogniser_is_believed() -> None:
    screen = await interpret([update(SPANISH, "en")], on=False)
    assert [c.language for c in screen.last()] == ["en"]


async def test_a_language_that_is_told_late_changes_the_caption() -> None:
    screen = await interpret(
        [update("uno dos tres", "en", stable=2), update("uno dos tres cuatro", "es")], on=False
    )
    (caption,) = screen.last()
    assert caption.language == "es"
    assert said(caption) == {"en": "es>en"}


@pytest.mark.parametrize(
    ("text", "told", "pair", "before", "language"),
    [
        ("Okay", "en", ("en", "es"), "", "en"),
        ("Okay", "en", ("en", "es"), "es", "es"),
        ("今日は晴れです", "en", ("en", "ja"), "", "ja"),
        ("了解", "ja", ("ja", "zh"), "", "ja"),
        ("我们明天上午再讨论这个问题", "zh", ("ja", "zh"), "", "zh"),
        ("สวัสดีครับ", "en", ("en", "th"), "", "th"),
        ("नमस्ते आप कैसे हैं", "en", ("en", "hi"), "", "hi"),
        ("مرحبا كيف حالك", "en", ("en", "ar"), "", "ar"),
        (FRENCH, "fr", ("en", "es"), "", "fr"),
        ("12 34", "es", ("en", "es"), "", "es"),
    ],
)
def test_the_language_of_a_text(
    text: str, told: str, pair: tuple[str, str], before: str, language: str
) -> None:
    assert spoken_language(text, told, pair, before) == language
