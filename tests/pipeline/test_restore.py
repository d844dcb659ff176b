import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.restore import Restorer

NAMES = ("Anna Kowalska", "Will Smith", "Jean-Luc Picard", "Meeting Room 3", "Mary Ann Lee", "李雷")


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("good morning everybody", "Good morning everybody."),
        ("i think i'm late", "I think I'm late."),
        ("anna's report is ready on monday", "Anna's report is ready on Monday."),
        ("yes we can", "Yes, we can."),
        ("yes", "Yes."),
        ("no problem", "No problem."),
        ("where is the report", "Where is the report?"),
        ("so can you hear me", "So can you hear me?"),
        ("anna do you agree", "Anna do you agree?"),
        ("do the work", "Do the work."),
        ("what a day", "What a day."),
        ("when we arrive we eat", "When we arrive we eat."),
        ("how many people are there", "How many people are there?"),
        ("what's the plan", "What's the plan?"),
        ("i will ask will smith in may", "I will ask Will Smith in May."),
        ("you may march", "You may march."),
        ("the room is full", "The room is full."),
        ("mary ann lee speaks french", "Mary Ann Lee speaks French."),
        ("what time is it", "What time is it?"),
        ("which option do you prefer", "Which option do you prefer?"),
        ("which is why we wait", "Which is why we wait."),
        ("which is better", "Which is better?"),
        ("what we need is time", "What we need is time."),
        ("what i said is true", "What I said is true."),
        ("at what time does it start", "At what time does it start?"),
        ("what about the budget", "What about the budget?"),
        ("any questions", "Any questions?"),
        ("it is ready isn't it", "It is ready isn't it?"),
        ("i know it isn't", "I know it isn't."),
        ("does anna know", "Does Anna know?"),
        ("is everything ready", "Is everything ready?"),
        ("how the engine works is clear", "How the engine works is clear."),
        ("when the train is late we wait", "When the train is late we wait."),
        ("the api costs cpu time in germany", "The API costs CPU time in Germany."),
    ],
)
def test_a_sentence(heard: str, shown: str) -> None:
    assert " ".join(Restorer(NAMES).sentence(heard.split(), closed="pause")) == shown


def test_a_clause_that_goes_on_has_neither_capital_nor_full_stop() -> None:
    words = ["and", "so", "on"]
    assert Restorer().sentence(words, closed="length", opened=False) == words


VOCABULARY = (
    "i yes no we will smith anna can you what is the may in march monday mary ann lee do so "
    "how many x"
).split()


@given(st.lists(st.sampled_from(VOCABULARY), max_size=15), st.integers(0, 15))
def test_a_word_depends_on_the_next_one_at_most(words: list[str], seen: int) -> None:
    restorer = Restorer(NAMES)
    part = restorer.sentence(words[:seen])
    whole = restorer.sentence(words, closed="final")
    fixed = max(0, min(seen, len(words)) - 1)
    assert part[:fixed] == whole[:fixed]
    assert [w.casefold().rstrip(",.?") for w in whole] == [w.casefold() for w in words]
