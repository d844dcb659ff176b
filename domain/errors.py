"""Errors that people see: what went wrong, and what to do about it.

DragomanError
├── UsageError           a wrong link, language, option, script or setting
├── MissingError         a program, font, engine or model that is not there
├── EngineError          an engine failed on an input
│   └── EngineUnavailable  an engine cannot be reached now; trying again may help
├── BrowserError         the browser did not start or broke
├── StorageError         the database or the disk refused
└── ServerError          a server of Dragoman is away, or lets nobody in
"""


class DragomanError(Exception):
    """Carries a message for people and a remedy; `retry` says whether trying again helps."""

    retry = False
    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(DragomanError):
    """What was asked for makes no sense as it stands."""

    exit_code = 2


class MissingError(DragomanError):
    """Something that is needed is not installed."""

    exit_code = 3


class EngineError(DragomanError):
    """An engine failed."""

    exit_code = 4


class EngineUnavailable(EngineError):
    """An engine cannot be reached at present."""

    retry = True


class BrowserError(DragomanError):
    """The browser could not be started, or broke."""

    retry = True
    exit_code = 21


class StorageError(DragomanError):
    """The database or the disk refused."""

    retry = True
    exit_code = 5


class ServerError(DragomanError):
    """A server that a command talks to does not do what is asked."""

    retry = True
    exit_code = 6
