"""Fonts for every script, and never a box instead of a letter."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from domain.errors import MissingError
from overlay import fonts
from overlay.fonts import MARK, FontBook, has, missing_fonts
from overlay.scene import Run
from overlay.theme import THEMES
from overlay.typeset import Style, Typesetter

SAMPLES = {
    "ar": "سنرسل التقرير بحلول الساعة 14:30 (إن أمكن).",
    "bn": "আমরা আগামী সপ্তাহে দেখা করব।",
    "el": "Θα τα πούμε αύριο.",
    "en": "We’ll ship it “today” – 100 %…",
    "fa": "فردا شما را می‌بینم.",
    "he": "נתראה ביום שלישי, בסדר?",
    "hi": "हम अगले सप्ताह मिलेंगे। क्षत्रिय",
    "ja": "金曜日までに「終わらせます」。",
    "ko": "다음 주에 만나요.",
    "pl": "Zażółć gęślą jaźń",
    "ru": "Увидимся во вторник.",
    "ta": "அடுத்த வாரம் சந்திப்போம்.",
    "te": "వచ్చే వారం కలుద్దాం.",
    "th": "เจอกันสัปดาห์หน้า",
    "vi": "Hẹn gặp lại các bạn vào thứ Ba.",
    "zh": "我们下周见。",
}


@pytest.fixture
def typesetter(book: FontBook) -> Typesetter:
    return Typesetter(book)


def test_raqm_shapes() -> None:
    assert features.check("raqm")


@pytest.mark.parametrize("language", SAMPLES)
def test_every_letter_has_a_glyph_in_its_run(typesetter: Typesetter, language: str) -> None:
    missing = missing_fonts([language])
    if missing:
        pytest.skip(str(missing[0]))
    text = SAMPLES[language]
    assert typesetter.book.printable(text, language) == text
    runs, width = typesetter.runs(
        text, Style(40, language), (THEMES["dark"].text,) * 2, len(text), rtl=language in "ar fa he"
    )
    assert "".join(sorted(run.text for run in runs)) != ""
    assert sorted("".join(run.text for run in runs)) == sorted(text)
    assert width > 0
    for run in runs:
        assert all(has(run.face, char) for char in run.text if char not in "\u200c\u200d")
        assert not _has_box(typesetter.book, run.text.replace(" ", ""), run)


def _has_box(book: FontBook, text: str, run: Run) -> bool:
    """Whether any letter, drawn alone, looks as the font's sign for what it has not."""
    font = book.font(run.face, 40)
    box = _pixels(font, "\U0010fffd")
    return any(np.array_equal(_pixels(font, char), box) for char in set(text) - {"\u200c"})


def _pixels(font: ImageFont.FreeTypeFont, text: str) -> np.ndarray:
    image = Image.new("L", (80, 80))
    ImageDraw.Draw(image).text((10, 60), text, font=font, fill=255, anchor="ls")
    return np.asarray(image)


def test_arabic_letters_are_joined(typesetter: Typesetter) -> None:
    style = Style(40, "ar")
    alone = sum(typesetter.width(char, style) for char in "العربية")
    assert typesetter.width("العربية", style) < 0.9 * alone


def test_emoji_become_one_quiet_mark_or_a_symbol(book: FontBook) -> None:
    text = book.printable("ok 👩‍👩‍👧🏽 fine \U0010ffff", "en")
    assert text.startswith("ok ")
    assert " fine " in text
    for char in text:
        assert char in "\u200d " or book.face_for(char, "en") is not None
    assert book.printable("\U0001fae8\U0001fae8", "en") == MARK


def test_languages_choose_their_chinese_letters(book: FontBook) -> None:
    if missing_fonts(["ja"]):
        pytest.skip("Noto Sans CJK is not installed")
    faces = {language: book.face_for("直", language) for language in ("ja", "ko", "zh")}
    assert len({face.index for face in faces.values() if face}) == 3


def test_the_doctor_hears_what_is_missing(tmp_path: Path) -> None:
    (missing,) = missing_fonts(["hi-IN"], [tmp_path])
    assert missing.package == "fonts-noto-core"
    assert "Hindi" in str(missing)
    assert missing_fonts(["ja"], [tmp_path])[0].package == "fonts-noto-cjk"


def test_no_latin_font_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(MissingError, match="fonts-noto-core"):
        FontBook()
