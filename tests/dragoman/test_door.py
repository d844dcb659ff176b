"""How commands find the server of their data folder, and who else does not."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from domain.errors import StorageError, UsageError
from dragoman.serve import door

ADDRESS = "http://127.0.0.1:8470"

SERVER = """
import sys, time
from pathlib import Path
from dragoman.serve import door
with door.held(Path(sys.argv[1])) as held, held.opened("http://127.0.0.1:1", "dgm_old"):
    print("open", flush=True)
    time.sleep(600)
"""


@contextmanager
def opened(folder: Path, address: str, token: str) -> Iterator[None]:
    with door.held(folder) as held, held.opened(address, token):
        yield


def test_it_is_found_as_long_as_it_is_open(tmp_path: Path) -> None:
    assert door.find(tmp_path) is None
    with opened(tmp_path, ADDRESS, "dgm_one"):
        assert door.find(tmp_path) == door.Door(ADDRESS, "dgm_one", os.getpid())
        mode = (tmp_path / door.NAME).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert door.find(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_token_is_shown_in_no_text_of_the_program(tmp_path: Path) -> None:
    with opened(tmp_path, ADDRESS, "dgm_one"):
        assert "dgm_one" not in repr(door.find(tmp_path))


def test_a_second_server_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, ADDRESS, "dgm_one"):
        with pytest.raises(UsageError, match="runs on the data folder"):
            with opened(tmp_path, "http://127.0.0.1:2", "dgm_two"):
                pass
        found = door.find(tmp_path)
        assert found is not None
        assert found.token == "dgm_one"


def test_a_server_that_is_starting_lets_nobody_in_and_refuses_others(tmp_path: Path) -> None:
    with door.held(tmp_path) as held:
        assert door.find(tmp_path) is None
        with pytest.raises(UsageError, match="it is starting or ending"), door.held(tmp_path):
            pass
        with held.opened(ADDRESS, "dgm_one"):
            assert door.find(tmp_path) is not None
            with pytest.raises(UsageError, match=ADDRESS), door.held(tmp_path):
                pass
        assert door.find(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_server_left_is_known_as_such(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        found = door.find(tmp_path)
        assert found is not None
        assert found.process == process.pid
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / door.NAME).exists()
    assert door.find(tmp_path) is None
    with opened(tmp_path, ADDRESS, "dgm_new"):
        again = door.find(tmp_path)
        assert again is not None
        assert again.token == "dgm_new"


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, ADDRESS, "dgm_one"):
        (tmp_path / door.NAME).chmod(0o640)
        with pytest.raises(UsageError, match=r"Other users.*Start the server again"):
            door.find(tmp_path)


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with opened(other, ADDRESS, "dgm_one"):
        (tmp_path / door.NAME).symlink_to(other / door.NAME)
        assert door.find(tmp_path) is None


def test_what_is_no_door_is_none(tmp_path: Path) -> None:
    (tmp_path / door.NAME).write_text("{}")
    assert door.find(tmp_path) is None
    assert door.find(tmp_path / "nowhere") is None


def test_of_two_servers_that_start_at_once_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, refused = door._of_a_server, []

    @contextmanager
    def slow(path: Path) -> Iterator[int | None]:
        with look(path) as found:
            time.sleep(0.3)
            yield found

    def serve() -> None:
        try:
            with opened(tmp_path, ADDRESS, "dgm_one"):
                time.sleep(1)
        except UsageError as error:
            refused.append(error)

    monkeypatch.setattr(door, "_of_a_server", slow)
    servers = [Thread(target=serve) for _ in range(2)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len(refused) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_file_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageError, match="No space"), opened(tmp_path, ADDRESS, "dgm_one"):
        pass
    assert list(tmp_path.iterdir()) == []
