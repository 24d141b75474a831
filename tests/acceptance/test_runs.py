"""Runs as a person and as a program see them: results, lists, journals, pictures, documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import Cli

SQUARES = """
from foretell import Count, Grow, many, promise, task, workflow

@task
def square(n: int) -> int:
    print(f"squaring {n}")
    return n * n

@task
def total(numbers: list[int]) -> int:
    return sum(numbers)

class Squares(Grow):
    square = many(square, at_most=100)

@task(grows=Squares)
def plan(grow: Squares, size: int) -> list[int]:
    return [grow.square(n) for n in range(size)]

@workflow
def squares(size: int) -> int:
    return total(plan(size))

@workflow
def thrifty(size: int) -> int:
    promise(Count(square, at_most=2))
    return total(plan(size))
"""


@pytest.fixture
def squares(cli: Cli) -> Path:
    return cli.write("flows/squares.py", SQUARES)


@pytest.fixture
def ran(cli: Cli, squares: Path) -> str:
    """The id of a run that is done."""
    said = cli("run", "flows/squares.py:squares", "-i", "size=3", "--json")
    assert said.code == 0, said
    return str(said.last_json["run"])


@pytest.mark.parametrize("start", ["fresh", "forked"])
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_the_result_alone_goes_to_stdout(cli: Cli, squares: Path, start: str, jobs: str) -> None:
    said = cli("run", f"{squares}:squares", "-i", "size=4", "--start", start, "--jobs", jobs)
    assert (said.code, said.out) == (0, "14\n"), said


def test_run_json_ends_with_one_line_for_programs(cli: Cli, squares: Path) -> None:
    said = cli("run", "flows/squares.py:squares", "-i", "size=3", "--json")
    answer = said.last_json
    assert set(answer) == {"run", "status", "output"}
    assert (answer["status"], answer["output"]) == ("done", 5)


def test_runs_are_listed_newest_first(cli: Cli, squares: Path) -> None:
    for size in (1, 2, 3):
        assert cli("run", "flows/squares.py:squares", "-i", f"size={size}").code == 0
    listed = cli("runs", "--json").json
    assert [run["output"] for run in listed] == [5, 1, 0]
    assert all({"run", "status", "output"} <= set(run) for run in listed)
    table = cli("runs").out.splitlines()
    assert [line.split()[0] for line in table[1:]] == [run["run"] for run in listed]


def test_a_failed_run_says_so_in_json_too(cli: Cli) -> None:
    cli.write(
        "bad.py",
        "from foretell import task, workflow\n\n@task\ndef bad() -> int:\n    return 1 // 0\n\n"
        "@workflow\ndef flow() -> int:\n    return bad()\n",
    )
    said = cli("run", "bad.py", "--json")
    assert said.code == 1
    assert said.last_json["status"] == "failed"
    assert "ZeroDivisionError" in said.last_json["error"]
    assert said.last_json["output"] is None


def test_a_broken_promise_is_reported_with_exit_code_3(cli: Cli, squares: Path) -> None:
    said = cli("run", "flows/squares.py:thrifty", "-i", "size=5")
    assert said.code == 3, said
    assert said.out == ""
    for part in ("Count(square, at_most=2)", "thrifty", "squares.py:26", "plan", "instead"):
        assert part in said.err, said.err
    assert "broken by  the change of 'plan' at squares.py:18" in said.err
    assert "Traceback" not in said.err
    shown = cli("show", "last")
    assert shown.code == 0
    assert "broken" in shown.out
    assert "Count(square, at_most=2)" in shown.out
    kept = cli("run", "flows/squares.py:thrifty", "-i", "size=2")
    assert (kept.code, kept.out) == (0, "1\n"), kept


def test_growing_more_than_the_own_rights_breaks_the_promise(cli: Cli, squares: Path) -> None:
    said = cli("run", "flows/squares.py:squares", "-i", "size=101", "--start", "forked")
    assert said.code == 3, said
    for part in ("square", "at_most=100", "squares.py:16", "at most 100", "101"):
        assert part in said.err, said.err


def test_show_and_log_tell_what_happened(cli: Cli, ran: str) -> None:
    shown = cli("show", ran)
    assert f"{ran}: done" in shown.out
    assert "5 done" in shown.out
    log = cli("log", ran).out
    for line in ("registered squares(size=3)", "plan added plan.square", "ended: done -> 5"):
        assert line in log
    assert "squaring 2" in log
    one = cli("log", ran, "plan.square_2").out
    assert "squaring 1" in one
    assert "squaring 2" not in one


def test_json_of_show_log_and_check(cli: Cli, ran: str) -> None:
    show = cli("show", ran, "--json").json
    assert (show["run"], show["status"], show["output"]) == (ran, "done", 5)
    assert show["inputs"] == {"size": 3}
    assert show["left"] == {"low": 0, "high": 0, "unbounded": []}
    log = cli("log", ran, "--json").json
    assert [event["seq"] for event in log["events"]] == list(range(1, len(log["events"]) + 1))
    assert log["events"][0]["kind"] == "registered"
    assert log["events"][-1]["kind"] == "ended"
    assert [line["text"] for line in log["logs"]] == ["squaring 0", "squaring 1", "squaring 2"]
    checked = cli("check", "flows/squares.py", "--json").json
    assert [found["workflow"] for found in checked] == ["squares", "thrifty"]
    assert [found["left"] for found in checked] == [
        {"low": 2, "high": 102, "unbounded": []},
        {"low": 2, "high": 4, "unbounded": []},
    ]


def test_check_runs_nothing_and_makes_no_store(cli: Cli, squares: Path) -> None:
    assert cli("check", "flows/squares.py").code == 0
    assert not (cli.folder / ".foretell").exists()


def test_a_run_can_be_named_by_its_beginning_its_end_or_last(cli: Cli, ran: str) -> None:
    for name in (ran, ran[:-1], ran[-4:], "last"):
        assert cli("show", name, "--json").json["run"] == ran


def test_a_run_is_drawn_at_every_moment(cli: Cli, ran: str) -> None:
    count = cli("show", ran, "--json").json["events"]
    seen = []
    for event in range(count + 1):
        said = cli("draw", ran, "--at", str(event), "--json")
        assert said.code == 0, said
        assert said.json.get("event", 0) == event
        seen.append(len(said.json["nodes"]) + sum(c["max"] for c in said.json.get("classes", [])))
    assert (seen[0], seen[-1]) == (102, 5)
    assert seen == sorted(seen, reverse=True)
    beyond = cli("draw", ran, "--at", str(count + 1))
    assert beyond.code == 2
    assert str(count) in beyond.err


@pytest.mark.parametrize("ending", ["svg", "png", "dot", "mmd", "html", "json"])
def test_a_file_is_drawn_in_every_format(cli: Cli, squares: Path, ending: str) -> None:
    said = cli("draw", "flows/squares.py:squares", "-o", f"picture.{ending}")
    assert said.code == 0, said
    written = sorted(path.name for path in cli.folder.glob("picture.*"))
    assert written in ([f"picture.{ending}"], ["picture.html"])
    assert written[0] in said.out
    assert (cli.folder / written[0]).stat().st_size > 100


@pytest.mark.parametrize(("fmt", "words"), [("dot", "digraph"), ("mermaid", "flowchart")])
def test_text_formats_are_printed(cli: Cli, squares: Path, fmt: str, words: str) -> None:
    said = cli("draw", "flows/squares.py:squares", "--format", fmt)
    assert said.code == 0, said
    assert words in said.out
    assert "square" in said.out


def test_without_a_renderer_a_run_still_succeeds_and_a_page_is_drawn(
    cli: Cli, squares: Path
) -> None:
    empty = cli.folder / "empty"
    empty.mkdir()
    no_dot = {"PATH": str(empty)}
    said = cli("run", "flows/squares.py:squares", "-i", "size=2", env=no_dot)
    assert (said.code, said.out) == (0, "1\n"), said
    said = cli("draw", "last", "-o", "picture.svg", env=no_dot)
    assert said.code == 0, said
    if not (cli.folder / "picture.svg").exists():  # pygraphviz may be installed
        assert "picture.html" in said.out
        assert "foretell[draw]" in said.out


def test_the_picture_of_a_run_is_named_when_it_ends(cli: Cli, squares: Path) -> None:
    said = cli("run", "flows/squares.py:squares", "-i", "size=2")
    (line,) = [line for line in said.err.splitlines() if line.startswith("picture: ")]
    assert (cli.folder / line.removeprefix("picture: ")).exists()


def test_a_compiled_graph_runs_from_wherever_it_is_written(cli: Cli, squares: Path) -> None:
    (cli.folder / "deep" / "er").mkdir(parents=True)
    for place in ("graph.json", "deep/er/graph.json", "flows/graph.json"):
        said = cli("compile", "flows/squares.py:squares", "-o", place)
        assert said.code == 0, said
        said = cli("run", place, "-i", "size=4")
        assert (said.code, said.out) == (0, "14\n"), said
    entries = {t["entry"] for t in json.loads((cli.folder / place).read_text())["tasks"].values()}
    assert not any(entry.startswith("/") for entry in entries)


def test_a_document_keeps_promises_and_bounds(cli: Cli, squares: Path) -> None:
    assert cli("compile", "flows/squares.py:thrifty", "-o", "graph.json").code == 0
    assert cli("check", "graph.json", "--json").json[0]["left"] == {
        "low": 2,
        "high": 4,
        "unbounded": [],
    }
    assert cli("run", "graph.json", "-i", "size=5").code == 3


def test_help_tells_commands_and_exit_codes(cli: Cli) -> None:
    said = cli("--help")
    assert said.code == 0
    for word in ("run", "resume", "runs", "show", "log", "draw", "compile", "check", "130"):
        assert word in said.out
    for command in ("run", "resume", "runs", "show", "log", "draw", "compile", "check"):
        assert cli(command, "--help").code == 0


def test_a_reader_that_goes_away_is_no_error(cli: Cli, ran: str) -> None:
    process = cli.start("log", ran)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
