"""What databases say when they refuse, in words for people."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from domain.errors import StorageError

_SAYINGS: tuple[tuple[str, str, str], ...] = (
    ("disk is full", "The disk is full.", "Free some space on the disk that holds {where}."),
    (
        "readonly",
        "The database cannot be written to.",
        "Give this user write access to {where} and its folder.",
    ),
    (
        "unable to open",
        "The database cannot be opened.",
        "Check that the folder of {where} exists and can be written to.",
    ),
    (
        "locked",
        "The database is busy with another program.",
        "Close the program that holds {where}, or try again.",
    ),
    (
        "not a database",
        "The database file is damaged or is no database.",
        "Move {where} aside and start again, or restore it from a backup.",
    ),
    (
        "malformed",
        "The database file is damaged.",
        "Move {where} aside and start again, or restore it from a backup.",
    ),
    ("disk i/o", "The disk reports an error.", "Check the disk that holds {where}."),
)


class OddError(StorageError):
    """The database takes no row that holds this, ever; others it takes."""

    retry = False


def storage_error(error: Exception, where: str) -> StorageError:
    """The two-line error for what a database or a disk said."""
    if isinstance(error, IntegrityError):
        refused = StorageError(
            "The database refused a row that does not fit the others.",
            "The meeting does not exist, or exists already.",
        )
        refused.retry = False
        return refused
    if isinstance(error, DataError):
        return OddError("The database refuses what a row holds.", "See the log for details.")
    if isinstance(error, OSError):
        return _file_error(error, where)
    if told := _served_error(error, where):
        return told
    said = str(getattr(error, "orig", None) or error).lower()
    for sign, message, remedy in _SAYINGS:
        if sign in said:
            return StorageError(message, remedy.format(where=where))
    return StorageError(
        "The database did not do what it was asked to.", f"Check {where}; see the log for details."
    )


_SERVED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("28",),
        "The database refuses the sign-in.",
        "Check the name and the password in the address of {where}.",
    ),
    (("3D", "3F"), "There is no such database.", "Make it with createdb, or mend {where}."),
    (
        ("42501",),
        "The database allows this user too little.",
        "Make the user the owner of {where}.",
    ),
    (
        ("25006",),
        "The database takes no changes at present.",
        "It stands by for another one: make {where} the first, or name that one.",
    ),
    (
        ("53100",),
        "The disk of the database is full.",
        "Free some space on the machine that holds {where}.",
    ),
    (
        ("53",),
        "The database has no room for another connection.",
        "Raise max_connections of {where}, or end other programs.",
    ),
    (
        ("55P03", "40"),
        "The database is busy with another program.",
        "Close the program that holds {where}, or try again.",
    ),
)
"""Codes of PostgreSQL, or their beginnings."""

_SIGN_IN = ("authentication failed", "no password supplied", "role ")


def _served_error(error: Exception, where: str) -> StorageError | None:
    """What a server of databases said; None where the error comes from elsewhere."""
    origin = getattr(error, "orig", None)
    if origin is None or not hasattr(origin, "sqlstate"):
        return None
    code, said = str(origin.sqlstate or ""), str(origin)
    if not code:
        # While it is being connected to, the server's code does not come through.
        code = "28" if any(sign in said for sign in _SIGN_IN) else "08"
        code = "3D" if "database " in said and "does not exist" in said else code
        code = "53" if "too many" in said else code
    if code[:2] in ("08", "57", "XX", "58"):
        return StorageError(
            "The database cannot be reached.", f"Start it, or check the way to {where}."
        )
    for codes, message, remedy in _SERVED:
        if code.startswith(codes):
            return StorageError(message, remedy.format(where=where))
    return None


def _file_error(error: OSError, where: str) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("The disk is full.", f"Free some space on the disk that holds {where}.")
    reason = error.strerror or type(error).__name__
    return StorageError(
        f"A file cannot be written or read: {reason}.",
        f"Check that {where} and its folder exist and that this user may write there.",
    )


def refused(message: str, remedy: str) -> StorageError:
    """An error that trying again does not mend."""
    error = StorageError(message, remedy)
    error.retry = False
    return error


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turns what the database and the disk raise into StorageError."""
    try:
        yield
    except CommandError as error:
        raise refused(
            "The database was made by another version of Dragoman.",
            f"Update Dragoman, or move {where} aside and start again.",
        ) from error
    except (SQLAlchemyError, OSError) as error:
        raise storage_error(error, where) from error
