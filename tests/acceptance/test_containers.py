"""Tasks in containers, with a real engine: what is in there, that it ends, and which image it is."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from foretell_runtime.executors.protocol import HELPER
from tests.containers import Podman, find_podman
from tests.support import Cli, Gate

Processes = list[subprocess.Popen[str]]


@pytest.fixture(scope="module")
def podman() -> Iterator[Podman]:
    found = find_podman()
    if isinstance(found, str):
        pytest.skip(found)
    yield found
    for image in (found.image, f"{found.image}-other"):
        subprocess.run(["podman", "rmi", "-f", image], capture_output=True, check=False)


@pytest.fixture(autouse=True)
def settings(podman: Podman, cli: Cli) -> None:
    """What the engine wants to be told on this machine."""
    cli.write("foretell.toml", f"[containers]\nengine = 'podman'\nflags = '{podman.flags}'\n")
    for name in ("data", "out"):
        (cli.folder / name).mkdir()


HEAD = """
from foretell import Grow, command, container, many, program, shell, task, workflow
BOX = container({image!r}, mounts={{"data": "/data"}}, writable={{"out": "/out"}}, memory="64m", cpus=1)
"""

INSIDE = """
@task(runs=command("cat", "/data/{name}", container=BOX))
def read(name: str) -> str:
    raise NotImplementedError

@task(runs=shell('''
    touch /data/new 2>/dev/null && echo wrote where it may only read
    ls /sys/class/net; echo "$text" > /out/text; cat; echo "$FORETELL_NODE"
''', stdin="{text}", stdout="lines", container=BOX))
def look(text: str) -> list[str]:
    raise NotImplementedError

@workflow
def flow() -> tuple[str, list[str]]:
    return read("a b;c"), look("x y;\\n$(id)\\n")
"""


def test_a_command_sees_what_it_is_given_and_nothing_else(podman: Podman, cli: Cli) -> None:
    cli.write("flow.py", HEAD.format(image=podman.image) + INSIDE)
    cli.write("data/a b;c", "hello")
    said = cli("run", "flow.py", "--jobs", "2")
    assert said.code == 0, said.err
    assert json.loads(said.out) == ["hello", ["lo", "x y;", "$(id)", "look"]]
    assert (cli.folder / "out/text").read_text() == "x y;\n$(id)\n\n"
    assert podman.containers() == []
    pinned = cli("log", "last", "--json").out
    assert podman("image", "inspect", "--format", "{{.Id}}", podman.image).strip() in pinned


SPEAKING = """
SAYS = '''
say() { printf '%s\\\\n' "$1"; }
say '{"kind": "ready"}'
read start
say '{"kind": "progress", "done": 1, "total": 2}'
say '{"kind": "change", "request": 1, "change": {"nodes": [{"id": "plan.one", "task": "leaf", "inputs": {"n": 4}}]}}'
read reply
case "$reply" in *'"ok":true'*) ;; *) say '{"kind": "fail", "error": "refused"}'; exit ;; esac
say '{"kind": "finish", "output": [0, 1], "holes": [{"at": "/1", "node": "plan.one"}]}'
'''

@task
def leaf(n: int) -> int:
    return n * n

class Leaves(Grow):
    leaf = many(leaf, at_most=3)

@task(runs=program("sh", "-c", SAYS.replace("{", "{{").replace("}", "}}"), container=BOX), grows=Leaves)
def plan(grow: Leaves) -> list[int]:
    raise NotImplementedError

@workflow
def flow() -> list[int]:
    return plan()
"""


def test_a_program_in_a_container_may_grow(podman: Podman, cli: Cli) -> None:
    cli.write("flow.py", HEAD.format(image=podman.image) + SPEAKING)
    said = cli("run", "flow.py")
    assert said.out == "[0, 16]\n", said.err


NAP = """
@task(runs=shell('echo 1 > /out/gate.ready; exec sleep "$seconds"', stdout="log", container=BOX){options})
def nap(seconds: int) -> None:
    raise NotImplementedError

@workflow
def flow() -> None:
    nap({seconds})
"""


def napping(podman: Podman, cli: Cli, started: Processes, gate: Gate, *, options: str = "") -> str:
    """The id of a container in which a task of a run sleeps."""
    text = HEAD.format(image=podman.image).replace('"out":', '".":')
    cli.write("flow.py", text + NAP.format(seconds=1000, options=options))
    started.append(cli.start("run", "flow.py"))
    gate.arrived()
    (found,) = podman.containers()
    return found


def marked(podman: Podman) -> dict[str, int]:
    """The processes of the last run, by the program that each is."""
    (found,) = podman.containers()
    mark = podman("inspect", "--format", '{{index .Config.Labels "foretell.run"}}', found).strip()
    processes = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{HELPER}={mark}".encode() in (path / "environ").read_bytes().split(b"\0"):
                name = (path / "cmdline").read_bytes().split(b"\0")[0].decode()
                processes[name] = int(path.name)
    return processes


@contextmanager
def held(pid: int) -> Iterator[select.poll]:
    """Tells when a process is gone."""
    pidfd = os.pidfd_open(pid)
    gone = select.poll()
    gone.register(pidfd, select.POLLIN)
    yield gone
    os.close(pidfd)


def test_a_container_that_takes_too_long_is_ended(
    podman: Podman, cli: Cli, started: Processes, gate: Gate
) -> None:
    napping(podman, cli, started, gate, options=", timeout=2")
    assert started[0].wait(60) == 1
    assert podman.containers() == []


def test_a_container_that_minds_nothing_ends_when_the_orchestrator_is_killed(
    podman: Podman, cli: Cli, started: Processes, gate: Gate
) -> None:
    left = napping(podman, cli, started, gate)
    with held(marked(podman)["/bin/sh"]) as gone:
        os.kill(started[0].pid, signal.SIGKILL)
        assert gone.poll(60_000), "whoever is to end it has ended"
    assert left not in podman.containers()


def test_a_resume_ends_what_is_left_and_goes_on_with_the_image_of_the_beginning(
    podman: Podman, cli: Cli, started: Processes, gate: Gate
) -> None:
    left = napping(podman, cli, started, gate)
    os.kill(marked(podman)["/bin/sh"], signal.SIGKILL)  # which would end it at once
    os.kill(started[0].pid, signal.SIGKILL)
    started[0].wait()
    assert podman.containers() == [left]
    was = podman("image", "inspect", "--format", "{{.Id}}", podman.image).strip()
    podman("tag", podman.image, f"{podman.image}-other")
    podman.tag(podman.image, "another one")
    started.append(cli.start("resume", "last"))
    gate.arrived()
    (now,) = podman("ps", "-aq", "--filter", f"ancestor={was}").split()
    assert now != left
    assert podman("inspect", "--format", "{{.Image}}", now).strip() == was
    assert cli("cancel", "last").code == 0
    _, err = started[-1].communicate(timeout=60)
    assert f"the run goes on with {was[:12]}, with which it began" in err
    assert podman("ps", "-aq", "--filter", f"ancestor={was}") == ""


def test_what_is_not_there_is_told_before_the_run_begins(podman: Podman, cli: Cli) -> None:
    cli.write("flow.py", HEAD.format(image="localhost/foretell-nosuch:1") + INSIDE)
    said = cli("run", "flow.py")
    assert (said.code, said.out) == (2, "")
    assert "the image 'localhost/foretell-nosuch:1' is not here" in said.err
    said = cli("run", "flow.py", "--engine", "nosuchengine")
    assert (said.code, said.out) == (2, "")
    assert "the container engine 'nosuchengine' is not there" in said.err
    assert cli("runs", "--json").json == []


def test_what_is_not_in_a_container_costs_the_trial(podman: Podman, cli: Cli) -> None:
    cli.write(
        "flow.py",
        HEAD.format(image=podman.image)
        + "@task(runs=command('nosuch', container=BOX), retries=3)\n"
        "def lost() -> str:\n    raise NotImplementedError\n\n"
        "@workflow\ndef flow() -> str:\n    return lost()\n",
    )
    said = cli("run", "flow.py")
    assert said.code == 1
    assert "there is no such program in its container" in said.err
    assert cli("log", "last").out.count("started") == 1
