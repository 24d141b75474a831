"""`foretell can` and `foretell diff`, as a person or a gate calls them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.support import GATE_IN_TASK, Cli, Gate

FLOW = """
from foretell import Count, Grow, many, promise, task, workflow

@task
def work(n: int) -> int:
    return n

class Works(Grow):
    work = many(work)

@task(grows=Works)
def plan(grow: Works, size: int) -> list[int]:
    return [grow.work(n) for n in range(size)]

@workflow
def flow(size: int = 2) -> list[int]:
    {promise}
    return plan(size)
"""


def written(folder: Path, name: str, promise: str) -> str:
    (folder / name).write_text(FLOW.replace("{promise}", promise))
    return name


def test_can_names_the_promise_with_its_place(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.py", "promise(Count(work, at_most=0))")
    done = cli("can", file, "work")
    assert done.code == 0
    assert done.out.startswith("work: never (none exists, no more can come)")
    assert "Count(work, at_most=0)" in done.out
    assert "flow.py:17" in done.out


def test_can_speaks_of_a_run_from_now_on(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.py", "pass")
    assert json.loads(cli("can", file, "work", "--json").out)["verdict"] == "may"
    assert cli("run", file).code == 0
    answer = json.loads(cli("can", "last", "work", "--json").out)
    assert (answer["verdict"], answer["exist"]) == ("never", 2)


def test_show_says_because_of_whom_nobody_knows_an_end(
    cli: Cli, tmp_path: Path, gate: Gate, started: list[subprocess.Popen[str]]
) -> None:
    waiting = FLOW.replace("    return [", "    pass_the_gate()\n    return [")
    (tmp_path / "flow.py").write_text(GATE_IN_TASK + waiting.replace("{promise}", "pass"))
    started.append(cli.start("run", "flow.py"))
    gate.arrived()
    assert "0 done, 1 running, 1 or more left, unbounded because of plan" in cli("show", "last").out
    assert cli("show", "last", "--json").json["left"] == {
        "low": 1, "high": None, "unbounded": ["plan"]
    }  # fmt: skip
    gate.open()
    started[0].communicate(timeout=60)
    assert "unbounded" not in cli("show", "last").out


def test_diff_is_a_gate(cli: Cli, tmp_path: Path) -> None:
    tight = written(tmp_path, "tight.py", "promise(Count(work, at_most=3))")
    loose = written(tmp_path, "loose.py", "pass")
    same = cli("diff", tight, tight)
    assert (same.code, same.out) == (0, "nothing else may happen, and nothing less\n")
    wider = cli("diff", tight, loose)
    assert wider.code == 1
    assert "+ plan may grow any number of work (before: at most 3)" in wider.out
    narrower = cli("diff", loose, tight)
    assert narrower.code == 0
    assert "can no longer happen" in narrower.out
    assert cli("diff", loose, tight, "--strict").code == 1


def test_diff_reads_compiled_graphs_too(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.py", "pass")
    assert cli("compile", file, "-o", "flow.json").code == 0
    assert cli("diff", file, "flow.json").code == 0


def test_diff_of_a_file_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.py", "pass")
    missing = cli("diff", file, "flwo.py")
    assert missing.code == 2
    assert "did you mean 'flow.py'" in missing.err


def proposed(folder: Path, *names: str) -> str:
    nodes = [{"id": f"plan.{name}", "task": "work", "slot": "work"} for name in names]
    (folder / "change.json").write_text(json.dumps({"nodes": nodes}))
    return "change.json"


def test_check_tells_what_would_become_of_a_change(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.py", "promise(Count(work, at_most=1))")
    done = cli("check", file, "--change", proposed(tmp_path, "a"))
    assert done.code == 0
    assert "node     plan.a (work)" in done.out
    assert "plan -> plan.a (structural" in done.out
    assert "nothing new" in done.out
    refused = cli("check", file, "--change", proposed(tmp_path, "a", "b"), "--by", "plan")
    assert refused.code == 3
    assert "Count(work, at_most=1) made by flow (flow.py:17)" in refused.out
    against_a_law = cli("check", file, "--change", proposed(tmp_path, "a", "a"), "--json")
    assert against_a_law.code == 2
    answer = json.loads(against_a_law.out)
    assert (answer["allowed"], answer["against"]) == (False, "law")
    assert "exists already" in answer["why"]


def test_check_judges_a_change_in_a_run_as_it_stands(
    cli: Cli, tmp_path: Path, gate: Gate, started: list[subprocess.Popen[str]]
) -> None:
    waiting = FLOW.replace("    return [", "    grow.work(7)\n    pass_the_gate()\n    return [")
    flow = waiting.replace("{promise}", "promise(Count(work, at_most=2))")
    (tmp_path / "flow.py").write_text(GATE_IN_TASK + flow)
    started.append(cli.start("run", "flow.py", "-i", "size=1"))
    gate.arrived()
    asked = cli("check", "last", "--change", proposed(tmp_path, "new"))
    assert asked.code == 0, asked.err
    assert cli("check", "last", "--change", proposed(tmp_path, "new", "newer")).code == 3
    gate.open()
    started[0].wait()
    ended = cli("check", "last", "--change", proposed(tmp_path, "new"))
    assert ended.code == 2
    assert "the run is done: nothing can be added" in ended.err


def test_check_refuses_what_is_no_change_and_nobody_who_makes_it(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.py", "pass")
    change = proposed(tmp_path, "a")
    (tmp_path / "wrong.json").write_text('{"nodes": [{"id": 3, "task": "work"}]}')
    for words, asked in {
        "wrong.json is not a change: $.nodes[0].id": [file, "--change", "wrong.json"],
        "nowhere.json cannot be read": [file, "--change", "nowhere.json"],
        "there is no node 'plam'; did you mean 'plan'": [file, "--change", change, "--by", "plam"],
        "--by NODE goes with --change": [file, "--by", "plan"],
    }.items():
        done = cli("check", *asked)
        assert done.code == 2
        assert words in done.err
