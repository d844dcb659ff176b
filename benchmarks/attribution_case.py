"""Meetings with known speakers, and what Meet would tell of them: simulated hints."""

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from domain.audio import FRAME_S, FRAME_SAMPLES, MIX, SAMPLE_RATE, Frame
from domain.hints import CaptionHint, Hint, LoudnessHint, RosterHint, TileHint
from domain.people import Participant
from domain.speakers import Turn
from domain.speech import Word
from dragoman.hintfile import TimedHint
from dragoman.transcribe.decode import Pcm, SoundFile
from dragoman.transcribe.moments import Moment

FILES = ("meeting/sample", "meeting/dev00", "meeting/trn03")
THREE = "multi/pv_falcon_test"
"""Three voices that differ clearly, once each."""
_PSEUDO = tuple(
    [
        "market",
        "budget",
        "window",
        "garden",
        "paper",
        "travel",
        "summer",
        "engine",
        "bottle",
        "castle",
        "dinner",
        "forest",
        "island",
        "jacket",
        "kitchen",
        "letter",
        "morning",
        "number",
        "orange",
        "pencil",
        "quarter",
        "river",
        "silver",
        "table",
        "uncle",
        "valley",
        "winter",
        "yellow",
        "zebra",
        "answer",
        "bridge",
        "copper",
        "danger",
        "eleven",
        "flower",
        "guitar",
        "hammer",
        "insect",
    ]
)
_PSEUDO_S = 0.32
_LINE_WORDS = 12
_MISSING = 0.10
_WRONG = 0.05
_JITTER_S = 0.25
_TURN_S = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """A word of the reference."""

    word: Word
    speaker: str


@dataclass(frozen=True, slots=True)
class Case:
    """Sound, who spoke when, and every word."""

    name: str
    sound: Pcm
    """One row."""
    turns: tuple[tuple[str, float, float], ...]
    words: tuple[Said, ...]

    @property
    def speakers(self) -> list[str]:
        return sorted({speaker for speaker, _, _ in self.turns})

    def oracle(self) -> list[Turn]:
        """The true turns under labels that tell nothing, second by second as live ones come."""
        labels = {speaker: f"v{i}" for i, speaker in enumerate(reversed(self.speakers))}
        pieces = []
        for speaker, start_s, end_s in self.turns:
            while start_s < end_s:
                stop_s = min(end_s, start_s + _TURN_S)
                pieces.append(Turn(labels[speaker], start_s, stop_s))
                start_s = stop_s
        return pieces


def read(folder: Path, name: str, seed: int = 7) -> Case:
    """A recording of the speech samples; words from its STM, else made up within the RTTM."""
    sound = np.concatenate(list(SoundFile(folder / f"{name}.wav").pieces()), axis=1)[:1]
    rows = [line.split() for line in (folder / f"{name}.rttm").read_text("utf-8").splitlines()]
    turns = [(row[7], float(row[3]), float(row[3]) + float(row[4])) for row in rows]
    stm = folder / f"{name}.stm"
    if stm.exists():
        lines = [line.split(maxsplit=5) for line in stm.read_text("utf-8").splitlines()]
        spoken = [(line[2], float(line[3]), float(line[4]), line[5].split()) for line in lines]
        ids = _same_people(turns, [(who, start, end) for who, start, end, _ in spoken])
        turns = [(ids[who], start, end) for who, start, end in turns]
    else:
        chance = random.Random(seed)
        spoken = [
            (who, start, end, chance.choices(_PSEUDO, k=max(1, int((end - start) / _PSEUDO_S))))
            for who, start, end in turns
        ]
    words = [said for who, start, end, texts in spoken for said in _spread(who, start, end, texts)]
    words.sort(key=lambda said: said.word.start_s)
    return Case(name.split("/")[-1], sound, tuple(turns), tuple(words))


def joined(name: str, cases: list[Case]) -> Case:
    """All of them one after the other, as one meeting."""
    turns, words, at_s = [], [], 0.0
    for case in cases:
        turns += [(who, start + at_s, end + at_s) for who, start, end in case.turns]
        words += [
            Said(Word(w.word.text, w.word.start_s + at_s, w.word.end_s + at_s), w.speaker)
            for w in case.words
        ]
        at_s += case.sound.shape[1] / SAMPLE_RATE
    sound = np.concatenate([case.sound for case in cases], axis=1)
    return Case(name, sound, tuple(turns), tuple(words))


def _same_people(
    turns: list[tuple[str, float, float]], spoken: list[tuple[str, float, float]]
) -> dict[str, str]:
    """The STM's name of each RTTM speaker, by shared time."""
    shared: dict[str, dict[str, float]] = {}
    for one, start, end in turns:
        for other, begin, stop in spoken:
            row = shared.setdefault(one, {})
            row[other] = row.get(other, 0.0) + max(0.0, min(end, stop) - max(start, begin))
    return {one: max(row, key=lambda name: row[name]) for one, row in shared.items()}


def _spread(speaker: str, start_s: float, end_s: float, texts: list[str]) -> list[Said]:
    """Words over a segment, each as long as its letters."""
    total = sum(len(text) + 1 for text in texts)
    said, at_s = [], start_s
    for text in texts:
        length_s = (end_s - start_s) * (len(text) + 1) / total
        said.append(Said(Word(text, at_s, at_s + length_s * 0.95), speaker))
        at_s += length_s
    return said


class Tracks:
    """Sound in memory as a recording: one track, or one for each speaker alone."""

    def __init__(self, case: Case, *, apart: bool) -> None:
        missing = -case.sound.shape[1] % FRAME_SAMPLES
        sound = np.pad(case.sound[0], (0, missing))
        self._sounds = {MIX: sound}
        if apart:
            self._sounds = {f"track {who}": _alone(case, sound, who) for who in case.speakers}
        self.tracks = tuple(self._sounds)
        self.length_s = len(sound) / SAMPLE_RATE

    async def moments(self, step_s: float) -> AsyncGenerator[Moment, None]:
        """The sound in rising order."""
        per_step = max(1, round(step_s / FRAME_S)) * FRAME_SAMPLES
        for at in range(0, round(self.length_s * SAMPLE_RATE), per_step):
            frames = tuple(
                Frame(track, first / SAMPLE_RATE, sound[first : first + FRAME_SAMPLES].tobytes())
                for first in range(at, min(at + per_step, len(self.first)), FRAME_SAMPLES)
                for track, sound in self._sounds.items()
            )
            yield Moment((at + per_step) / SAMPLE_RATE, frames)

    def findings(self) -> str:
        """Nothing to tell."""
        return ""

    @property
    def first(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """The sound of the first track."""
        return next(iter(self._sounds.values()))


def _alone(
    case: Case, sound: "np.ndarray[tuple[int], np.dtype[np.int16]]", speaker: str
) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    mine = np.zeros_like(sound)
    for who, start_s, end_s in case.turns:
        if who == speaker:
            first, last = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
            mine[first:last] = sound[first:last]
    return mine


@dataclass(frozen=True, slots=True)
class Told:
    """Simulated hints."""

    hints: list[TimedHint]
    lag_s: float
    """True lag of the captions."""


def hints(case: Case, seed: int, kinds: frozenset[str]) -> Told:
    """What Meet tells: "captions" and "tiles", late, jittered, some missing, some wrong;
    "sources" for sound that comes apart."""
    chance = random.Random(seed)
    lag_s = chance.uniform(0.5, 3.0)
    people = [Participant(who, f"Name of {who}") for who in case.speakers]
    people += [Participant("quiet", "Quiet Person"), Participant("bot", "Bot", is_self=True)]
    told: list[Hint] = [RosterHint(tuple(people), 0.0)]
    if "captions" in kinds:
        told += _captions(case, lag_s, chance)
    if "tiles" in kinds:
        told += _tiles(case, chance)
    if "sources" in kinds:
        for who, start_s, end_s in case.turns:
            count = max(1, int((end_s - start_s) / 0.2))
            told += [
                LoudnessHint(f"track {who}", who, 0.3, start_s + i * 0.2) for i in range(count)
            ]
    timed = sorted((TimedHint(hint, hint.at_s) for hint in told), key=lambda t: t.came_s)
    return Told(timed, lag_s)


def _somebody_else(case: Case, speaker: str, chance: random.Random) -> str:
    return chance.choice([who for who in (*case.speakers, "quiet") if who != speaker])


def _captions(case: Case, lag_s: float, chance: random.Random) -> list[Hint]:
    """Lines of a few words that grow word by word."""
    lines: list[list[Said]] = []
    for speaker in case.speakers:
        mine: list[Said] = []
        for said in (said for said in case.words if said.speaker == speaker):
            pause = bool(mine) and said.word.start_s - mine[-1].word.end_s > 1.0
            if pause or len(mine) == _LINE_WORDS:
                lines.append(mine)
                mine = []
            mine.append(said)
        lines.append(mine)
    told: list[Hint] = []
    for number, line in enumerate(lines):
        speaker = line[0].speaker
        fate = chance.random()
        if fate < _MISSING:
            continue
        if fate < _MISSING + _WRONG:
            speaker = _somebody_else(case, speaker, chance)
        at_s = 0.0
        for count, said in enumerate(line, start=1):
            late_s = lag_s + chance.uniform(-_JITTER_S, _JITTER_S)
            at_s = max(at_s + 0.05, said.word.end_s + late_s)
            text = " ".join(each.word.text for each in line[:count])
            over = count == len(line)
            told.append(CaptionHint(f"l{number}", speaker, "", text, count, over, "en", at_s))
    return told


def _tiles(case: Case, chance: random.Random) -> list[Hint]:
    told: list[Hint] = []
    for who, start_s, end_s in case.turns:
        fate = chance.random()
        if fate < _MISSING:
            continue
        if fate < _MISSING + _WRONG:
            who = _somebody_else(case, who, chance)
        on_s = start_s + 0.25 + chance.uniform(0, _JITTER_S)
        told.append(TileHint(who, True, on_s))
        told.append(TileHint(who, False, max(on_s + 0.1, end_s + 0.25 + chance.uniform(0, 0.4))))
    return told
