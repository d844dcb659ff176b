"""What the bot's Python processes use of the machine, read from /proc."""

import os
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Usage:
    """Memory and processor time of a process and its Python children."""

    pid: int
    peak_mb: float = 0.0
    _cpu_s: dict[int, float] = field(default_factory=dict)

    def sample(self) -> None:
        """Looks once; call it every second or so."""
        pids = [pid for pid in _family(self.pid) if _is_python(pid)]
        self.peak_mb = max(self.peak_mb, round(sum(_pss_mb(pid) for pid in pids), 1))
        for pid in pids:
            self._cpu_s[pid] = _cpu_s(pid) or self._cpu_s.get(pid, 0.0)

    @property
    def cpu_s(self) -> float:
        """Processor seconds used so far."""
        return sum(self._cpu_s.values())


def _family(pid: int) -> list[int]:
    found = [pid]
    for current in found:
        children = _read(f"/proc/{current}/task/{current}/children")
        found.extend(int(child) for child in children.split())
    return found


def _is_python(pid: int) -> bool:
    return "python" in _read(f"/proc/{pid}/comm") or "dragoman" in _read(f"/proc/{pid}/comm")


def _pss_mb(pid: int) -> float:
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _cpu_s(pid: int) -> float:
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
