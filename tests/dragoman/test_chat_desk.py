"""Commands of the chat reach the same controls as the page's, and are answered."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from domain.captions import Caption
from domain.events import CaptionRevised, Notice, StageTimed
from domain.hints import ChatHint, RosterHint
from domain.meetings import Reason
from domain.people import Participant
from domain.speech import Word
from dragoman.chat.commands import ChatParts
from dragoman.chat.desk import MOST_WAITING, ChatDesk
from dragoman.chat.report import Engines
from dragoman.controls import SessionControls
from dragoman.groups.camera import CameraGroup
from dragoman.groups.chat import ChatGroup
from dragoman.targets import Targets
from web.live_state import LiveState

PEOPLE = (
    Participant("0", "Dragoman", is_self=True),
    Participant("1", "Anna", host=True),
    Participant("2", "<b>Ben</b>"),
)


@dataclass
class Chat:
    """A chat with the desk in it."""

    desk: ChatDesk
    controls: SessionControls
    live: LiveState
    now: list[float]
    said: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    ended: list[Reason] = field(default_factory=list)
    numbers: Any = field(default_factory=count)

    def write(self, text: str, sender: str = "Anna", **more: Any) -> None:
        self.desk.take(ChatHint(str(next(self.numbers)), sender, text, 0.0, **more))

    async def ask(self, text: str, sender: str = "Anna") -> str:
        before = len(self.said)
        self.write(text, sender)
        for _ in range(20):
            await asyncio.sleep(0)
        return self.said[-1] if len(self.said) > before else ""


@asynccontextmanager
async def chat(**settings: Any) -> AsyncIterator[Chat]:
    live, now = LiveState("abc", ("es",)), [0.0]
    controls = SessionControls(CameraGroup(), Targets(["es"]), live.dress, "Dragoman")
    said: list[str] = []
    notices: list[Notice] = []

    async def say(text: str) -> bool:
        said.append(text)
        return True

    def missing(codes: Sequence[str]) -> list[tuple[str, str]]:
        return [("en", code) for code in codes if code == "fi"]

    engines = Engines("pocketsphinx", ("apertium",), ("en",))
    parts = ChatParts(
        controls, say, live.snapshot, engines, missing, notices.append, lambda: now[0]
    )
    desk = ChatDesk(ChatGroup.model_validate(settings), parts)
    made = Chat(desk, controls, live, now, said, notices)
    controls.begin(lambda reason, evidence="": made.ended.append(reason))
    live.apply(RosterHint(PEOPLE, 0.0))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(desk.run())
        yield made
        task.cancel()


async def test_every_command_does_what_the_page_can() -> None:
    async with chat(each=30) as here:
        assert (await here.ask("/pause")).startswith("Paused: ")
        paused = [here.controls.paused]
        await here.ask("/resume")
        assert [*paused, here.controls.paused] == [True, False]
        assert await here.ask("/layout full") == "Done: full. / Hecho: full."
        await here.ask("/font large")
        await here.ask("/original off")
        look = here.live.snapshot().look
        assert (look["layout"], look["large"], look["show_original"]) == ("full", True, False)
        await here.ask("/font normal")
        assert here.live.snapshot().look["large"] is False
        assert await here.ask("/lang") == (
            "I translate into: Español (es). / Traduzco al: Español (es)."
        )
        answer = await here.ask("/lang de fi")
        assert "Nothing here translates English → Finnish;" in answer
        assert here.controls.targets.now == ("de", "fi")
        assert [notice.text for notice in here.notices][:2] == ["Anna: /pause", "Anna: /resume"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/lang xx", "Unknown language 'xx'."),
        ("/lang es,fr,de,it,pt", "Give 1 to 4."),
        ("/layout round", "Known: subtitle, split, interpreter, full."),
        ("/font huge", "Known: large, normal."),
        ("/original", "Known: on, off."),
    ],
)
async def test_what_makes_no_sense_is_told_and_changes_nothing(text: str, told: str) -> None:
    async with chat() as here:
        before = here.live.snapshot().look
        assert told in await here.ask(text)
        assert here.live.snapshot().look == before
        assert here.notices == []


async def test_status_and_speakers() -> None:
    async with chat() as here:
        words = (Word("Hi", 0.0, 0.5),)
        here.live.apply(
            CaptionRevised(Caption("c", 1, "2", "<b>Ben</b>", "en", words, 1, True, 0, 1, 1, 1.0))
        )
        here.live.apply(StageTimed("recognise", 0.42, 1.0))
        here.now[0] = 120.0
        assert await here.ask("/status") == (
            "Listening, 2 min in the meeting; EN to ES; recognition: pocketsphinx, "
            "translation: apertium; lag: recognise 0.4 s."
        )
        assert (await here.ask("/speakers")).startswith(
            "Here: Anna, <b>Ben</b>. Have spoken: <b>Ben</b>. / Presentes:"
        )


async def test_its_own_words_and_old_ones_are_not_obeyed() -> None:
    async with chat() as here:
        here.write("/leave", "")
        here.write("/leave", earlier=True)
        assert await here.ask("/pause", "") == ""
        here.desk.take(ChatHint("same", "Anna", "/pause", 0.0))
        here.desk.take(ChatHint("same", "Anna", "/resume", 0.0))
        await here.ask("/status")
        assert here.controls.paused
        assert here.ended == []


async def test_help_is_shown_for_a_while() -> None:
    async with chat() as here:
        here.controls.look({"link": "https://x.example/v/abc", "short": "https://x.example/j/k"})
        answer = await here.ask("/help")
        assert answer.startswith("Commands: /status")
        assert answer.endswith("https://x.example/j/k")


async def test_too_many_are_refused_with_one_hint_but_leaving_never() -> None:
    async with chat(each=2) as here:
        answers = [await here.ask("/status", "Ben") for _ in range(5)]
        assert [bool(answer) for answer in answers] == [True, True, True, False, False]
        assert answers[2].startswith("Too many commands.")
        assert await here.ask("/status", "Anna")
        await here.ask("leave", "Ben")
        assert here.ended == [Reason.LEAVE_COMMAND]


async def test_an_unknown_command_gets_one_hint() -> None:
    async with chat() as here:
        assert "/help" in await here.ask("/dance")
        assert await here.ask("/sing", "Ben") == ""
        here.now[0] = 61.0
        assert "/help" in await here.ask("/dance")


async def test_only_hosts_may_where_it_is_so() -> None:
    async with chat(commands="host", leave="host") as here:
        assert (await here.ask("/pause", "<b>Ben</b>")).startswith("Only the host")
        await here.ask("/leave", "<b>Ben</b>")
        assert (here.controls.paused, here.ended) == (False, [])
        await here.ask("/pause", "Anna")
        await here.ask("/leave", "Anna")
        assert (here.controls.paused, here.ended) == (True, [Reason.LEAVE_COMMAND])


async def test_off_means_silence_and_leaving_all_the_same() -> None:
    async with chat(commands="off") as here:
        assert [await here.ask(text) for text in ("/help", "/pause", "/dance")] == ["", "", ""]
        await here.ask("/leave")
        assert here.ended == [Reason.LEAVE_COMMAND]


async def test_a_flood_is_dropped_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with chat() as here:
        for _ in range(MOST_WAITING + 5):
            here.write("/status")
        assert here.desk.dropped == 5
    assert [r.message for r in caplog.records if "dropped" in r.message] == [
        "commands come faster than they are obeyed; some are dropped"
    ]
