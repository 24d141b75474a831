"""Docker, as far as its command line goes: what it is called with, and whether its client takes that.

No daemon is needed: a `docker` that notes how it is called stands in, and runs on this machine what it
would run in a container. The client of the real one, where it is installed, says what words it does
not know before it looks for a daemon.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import Cli

ID = "d" * 64

FAKE = f"""#!/bin/sh
number=$(ls "$CALLS" | wc -l)
for word in "$@"; do printf '%s\\0' "$word"; done >"$CALLS/$number"
case $1 in
image) echo sha256:{ID} ;;
run) while [ "$1" != {ID} ]; do shift; done; shift; exec "$@" ;;
esac
"""

FLOW = """
from foretell import command, container, task, workflow

BOX = container(
    "tool:1", mounts={"data": "/data"}, writable={"out": "/out"}, memory="64m", cpus=0.5,
    folder="/work", user="1000:1000",
)

@task(runs=command("printf", "<%s>", "{text}", env={"WORD": "{text}"}, container=BOX))
def marked(text: str) -> str:
    raise NotImplementedError

@workflow
def flow() -> str:
    return marked("a b;$(id)")
"""


@pytest.fixture
def calls(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of words for each time that docker was called."""
    for name in ("bin", "calls", "data", "out"):
        (cli.folder / name).mkdir()
    fake = cli.folder / "bin/docker"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(cli.folder / "calls"))
    cli.write("flow.py", FLOW)
    return cli.folder / "calls"


def said(calls: Path) -> list[list[str]]:
    files = sorted(calls.iterdir(), key=lambda file: int(file.name))
    return [file.read_text().split("\0")[:-1] for file in files]


def the_run(calls: Path) -> list[str]:
    (found,) = (words for words in said(calls) if words[0] == "run")
    return found


def test_docker_is_called_with_all_that_was_said_of_the_container(cli: Cli, calls: Path) -> None:
    done = cli("run", "flow.py", "--engine", "docker", "--engine-flags", "--cap-drop all")
    assert (done.code, done.out) == (0, "<a b;$(id)>\n"), done.err
    assert ["image", "inspect", "--format", "{{.Id}}", "tool:1"] in said(calls)
    words = the_run(calls)
    name, label = words[4], words[6]
    assert name.startswith("foretell-") and label.startswith("foretell.run=flow-")
    env = [f"FORETELL_{rest}" for rest in ("NODE=marked", "TASK=marked", "TRIAL=1", "ITERATION=1")]
    assert words == [
        "run", "-i", "--rm", "--name", name, "--label", label,
        "--pull", "never", "--log-driver", "none", "--network", "none", "--cpus", "0.5",
        "--memory", "64m", "--workdir", "/work", "--user", "1000:1000",
        "--mount", f"type=bind,source={cli.folder}/data,target=/data,readonly",
        "--mount", f"type=bind,source={cli.folder}/out,target=/out",
        *(word for one in (*env, "WORD=a b;$(id)") for word in ("--env", one)),
        "--cap-drop", "all", ID, "printf", "<%s>", "a b;$(id)",
    ]  # fmt: skip


def test_the_client_of_docker_knows_all_these_words(cli: Cli, calls: Path) -> None:
    real = shutil.which("docker", path=os.environ["PATH"].partition(":")[2])
    if real is None:
        pytest.skip("docker is not installed")
    assert cli("run", "flow.py", "--engine", "docker").code == 0
    for words in (
        the_run(calls), ["image", "inspect", "--format", "{{.Id}}", "tool:1"],
        ["ps", "-aq", "--no-trunc", "--filter", "label=foretell.run=x"], ["pull", "--quiet", "x"],
        ["kill", "--signal", "KILL", "x"], ["rm", "--force", "x"],
    ):  # fmt: skip
        answer = subprocess.run(
            [real, "--host", f"unix://{cli.folder}/nobody", *words],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert "connect to the" in answer.stderr, "it complains of nothing else"
