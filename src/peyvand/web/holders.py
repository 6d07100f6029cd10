"""Who holds a piece of work, and is that process still there? The name under which a worker claims says where to look.

Several servers may share one database. Each sees at once that a worker of its own machine is gone; of workers
elsewhere it knows only their heartbeat.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

PROC = Path("/proc")


def name_of_this_process() -> str:
    """Machine, process and when it started, as in `ministry-1a2b3c4d:4711:982233`; no two processes share it."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_started(pid)}"


def is_gone(name: str) -> bool:
    """Whether the process of this name ended; False where that cannot be seen from here."""
    machine, _, mark = name.partition(":")
    pid, _, started = mark.partition(":")
    if machine != _machine() or not pid.isdigit() or not started:
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started, in ticks since the machine did; empty where none runs, or where there is no /proc."""
    after_name = _text_of(PROC / str(pid) / "stat").rpartition(")")[2].split()
    return after_name[19] if after_name and after_name[0] not in "ZX" else ""


@cache
def _machine() -> str:
    """The machine, its last start and its room of process numbers: two containers of one name are two places."""
    marks = (_text_of(PROC / "sys/kernel/random/boot_id")[:8], _link_of(PROC / "self/ns/pid"))
    return "-".join((os.uname().nodename, *filter(None, marks))).replace(":", "")


def _text_of(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def _link_of(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:
        return ""
