"""What `dragoman meetings delete` and `dragoman meetings expire` do."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.errors import UsageError
from dragoman import console
from dragoman.serve.kept import days_of, open_database, retention_of
from dragoman.settings import Settings
from storage.meetings import SqlMeetingStore
from storage.retention import Expired


async def delete(settings: Settings, ids: Sequence[str], *, dry: bool) -> int:
    """Deletes whole meetings for good. Raises UsageError for one that is not there or goes on."""
    async with open_database(settings) as database:
        meetings, retention = SqlMeetingStore(database), retention_of(database, settings)
        found: dict[str, Expired] = {}
        for each in ids:
            meeting = await meetings.get(each)
            whole = await retention.meeting(meeting.id) if meeting else None
            if whole is None:
                raise UsageError(
                    f"There is no meeting {each!r} that has ended.",
                    "List them: dragoman meetings; let a bot leave first: dragoman leave ID",
                )
            found[whole.meeting_id] = whole
        if not dry:
            await retention.delete(list(found.values()))
    return _tell(list(found.values()), dry=dry)


async def expire(settings: Settings, *, dry: bool) -> int:
    """Deletes what has been kept long enough, by the settings of retention."""
    async with open_database(settings) as database:
        retention = retention_of(database, settings)
        found = await retention.expired(days_of(settings.retention), datetime.now(UTC))
        if not dry:
            await retention.delete(found)
    return _tell(found, dry=dry)


def _tell(found: Sequence[Expired], *, dry: bool) -> int:
    rows = [
        (each.meeting_id[:8], each.kind.value, f"{each.since.astimezone():%Y-%m-%d}",
         ", ".join(path.name for path in each.paths))
        for each in found
    ]  # fmt: skip
    if rows:
        console.table("", ("meeting", "what", "of", "files"), rows)
    console.say(f"{'To be deleted' if dry else 'Deleted'}: {len(found)}")
    return 0
