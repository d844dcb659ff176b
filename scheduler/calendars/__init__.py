"""Calendars: where events come from."""
