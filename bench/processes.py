"""Reads what the kernel says of processes: CPU and memory, from ``/proc``. Linux only; elsewhere nothing is known.

CPU is user and system time, in seconds, of the process alone: the time of its ended children is not in it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float | None:
    """Return the CPU a process has used so far; None if it is gone or not ours to see."""
    try:
        fields = _fields(pid)
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS


def cpu_of(pids: Iterable[int]) -> dict[int, float]:
    """Return the CPU of each process that can be read."""
    return {pid: seconds for pid in pids if (seconds := cpu_seconds(pid)) is not None}


def spent(before: dict[int, float], after: dict[int, float]) -> float | None:
    """Return the CPU spent between two readings; a process that came in between counts in full. None: unreadable."""
    if not after:
        return None
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def children_of(parent: int) -> list[int]:
    """Return the pids of a process's children."""
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                is_child = int(_fields(int(entry.name))[1]) == parent
            except OSError:  # it ended meanwhile
                continue
            if is_child:
                found.append(int(entry.name))
    return sorted(found)


def peak_mib(pid: int) -> float | None:
    """Return the most memory (resident) a process ever had, in MiB."""
    try:
        lines = (_PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    kib = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return int(kib) / 1024 if kib else None


def _fields(pid: int) -> list[str]:
    """Return the fields of ``stat`` from the state on: the name before it may hold spaces and brackets."""
    text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()
