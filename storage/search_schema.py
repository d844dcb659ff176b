"""The search index, and triggers that note what it must take in.

The triggers are plain SQL, so that every program that writes segments keeps the index true. What
is deleted leaves the index at once; what is new or changed is noted in `search_due` and taken in
by the search itself.
"""

from dataclasses import dataclass

_SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE search_index USING fts5(body, speaker, tags, tokenize = 'ascii')"
)
_POSTGRES_INDEX = (
    "CREATE TABLE search_index (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX search_index_words ON search_index USING gin (words)",
)


@dataclass(frozen=True, slots=True)
class _Trigger:
    name: str
    when: str
    """Such as "INSERT ON segment"."""
    statements: tuple[str, ...]
    only: str = ""
    """A condition."""

    def sqlite(self) -> tuple[str, ...]:
        only = f" WHEN {self.only.replace('IS DISTINCT FROM', 'IS NOT')}" if self.only else ""
        body = " ".join(
            f"{each.replace('INSERT INTO search_due', 'INSERT OR IGNORE INTO search_due')};"
            for each in self.statements
        )
        return (f"CREATE TRIGGER {self.name} AFTER {self.when}{only} BEGIN {body} END",)

    def postgresql(self) -> tuple[str, ...]:
        only = f" WHEN ({self.only})" if self.only else ""
        body = " ".join(
            f"{each} ON CONFLICT DO NOTHING;" if each.startswith("INSERT") else f"{each};"
            for each in self.statements
        )
        return (
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$",
            f"CREATE TRIGGER {self.name} AFTER {self.when} FOR EACH ROW{only} "
            f"EXECUTE FUNCTION {self.name}()",
        )


_DUE = "INSERT INTO search_due SELECT NEW.meeting_id, NEW.id"
_WHOLE = "INSERT INTO search_due SELECT meeting_id, id FROM segment WHERE meeting_id = {meeting}"
_OF_SEGMENT = (
    "INSERT INTO search_due SELECT meeting_id, id FROM segment WHERE id = {row}.segment_id"
)

_TRIGGERS = (
    _Trigger("search_segment_new", "INSERT ON segment", (_DUE,)),
    _Trigger(
        "search_segment_changed",
        "UPDATE OF text, speaker, participant_id, language ON segment",
        (_DUE,),
    ),
    _Trigger(
        "search_segment_gone",
        "DELETE ON segment",
        (
            "DELETE FROM search_text WHERE segment_id = OLD.id",
            "DELETE FROM search_due WHERE meeting_id = OLD.meeting_id AND segment_id = OLD.id",
            "INSERT INTO search_due SELECT OLD.meeting_id, '' "
            "WHERE EXISTS (SELECT 1 FROM meeting WHERE id = OLD.meeting_id)",
        ),
    ),
    _Trigger(
        "search_text_gone",
        "DELETE ON search_text",
        ("DELETE FROM search_index WHERE {row} = OLD.id",),
    ),
    _Trigger("search_translation_new", "INSERT ON translation", (_OF_SEGMENT.format(row="NEW"),)),
    _Trigger(
        "search_translation_changed",
        "UPDATE OF text, state ON translation",
        (_OF_SEGMENT.format(row="NEW"),),
    ),
    _Trigger("search_translation_gone", "DELETE ON translation", (_OF_SEGMENT.format(row="OLD"),)),
    _Trigger("search_edit_new", "INSERT ON edit", (_WHOLE.format(meeting="NEW.meeting_id"),)),
    _Trigger("search_edit_changed", "UPDATE ON edit", (_WHOLE.format(meeting="NEW.meeting_id"),)),
    _Trigger("search_edit_gone", "DELETE ON edit", (_WHOLE.format(meeting="OLD.meeting_id"),)),
    _Trigger(
        "search_meeting_began",
        "UPDATE OF began_at ON meeting",
        (_WHOLE.format(meeting="NEW.id"),),
        only="NEW.began_at IS DISTINCT FROM OLD.began_at",
    ),
    _Trigger(
        "search_meeting_gone",
        "DELETE ON meeting",
        (
            "DELETE FROM search_text WHERE meeting_id = OLD.id",
            "DELETE FROM search_due WHERE meeting_id = OLD.id",
        ),
    ),
)
"""In order."""


def schema(kind: str) -> tuple[str, ...]:
    """The statements that make the index on a kind of database, in order."""
    if kind == "postgresql":
        made = [each.replace("{row}", "id") for t in _TRIGGERS for each in t.postgresql()]
        return (*_POSTGRES_INDEX, *made)
    made = [each.replace("{row}", "rowid") for t in _TRIGGERS for each in t.sqlite()]
    return (_SQLITE_INDEX, *made)
