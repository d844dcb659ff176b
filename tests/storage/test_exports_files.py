"""Word, PDF, CSV and zip files, read back."""

import csv
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any

import pytest
from docx import Document

from domain.captions import Translation, TranslationState
from domain.meetings import Meeting
from domain.serving import Notes, Point
from domain.transcripts import Segment
from storage.export.archive import several, whole
from storage.export.formats import export
from storage.export.sheet import guarded
from storage.export.transcript import Mode, Transcript

Make = Callable[..., Segment]
ARABIC = "سنناقش الميزانية غدًا"
SAID = {"en": "Hello to all", "ja": "明日の会議で予算について話します。", "ar": ARABIC}
HOSTILE = (
    "<w:t>x</w:t> & </w:p>",
    '=HYPERLINK("http://evil.example")',
    "\x00\x0b\ufffe\ud800 end",
    "\u202egnp.exe",
    "(Tj) ET endstream endobj",
    "x" * 5000,
    "-->\r\n\r\n| a |",
)


@pytest.fixture
def transcript(meeting: Meeting, segment: Make) -> Transcript:
    def translated(own: str) -> tuple[Translation, ...]:
        return tuple(
            Translation(code, text, TranslationState.FINAL)
            for code, text in SAID.items()
            if code != own
        )

    said = [
        segment(f"s{place}", text, language=code, start_s=place * 2.5, words=(),
                speaker=("Ana Ruiz", "李明")[place % 2], participant_id=f"p{place % 2}",
                translations=translated(code))
        for place, (code, text) in enumerate(SAID.items())
    ]  # fmt: skip
    point = Point("Hello to all", 0.0, ("s0",), "Ana Ruiz", "Friday")
    notes = Notes("m-0001", "en", "extractive", (point,), (), (point,), extractive=True)
    return Transcript(replace(meeting, languages=("ja", "ar")), (), said, notes=notes)


def _docx(content: bytes) -> Any:
    return Document(BytesIO(content))


def test_word_has_headings_colours_and_directions(transcript: Transcript) -> None:
    file = _docx(export(transcript, "docx"))
    heads = [p.text for p in file.paragraphs if p.style.name.startswith(("Heading", "Title"))]
    assert heads == [
        "Meeting abc-defg-hij",
        "Summary (taken from the transcript)",
        "Action items",
        "Transcript",
    ]
    speakers = [p for p in file.paragraphs if re.search(r"\d\d:\d\d:\d\d\.\d{3}$", p.text)]
    assert [p.text for p in speakers] == [
        "Ana Ruiz  00:00:00.000",
        "李明  00:00:02.500",
        "Ana Ruiz  00:00:05.000",
    ]
    colours = [str(p.runs[0].font.color.rgb) for p in speakers]
    assert colours[0] == colours[2] != colours[1]
    right_to_left = [p.text for p in file.paragraphs if p._p.xpath("./w:pPr/w:bidi")]
    assert right_to_left == [f"Arabic: {ARABIC}", f"Arabic: {ARABIC}", ARABIC]


def test_word_side_by_side_is_a_table(transcript: Transcript) -> None:
    (table,) = _docx(export(transcript, "docx", languages=["ja", "ar"], mode=Mode.SIDE)).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["Speaker", "Original", "日本語", "العربية"]
    assert rows[1][1:] == [SAID["en"], SAID["ja"], SAID["ar"]]
    assert rows[2][1:] == [SAID["ja"], "", SAID["ar"]]


@pytest.mark.parametrize("mode", [Mode.BOTH, Mode.SIDE])
def test_pdf_holds_the_words(transcript: Transcript, mode: Mode) -> None:
    content = export(transcript, "pdf", mode=mode)
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    reader = pytest.importorskip("pypdfium2", reason="pypdfium2 reads PDF files back")
    file = reader.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in file)
    file.close()
    assert "Hello to all" in text
    assert "会議" in text
    assert "Ana Ruiz" in text
    assert "00:00:02.500" in text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("mode", [Mode.BOTH, Mode.SIDE])
def test_foreign_text_breaks_no_file(
    transcript: Transcript, segment: Make, text: str, mode: Mode
) -> None:
    foreign = (Translation("ja", text, TranslationState.FINAL),)
    one = segment("h", text, speaker=text, words=(), translations=foreign)
    hostile = replace(transcript, segments=[one])
    written = _docx(export(hostile, "docx", mode=mode))
    shown = "".join(node.text or "" for node in written.element.xpath("//w:t"))
    assert not any(char in shown for char in "\x00\x0b\u202e")
    sheet = export(hostile, "csv", mode=mode).decode()
    rows = list(csv.reader(StringIO(sheet.removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "-", "@", "|")) for cell in rows[1])


@pytest.mark.parametrize("mode", [Mode.BOTH, Mode.SIDE])
def test_foreign_text_breaks_no_page(transcript: Transcript, segment: Make, mode: Mode) -> None:
    said = [segment(f"h{n}", text, speaker=text, words=()) for n, text in enumerate(HOSTILE)]
    made = export(replace(transcript, segments=said), "pdf", mode=mode)
    assert made.count(b"/Type /Page\n") >= 1


def test_csv_has_exact_times_and_a_column_for_each_language(transcript: Transcript) -> None:
    sheet = export(transcript, "csv").decode()
    rows = list(csv.DictReader(StringIO(sheet.removeprefix("\ufeff"))))
    assert rows[1]["start_s"] == "2.500"
    assert rows[1]["start"] == "00:00:02.500"
    assert (rows[0]["text"], rows[0]["ja"], rows[0]["ar"]) == tuple(SAID.values())
    assert guarded(" =1+1") == "' =1+1"
    assert guarded("a=1") == "a=1"


def test_side_by_side_in_text_and_markdown(transcript: Transcript) -> None:
    plain = export(transcript, "txt", languages=["ja", "ar"], mode=Mode.SIDE).decode().splitlines()
    (line,) = (line for line in plain if line.startswith("Hello to all"))
    assert [cell.strip() for cell in line.split(" | ")] == list(SAID.values())
    table = export(transcript, "md", languages=["ja", "ar"], mode=Mode.SIDE).decode()
    assert f"| 00:00:00.000 | Ana Ruiz | Hello to all | {SAID['ja']} | {ARABIC} |" in table


def test_notes_are_in_every_document(transcript: Transcript) -> None:
    for name in ("txt", "md"):
        text = export(transcript, name).decode()
        assert "Action items" in text
        assert "Ana Ruiz, due: Friday, 00:00:00.000" in text
    assert b'"due": "Friday"' in export(transcript, "json")


def test_zips_hold_everything_once(transcript: Transcript) -> None:
    plain = replace(transcript, segments=transcript.segments[:1])
    names = zipfile.ZipFile(BytesIO(whole(plain, ["es"]))).namelist()
    wanted = {"transcript.docx", "transcript.pdf", "side-by-side.pdf", "transcript.json",
              "transcript.csv", "transcript.es.srt", "transcript.en.vtt"}  # fmt: skip
    assert wanted <= set(names)
    other = replace(transcript, meeting=replace(transcript.meeting, id="m-0002"))
    made = several([transcript, other], "txt", None, Mode.BOTH)
    assert made == several([transcript, other], "txt", None, Mode.BOTH)
    assert zipfile.ZipFile(BytesIO(made)).namelist() == [
        "2026-03-04-1200-abc-defg-hij.txt",
        "2026-03-04-1200-abc-defg-hij-m-0002.txt",
    ]
