"""Seconds as files write them, exact to the millisecond."""

import math


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, never negative."""
    return max(0, round(seconds * 1000)) if math.isfinite(seconds) else 0


def timestamp(milliseconds_: int, separator: str = ".") -> str:
    """HH:MM:SS.mmm."""
    seconds, rest = divmod(milliseconds_, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{separator}{rest:03}"


def stamp(seconds: float) -> str:
    """HH:MM:SS.mmm of a number of seconds."""
    return timestamp(milliseconds(seconds))
