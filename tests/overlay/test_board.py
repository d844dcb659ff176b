"""What stands on the board, whatever comes in whatever order."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.captions import Caption, TranslationState
from overlay.blocks import MAIN, ORIGINAL, PENDING, Block
from overlay.board import Board, BoardRules

WORDS = (
    *("we", "should", "ship", "the", "new", "release"),
    *("on", "friday", "because", "nobody", "is", "there"),
)
Make = Callable[..., Caption]


def texts(blocks: tuple[Block, ...], role: str, column: int = 0) -> list[str]:
    return [
        cell.text
        for block in blocks
        for row in block.rows
        if row.role == role and (cell := row.cells[column]) is not None
    ]


def test_original_stands_above_its_translation(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(targets=("es",)), letters(40))
    assert board.show(make_caption("Hello all", {"es": "Hola a todos"}), 1.0)
    (block,) = board.blocks()
    assert [row.role for row in block.rows] == [ORIGINAL, MAIN]
    assert texts((block,), ORIGINAL) == ["Hello all"]
    assert texts((block,), MAIN) == ["Hola a todos"]
    assert block.chip
    assert block.beside


def test_words_in_the_target_language_stand_there_once(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(targets=("es",)), letters(40))
    board.show(make_caption("Hola a todos", {}, language="es-ES"), 1.0)
    assert texts(board.blocks(), ORIGINAL) == []
    assert texts(board.blocks(), MAIN) == ["Hola a todos"]


def test_a_missing_translation_is_a_placeholder_and_never_the_source(
    make_caption: Make, letters: type
) -> None:
    board = Board(BoardRules(targets=("es",), with_original=False), letters(40))
    board.show(make_caption("Hello all", final=False), 1.0)
    assert texts(board.blocks(), MAIN) == [PENDING]
    failed = make_caption("Hello all", {"es": ""}, revision=2, state=TranslationState.FAILED)
    board.show(failed, 2.0)
    assert texts(board.blocks(), MAIN) == ["Traducción no disponible"]
    cell = board.blocks()[0].rows[0].cells[0]
    assert cell is not None
    assert cell.passage.quiet


def test_draft_translation_brightens_as_far_as_two_agree(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(targets=("es",)), letters(60))
    for revision, text in enumerate(("Hola a", "Hola a todos los", "Hola a todas partes")):
        caption = make_caption("Hello", {"es": text}, revision=revision, final=False)
        board.show(caption, float(revision))
    cell = board.blocks()[0].rows[-1].cells[0]
    assert cell is not None
    assert cell.text[: cell.stable] == "Hola a "


def test_old_revisions_are_ignored(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(), letters(40))
    assert board.show(make_caption("one two", revision=5), 1.0)
    assert not board.show(make_caption("one", revision=4), 2.0)
    assert not board.show(make_caption("other", revision=5), 2.0)
    assert texts(board.blocks(), MAIN) == ["one two"]


def test_consecutive_words_of_one_person_share_a_chip(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(), letters(40))
    board.show(make_caption("one", id="a"), 1.0)
    board.show(make_caption("two", id="b"), 2.0)
    board.show(make_caption("three", id="c", speaker="Tom"), 3.0)
    assert [(block.id, block.chip) for block in board.blocks()] == [
        ("a", True),
        ("b", False),
        ("c", True),
    ]


def test_a_fourth_waits_until_the_first_is_read_but_not_long(
    make_caption: Make, letters: type
) -> None:
    board = Board(BoardRules(), letters(40))
    for name in "abc":
        board.show(make_caption(" ".join(WORDS), id=name), 1.0)
    board.show(make_caption("new", id="d"), 1.2)
    assert "d" not in [block.id for block in board.blocks()]
    due = board.next_s()
    assert due == pytest.approx(2.2)
    board.advance(2.2)
    assert board.blocks()[-1].id == "d"


def test_finished_words_leave_after_a_while_and_do_not_come_back(
    make_caption: Make, letters: type
) -> None:
    board = Board(BoardRules(), letters(40))
    board.show(make_caption("hello"), 1.0)
    assert board.next_s() == pytest.approx(11.0)
    board.advance(11.0)
    assert board.blocks() == ()
    assert not board.show(make_caption("hello", revision=9), 12.0)


def test_an_utterance_that_comes_to_nothing_disappears(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(), letters(40))
    board.show(make_caption("uh", final=False), 1.0)
    board.show(make_caption("", revision=2), 1.5)
    assert board.blocks() == ()


def test_targets_take_turns_between_utterances_only(make_caption: Make, letters: type) -> None:
    rules = BoardRules(targets=("es", "fr"), rotate_s=5.0, with_original=False)
    board = Board(rules, letters(40))
    both = {"es": "hola", "fr": "salut"}
    board.show(make_caption("hello", both, id="a", final=False), 0.0)
    board.show(make_caption("hello you", both, id="a", revision=2), 8.0)
    assert texts(board.blocks(), MAIN) == ["hola"]
    board.show(make_caption("hi", both, id="b"), 9.0)
    assert texts(board.blocks(), MAIN) == ["hola", "salut"]
    assert board.current_targets() == ("fr",)


def test_two_columns_stand_side_by_side(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(targets=("es", "fr"), columns=2), letters(12))
    board.show(make_caption("hi", {"es": "uno dos tres cuatro", "fr": "un"}), 0.0)
    rows = [row for row in board.blocks()[0].rows if row.role == MAIN]
    assert [row.cells[1].text if row.cells[1] else None for row in rows] == ["un", None]
    assert [row.cells[0].text for row in rows if row.cells[0]] == ["uno dos tres", "cuatro"]


def test_a_long_column_takes_no_lines_from_a_short_one(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(targets=("es", "fr"), columns=2, rows=3), letters(4))
    board.show(make_caption("hi", {"es": "uno dos", "fr": "un deux dix six"}), 0.0)
    rows = [row for row in board.blocks()[0].rows if row.role == MAIN]
    assert [row.cells[0].text for row in rows if row.cells[0]] == ["uno", "dos"]
    assert [row.cells[1].text for row in rows if row.cells[1]] == ["dix", "six"]


def test_restyle_shows_the_same_words_in_other_languages(make_caption: Make, letters: type) -> None:
    board = Board(BoardRules(targets=("es",)), letters(40))
    board.show(make_caption("hi", {"es": "hola", "fr": "salut"}), 0.0)
    board.restyle(BoardRules(targets=("fr",), with_original=False), letters(40))
    assert texts(board.blocks(), MAIN) == ["salut"]
    assert texts(board.blocks(), ORIGINAL) == []


revisions = st.tuples(
    st.sampled_from("abcdef"),
    st.integers(0, 6),
    st.integers(0, len(WORDS)),
    st.integers(0, len(WORDS)),
    st.booleans(),
    st.sampled_from(list(TranslationState)),
)


@settings(max_examples=150, deadline=None)
@given(
    events=st.lists(st.tuples(revisions, st.floats(0, 3)), max_size=40),
    columns=st.integers(1, 2),
    utterances=st.integers(1, 3),
)
def test_never_too_much_never_twice_never_back(
    make_caption: Make,
    letters: type,
    events: list[tuple[tuple[str, int, int, int, bool, TranslationState], float]],
    columns: int,
    utterances: int,
) -> None:
    rules = BoardRules(targets=("es", "fr", "en"), columns=columns, utterances=utterances)
    board = Board(rules, letters(14))
    seen: dict[str, int] = {}
    now = 0.0
    for (name, revision, count, stable, final, state), pause in events:
        now += pause
        text = " ".join(WORDS[:count])
        said = "" if state in (TranslationState.PENDING, TranslationState.FAILED) else text.upper()
        caption = make_caption(
            text,
            {"es": said, "fr": said},
            id=name,
            revision=revision,
            speaker=name.upper(),
            final=final,
            stable=min(stable, count),
            state=state,
        )
        board.show(caption, now)
        board.advance(now)
        blocks = board.blocks()
        assert len(blocks) <= utterances
        assert sum(len(block.rows) for block in blocks) <= rules.rows
        assert len({block.id for block in blocks}) == len(blocks)
        for block in blocks:
            assert block.revision >= seen.get(block.id, 0)
            seen[block.id] = block.revision
            assert all(
                len(row.cells) == (1 if row.role == ORIGINAL else columns) for row in block.rows
            )
        due = board.next_s()
        assert due is None or due > now - 1e-6


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=30))
def test_lines_on_screen_keep_their_breaks_while_an_utterance_grows(
    make_caption: Make, letters: type, words: list[str]
) -> None:
    board = Board(BoardRules(rows=40), letters(16))
    before: list[str] = []
    for count in range(1, len(words) + 1):
        caption = make_caption(" ".join(words[:count]), revision=count, final=count == len(words))
        board.show(caption, float(count))
        now = texts(board.blocks(), MAIN)
        assert now[: len(before) - 1] == before[:-1]
        before = now
