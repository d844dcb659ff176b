"""A server, a bot and a meeting of which parts are killed: what was said is there, once."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos import good, run

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(600)]


async def test_nothing_that_was_said_is_lost_or_doubled(chromium: str, tmp_path: Path) -> None:
    report: dict[str, Any] = await run(
        7, 5, ("renderer", "browser", "bot", "server", "database"), tmp_path / "data"
    )
    assert report["lost"] == ()
    assert report["doubled"] == ()
    assert report["left_over"] == []
    assert report["outside"] >= 10
    assert good(report), report
