"""Notes without a model hold nothing that was not said, and find who is to do what."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.cues import due_in
from notes.extractive import ExtractiveWriter, Sentence, action_of, answer, write
from notes.port import Line, Talk

TALK = [
    ("Ana Ruiz", "Good morning everybody. The budget for the new website is the first topic."),
    ("Ben", "The budget of the website grew because the design agency asks for more money."),
    ("Ana Ruiz", "We decided to move the launch of the website to Friday."),
    ("Ben", "I will write to the agency by Tuesday. Is that okay?"),
    ("Ana Ruiz", "Ben will also update the budget before the end of the month."),
    ("Ben", "Yes. Okay. Right."),
    ("Carla", "Hemos decidido contratar a otra persona. Me encargo del anuncio mañana."),
    ("Ana Ruiz", "The budget, the website and the agency are settled then."),
]


def talk(*lines: tuple[str, str]) -> Talk:
    told = (Line(f"s{n}", who, n * 30.0, text) for n, (who, text) in enumerate(lines))
    return Talk("m", tuple(told), "en")


def test_summary_decisions_and_actions() -> None:
    notes = write(talk(*TALK))
    assert notes.extractive
    assert notes.engine == "extractive"
    assert 2 <= len(notes.summary) <= 3
    assert any("budget" in point.text for point in notes.summary)
    assert [point.segment_ids for point in notes.decisions] == [("s2",), ("s6",)]
    assert [(p.owner, p.due) for p in notes.actions] == [
        ("Ben", "by Tuesday"),
        ("Ben", "before the end of the month"),
        ("Carla", "mañana"),
    ]
    said = " ".join(text for _, text in TALK)
    for point in (*notes.summary, *notes.decisions, *notes.actions):
        assert point.text in said


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Please send it by next Friday", "by next Friday"),
        ("antes del viernes", "antes del viernes"),
        ("je le fais demain", "demain"),
        ("bis Montag", "bis Montag"),
        ("entro venerdì", "entro venerdì"),
        ("até amanhã", "até amanhã"),
        ("on the 3rd of March", "on the 3rd of March"),
        ("by 2026-04-01 please", "by 2026-04-01"),
        ("nothing of the kind", ""),
    ],
)
def test_due_dates_are_told_as_they_were_said(text: str, due: str) -> None:
    assert re.sub(r"^on the ", "", due_in(text)) == re.sub(r"^on the ", "", due)


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Je m'en occupe demain.", "Me"),
        ("Ich kümmere mich darum.", "Me"),
        ("Vou mandar o relatório.", "Me"),
        ("Ci penso io.", "Me"),
        ("Ana, can you please send the file?", "Ana Ruiz"),
        ("The weather is nice.", None),
        ("Will I ever see it?", None),
    ],
)
def test_owners(text: str, owner: str | None) -> None:
    found = action_of(Sentence(text, Line("s", "Me", 0, text)), ["Ana Ruiz", "Me"])
    assert (found.owner if found else None) == owner


def test_questions_are_answered_by_what_was_said() -> None:
    found = answer(talk(*TALK), "When does the website launch?")
    assert "s2" in {point.segment_ids[0] for point in found.citations}
    nothing = answer(talk(*TALK), "Who won the football match in Lisbon?")
    assert (nothing.text, nothing.citations) == ("", ())
    assert answer(talk(), "What?").text == ""
    japanese = talk(("李", "会議は明日の午後に始まります。"), ("李", "天気がいいです。"))
    assert answer(japanese, "会議はいつ").citations[0].segment_ids == ("s0",)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=200)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_notes_that_cite_what_is_there(lines: list[tuple[str, str]]) -> None:
    given_talk = talk(*lines)
    notes = write(given_talk)
    ids = {line.id for line in given_talk.lines}
    for point in (*notes.summary, *notes.decisions, *notes.actions):
        assert set(point.segment_ids) <= ids


async def test_the_engine_works_off_the_loop() -> None:
    notes = await ExtractiveWriter().write(talk(*TALK))
    assert notes.meeting_id == "m"
