"""The browser's profile folder: a temporary one, or a kept one held for one bot alone."""

import fcntl
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.leftovers import PROFILE, mark
from bot.processes import kill, using
from domain.errors import UsageError

log = logging.getLogger(__name__)

LOCK = ".dragoman.lock"


@contextmanager
def hold_profile(kept: Path | None) -> Iterator[Path]:
    """An absolute path; afterwards no browser runs on it, and a temporary one is gone.

    Raises UsageError where a kept profile is in use.
    """
    if kept is None:
        path = Path(tempfile.mkdtemp(prefix=f"{PROFILE}{mark()}-")).resolve()
        try:
            yield path
        finally:
            end_browser(path)
            shutil.rmtree(path, ignore_errors=True)
        return
    path = kept.resolve()
    path.mkdir(parents=True, mode=0o700, exist_ok=True)
    with _locked(path):
        if using(path):
            raise UsageError(
                f"The profile {path} is in use by another browser.",
                "Close that browser, or give this bot a profile of its own.",
            )
        try:
            yield path
        finally:
            end_browser(path)


@contextmanager
def _locked(profile: Path) -> Iterator[None]:
    with (profile / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"The profile {profile} is in use by another bot.",
                "Wait until that bot has left, or give this one a profile of its own.",
            ) from error
        yield


def end_browser(profile: Path) -> None:
    """Kills what still runs on a profile that is held."""
    if not kill(profile):
        log.error("browser processes are left over")
