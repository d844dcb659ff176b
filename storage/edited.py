"""Transcripts as people corrected them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from domain.captions import Translation, TranslationState
from domain.languages import joiner, primary
from domain.people import Participant
from domain.ports import TranscriptStore
from domain.speech import Word
from domain.text import clean_name
from domain.transcripts import LIVE, Segment
from storage.edits import Edit, EditKind, SqlEditStore

BY_HAND = "person"
"""The engine of a translation that a person wrote."""

NAMELESS = "Speaker"
"""How a speaker without a name is shown, and may be called when they get one."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Segments and people with every change applied."""

    segments: Sequence[Segment]
    participants: Sequence[Participant]
    changed: frozenset[str]
    """Segments whose text or speaker a person has changed; renaming somebody does not count."""


def apply(
    edits: Sequence[Edit], segments: Sequence[Segment], participants: Sequence[Participant]
) -> Edited:
    """Applies changes in order; those of segments that are not there change nothing."""
    now = {segment.id: segment for segment in segments}
    people = {person.id: person for person in participants}
    changed: set[str] = set()
    for edit in edits:
        if edit.kind is EditKind.NAME:
            _rename(edit.target, edit.value, now, people)
        elif edit.target in now:
            change = _text if edit.kind is EditKind.TEXT else _speaker
            now[edit.target] = change(now[edit.target], edit, people)
            changed.add(edit.target)
    return Edited(list(now.values()), list(people.values()), frozenset(changed))


def _rename(
    speaker: str, name: str, segments: dict[str, Segment], people: dict[str, Participant]
) -> None:
    meant = [person for person in people.values() if is_meant(speaker, person.id, person.name)]
    other = next((p for p in people.values() if _same(p.name, name) and p not in meant), None)
    for segment in segments.values():
        if is_meant(speaker, segment.participant_id, segment.speaker):
            whose = other.id if other else segment.participant_id
            segments[segment.id] = replace(segment, participant_id=whose, speaker=name)
    for person in meant:
        if other is None:
            people[person.id] = replace(person, name=name)
        else:
            del people[person.id]
            people[other.id] = other = _together(other, person, name)


def is_meant(speaker: str, participant_id: str, name: str) -> bool:
    """Whether a participant's id or a name, as people give it, means this one."""
    if not participant_id and not name:
        return speaker in ("", NAMELESS)
    return bool(speaker) and (participant_id == speaker or _same(name, speaker))


def _same(name: str, other: str) -> bool:
    return bool(name) and clean_name(name) == clean_name(other)


def _together(one: Participant, two: Participant, name: str) -> Participant:
    lefts = (one.left_s, two.left_s)
    left_s = None if None in lefts else max(left for left in lefts if left is not None)
    return replace(one, name=name, joined_s=min(one.joined_s, two.joined_s), left_s=left_s)


def _speaker(segment: Segment, edit: Edit, people: dict[str, Participant]) -> Segment:
    person = people.get(edit.value) or next(
        (each for each in people.values() if _same(each.name, edit.value)), None
    )
    whose, name = (person.id, person.name) if person else ("", edit.value)
    return replace(segment, participant_id=whose, speaker=name, doubt=0.0)


def _text(segment: Segment, edit: Edit, _people: dict[str, Participant]) -> Segment:
    if edit.language and primary(edit.language) != primary(segment.language):
        return replace(segment, translations=_translated(segment.translations, edit))
    stale = tuple(replace(each, doubtful=True) for each in segment.translations)
    words = respell(segment, edit.value)
    return replace(segment, text=edit.value, words=words, translations=stale, other=None)


def _translated(translations: Sequence[Translation], edit: Edit) -> tuple[Translation, ...]:
    written = Translation(edit.language, edit.value, TranslationState.FINAL, BY_HAND)
    kept = {primary(each.language): each for each in translations}
    kept[primary(edit.language)] = written
    return tuple(kept.values())


def respell(segment: Segment, text: str) -> tuple[Word, ...]:
    """The words of a corrected text: those that stayed keep their times, the others share the
    time of those that they replace."""
    spaced = bool(joiner(segment.language))
    parts = text.split() if spaced else [char for char in text if not char.isspace()]
    before = [word.text for word in segment.words]
    made: list[Word] = []
    matcher = SequenceMatcher(None, before, parts, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            made += segment.words[first:last]
            continue
        begins = segment.words[first].start_s if first < len(before) else segment.end_s
        ends = segment.words[last - 1].end_s if last > first else begins
        step_s = max(0.0, ends - begins) / max(1, end - start)
        made += [
            Word(part, begins + step_s * place, begins + step_s * (place + 1), 1.0)
            for place, part in enumerate(parts[start:end])
        ]
    return tuple(made)


class EditedTranscripts:
    """A TranscriptStore that shows everything as people corrected it; writing passes through."""

    def __init__(self, store: TranscriptStore, edits: SqlEditStore) -> None:
        self._store = store
        self._edits = edits

    async def edited(self, meeting_id: str, version: str = LIVE) -> Edited:
        """Segments and people with what was changed."""
        return apply(
            await self._edits.edits(meeting_id),
            await self._store.segments(meeting_id, version),
            await self._store.participants(meeting_id),
        )

    async def segments(self, meeting_id: str, version: str = LIVE) -> Sequence[Segment]:
        """All segments of one version, as corrected, in order of their start."""
        return (await self.edited(meeting_id, version)).segments

    async def participants(self, meeting_id: str) -> Sequence[Participant]:
        """Everybody who was there, as renamed and merged."""
        edits = await self._edits.edits(meeting_id)
        return apply(edits, (), await self._store.participants(meeting_id)).participants

    async def write(self, segments: Sequence[Segment]) -> None:
        """Stores segments as they were heard."""
        await self._store.write(segments)

    async def replace(self, meeting_id: str, version: str, segments: Sequence[Segment]) -> None:
        """Puts a whole version in the place of what was stored of it."""
        await self._store.replace(meeting_id, version, segments)

    async def write_participants(
        self, meeting_id: str, participants: Sequence[Participant]
    ) -> None:
        """Stores people as they were seen."""
        await self._store.write_participants(meeting_id, participants)
