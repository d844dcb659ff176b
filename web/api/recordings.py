"""The recorded sound of a meeting: what is kept, what was heard where, and the sound itself."""

from collections.abc import AsyncIterator

from aiohttp import web

from domain.serving import Soundtrack
from web.api.call import Plain
from web.api.problems import Refuse, not_found
from web.api.recording_models import GapTold, PieceTold, RecordingTold
from web.ranges import ranged


async def get_recording(call: Plain) -> RecordingTold:
    """Tells what is kept of a meeting's sound, and which segments were heard in which piece."""
    found = await _found(call)
    return RecordingTold(
        length_s=found.length_s,
        complete=found.complete,
        pieces=tuple(
            PieceTold(
                track=piece.track,
                start_s=piece.start_s,
                end_s=piece.end_s,
                sha256=piece.sha256,
                segment_ids=tuple(piece.segment_ids),
            )
            for piece in found.pieces
        ),
        gaps=tuple(
            GapTold(track=gap.track, start_s=gap.start_s, end_s=gap.end_s, reason=gap.reason)
            for gap in found.gaps
        ),
    )


async def get_recording_sound(call: Plain) -> web.StreamResponse:
    """Gives the sound of all tracks, mixed, as a WAV file; Range is obeyed."""
    found, meeting_id = await _found(call), await call.meeting_id()

    def read(first: int, last: int) -> AsyncIterator[bytes]:
        return call.desks.sound.read(meeting_id, first, last)

    headers = {"Content-Type": "audio/wav", "ETag": f'"{found.tag}"'}
    answer = await ranged(call.request, found.bytes, headers, read)
    if answer.status == 416:
        told = {"Content-Range": answer.headers["Content-Range"]}
        raise Refuse(416, "There is no such part.", "Ask for one within the file.", headers=told)
    return answer


async def _found(call: Plain) -> Soundtrack:
    found = await call.desks.sound.soundtrack(await call.meeting_id())
    if found is None:
        raise not_found("This meeting was not recorded, or its sound was deleted.")
    return found
