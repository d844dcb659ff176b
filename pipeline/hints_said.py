"""Meet's hints as stretches in which a participant is named."""

from collections.abc import Iterable, Iterator

from domain.speech import Word
from pipeline.align import fold
from pipeline.asr.meet_captions import timed
from pipeline.caption_lines import CaptionLines, Line
from pipeline.evidence import Kind, Said

_PIECE_WORDS = 6
_PAUSE_S = 1.0


def captions_said(lines: CaptionLines, since_s: float) -> list[Said]:
    """Caption lines of known participants in pieces of a few words."""
    return [
        piece for line in lines.recent(None, since_s) if line.participant_id
        for piece in _pieces(line, since_s)
    ]  # fmt: skip


def tiles_said(spans: Iterable[tuple[str, float, float]]) -> list[Said]:
    """Tiles while they were lit."""
    return [Said(person, start_s, end_s, Kind.TILE) for person, start_s, end_s in spans]


def _pieces(line: Line, since_s: float) -> Iterator[Said]:
    tokens = tuple(token for token in line.late if token.first_s >= since_s)
    piece: list[Word] = []
    for word in timed(tokens, 0.0, None):
        if piece and (len(piece) == _PIECE_WORDS or word.start_s - piece[-1].end_s > _PAUSE_S):
            yield _said(line, piece)
            piece = []
        piece.append(word)
    if piece:
        yield _said(line, piece)


def _said(line: Line, piece: list[Word]) -> Said:
    words = tuple(fold(word.text) for word in piece)
    start_s, end_s = piece[0].start_s, piece[-1].end_s
    return Said(line.participant_id, start_s, end_s, Kind.CAPTION, words, line.language)
