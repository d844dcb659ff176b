"""Every VoiceprintStore does what the port says."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.ports import VoiceprintStore
from domain.speakers import Voiceprint
from storage.database import Database
from storage.memory import MemoryVoiceprintStore
from storage.voiceprints import SqlVoiceprintStore

ANA = Voiceprint(
    id="v1",
    name="Ana Ruiz",
    model="ecapa",
    vector=(0.6, -0.8, 1 / 3, 1e-9),
    sound_s=18.5,
    consent="Ana, by e-mail",
    consent_at=datetime(2026, 3, 4, 12, 0, tzinfo=UTC),
)


@pytest.fixture
async def store(where: str | Path | None) -> AsyncIterator[VoiceprintStore]:
    if where is None:
        yield MemoryVoiceprintStore()
        return
    async with Database(where) as database:
        yield SqlVoiceprintStore(database)


async def test_what_is_saved_comes_back_exactly(store: VoiceprintStore) -> None:
    await store.save(ANA)
    assert list(await store.voiceprints()) == [ANA]


async def test_saving_again_replaces(store: VoiceprintStore) -> None:
    await store.save(ANA)
    better = replace(ANA, vector=(1.0,), sound_s=40.0)
    await store.save(better)
    assert list(await store.voiceprints()) == [better]


async def test_voices_come_by_name_and_model(store: VoiceprintStore) -> None:
    zoe = replace(ANA, id="v0", name="Zoe")
    ben = replace(ANA, id="v2", name="Ben", model="resnet")
    for voice in (zoe, ANA, ben):
        await store.save(voice)
    assert list(await store.voiceprints()) == [ANA, ben, zoe]
    assert list(await store.voiceprints("ecapa")) == [ANA, zoe]
    assert list(await store.voiceprints("unknown")) == []


async def test_delete_tells_whether_there_was_one(store: VoiceprintStore) -> None:
    await store.save(ANA)
    await store.save(replace(ANA, id="v2"))
    assert await store.delete("v1") is True
    assert await store.delete("v1") is False
    assert [voice.id for voice in await store.voiceprints()] == ["v2"]
