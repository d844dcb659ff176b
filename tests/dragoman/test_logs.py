"""The log is structured and keeps quiet about people."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

from domain.captions import Caption
from domain.events import CaptionRevised, Notice
from domain.meetings import MeetingState, Reason, StateChange
from domain.speech import Word
from dragoman.logs import bot_log, event_log


def caption(revision: int, *, final: bool) -> Caption:
    words = (Word("secret", 0, 1), Word("words", 1, 2))
    return Caption("c-1", revision, "p", "Anna", "en", words, 2, final, 0, 2, 2, 2.5, engine="e")


def test_entries_carry_ids_and_neither_words_nor_names(tmp_path: Path) -> None:
    with bot_log(tmp_path, "m-1") as path:
        note = event_log()
        note(StateChange(MeetingState.LOBBY, Reason.KNOCKED, datetime.now(UTC), "Anna waits"))
        note(Notice("word_source", "Anna: words come from the sound", 1.0))
        for number, final in enumerate((False, True, True)):
            note(CaptionRevised(caption(number, final=final)))
        logging.getLogger("other").info("value %d", 3)
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert {entry["meeting"] for entry in entries} == {"m-1"}
    assert [entry["message"] for entry in entries] == ["state", "notice", "final", "value 3"]
    assert entries[2]["segment"] == "c-1"
    assert entries[2]["seconds"] == 0.5
    assert "Anna" not in path.read_text()
    assert "secret" not in path.read_text()


def test_a_fault_is_kept_with_its_trace(tmp_path: Path) -> None:
    with bot_log(tmp_path, "m-1") as path:
        try:
            raise ValueError("broken")
        except ValueError as error:
            logging.getLogger("x").error("failed", exc_info=error)
    assert "ValueError: broken" in json.loads(path.read_text())["exception"]
