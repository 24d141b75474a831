"""Dying together with the orchestrator, whatever the task is doing at that moment.

A lifeline is a pipe that nobody ever writes to. The orchestrator alone holds its writing end, so
the kernel closes it when the orchestrator ends, even by `kill -9`, and then sends SIGKILL to the
process group of everybody who holds on to it. No thread of ours has to run for that, so it works
too where a C extension never gives the interpreter back.

Closing stdin says the same to tasks in any language; this is the second line of defence.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal


def hold(fd: int) -> None:
    """Tie this process group to the pipe `fd`, which is closed here. The caller must lead a group
    of its own."""
    # A second opening of the same pipe: who gets the signal belongs to the open file, and `fd`
    # is one open file for all children. Without /proc the first line of defence has to do.
    with contextlib.suppress(OSError):
        own = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.fcntl(own, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(own, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
        if _is_cut(own):
            kill_group()
    os.close(fd)


def kill_group() -> None:
    """End this process and everything it started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(128 + signal.SIGKILL)  # started by hand: the group is not ours to kill


def _is_cut(fd: int) -> bool:
    """Whether the other end was closed before anybody could have told us."""
    try:
        return os.read(fd, 1) == b""
    except BlockingIOError:
        return False
