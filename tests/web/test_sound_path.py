"""Where the sound comes from, as the live pages are told."""

from domain.audio import Level
from domain.events import Notice, SoundPath
from web.live_state import LiveState
from web.outbox import Outbox
from web.protocol import sound

FIRST = SoundPath("receivers", "it sounds", 2.0, (), 2.0)
ALARM = SoundPath("receivers", "it sounds", 2.0, ("Meet shows <b>speech</b>.",), 9.0)
SECOND = SoundPath("sink", "people speak", 10.0, (), 10.0)


def test_nothing_is_told_before_it_is_known() -> None:
    told = sound(LiveState().snapshot())
    assert (told["path"], told["alarms"]) == ("none", [])


def test_a_switch_forgets_the_meters_of_the_other_path() -> None:
    state = LiveState()
    state.apply(FIRST)
    state.apply(Level("receiver-0", 3.0, 0.1, 0.2))
    state.apply(ALARM)
    assert sound(state.snapshot())["alarms"] == ["Meet shows <b>speech</b>."]
    assert [meter.track for meter in state.snapshot().meters] == ["receiver-0"]
    state.apply(SECOND)
    assert state.snapshot().meters == ()
    told = sound(state.snapshot())
    assert (told["path"], told["since_s"], told["alarms"]) == ("sink", 10.0, [])


async def test_viewers_hear_of_it() -> None:
    state = LiveState()
    outbox = Outbox(state.snapshot)
    assert "sound" in {message["type"] for message in await outbox.take()}
    for event in (FIRST, SECOND, Notice("audio_path", "x", 10.0)):
        state.apply(event)
        outbox.put(event)
    messages = await outbox.take()
    assert [m["path"] for m in messages if m["type"] == "sound"] == ["sink"]
