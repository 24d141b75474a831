"""A run that asks, as a person and as a program meet it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support import GATE_IN_TASK, Cli, Gate, wait_gone

RELEASE = """
from dataclasses import dataclass
from typing import Literal
from foretell import ask, signal, task, workflow
from foretell.control import when

@task
def build(commit: str) -> str:
    return f"app-{commit}"

@task
def deploy(artifact: str, where: str) -> str:
    return f"{artifact} is on {where}"

@workflow
def release(commit: str) -> str | None:
    artifact = build(commit)
    yes = ask(bool, "Deploy this?", about=artifact)
    where = ask(Literal["test", "live"], "Where to?")
    return when(yes, lambda: deploy(artifact, where))

@task
def length(text: str) -> int:
    return len(text)

@workflow
def arriving() -> list[int]:
    return [length(signal("arrived", str)), length(signal("arrived", str))]
"""


@pytest.fixture
def asked(cli: Cli) -> str:
    """The id of a run that waits for two answers."""
    cli.write("release.py", RELEASE)
    said = cli("run", "release.py:release", "-i", "commit=ab", "--json")
    assert said.code == 4, said
    return str(said.last_json["run"])


def test_a_run_that_asks_is_left_and_says_how_to_answer(cli: Cli) -> None:
    cli.write("release.py", RELEASE)
    said = cli("run", "release.py:release", "-i", "commit=ab")
    assert (said.code, said.out) == (4, "")
    run = re.search(r"release-\w+", said.err)
    assert run is not None
    assert f"{run[0]} waits for 2 answers:" in said.err
    assert 'yes: Deploy this? (boolean)\n    about: "app-ab"' in said.err
    assert f"Answer with: foretell answer {run[0]}\n" in said.err
    assert f"Then go on with: foretell resume {run[0]}" in said.err
    assert cli("runs").out.splitlines()[1].split()[:2] == [run[0], "waiting"]


def test_a_program_reads_what_is_asked_and_answers(cli: Cli, asked: str) -> None:
    shown = cli("show", asked, "--json").json
    assert [(q["node"], q["schema"]["type"]) for q in shown["asks"]] == [
        ("yes", "boolean"),
        ("where", "string"),
    ]
    assert all(q["ready"] and not q["posted"] for q in shown["asks"])
    said = cli("answer", asked, "yes", "--value", "true", "--by", "ada", "--json")
    assert said.json == {"run": asked, "answered": ["yes"], "running": False}
    still = cli("resume", asked, "--json")
    assert (still.code, [q["node"] for q in still.last_json["asks"]]) == (4, ["where"])
    assert cli("answer", asked, "--value", "live").code == 0
    done = cli("resume", asked)
    assert (done.code, done.out) == (0, "app-ab is on live\n")
    assert "answered yes: true, by ada" in cli("log", asked).out


def test_show_tells_what_is_asked_and_what_was_answered(cli: Cli, asked: str) -> None:
    assert cli("answer", asked, "where", "--value", "test").code == 0
    shown = cli("show", asked).out
    assert f"{asked}: waiting" in shown
    assert "asks     yes: Deploy this? (boolean)" in shown
    assert 'where: Where to? (one of "test", "live") (answered, used when the run goes on)' in shown
    assert f"answer with: foretell answer {asked}\n" in shown
    assert f"go on with: foretell resume {asked}" in shown
    drawn = cli("draw", asked, "--format", "dot").out
    assert "✎ yes" in drawn and "#F0E442" in drawn


def test_in_a_terminal_all_that_is_asked_is_asked(cli: Cli, asked: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        cli.command("answer", asked), cwd=cli.folder, env=cli.env(None),
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"y\nlive\n")
    _, err = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, err
    assert "Deploy this?" in err and "1  test" in err
    assert cli("resume", asked).out == "app-ab is on live\n"


def test_a_signal_reaches_all_that_wait_for_it(cli: Cli) -> None:
    cli.write("release.py", RELEASE)
    assert cli("run", "release.py:arriving").code == 4
    said = cli("answer", "last", "arrived", "--value", "data.csv", "--json")
    assert len(said.json["answered"]) == 2
    assert cli("resume", "last").out == "[8, 8]\n"


def waiting(cli: Cli, *words: str) -> subprocess.Popen[str]:
    """A command that stays, once it has said that it waits."""
    process = cli.start(*words, "--wait")
    assert process.stderr is not None
    for line in process.stderr:
        if "Answer with" in line:
            return process
    raise AssertionError("it never waited")


def test_a_run_that_is_told_to_wait_goes_on_at_once(cli: Cli) -> None:
    cli.write("release.py", RELEASE)
    process = waiting(cli, "run", "release.py:release", "-i", "commit=ab")
    first = cli("answer", "last", "yes", "--value", "true", "--json").json
    second = cli("answer", "last", "where", "--value", "test", "--json").json
    assert first["running"] and second["running"]
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "app-ab is on test\n")


def test_ctrl_c_leaves_a_run_that_waits_as_one_that_waits(cli: Cli) -> None:
    cli.write("release.py", RELEASE)
    process = waiting(cli, "run", "release.py:release", "-i", "commit=ab")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 4
    assert cli("show", "last", "--json").json["status"] == "waiting"


@pytest.mark.parametrize("answered", [False, True])
def test_a_kill_loses_neither_questions_nor_answers(cli: Cli, answered: bool) -> None:
    """Killed while it waits; and stopped, answered, and then killed before it can look."""
    cli.write("release.py", RELEASE)
    process = waiting(cli, "run", "release.py:release", "-i", "commit=ab")
    process.send_signal(signal.SIGSTOP)
    if answered:
        assert cli("answer", "last", "yes", "--value", "true").code == 0
    process.kill()
    process.communicate(timeout=60)
    shown = cli("show", "last", "--json").json
    assert shown["status"] == "interrupted"
    assert {q["node"]: q["posted"] for q in shown["asks"]} == {"yes": answered, "where": False}
    if not answered:
        assert cli("answer", "last", "yes", "--value", "true").code == 0
    assert cli("answer", "last", "yes", "--value", "false").code == 2
    assert cli("answer", "last", "where", "--value", "live").code == 0
    assert cli("resume", "last").out == "app-ab is on live\n"
    facts = [event["kind"] for event in cli("log", "last", "--json").json["events"]]
    assert facts.count("answered") == 2


def test_an_answer_that_nobody_wants_is_an_error_that_says_why(cli: Cli, asked: str) -> None:
    for words, why in [
        (["yes", "--value", '"yes"'], "the answer to 'yes': expected boolean, got string"),
        (["yse", "--value", "true"], "did you mean 'yes'"),
        (["--value", "true"], "say which: "),
        (["yes"], "no terminal to ask in; give the answer with --value JSON"),
    ]:
        said = cli("answer", asked, *words)
        assert said.code == 2 and why in said.err, said
    assert json.loads(cli("show", asked, "--json").out)["asks"][0]["posted"] is False


def test_nothing_is_left_beside_the_store(cli: Cli, asked: str) -> None:
    assert not list(Path(cli.folder, ".foretell").glob("*bell*"))


def test_a_run_that_waits_can_be_cancelled_though_nobody_runs_it(cli: Cli, asked: str) -> None:
    assert cli("cancel", asked, "--why", "too late", "--by", "ada").code == 0
    shown = cli("show", asked, "--json").json
    assert (shown["status"], shown["error"]) == ("cancelled", "cancelled by ada: too late")
    assert shown["asks"] == []
    assert cli("resume", asked).code == 5
    again = cli("cancel", asked)
    assert again.code == 2 and "is over already: cancelled" in again.err
    assert cli("answer", asked, "yes", "--value", "true").code == 2


def test_a_run_that_somebody_runs_stops_when_it_is_cancelled(cli: Cli, gate: Gate) -> None:
    text = (
        GATE_IN_TASK
        + "from foretell import task, workflow\n\n@task\ndef stays() -> None:\n    pass_the_gate()\n\n@workflow\ndef flow() -> None:\n    stays()\n"
    )
    cli.write("flow.py", text)
    process = cli.start("run", "flow.py")
    task = gate.arrived()
    assert "was told to stop" in cli("cancel", "last").err
    process.communicate(timeout=60)
    assert process.returncode == 5
    wait_gone(task)
    assert cli("show", "last", "--json").json["status"] == "cancelled"
