"""Word files."""

from collections.abc import Sequence
from datetime import UTC
from io import BytesIO
from typing import Any

from docx import Document as new_document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from domain.languages import primary
from storage.export.document import Document, Said, Section, Text, document_of
from storage.export.transcript import Mode, Transcript

_GREY = RGBColor(0x5F, 0x63, 0x68)
_EAST_ASIAN = {"ja": "Noto Sans CJK JP", "ko": "Noto Sans CJK KR", "zh": "Noto Sans CJK SC"}


def to_docx(transcript: Transcript, languages: Sequence[str], mode: Mode) -> bytes:
    """A DOCX file: headings, speakers in their colours, a table where it is side by side."""
    shown = document_of(transcript, languages, mode)
    file = new_document()
    began = transcript.meeting.began_at or transcript.meeting.created_at
    file.core_properties.title = shown.title
    file.core_properties.author = "Dragoman"
    file.core_properties.comments = ""
    file.core_properties.created = began.astimezone(UTC).replace(tzinfo=None)
    file.core_properties.modified = file.core_properties.created
    file.styles["Normal"].font.size = Pt(10.5)
    file.add_heading(shown.title, level=0)
    for fact in shown.facts:
        _run(file.add_paragraph(style="List Bullet"), Text(fact, "en"))
    for section in shown.notes:
        _section(file, section)
    file.add_heading("Transcript", level=1)
    if shown.columns:
        _table(file, shown)
    else:
        for said in shown.said:
            _said(file, said)
    made = BytesIO()
    file.save(made)
    return made.getvalue()


def _section(file: Any, section: Section) -> None:
    file.add_heading(section.title, level=1)
    for text, more in section.points:
        paragraph = file.add_paragraph(style="List Bullet")
        _run(paragraph, Text(text, ""))
        _run(paragraph, Text(f"  ({more})", "en"), colour=_GREY)


def _said(file: Any, said: Said) -> None:
    head = file.add_paragraph()
    head.paragraph_format.keep_with_next = True
    head.paragraph_format.space_after = Pt(0)
    _speaker(head, said)
    for text in said.texts:
        paragraph = file.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(3)
        if text.label:
            paragraph.paragraph_format.left_indent = Pt(18)
            _run(paragraph, Text(f"{text.label}: ", "en"), colour=_GREY)
        _run(paragraph, text)
        _direct(paragraph, text)


def _speaker(paragraph: Any, said: Said) -> None:
    _run(paragraph, Text(said.speaker, ""), bold=True, colour=RGBColor.from_string(said.colour))
    _run(paragraph, Text(f"  {said.stamp}", "en"), colour=_GREY)


def _table(file: Any, shown: Document) -> None:
    table = file.add_table(rows=1, cols=1 + len(shown.columns))
    table.style = "Table Grid"
    for cell, title in zip(table.rows[0].cells, ("Speaker", *shown.columns), strict=True):
        _run(cell.paragraphs[0], Text(title, ""), bold=True)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for said in shown.said:
        cells = table.add_row().cells
        _speaker(cells[0].paragraphs[0], said)
        for cell, text in zip(cells[1:], said.texts, strict=True):
            _run(cell.paragraphs[0], text)
            _direct(cell.paragraphs[0], text)


def _run(paragraph: Any, text: Text, *, bold: bool = False, colour: RGBColor | None = None) -> None:
    run = paragraph.add_run(text.text)
    run.bold = bold or None
    if colour is not None:
        run.font.color.rgb = colour
    properties = run._r.get_or_add_rPr()
    code = primary(text.language)
    if code in _EAST_ASIAN:
        fonts = properties.get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), _EAST_ASIAN[code])
        fonts.set(qn("w:hint"), "eastAsia")
    if text.rtl:
        properties.append(OxmlElement("w:rtl"))
    if code.isascii() and code.isalpha():
        language = OxmlElement("w:lang")
        kind = "bidi" if text.rtl else "eastAsia" if code in _EAST_ASIAN else "val"
        language.set(qn(f"w:{kind}"), code)
        properties.append(language)


def _direct(paragraph: Any, text: Text) -> None:
    if text.rtl:
        # Its place among the properties is prescribed: before spacing and indents.
        properties = paragraph._p.get_or_add_pPr()
        bidi = OxmlElement("w:bidi")
        later = ("w:spacing", "w:ind", "w:jc", "w:rPr")
        after = [child for name in later for child in properties.findall(qn(name))]
        if after:
            after[0].addprevious(bidi)
        else:
            properties.append(bidi)
