"""The events of a run for other programs: complete, whatever happens to who writes them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.support import GATE_IN_TASK, ROOT, Cli, Gate

FLOW = (
    GATE_IN_TASK
    + """
from foretell import task, workflow


@task
def first(n: int) -> int:
    return n + 1


@task
def gated(n: int) -> int:
    pass_the_gate()
    return n * 2


@workflow
def flow(n: int = 1) -> int:
    return gated(first(n))


@workflow
def quick(n: int = 1) -> int:
    return first(n)
"""
)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_file_is_complete_after_a_crash_and_can_be_followed_until_then(
    cli: Cli, gate: Gate, tmp_path: Path
) -> None:
    cli.write("flow.py", FLOW)
    file = tmp_path / "events.jsonl"
    running = cli.start("run", "flow.py:flow", "--events", file, "--start", "forked")
    gate.arrived()  # the task is started after its start was committed, and told a listener after that
    running.send_signal(signal.SIGKILL)
    running.communicate()
    with file.open("ab") as half:
        half.write(b'{"run": "flow-')
    resumed = cli.start("resume", "last", "--events", file)
    gate.arrived()  # of the killed run nobody is left by now who could pass the gate
    gate.open()
    _, err = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, err
    told = lines(file.read_text())
    kept = cli("log", "last", "--json").json["events"]
    assert [{k: line[k] for k in ("seq", "time", "cause")} | line["fact"] for line in told] == kept
    assert [line["seq"] for line in told] == list(range(1, len(kept) + 1))
    schema = json.loads((ROOT / "docs/schemas/events.schema.json").read_text())
    for line in told:
        Draft202012Validator(schema).validate(line)
    assert cli("resume", "last", "--events", file).code == 0
    assert lines(file.read_text()) == told, "it is over: nothing is there twice"


def test_events_go_to_stdout_or_to_a_descriptor(cli: Cli, tmp_path: Path) -> None:
    cli.write("flow.py", FLOW)
    told = lines(cli("run", "flow.py:quick", "--events", "-").out)
    assert [line["fact"]["kind"] for line in told] == ["registered", "started", "finished", "ended"]
    reader, writer = os.pipe()
    done = subprocess.run(
        cli.command("resume", "last", "--events", str(writer)), cwd=tmp_path, env=cli.env(None),
        pass_fds=[writer], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    os.close(writer)
    with os.fdopen(reader) as read:
        assert lines(read.read()) == told
    assert done.stdout == "2\n"
