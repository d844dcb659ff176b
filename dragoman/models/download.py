"""One large file over HTTP, taken up where an earlier try ended, checked at the end."""

import fcntl
import hashlib
import http.client
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from domain.errors import EngineUnavailable, StorageError

_BLOCK = 1 << 20
_PATIENCE_S = 60.0
_TRIES = 5
"""Without a byte more, so often in a row."""
_PAUSE_S = 1.0
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Source:
    """A file on a server."""

    url: str
    size: int
    etag: str
    """Its checksum where it has the form of one."""
    headers: Mapping[str, str] = field(default_factory=dict)


def download(source: Source, target: Path, progress: Callable[[int], None]) -> None:
    """Fetches into `target`; until it is whole and right it lies beside it, ending in `.part`.

    `progress` gets the bytes that come, at first those that were here. Blocks. Raises
    EngineUnavailable, StorageError, OSError.
    """
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(part) as file:
        here = file.seek(0, 2)
        if here > source.size:
            here = file.truncate(0)
        progress(here)
        _complete(source, file, progress)
        file.flush()
        if _SHA256.fullmatch(source.etag) and _sha256(part) != source.etag:
            part.unlink()
            raise EngineUnavailable(
                "The model's file came damaged and was thrown away.", "Fetch it again."
            )
        part.replace(target)


def _complete(source: Source, file: IO[bytes], progress: Callable[[int], None]) -> None:
    tries = 0
    while (here := file.seek(0, 2)) < source.size:
        failure: Exception | None = None
        try:
            _take(source, file, here, progress)
        except HTTPError as error:
            if error.code not in (408, 429) and error.code < 500:
                raise EngineUnavailable(
                    f"The hub refused: {error.code} {error.reason}.", "Try again later."
                ) from error
            failure = error
        except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
            failure = error
        tries = 0 if file.seek(0, 2) > here else tries + 1
        if tries >= _TRIES:
            raise EngineUnavailable(
                "The connection breaks again and again.",
                "The same command goes on where this one ended.",
            ) from failure
        if failure is not None:
            time.sleep(_PAUSE_S)


def _take(source: Source, file: IO[bytes], here: int, progress: Callable[[int], None]) -> None:
    headers = {**source.headers, "Range": f"bytes={here}-"} if here else dict(source.headers)
    with urlopen(Request(source.url, headers=headers), timeout=_PATIENCE_S) as answer:
        if here and answer.status != 206:
            file.truncate(0)
            progress(-here)
        while block := answer.read(_BLOCK):
            file.write(block)
            progress(len(block))


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StorageError(
                "This model is being fetched by another command.", "Wait until that one has ended."
            ) from error
        yield file


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
