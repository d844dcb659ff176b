"""PDF files: every script shaped, right-to-left where it runs so."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import zip_longest

from fpdf import FPDF

from domain.languages import primary
from storage.export.document import Document, Said, Section, Text, document_of
from storage.export.fonts import CJK, CJK_FACES, base, font, needed
from storage.export.transcript import Mode, Transcript

FAMILY = "page"
_GREY = (95, 99, 104)
_BREAK = "\u200b"
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]+"
)
_NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〕〉》”’ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々%）,.!?"
)
_NOT_LAST = frozenset("（「『【〔〈《“‘(เแโใไ")
_TOKEN = re.compile(rf"{_BREAK}|\s+|[^\s{_BREAK}]+")
LINE = 0.56
"""Height of a line in mm for each point of the letters' size."""
_PIECE = 24
"""Letters of one word that stand on a line unbroken; hostile ones are longer."""


def to_pdf(transcript: Transcript, languages: Sequence[str], mode: Mode) -> bytes:
    """An A4 file with page numbers. Raises MissingError without Noto fonts."""
    shown = document_of(transcript, languages, mode)
    page = _Page(_everything(shown), _cjk_language(shown))
    began = transcript.meeting.began_at or transcript.meeting.created_at
    page.set_title(shown.title)
    page.set_author("Dragoman")
    page.set_creation_date(began.astimezone(UTC))
    page.add_page()
    page.words(Text(shown.title, "en"), size=18, bold=True)
    for fact in shown.facts:
        page.words(Text(fact, "en"), size=9, colour=_GREY)
    for section in shown.notes:
        _section(page, section, shown.language)
    page.ln(3)
    if shown.columns:
        _table(page, shown)
    else:
        for said in shown.said:
            _said(page, said)
    return bytes(page.output())


def _everything(shown: Document) -> str:
    parts: list[str] = [shown.title, *shown.facts, *shown.columns]
    for section in shown.notes:
        parts += [text for point in section.points for text in point]
    for said in shown.said:
        parts += [said.speaker, *(text.text for text in said.texts)]
    return "".join(parts)


def _cjk_language(shown: Document) -> str:
    codes = (primary(text.language) for said in shown.said for text in said.texts)
    return next((code for code in codes if code in CJK_FACES), "ja")


class _Page(FPDF):
    """Pages with the fonts that a text needs."""

    def __init__(self, text: str, cjk: str) -> None:
        super().__init__()
        self.set_margins(18, 16, 18)
        self.set_auto_page_break(True, 18)
        self.add_font(FAMILY, "", base())
        self.add_font(FAMILY, "B", base(bold=True))
        self._widths: dict[tuple[str, str, float], float] = {}
        more = []
        for stem in needed(text):
            path = font(stem)
            if path is not None:
                face = CJK_FACES[cjk] if stem == CJK and path.suffix == ".ttc" else 0
                self.add_font(stem, "", path, collection_font_number=face)
                more.append(stem)
        self.set_font(FAMILY, size=10)
        if more:
            self.set_fallback_fonts(more, exact_match=False)

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-13)
        self.set_font(FAMILY, size=8)
        self.set_text_color(*_GREY)
        self._direct(rtl=False)
        self.cell(0, 6, str(self.page_no()), align="C")

    def words(
        self, text: Text, *, size: float = 10, bold: bool = False, indent: float = 0,
        colour: tuple[int, int, int] = (0, 0, 0),
    ) -> None:  # fmt: skip
        """A paragraph."""
        self._pen(size, bold, colour)
        width = self.epw - indent
        left = self.l_margin + (0 if text.rtl else indent)
        for line in self.lines(text.text, width):
            self._room(size * LINE)
            self._line(line, left, width, size * LINE, rtl=text.rtl)
            self.ln(size * LINE)

    def head(self, said: Said) -> None:
        """A speaker's name and the time."""
        self._room(14)
        name = self.lines(said.speaker, self.epw - 30)[0]
        self._pen(9, True, _rgb(said.colour))
        width = self.get_string_width(name) + 3
        self._line(name, self.l_margin, width, 5, rtl=False)
        self._pen(8, False, _GREY)
        self._line(said.stamp, self.l_margin + width, 30, 5, rtl=False)
        self.ln(5)

    def row(self, texts: Sequence[Text], gap: float = 5) -> None:
        """Texts side by side, line by line, over as many pages as it takes."""
        share = (self.epw - gap * (len(texts) - 1)) / len(texts)
        self._pen(10, False, (0, 0, 0))
        wrapped = [self.lines(text.text, share) for text in texts]
        for lines in zip_longest(*wrapped, fillvalue=""):
            self._room(10 * LINE)
            for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
                left = self.l_margin + place * (share + gap)
                self._line(line, left, share, 10 * LINE, rtl=text.rtl)
            self.ln(10 * LINE)

    def lines(self, text: str, width: float) -> list[str]:
        """A text as lines that fit; what was measured once is remembered."""
        made: list[str] = [""]
        used_mm = 0.0
        for token in _TOKEN.findall(breakable(text)):
            mm = 0.0 if token == _BREAK else self._width(token)
            if used_mm + mm > width - 2 * self.c_margin and made[-1] and not token.isspace():
                made[-1] = made[-1].rstrip()
                made.append("")
                used_mm = 0.0
            if token != _BREAK and (made[-1] or not token.isspace()):
                made[-1] += token
                used_mm += mm
        return made

    def _width(self, token: str) -> float:
        key = (token, self.font_style, self.font_size_pt)
        if key not in self._widths:
            self._widths[key] = self.get_string_width(token)
        return self._widths[key]

    def _pen(self, size: float, bold: bool, colour: tuple[int, int, int]) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _room(self, height: float) -> None:
        """A new page where this does not fit any more; the pen stays as it is."""
        if self.will_page_break(height):
            self.add_page()

    def _line(self, text: str, left: float, width: float, height: float, *, rtl: bool) -> None:
        if not text:
            return
        self._direct(rtl=rtl)
        # Said anew: after a line in several fonts the file's own idea of the size may be another.
        size = self.font_size_pt
        self.set_font_size(size + 0.01)
        self.set_font_size(size)
        self.set_x(left)
        self.cell(width, height, text, align="R" if rtl else "L")

    def _direct(self, *, rtl: bool) -> None:
        self.set_text_shaping(True, direction="rtl" if rtl else "ltr")


def _section(page: _Page, section: Section, language: str) -> None:
    page.ln(3)
    page.words(Text(section.title, "en"), size=13, bold=True)
    for text, more in section.points:
        written = Text(f"• {text}", language if _is_rtl(text) else "")
        page.words(written, indent=4)
        page.words(Text(more, ""), size=8, indent=8, colour=_GREY)


def _is_rtl(text: str) -> bool:
    """By its first letter that has a direction."""
    found = (unicodedata.bidirectional(char) for char in text)
    return next((kind in ("R", "AL") for kind in found if kind in ("L", "R", "AL")), False)


def _said(page: _Page, said: Said) -> None:
    page.ln(1.5)
    page.head(said)
    for text in said.texts:
        if text.label:
            page.words(Text(text.label, "en"), size=7.5, indent=6, colour=_GREY)
        page.words(text, indent=6 if text.label else 0)


def _table(page: _Page, shown: Document) -> None:
    page.row([Text(title, "") for title in shown.columns])
    for said in shown.said:
        page.ln(1.5)
        page.head(said)
        page.row(said.texts)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def breakable(text: str) -> str:
    """With breaks that are not seen where a line may end: in scripts without spaces, and in
    words that fit no line."""
    text = _UNSPACED.sub(lambda match: "".join(_clusters(match[0])), text)
    return re.sub(rf"[^\s{_BREAK}]{{{_PIECE}}}(?=[^\s{_BREAK}])", rf"\g<0>{_BREAK}", text)


def _clusters(run: str) -> Iterator[str]:
    for place, char in enumerate(run):
        if place and _may_break(run[place - 1], char):
            yield _BREAK
        yield char


def _may_break(before: str, after: str) -> bool:
    marks = ("Mn", "Mc", "Me")
    joined = after in "ะาำๅๆຯະາຳ" or unicodedata.category(after) in marks
    return not joined and after not in _NOT_FIRST and before not in _NOT_LAST
