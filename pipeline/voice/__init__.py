"""Voices by name; a library is loaded only when its engine is chosen."""

ENGINES: dict[str, str] = {}
