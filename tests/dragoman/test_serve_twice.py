"""Of two servers on one data folder, the second does nothing."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

from domain.errors import UsageError
from dragoman import cli
from dragoman.serve import door


def test_a_second_server_opens_nothing(tmp_path: Path) -> None:
    with door.held(tmp_path):
        code = cli.main(["serve", "--port", "0", "--data", str(tmp_path)])
        assert code == UsageError.exit_code
        assert [path.name for path in tmp_path.iterdir()] == [door.NAME]


async def test_of_two_that_start_at_the_same_moment_one_serves(tmp_path: Path) -> None:
    data = tmp_path / "data"
    servers = await asyncio.gather(_start(data), _start(data))
    try:
        ended = [asyncio.create_task(server.communicate()) for server in servers]
        (refused,), (serving,) = await asyncio.wait(
            ended, timeout=50, return_when=asyncio.FIRST_COMPLETED
        )
        assert b"already" in refused.result()[0]
        process = await _process(data)
        assert process == servers[ended.index(serving)].pid
        servers[ended.index(serving)].terminate()
        told, _ = await serving
    finally:
        for server in servers:
            if server.returncode is None:
                server.kill()
    assert b"Dragoman serves at" in told
    codes = [server.returncode for server in servers]
    assert sorted(code or 0 for code in codes) == [0, UsageError.exit_code]


async def _start(data: Path) -> Process:
    command = (sys.executable, "-m", "dragoman", "serve", "--port", "0", "--data", str(data))
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)


async def _process(data: Path) -> int:
    """Of the server that lets commands in."""
    async with asyncio.timeout(30):
        while True:
            if found := door.find(data):
                return found.process
            await asyncio.sleep(0.05)
