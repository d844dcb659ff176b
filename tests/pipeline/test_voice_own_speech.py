"""The bot never takes its own voice for somebody else's."""

from typing import Any

from domain.speech import SpokenUpdate, Word
from pipeline.voice.own_speech import OwnSpeech

SAID = "The new plan is ready for the team."


def update(text: str, start_s: float = 11.0, *, final: bool = True, **given: Any) -> SpokenUpdate:
    words = tuple(Word(part, start_s, start_s + 0.3) for part in text.split())
    values: dict[str, Any] = {
        "utterance_id": "mix-1", "participant_id": "", "speaker": "", "language": "en",
        "words": words, "stable": len(words), "final": final, "start_s": start_s,
        "end_s": start_s + 0.3 * len(words), "engine": "e",
    }  # fmt: skip
    return SpokenUpdate(**{**values, **given})


def speaking() -> OwnSpeech:
    own = OwnSpeech()
    own.note(SAID, 10.0, 12.5)
    return own


def passes(own: OwnSpeech, given: SpokenUpdate) -> bool:
    passed = own.filter(given)
    return passed is not None and bool(passed.words)


def test_an_echo_comes_to_nothing() -> None:
    own = speaking()
    passed = own.filter(update("the new plan is already for a team"))
    assert passed is not None
    assert (passed.words, passed.stable, passed.final) == ((), 0, True)
    assert own.stopped == 1


def test_drafts_of_an_echo_are_held_back() -> None:
    own = speaking()
    assert own.filter(update("the new", final=False)) is None
    assert own.filter(update("the new plan is", final=False)) is None
    passed = own.filter(update("the new plan is ready"))
    assert passed is not None
    assert passed.words == ()


def test_other_words_at_the_same_time_pass() -> None:
    own = speaking()
    assert own.filter(update("wait", final=False)) is None
    assert passes(own, update("wait a moment please I have a question"))
    assert passes(own, update("yes", utterance_id="mix-2"))
    assert own.stopped == 0


def test_the_same_words_at_another_time_pass() -> None:
    own = speaking()
    assert passes(own, update(SAID, 20.0))
    assert passes(own, update(SAID, 2.0, utterance_id="mix-2"))


def test_a_short_piece_of_the_speech_while_it_lasts_is_an_echo() -> None:
    own = speaking()
    assert not passes(own, update("the team", 12.0))
    assert passes(own, update("the team", 14.5, utterance_id="mix-2"))


async def test_an_emit_is_wrapped() -> None:
    got: list[SpokenUpdate] = []

    async def emit(given: SpokenUpdate) -> None:
        got.append(given)

    take = speaking().passing(emit)
    await take(update(SAID, final=False))
    await take(update(SAID))
    await take(update("something else that is new", utterance_id="mix-2"))
    assert [bool(each.words) for each in got] == [False, True]
