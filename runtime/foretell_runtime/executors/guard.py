"""Ends the containers of a run when the process that runs it is gone without having said so.

A container is nobody's child: what kills other children at that moment does not reach it, and whether it
minds the end of its stdin is its own affair. So one small process stands by, from the first container of
a run on, and knows of the run no more than its label.

The engine's clients are not killed then, for one that is killed while it makes a container leaves half
of it behind, which no engine knows of. They end with their containers, and are waited for.
"""

from __future__ import annotations

import os
import subprocess

from foretell_runtime.executors.engines import LABEL, Engine
from foretell_runtime.executors.protocol import HELPER

_SCRIPT = f"""
exec 3<&1 >/dev/null
label={LABEL}=$1; shift
end_all() {{
    "$@" ps -aq --no-trunc --filter "label=$label" | while read -r id; do
        "$@" kill --signal KILL "$id"; "$@" rm --force "$id"
    done
}}
read -r _
{{ while :; do end_all "$@"; sleep 0.2; done; }} 3<&- &
read -r _ <&3
kill $!; wait $!
end_all "$@"
"""


class Guard:
    """It waits for the end of a pipe whose other end this process holds, and nobody else; and then for
    the end of another one, `clients`, which the engine's clients inherit.

    Whoever takes the run up waits for it before starting containers of its own, which have the same
    label.
    """

    def __init__(self, engine: Engine, mark: str) -> None:
        """Raises `OSError`."""
        theirs, self.clients = os.pipe2(os.O_CLOEXEC)
        try:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, "sh", mark, *engine.command],
                stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.DEVNULL,
                start_new_session=True, env={**os.environ, HELPER: mark},
            )  # fmt: skip
        except BaseException:
            os.close(self.clients)
            raise
        finally:
            os.close(theirs)

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    def dismiss(self) -> None:
        """It is needed no more: all containers are gone."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        os.close(self.clients)
