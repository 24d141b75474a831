"""Dying together with whoever started this process, whatever the task is doing at that moment.

A lifeline is a pipe that nobody ever writes to. Its writing end is held by one process alone, so
the kernel closes it when that process ends, even by `kill -9`, and then sends SIGKILL to the
process group of whoever holds the reading end. No thread of ours has to run for that, so it works
too where a C extension never gives the interpreter back, and it takes the subprocesses along.

Closing stdin says the same to tasks in any language; those that have no lifeline listen to that.
"""

from __future__ import annotations

import fcntl
import os
import signal
from typing import NoReturn


def hold(fd: int) -> None:
    """Tie this process group, which the caller leads, to the pipe whose reading end is `fd`."""
    os.set_inheritable(fd, False)
    fcntl.fcntl(fd, fcntl.F_SETOWN, -os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    try:
        cut = os.read(fd, 1) == b""  # before there was anybody to send the signal to
    except BlockingIOError:
        return
    if cut:
        kill_group()


def kill_group() -> NoReturn:
    """End this process and everything it started."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(128 + signal.SIGKILL)  # started by hand: the group is not ours to kill
