"""Trials as a stranger meets them: on the command line, with real processes."""

from __future__ import annotations

import signal

from tests.support import GATE_IN_TASK, Cli, Gate

FLOW = (
    "from foretell import RetryAfter, task, workflow\n"
    + GATE_IN_TASK
    + """
class Busy(OSError): ...

@task(retries=9, retry_on=(Busy, ChildProcessError))
def fetch(n: int) -> int:
    note("fetch")
    match len(open("trace.txt").readlines()):
        case 1:
            raise Busy("not now")
        case 2:
            os._exit(3)
        case 3:
            raise RetryAfter("0", "busy still")
    return n + 1

@task(retries=9, retry_on=Busy)
def check(n: int) -> int:
    raise ValueError(f"{n} is wrong")

@task(retries=9, backoff=1000)
def sit(n: int) -> int:
    note("sit")
    raise Busy("come tomorrow")

@workflow
def chain(n: int = 1) -> int:
    return check(fetch(n))

@workflow
def sitting(n: int = 1) -> int:
    return sit(n)
"""
)


def test_a_node_is_tried_again_upon_what_it_names_and_all_its_trials_are_told(cli: Cli) -> None:
    cli.write("flow.py", FLOW)
    said = cli("run", "flow.py:chain")
    assert said.code == 1
    assert "Node check failed: ValueError: 2 is wrong" in said.err
    shown = cli("show", "last", "fetch", "--json").json
    assert shown["status"] == "done"
    assert [(one["trial"], one["outcome"], one["error"]) for one in shown["trials"]] == [
        (1, "failed", "Busy: not now"),
        (2, "failed", "exited with code 3 without finishing"),
        (3, "failed", "RetryAfter: in 0 s: busy still"),
        (4, "done", ""),
    ]
    assert {str(one["inputs"]) for one in shown["trials"]} == {"{'n': 1}"}
    (only,) = cli("show", "last", "check", "--json").json["trials"]
    assert (only["outcome"], only["inputs"]) == ("failed", {"n": 2})
    said = cli("show", "last", "chek")
    assert (said.code, "did you mean 'check'" in said.err) == (2, True)


def test_a_run_that_only_waits_is_left_by_ctrl_c_and_says_until_when(cli: Cli, gate: Gate) -> None:
    cli.write("flow.py", FLOW.replace('note("sit")', "pass_the_gate()"))
    running = cli.start("run", "flow.py:sitting")
    try:
        gate.arrived()
        gate.open()
        assert running.stderr is not None
        for line in running.stderr:
            if "will be tried again in" in line:
                break
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()
    assert running.returncode == 130
    shown = cli("show", "last").out
    assert "waiting  sit, to be tried again (trial 2) at 20" in shown, shown
    one = cli("show", "last", "sit", "--json").json
    assert one["status"] == "waiting"
    assert one["again_at"] == one["trials"][0]["again_at"]
