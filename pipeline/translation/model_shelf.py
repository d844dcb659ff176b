"""Loaded translation models within a bound of memory; the longest unused goes first."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.translation.model_folders import ModelFolder

log = logging.getLogger(__name__)

M = TypeVar("M")


class ModelShelf(Generic[M]):
    """Loads on demand. Belongs to one thread."""

    def __init__(self, load: Callable[[ModelFolder], M], max_bytes: int) -> None:
        self._load = load
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Path, tuple[M, int]] = OrderedDict()
        self.loads = 0
        """Models that were loaded in all; many of them mean that the bound is too small."""

    def take(self, folder: ModelFolder) -> M:
        """The loaded model; others are let go before where the memory is needed."""
        kept = self._kept.get(folder.path)
        if kept is None:
            self._make_room(folder.size)
            kept = (self._load(folder), folder.size)
            self.loads += 1
            log.info("Loaded the translation model %s", folder.path.name)
            self._kept[folder.path] = kept
        self._kept.move_to_end(folder.path)
        return kept[0]

    def loaded(self) -> tuple[str, ...]:
        """Names of the loaded models, the longest unused first."""
        return tuple(path.name for path in self._kept)

    def clear(self) -> None:
        """Lets all go."""
        self._kept.clear()

    def _make_room(self, size: int) -> None:
        while self._kept and sum(s for _, s in self._kept.values()) + size > self._max_bytes:
            path, _ = self._kept.popitem(last=False)
            log.info("Let the translation model %s go", path.name)
