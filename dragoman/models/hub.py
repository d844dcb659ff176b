"""The model hub: what of it lies here, and fetching the rest."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from http.client import HTTPException
from importlib import import_module
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from domain.errors import EngineUnavailable, MissingError, StorageError, UsageError
from dragoman.failures import storage_failure
from dragoman.models.catalogue import Model
from dragoman.models.download import Source, download

SPARE_BYTES = 500_000_000
"""Room that is left on the disk."""
LARGE_BYTES = 8_000_000
"""Files of this size are taken up where an interruption left them."""
FETCHING = ".fetching"
"""Stands in a model's place until all of it is there."""
_CHECK_S = 4.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files of a model on the hub."""

    files: tuple[tuple[str, int], ...]
    """Name and bytes."""
    revision: str

    @property
    def size(self) -> int:
        return sum(size for _, size in self.files)


class Hub:
    """Speaks to one hub and looks into one cache. Every call blocks: use a thread.

    `free_bytes` tells the room on the disk that holds a folder.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str = "",
        cache: Path | None = None,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        self.address = (address.rstrip("/")) or import_module("huggingface_hub.constants").ENDPOINT
        self._token = token or None
        own = import_module("huggingface_hub.constants").HF_HUB_CACHE
        self.cache = cache if cache is not None else Path(own)
        self._free_bytes = free_bytes or (lambda folder: shutil.disk_usage(folder).free)

    def folder(self, model: Model) -> Path | None:
        """Where the model lies as a whole; None if it does not."""
        place = self._place(model)
        if (place / FETCHING).exists():
            return None
        for snapshot in sorted(place.glob("snapshots/*"), reverse=True):
            if any(path.exists() for path in snapshot.rglob(model.weights)):
                return snapshot
        return None

    def reachable(self) -> bool:
        """Whether the hub answers at all."""
        try:
            with urlopen(f"{self.address}/api/models?limit=1", timeout=_CHECK_S):
                return True
        except HTTPError:
            return True
        except (OSError, ValueError, HTTPException):
            return False

    def wanted(self, model: Model) -> Wanted:
        """What would be fetched. Raises UsageError, EngineUnavailable."""
        api = import_module("huggingface_hub").HfApi(endpoint=self.address, token=self._token)
        with _told(model, self.address):
            info = api.model_info(model.repository, files_metadata=True, timeout=30)
        files = tuple(
            (file.rfilename, file.size or 0)
            for file in info.siblings or ()
            if any(fnmatch(file.rfilename, pattern) for pattern in model.files)
        )
        if not any(fnmatch(name, model.weights) for name, _ in files):
            raise UsageError(
                f"{model.repository} holds no {model.weights}.",
                "It is no model of the kind that is wanted here.",
            )
        return Wanted(files, info.sha)

    def fetch(self, model: Model, wanted: Wanted, progress: Callable[[int], None]) -> Path:
        """Fetches what is missing, from where an earlier try ended; the model's folder.

        `progress` gets bytes that came. Raises StorageError, UsageError, EngineUnavailable.
        """
        self._need_room(model, wanted)
        place = self._place(model)
        fetching = place / FETCHING
        folder = place
        with _told(model, self.address):
            place.mkdir(parents=True, exist_ok=True)
            fetching.touch()
            for name, size in wanted.files:
                folder = self._fetch_one(model, wanted.revision, name, size, progress)
            fetching.unlink(missing_ok=True)
        return folder

    def _fetch_one(
        self, model: Model, revision: str, name: str, size: int, progress: Callable[[int], None]
    ) -> Path:
        library = import_module("huggingface_hub")
        if size >= LARGE_BYTES:
            # The hub's library begins large files anew after an interruption.
            self._fetch_large(model, revision, name, progress)
        library.utils.disable_progress_bars()
        path = library.hf_hub_download(
            model.repository,
            name,
            revision=revision,
            cache_dir=self.cache,
            token=self._token or False,
            endpoint=self.address,
        )
        if size < LARGE_BYTES:
            progress(size)
        return Path(path).parents[name.count("/")]

    def _fetch_large(
        self, model: Model, revision: str, name: str, progress: Callable[[int], None]
    ) -> None:
        library = import_module("huggingface_hub")
        url = library.hf_hub_url(model.repository, name, revision=revision, endpoint=self.address)
        found = library.get_hf_file_metadata(url, token=self._token or False, endpoint=self.address)
        blob = self._place(model) / "blobs" / found.etag
        if blob.exists():
            progress(found.size)
            return
        same_host = found.location.startswith(self.address + "/")
        headers = {"Authorization": f"Bearer {self._token}"} if self._token and same_host else {}
        download(Source(found.location, found.size, found.etag, headers), blob, progress)

    def _place(self, model: Model) -> Path:
        return self.cache / f"models--{model.repository.replace('/', '--')}"

    def _need_room(self, model: Model, wanted: Wanted) -> None:
        folder = self.cache
        while not folder.exists():
            folder = folder.parent
        free = self._free_bytes(folder)
        blobs = self._place(model) / "blobs"
        begun = sum(path.stat().st_size for path in blobs.glob("*") if path.is_file())
        if free + begun < wanted.size + SPARE_BYTES:
            raise StorageError(
                f"The model needs {_gb(wanted.size + SPARE_BYTES)}; {folder} has {_gb(free)} free.",
                "Free some space, or set HF_HOME to a folder on a larger disk.",
            )


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


@contextmanager
def _told(model: Model, address: str) -> Iterator[None]:
    """Turns what the hub's library raises into errors for people."""
    errors = import_module("huggingface_hub.errors")

    page = f"{address}/{model.repository}"
    try:
        yield
    except errors.GatedRepoError as error:
        raise UsageError(
            f"{model.repository} is handed out only to those who accepted its terms.",
            f"Accept them at {page} and set models.token to your access token.",
        ) from error
    except (errors.RepositoryNotFoundError, errors.RemoteEntryNotFoundError) as error:
        raise MissingError(
            f"The hub has no {model.repository}, or not for this account.",
            f"See {page}; for a private one set models.token.",
        ) from error
    except errors.HfHubHTTPError as error:
        if error.response.status_code in (401, 403):
            raise MissingError(
                f"The hub does not give {model.repository} to this account.",
                f"See {page}, and set models.token to your access token.",
            ) from error
        raise EngineUnavailable(
            f"The hub refused: {_first_line(error)}.", "Try again; what was fetched is kept."
        ) from error
    except (errors.HTTPError, errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError) as error:
        raise EngineUnavailable(
            f"The hub {address} cannot be reached, or broke off.",
            "Try again: the download goes on where it ended. Or copy the model's folder here.",
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise storage_failure(error) from error
        raise EngineUnavailable(
            f"The download ended: {_first_line(error)}.", "Try again: it goes on where it ended."
        ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
