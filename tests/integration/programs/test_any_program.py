"""Whatever a plain program does, its trial has one end, and it is the one that its exit code and its
stdout ask for. What these are is seen by running the same program without us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretell.document.programs import Program
from foretell.protocol.messages import Fail, Finish
from tests.integration.executors.talking import Heard
from tests.integration.programs.foreign import ran

DOES = (
    "printf 1", "printf '[1, 2]'", "printf '\"text\"\\n'", "echo", "echo '{\"a\":'", "printf '\\377'",
    "echo to the log >&2", "head -c 100000 /dev/zero | tr '\\0' 1", "cat", "read line; echo \"$line\"",
    "exec 0<&-", "exec 1>&-", "exec 2>&-", "sleep 100 &", "(trap '' TERM; sleep 100) &", "trap '' TERM HUP",
    "kill -TERM $$", "kill -KILL $$", "exit 0", "exit 3", "exit 4", "exit 5", "nosuchcommand",
)  # fmt: skip
STDIN = '"given"\n'
PROGRAM = Program(("/bin/sh", "-c"), stdin='"{given}"\n', ok=(0, 3), permanent=(4,))


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(does=st.lists(st.sampled_from(DOES), max_size=5))
def test_its_end_is_the_one_that_it_asks_for(does: list[str], tmp_path: Path) -> None:
    script = "\n".join(does)
    heard = ran(replace(PROGRAM, script=script), {"given": "given"}, base=tmp_path)
    *before, last = [*heard.messages, None] if not heard.messages else heard.messages
    assert before == []
    assert heard.end.over == (last is not None)
    code, written = without_us(script, tmp_path)
    match code:
        case 0 | 3 if _is_json(written):
            assert last == Finish(json.loads(written))
        case 0 | 3:
            assert isinstance(last, Fail) and not last.permanent
        case 4:
            assert isinstance(last, Fail) and last.permanent
        case _:
            assert last is None
            assert (heard.end.exit_code, heard.end.signal) == (
                (code, None) if code >= 0 else (None, -code)
            )


def without_us(script: str, folder: Path) -> tuple[int, bytes]:
    """The exit code and stdout of a script. What it leaves running holds its stdout, so that is a file."""
    with (folder / "out").open("wb") as out:
        done = subprocess.Popen(
            ["/bin/sh", "-c", script], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL,
            cwd=folder, start_new_session=True,
        )  # fmt: skip
        assert done.stdin is not None
        with suppress(BrokenPipeError):
            done.stdin.write(STDIN.encode())
            done.stdin.close()
        code = done.wait(60)
    with suppress(ProcessLookupError):
        os.killpg(done.pid, signal.SIGKILL)
    return code, (folder / "out").read_bytes()


def _is_json(written: bytes) -> bool:
    try:
        json.loads(written.decode())
    except ValueError:
        return False
    return True


def test_it_is_heard_of(tmp_path: Path) -> None:
    """The test above would not see a program that never runs."""
    heard: Heard = ran(PROGRAM, {"given": "given"}, base=tmp_path)
    assert heard.end.exit_code == 2  # there is no script
