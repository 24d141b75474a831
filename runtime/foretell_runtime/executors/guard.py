"""Ends the containers of a run when the process that runs it is gone without having said so.

A container is nobody's child: what kills the engine's client at that moment does not reach it, and
whether it minds the end of its stdin is its own affair. So one small process stands by, from the first
container of a run on, and knows of the run no more than its label.
"""

from __future__ import annotations

import os
import subprocess

from foretell_runtime.executors.engines import LABEL, Engine
from foretell_runtime.executors.protocol import MARK

_SCRIPT = f"""
read -r _
label={LABEL}=$1; shift
for round in 1 2; do  # a client may just have been making one
    "$@" ps -aq --no-trunc --filter "label=$label" | while read -r id; do
        "$@" kill --signal KILL "$id"; "$@" rm --force "$id"
    done
done
"""


class Guard:
    """It waits for the end of a pipe whose other end this process holds, and nobody else.

    It carries the mark of the run, so whoever takes the run up ends it before starting containers
    of its own, which have the same label.
    """

    def __init__(self, engine: Engine, mark: str) -> None:
        """Raises `OSError`."""
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "sh", mark, *engine.command],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, MARK: mark},
        )  # fmt: skip

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    def dismiss(self) -> None:
        """It is needed no more: all containers are gone."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
