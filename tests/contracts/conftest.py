"""Where the stores of a contract keep things."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import NoPostgres, fresh


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | Path | None]:
    """The address of a new database; None for memory."""
    if request.param == "memory":
        yield None
    elif request.param == "sqlite":
        yield tmp_path / "contract.db"
    else:
        try:
            with fresh() as address:
                yield address
        except NoPostgres as reason:
            pytest.skip(str(reason))
