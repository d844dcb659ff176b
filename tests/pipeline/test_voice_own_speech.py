"""The bot never takes its own voice for somebody else's."""

from typing import Any

import pytest

from domain.speech import SpokenUpdate, Word
from pipeline.voice.own_speech import OwnSpeech

SAID = "The new plan is ready for the team."


LONG = (
    "Creo que el presupuesto no es suficiente para que el equipo termine la primera parte en marzo"
)


def update(text: str, start_s: float = 11.0, *, final: bool = True, **given: Any) -> SpokenUpdate:
    words = tuple(
        Word(part, start_s + 0.3 * number, start_s + 0.3 * number + 0.3)
        for number, part in enumerate(text.split())
    )
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
    passed = own.filter(update("the new plan is ready for the"))
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


def test_a_short_piece_is_an_echo_only_from_where_echoes_came_before() -> None:
    own = speaking()
    assert passes(own, update("the team", 12.5))
    assert not passes(own, update(SAID, utterance_id="mix-2"))
    assert not passes(own, update("the team", 12.9, utterance_id="mix-3"))
    assert passes(own, update("the team", 14.5, utterance_id="mix-4"))
    assert passes(own, update("the team", 12.9, utterance_id="other-1"))


@pytest.mark.parametrize(
    "text",
    ["no es verdad", "Creo que no", "que no es el problema", "el equipo no puede", "no para nada"],
)
@pytest.mark.parametrize("echoing", [False, True])
@pytest.mark.parametrize("start_s", [11.0, 13.0, 15.0, 17.5])
def test_words_that_only_stand_somewhere_in_the_speech_pass(
    text: str, echoing: bool, start_s: float
) -> None:
    own = OwnSpeech()
    if echoing:
        own.note(SAID, 1.0, 3.5)
        assert not passes(own, update(SAID, 1.5))
    own.note(LONG, 10.0, 16.0)
    assert passes(own, update(text, start_s, utterance_id="mix-2"))


def test_words_of_two_sentences_are_not_joined() -> None:
    own = OwnSpeech()
    own.note("We meet the whole new team", 10.0, 12.0)
    own.note("today is not a good day", 12.1, 14.0)
    assert passes(own, update("new team today is", 12.0))


def test_a_short_first_echo_is_the_whole_sentence_misheard_words_included() -> None:
    own = OwnSpeech()
    own.note("The meeting begins now.", 10.0, 11.6)
    assert passes(own, update("the meeting begins", 11.1))
    assert not passes(own, update("the needing begins now", 11.1, utterance_id="mix-2"))


def test_a_short_word_misheard_at_the_edge_hides_no_first_echo() -> None:
    own = OwnSpeech()
    own.note("The meeting begins now.", 10.0, 11.6)
    own.note(SAID, 12.6, 14.8)
    assert not passes(own, update("been meeting begins now", 10.7))
    assert not passes(own, update("any plan is ready for the team", 13.6, utterance_id="mix-2"))


def test_words_that_differ_where_they_matter_pass() -> None:
    own = OwnSpeech()
    own.note("The meeting begins now.", 10.0, 11.6)
    assert passes(own, update("the presentation begins now", 10.7))
    assert passes(own, update("the meeting begins tomorrow afternoon", 10.7, utterance_id="mix-2"))


def test_a_whole_sentence_repeated_after_the_speech_passes() -> None:
    own = speaking()
    assert passes(own, update(SAID, 13.5))


def test_a_first_piece_passes_and_the_next_is_known_for_an_echo() -> None:
    own = speaking()
    assert own.filter(update("the new plan is", final=False)) is None
    assert passes(own, update("the new plan is"))
    assert not passes(own, update("ready for the", 12.3, utterance_id="mix-2"))
    assert own.stopped == 1


def test_a_held_draft_passes_once_it_goes_on_otherwise() -> None:
    own = speaking()
    assert own.filter(update(SAID, final=False)) is None
    assert own.stopped == 1
    assert passes(own, update(f"{SAID} but who told you that and why did nobody ask us"))
    assert own.stopped == 0


def test_an_echo_of_two_sentences_in_one_utterance_is_stopped() -> None:
    own = OwnSpeech()
    own.note("We meet the whole new team", 10.0, 11.8)
    own.note("today is not a good day", 11.9, 13.7)
    text = "we meet the whole new team today is not a good day"
    assert not passes(own, update(text, 10.8))


async def test_an_emit_is_wrapped() -> None:
    got: list[SpokenUpdate] = []

    async def emit(given: SpokenUpdate) -> None:
        got.append(given)

    take = speaking().passing(emit)
    await take(update(SAID, final=False))
    await take(update(SAID))
    await take(update("something else that is new", utterance_id="mix-2"))
    assert [bool(each.words) for each in got] == [False, True]
