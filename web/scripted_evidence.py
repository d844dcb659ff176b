"""The evidence desk without bots: for tests, screenshots and trying out."""

from collections.abc import Sequence

from domain.errors import UsageError
from domain.evidence import ASKED, Evidence, EvidenceFile
from domain.meetings import ENDINGS, MeetingState
from domain.serving import File
from web.scripted import Office
from web.scripted_data import NOW

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a4944415478da"
    "6364000000020001e221bc330000000049454e44ae426082"
)


class ScriptedEvidence:
    """The EvidenceDesk port: one piece of each meeting that failed, and what is asked for."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._made: dict[str, list[Evidence]] = {}

    async def make(self, meeting_id: str) -> Evidence:
        meeting = self._office.entry(meeting_id).meeting
        if meeting.state in ENDINGS:
            raise UsageError("This meeting is over.", "What was kept of it can be read.")
        made = self._made.setdefault(meeting.id, [])
        made.insert(0, _piece(f"asked-{len(made) + 1}", ASKED, ""))
        return made[0]

    async def items(self, meeting_id: str) -> Sequence[Evidence]:
        meeting = self._office.entry(meeting_id).meeting
        made = self._made.get(meeting.id, [])
        if meeting.state is not MeetingState.FAILED:
            return list(made)
        last = meeting.changes[-1].evidence if meeting.changes else ""
        return [*made, _piece("failed-1", meeting.reason.value, last)]

    async def file(self, meeting_id: str, name: str) -> File:
        for item in await self.items(meeting_id):
            for file in item.files:
                if file.name == name:
                    return File(file.name, file.media_type, PICTURE)
        raise UsageError("There is no such evidence.", "Look at the list of it.")


def _piece(name: str, reason: str, error: str) -> Evidence:
    picture = EvidenceFile(f"{name}.png", "image/png", len(PICTURE))
    return Evidence(name, NOW, reason, error, files=(picture,), missing=("archive: it hung",))
