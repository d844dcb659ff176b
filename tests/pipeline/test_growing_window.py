"""What leaves the window, and that times stay right."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.speech import Word
from pipeline.asr.growing_window import BYTES_PER_S, LONGEST_S, GrowingWindow


def told(window: GrowingWindow, spoken: list[Word]) -> tuple[Word, ...]:
    """What a perfect engine hears in the window."""
    start_s = window.start_s
    inside = [
        w for w in spoken if start_s <= (w.start_s + w.end_s) / 2 and w.end_s <= window.heard_s
    ]
    return tuple(Word(w.text, w.start_s - start_s, w.end_s - start_s) for w in inside)


def speech(seconds: float, sentence: int, dense: bool = False) -> list[Word]:
    words = []
    for index in range(int(seconds / 0.5)):
        closed = sentence and index % sentence == sentence - 1
        text = "会議の"[index % 3] if dense else f"w{index}"
        end = ("。" if dense else ".") if closed else ""
        words.append(Word(f"{text}{end}", index * 0.5, index * 0.5 + 0.45))
    return words


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9), st.floats(0.5, 3.0), st.floats(5.0, 70.0), st.booleans())
def test_a_perfect_engine_is_shown_as_it_is(
    sentence: int, step_s: float, until_s: float, dense: bool
) -> None:
    window, spoken = GrowingWindow(), speech(80, sentence, dense)
    kept: tuple[Word, ...] = ()
    while window.heard_s < until_s:
        window.add(bytes(round(step_s * 16000) * 2))
        pcm = window.take()
        assert len(pcm) / BYTES_PER_S <= 15.01
        start_s = window.start_s
        words = window.accept(told(window, spoken), start_s)
        assert [w.text for w in words] == [w.text for w in spoken if w.end_s <= window.heard_s]
        for shown, said in zip(words, spoken, strict=False):
            assert abs(shown.start_s - said.start_s) < 1e-6
        assert window.kept[: len(kept)] == kept
        kept = window.kept
    before, pieces = window.last()
    assert sum(len(pcm) for _, pcm in pieces) > 0
    assert all(len(pcm) / BYTES_PER_S <= LONGEST_S for _, pcm in pieces)
    assert before == (kept if window.heard_s > LONGEST_S else ())


def test_without_any_draft_all_sound_is_left_for_the_end() -> None:
    window = GrowingWindow()
    window.add(bytes(70 * BYTES_PER_S))
    words, pieces = window.last()
    assert words == ()
    assert sum(len(pcm) for _, pcm in pieces) == 70 * BYTES_PER_S
    assert pieces[1][0] == len(pieces[0][1]) / BYTES_PER_S


def test_an_engine_without_words_does_not_make_the_window_grow() -> None:
    window = GrowingWindow()
    for _ in range(40):
        window.add(bytes(BYTES_PER_S))
        assert len(window.take()) <= 15 * BYTES_PER_S
        window.accept((), window.start_s)
