"""Who is there, since when, and who speaks, however the page shows it; and the chat's forms."""

from dataclasses import replace
from typing import Any

import pytest

from domain.hints import CaptionHint, ChatHint, LoudnessHint, RosterHint, TileHint
from domain.meetings import Reason
from standin.script import Ending, Line, Lobby, Script, ScriptedParticipant, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SHORT = bundled_script("short")
ANNA, LUCIA = SHORT.participants
TALK = (
    Line("anna", 1.0, "Good morning everyone, the new plan is ready."),
    Line("lucia", 4.0, "Muchas gracias, la reunión empieza ahora."),
)


def script(*people: ScriptedParticipant, **changes: Any) -> Script:
    base = replace(SHORT, lobby=Lobby("none"), end=Ending("stays"), chat=(), lines=())
    return replace(base, participants=people or (ANNA, LUCIA), **changes)


def names(heard: Any) -> list[str]:
    rosters = [hint for hint in heard.hints if isinstance(hint, RosterHint)]
    return [person.name for person in rosters[-1].participants] if rosters else []


def lit(heard: Any) -> set[str]:
    return {hint.participant_id for hint in heard.hints if isinstance(hint, TileHint)}


def close_to(left_s: float | None, wanted_s: float) -> None:
    assert left_s is not None
    assert abs(left_s - wanted_s) < 4.0


async def test_tiles_without_ids_and_no_roster(visit: Any, listening: Any) -> None:
    guest = replace(LUCIA, id="lea", name="Anna Keller", voice=ANNA.voice, language="en")
    traps = Traps(no_roster=True, tiles_without_ids=True, people_virtualised=True, lit_by="level")
    play = script(ANNA, LUCIA, replace(guest, leaves_s=6.0), lines=TALK, traps=traps)
    async with StandIn(play) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: len(names(heard)) == 4)
            everybody = names(heard)
            await heard.until(lambda: {"name/Anna Keller", "name/Lucía Gómez"} <= lit(heard))
            await heard.until(lambda: len(names(heard)) == 3)
            company = stay.bot.intake.roster.company
    assert sorted(everybody) == ["Anna Keller", "Anna Keller", "Dragoman", "Lucía Gómez"]
    assert sorted(names(heard)) == ["Anna Keller", "Dragoman", "Lucía Gómez"]
    assert company == 2


@pytest.mark.heavy
async def test_somebody_leaves_returns_and_the_roster_lags(visit: Any, listening: Any) -> None:
    goes = replace(LUCIA, leaves_s=4.0, returns_s=12.0)
    traps = Traps(roster_lag_s=30.0, presenting="anna")
    async with StandIn(script(ANNA, goes, traps=traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: names(heard).count("Lucía Gómez") == 1)
            assert sorted(names(heard)) == ["Anna Keller", "Dragoman", "Lucía Gómez"]
            await heard.until(lambda: "Lucía Gómez" not in names(heard), 12)
            left = {p.name: p.left_s for p in stay.bot.intake.roster.everybody}
            zero_s = site.journal.zero_monotonic_s
            assert zero_s is not None
            close_to(left["Lucía Gómez"], stay.bot.clock.from_monotonic(zero_s) + 4.0)
            await heard.until(lambda: "Lucía Gómez" in names(heard))
    assert sorted(names(heard)) == ["Anna Keller", "Dragoman", "Lucía Gómez"]


@pytest.mark.heavy
async def test_a_small_stage_hides_nobody(visit: Any, listening: Any) -> None:
    traps = Traps(no_roster=True, tiles_shown=2.0)
    late = replace(LUCIA, joins_s=3.0)
    async with StandIn(script(ANNA, late, traps=traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: stay.bot.intake.roster.count == 3)
            assert stay.bot.intake.roster.company == 2
            assert sorted(names(heard)) == ["Anna Keller", "Dragoman"]


@pytest.mark.heavy
async def test_a_room_with_one_sound_is_attributed_by_captions(visit: Any, listening: Any) -> None:
    async with StandIn(script(lines=TALK, traps=Traps(merged_audio=True))) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            async with listening(stay.bot) as heard:
                await heard.until(lambda: len([h for h in heard.captions if h.final]) == 2)
    captions = [hint for hint in heard.hints if isinstance(hint, CaptionHint)]
    assert {hint.name for hint in captions} == {"Anna Keller", "Lucía Gómez"}
    assert not [hint for hint in heard.hints if isinstance(hint, LoudnessHint)]


@pytest.mark.heavy
async def test_another_note_taker_is_no_company(visit: Any, listening: Any) -> None:
    bot = replace(LUCIA, id="notes", name="Fireflies.ai Notetaker", host=False)
    leaver = replace(ANNA, leaves_s=3.0)
    async with StandIn(script(leaver, bot)) as site, visit(site, alone_s=2.0) as stay:
        assert await stay.bot.join() is None
        ending = await stay.bot.stay()
    assert ending.reason is Reason.ALONE


def messages(heard: Any) -> list[tuple[str, str]]:
    return [(h.sender, h.text) for h in heard.hints if isinstance(h, ChatHint)]


@pytest.mark.heavy
@pytest.mark.parametrize("box", ["everyone", "editable"])
async def test_the_chat_in_its_other_forms(visit: Any, listening: Any, box: str) -> None:
    traps = Traps(chat_box=box, chat_pinned=True)
    async with StandIn(script(traps=traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            assert await stay.bot.say("Hello everybody")
            await site.say_chat("Anna Keller", "/lang es")
            await heard.until(lambda: ("Anna Keller", "/lang es") in messages(heard))
    assert [chat.text for chat in site.journal.bot_chat] == ["Hello everybody"]
    assert messages(heard) == [("", "Hello everybody"), ("Anna Keller", "/lang es")]


@pytest.mark.heavy
async def test_a_chat_that_is_closed_in_the_call_is_still_read(visit: Any, listening: Any) -> None:
    async with StandIn(script(traps=Traps(chat_closed_at_s=7.0))) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "chat_closed" in heard.notices)
            assert not await stay.bot.say("hello")
            assert not await stay.bot.say("hello")
            await site.say_chat("Anna Keller", "Can you hear us?")
            await heard.until(lambda: ("Anna Keller", "Can you hear us?") in messages(heard))
    assert site.journal.bot_chat == []
