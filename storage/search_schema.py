"""The search index of SQLite: an FTS5 table, and triggers that note what it must take in.

The triggers are plain SQL, so that every program that writes segments keeps the index true. What
is deleted leaves the index at once; what is new or changed is noted in `search_due` and taken in
by the search itself.
"""

INDEX = "CREATE VIRTUAL TABLE search_index USING fts5(body, speaker, tags, tokenize = 'ascii')"

_WHOLE = (
    "INSERT OR IGNORE INTO search_due SELECT meeting_id, id FROM segment "
    "WHERE meeting_id = {meeting}"
)


def _trigger(name: str, when: str, *statements: str) -> str:
    body = " ".join(f"{statement};" for statement in statements)
    return f"CREATE TRIGGER {name} {when} BEGIN {body} END"


def _due(row: str, meeting: str, segment: str) -> str:
    return f"INSERT OR IGNORE INTO search_due VALUES ({row}.{meeting}, {row}.{segment})"


_OF_SEGMENT = (
    "INSERT OR IGNORE INTO search_due SELECT meeting_id, id FROM segment "
    "WHERE id = {row}.segment_id"
)

SCHEMA = (
    INDEX,
    _trigger("search_segment_new", "AFTER INSERT ON segment", _due("NEW", "meeting_id", "id")),
    _trigger(
        "search_segment_changed",
        "AFTER UPDATE OF text, speaker, participant_id, language ON segment",
        _due("NEW", "meeting_id", "id"),
    ),
    _trigger(
        "search_segment_gone",
        "AFTER DELETE ON segment",
        "DELETE FROM search_text WHERE segment_id = OLD.id",
        "DELETE FROM search_due WHERE meeting_id = OLD.meeting_id AND segment_id = OLD.id",
        "INSERT OR IGNORE INTO search_due "
        "SELECT OLD.meeting_id, '' WHERE EXISTS (SELECT 1 FROM meeting WHERE id = OLD.meeting_id)",
    ),
    _trigger(
        "search_text_gone",
        "AFTER DELETE ON search_text",
        "DELETE FROM search_index WHERE rowid = OLD.id",
    ),
    _trigger(
        "search_translation_new", "AFTER INSERT ON translation", _OF_SEGMENT.format(row="NEW")
    ),
    _trigger(
        "search_translation_changed",
        "AFTER UPDATE OF text, state ON translation",
        _OF_SEGMENT.format(row="NEW"),
    ),
    _trigger(
        "search_translation_gone", "AFTER DELETE ON translation", _OF_SEGMENT.format(row="OLD")
    ),
    _trigger("search_edit_new", "AFTER INSERT ON edit", _WHOLE.format(meeting="NEW.meeting_id")),
    _trigger(
        "search_edit_changed", "AFTER UPDATE ON edit", _WHOLE.format(meeting="NEW.meeting_id")
    ),
    _trigger("search_edit_gone", "AFTER DELETE ON edit", _WHOLE.format(meeting="OLD.meeting_id")),
    _trigger(
        "search_meeting_began",
        "AFTER UPDATE OF began_at ON meeting WHEN NEW.began_at IS NOT OLD.began_at",
        _WHOLE.format(meeting="NEW.id"),
    ),
    _trigger(
        "search_meeting_gone",
        "AFTER DELETE ON meeting",
        "DELETE FROM search_text WHERE meeting_id = OLD.id",
        "DELETE FROM search_due WHERE meeting_id = OLD.id",
    ),
)
"""In order."""
