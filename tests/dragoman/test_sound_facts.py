"""Every switch of the sound's path is kept with the meeting."""

from collections.abc import Sequence
from typing import cast

from domain.audio import Gap
from domain.events import SoundPath
from domain.ports import TranscriptStore
from dragoman.facts import FactKeeper
from storage.facts import SqlFactStore


class Store:
    """Keeps facts in memory."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}

    async def put(self, meeting_id: str, name: str, value: str) -> None:
        self.facts[name] = value

    async def write_gaps(self, meeting_id: str, gaps: Sequence[Gap]) -> None: ...


async def test_switches_are_kept_in_order_and_alarms_add_none() -> None:
    store = Store()
    async with FactKeeper("m1", cast(SqlFactStore, store), cast(TranscriptStore, store)) as keeper:
        keeper.note(SoundPath("none", "", 0.0, (), 0.1))
        keeper.note(SoundPath("receivers", "it sounds", 2.04, (), 2.1))
        keeper.note(SoundPath("receivers", "it sounds", 2.04, ("No sound.",), 9.0))
        keeper.note(SoundPath("sink", "people speak, but no sound arrives", 12.5, (), 12.5))
    assert store.facts["sound_paths"].splitlines() == [
        "2.0 s: receivers, it sounds",
        "12.5 s: sink, people speak, but no sound arrives",
    ]
