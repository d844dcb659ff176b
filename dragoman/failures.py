"""Faults of the machine in words for people."""

import errno

from domain.errors import StorageError


def first_failure(failure: BaseException) -> BaseException:
    """What a group of exceptions began with; the exception itself where it is no group."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def storage_failure(error: OSError) -> StorageError:
    """What a refused file operation means, and what to do."""
    what = f"{error.strerror or type(error).__name__}: {error.filename or ''}".strip(": ")
    if error.errno == errno.ENOSPC:
        return StorageError(f"{what}.", "Free some space, or choose another folder.")
    return StorageError(f"{what}.", "Check that the folder exists and can be written to.")
