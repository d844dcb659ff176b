"""How the two kinds of databases keep and ask the search index."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import TextClause
from sqlalchemy import text as sql

from storage.search_query import Asked

LONGEST = 500
"""Characters of a token, more than a query looks at."""
ROOM = 400_000
"""Bytes of one text that PostgreSQL takes in; its vectors are limited to a megabyte."""

Row = dict[str, object]


class SearchEngine(Protocol):
    """Takes tokens in, and finds those that stand in a row."""

    page: TextClause
    """Newest places first. Parameters: match, before, since, limit."""
    insert: TextClause

    def row(self, number: int, parts: dict[str, Sequence[str]]) -> Row:
        """The parameters of `insert` for the tokens of each part."""
        ...

    def match(self, asked: Sequence[Asked]) -> str:
        """A query as the index takes it; empty where nothing is asked for."""
        ...


class Fts5:
    """SQLite's own."""

    page = sql(
        "SELECT search_text.id, search_text.segment_id, search_text.meeting_id, "
        "search_text.language FROM (SELECT rowid FROM search_index "
        "WHERE search_index MATCH :match AND rowid < :before AND rowid >= :since "
        "ORDER BY rowid DESC LIMIT :limit) "
        "JOIN search_text ON search_text.id = rowid ORDER BY search_text.id DESC"
    )
    insert = sql(
        "INSERT INTO search_index (rowid, body, speaker, tags) VALUES (:id, :body, :speaker, :tags)"
    )

    def row(self, number: int, parts: dict[str, Sequence[str]]) -> Row:
        """One column for each part."""
        return {"id": number, **{part: " ".join(tokens) for part, tokens in parts.items()}}

    def match(self, asked: Sequence[Asked]) -> str:
        """Phrases in quotes, each in its column."""
        return " AND ".join(
            f'{each.part} : "{" ".join(each.tokens)}"{" *" if each.prefix else ""}'
            for each in asked
        )


class TsVector:
    """PostgreSQL's. It knows no columns: each token begins with the letter of its part."""

    page = sql(
        "SELECT search_text.id, search_text.segment_id, search_text.meeting_id, "
        "search_text.language FROM (SELECT id FROM search_index "
        "WHERE words @@ CAST(:match AS tsquery) AND id < :before AND id >= :since "
        "ORDER BY id DESC LIMIT :limit) AS found "
        "JOIN search_text ON search_text.id = found.id ORDER BY search_text.id DESC"
    )
    insert = sql("INSERT INTO search_index (id, words) VALUES (:id, CAST(:words AS tsvector))")

    def row(self, number: int, parts: dict[str, Sequence[str]]) -> Row:
        """One vector of all parts."""
        words: list[str] = []
        room = ROOM
        for part, tokens in parts.items():
            for place, token in enumerate(tokens, start=1):
                word = f"{_lexeme(part, token)}:{place}"
                room -= len(word.encode())
                if room < 0:
                    break
                words.append(word)
        return {"id": number, "words": " ".join(words)}

    def match(self, asked: Sequence[Asked]) -> str:
        """Tokens that follow each other."""
        return " & ".join(
            "(" + " <-> ".join(_lexeme(each.part, token) for token in each.tokens)
            + (":*" if each.prefix else "") + ")"
            for each in asked
        )  # fmt: skip


def _lexeme(part: str, token: str) -> str:
    plain = token[:LONGEST].replace("\\", "\\\\").replace("'", "''")
    return f"'{part[0]}{plain}'"


ENGINES: dict[str, SearchEngine] = {"sqlite": Fts5(), "postgresql": TsVector()}
