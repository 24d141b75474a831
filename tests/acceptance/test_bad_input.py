"""Every kind of bad input gets a clear sentence, exit code 2, no traceback, and leaves no trace."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support import Cli, Said

GREETING = """
from foretell import task, workflow

@task
def greet(name: str, times: int) -> str:
    return " ".join([f"hello {name}"] * times)

@workflow
def greeting(name: str, times: int = 1) -> str:
    return greet(name, times)
"""

FAREWELL = """
@workflow
def farewell(name: str) -> str:
    return greet(name, 1)
"""


@pytest.fixture
def greeting(cli: Cli) -> Path:
    return cli.write("greeting.py", GREETING)


def refused(cli: Cli, said: Said, *words: str) -> None:
    """A mistake was told in these words, nothing was run, and no traceback was shown."""
    assert said.code == 2, said
    for word in words:
        assert word in said.err, said.err
    assert "Traceback" not in said.err
    assert cli("runs", "--json").json == []


def test_a_file_that_is_not_there(cli: Cli, greeting: Path) -> None:
    refused(cli, cli("run", "greating.py"), "no file greating.py", "did you mean 'greeting.py'?")


def test_a_folder(cli: Cli) -> None:
    refused(cli, cli("run", "."), "is a folder")


def test_a_file_of_another_kind(cli: Cli) -> None:
    cli.write("notes.txt", "hello")
    refused(cli, cli("run", "notes.txt"), "notes.txt", "neither a Python file")


def test_a_file_without_a_workflow(cli: Cli) -> None:
    cli.write("plain.py", "x = 1\n")
    refused(cli, cli("run", "plain.py"), "plain.py defines no workflow", "@workflow")


def test_an_unknown_workflow_is_refused_with_the_known_names(cli: Cli, greeting: Path) -> None:
    said = cli("run", "greeting.py:greting")
    refused(cli, said, "no workflow 'greting'", "did you mean 'greeting'?")


def test_several_workflows_and_none_named(cli: Cli) -> None:
    cli.write("both.py", GREETING + FAREWELL)
    refused(cli, cli("run", "both.py"), "several workflows", "greeting, farewell", "both.py:greet")


def test_a_file_that_raises_shows_its_own_traceback_only(cli: Cli) -> None:
    cli.write("broken.py", "def deep():\n    return 1 / 0\n\ndeep()\n")
    said = cli("run", "broken.py")
    assert said.code == 2
    assert "ZeroDivisionError" in said.err
    assert 'broken.py", line 4' in said.err
    assert "foretell_runtime" not in said.err
    assert "importlib" not in said.err


def test_a_file_with_a_syntax_error(cli: Cli) -> None:
    cli.write("broken.py", "def f(:\n")
    said = cli("run", "broken.py")
    assert said.code == 2
    assert "SyntaxError" in said.err
    assert "broken.py" in said.err
    assert "foretell_runtime" not in said.err


def test_a_file_that_exits_on_import(cli: Cli) -> None:
    cli.write("leaving.py", "import sys\nsys.exit(0)\n")
    said = cli("run", "leaving.py")
    assert said.code == 2
    assert "SystemExit" in said.err


def test_a_workflow_whose_body_raises_shows_its_own_traceback_only(cli: Cli) -> None:
    cli.write("body.py", GREETING.replace("return greet(name, times)", "return gret(name)"))
    for command in ("run", "check", "compile", "draw"):
        said = cli(command, "body.py")
        assert said.code == 2, said
        assert "NameError: name 'gret'" in said.err
        assert 'body.py", line 10' in said.err
        assert "foretell_runtime" not in said.err


def test_a_workflow_whose_body_exits(cli: Cli) -> None:
    cli.write("body.py", GREETING.replace("return greet(name, times)", "raise SystemExit(0)"))
    for command in ("run", "check", "compile", "draw"):
        said = cli(command, "body.py")
        assert said.code == 2, said
        assert "SystemExit" in said.err


def test_a_misuse_of_a_result_is_told_with_its_place(cli: Cli) -> None:
    cli.write("body.py", GREETING.replace("return greet(name", "return greet(name + '!'"))
    refused(cli, cli("run", "body.py", "-i", "name=Ada"), "body.py:10", "'name'")


def test_a_missing_input_names_itself_and_its_type(cli: Cli, greeting: Path) -> None:
    refused(cli, cli("run", "greeting.py"), "'name'", "expected string", "-i name=")


def test_an_unknown_input_is_refused_with_the_known_names(cli: Cli, greeting: Path) -> None:
    said = cli("run", "greeting.py", "-i", "nam=Ada")
    refused(cli, said, "'nam'", "name, times", "did you mean 'name'?")


@pytest.mark.parametrize(
    ("value", "came"), [("soon", "'soon'"), ('"3"', 'string "3"'), ("2.5", "2.5"), ("null", "null")]
)
def test_a_mistyped_input_tells_what_came(cli: Cli, greeting: Path, value: str, came: str) -> None:
    said = cli("run", "greeting.py", "-i", "name=Ada", "-i", f"times={value}")
    refused(cli, said, "'times'", "expected integer", came)


def test_an_input_without_an_equals_sign(cli: Cli, greeting: Path) -> None:
    refused(cli, cli("run", "greeting.py", "-i", "name"), "-i name", "name=value")


def test_an_input_given_twice(cli: Cli, greeting: Path) -> None:
    said = cli("run", "greeting.py", "-i", "name=Ada", "-i", "name=Bob")
    refused(cli, said, "name", "twice")


def test_an_input_from_a_file_that_is_not_there(cli: Cli, greeting: Path) -> None:
    refused(cli, cli("run", "greeting.py", "-i", "name=@no.txt"), "no.txt")


def test_text_for_a_string_is_taken_as_it_is(cli: Cli, greeting: Path) -> None:
    said = cli("run", "greeting.py", "-i", "name=3", "-i", "times=2")
    assert (said.code, said.out) == (0, "hello 3 hello 3\n")


def test_an_input_can_be_read_from_a_file(cli: Cli, greeting: Path) -> None:
    cli.write("name.txt", "Ada")
    said = cli("run", "greeting.py", "-i", "name=@name.txt")
    assert (said.code, said.out) == (0, "hello Ada\n")


@pytest.mark.parametrize(
    "args",
    [
        ["run", "greeting.py", "--jobs", "0"],
        ["run", "greeting.py", "--jobs", "many"],
        ["run", "greeting.py", "--start", "warm"],
        ["run"],
        ["runn", "greeting.py"],
        ["run", "greeting.py", "--fast"],
        ["draw", "greeting.py", "--format", "gif"],
        ["draw", "greeting.py", "--at", "-1"],
    ],
)
def test_a_wrong_command_line(cli: Cli, greeting: Path, args: list[str]) -> None:
    refused(cli, cli(*args), "Error: ")


@pytest.mark.parametrize("command", ["resume", "show", "log", "draw"])
def test_an_unknown_run(cli: Cli, greeting: Path, command: str) -> None:
    assert cli("run", "greeting.py", "-i", "name=Ada").code == 0
    said = cli(command, "greeting-none")
    assert said.code == 2, said
    assert "greeting-none" in said.err
    assert "Traceback" not in said.err


def test_an_unknown_node_in_a_log(cli: Cli, greeting: Path) -> None:
    assert cli("run", "greeting.py", "-i", "name=Ada").code == 0
    said = cli("log", "last", "greeet")
    assert said.code == 2
    assert "'greeet'" in said.err
    assert "did you mean 'greet'?" in said.err


# --- graph documents ---------------------------------------------------------------------------


@pytest.fixture
def document(cli: Cli, greeting: Path) -> dict[str, Any]:
    """A sound graph document, to be spoiled."""
    said = cli("compile", "greeting.py")
    assert said.code == 0, said
    graph: dict[str, Any] = said.json
    return graph


def spoiled(cli: Cli, document: dict[str, Any]) -> Said:
    cli.write("graph.json", json.dumps(document))
    return cli("run", "graph.json", "-i", "name=Ada")


def test_a_sound_document_runs(cli: Cli, document: dict[str, Any]) -> None:
    assert spoiled(cli, document).out == "hello Ada\n"


def test_a_truncated_document(cli: Cli, document: dict[str, Any]) -> None:
    cli.write("graph.json", json.dumps(document)[:-40])
    refused(cli, cli("run", "graph.json"), "graph.json", "line 1")


def test_a_document_that_is_too_deep(cli: Cli) -> None:
    cli.write("graph.json", "[" * 100_000 + "]" * 100_000)
    refused(cli, cli("run", "graph.json"), "graph.json", "deep")


def test_an_empty_document_and_one_that_is_not_text(cli: Cli) -> None:
    cli.write("graph.json", "")
    refused(cli, cli("run", "graph.json"), "graph.json")
    (cli.folder / "graph.json").write_bytes(b"\xff\xfe\x00{")
    refused(cli, cli("run", "graph.json"), "graph.json")


def test_a_document_of_a_newer_version(cli: Cli, document: dict[str, Any]) -> None:
    refused(cli, spoiled(cli, {**document, "version": 99}), "version", "99")


def test_a_document_that_refers_to_an_unknown_node(cli: Cli, document: dict[str, Any]) -> None:
    edges = [{"source": "greet", "target": "nobody"}]
    refused(cli, spoiled(cli, {**document, "edges": edges}), "nobody")


def test_a_document_that_refers_to_an_unknown_task(cli: Cli, document: dict[str, Any]) -> None:
    nodes = [{"id": "ghost", "task": "ghostly"}]
    refused(cli, spoiled(cli, {**document, "nodes": nodes, "output": {}}), "ghostly")


def test_a_document_with_a_field_nobody_knows(cli: Cli, document: dict[str, Any]) -> None:
    refused(cli, spoiled(cli, {**document, "color": "red"}), "color")


def test_a_document_with_a_cycle_names_the_cycle(cli: Cli, document: dict[str, Any]) -> None:
    inputs = {"name": "Ada", "times": 1}
    nodes = [{"id": name, "task": "greet", "inputs": inputs} for name in "abc"]
    edges = [{"source": s, "target": t} for s, t in ("ab", "bc", "ca")]
    said = spoiled(cli, {**document, "nodes": nodes, "edges": edges, "output": {}})
    refused(cli, said, "cycle")
    assert any(cycle in said.err for cycle in ("a -> b -> c", "b -> c -> a", "c -> a -> b"))


# --- stores ------------------------------------------------------------------------------------


def test_a_store_that_cannot_be_written(cli: Cli, greeting: Path) -> None:
    refused(cli, cli("run", "greeting.py", "-i", "name=Ada", "--store", "/proc/no.db"), "/proc/no")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write what is read-only")
def test_a_read_only_folder(cli: Cli, greeting: Path) -> None:
    shut = cli.folder / "shut"
    shut.mkdir(mode=0o500)
    said = cli("run", "greeting.py", "-i", "name=Ada", "--store", "shut/foretell.db")
    refused(cli, said, "shut/foretell.db")


def test_a_store_that_is_a_folder(cli: Cli, greeting: Path) -> None:
    refused(cli, cli("run", "greeting.py", "-i", "name=Ada", "--store", "."), "is a folder")


def test_a_store_that_is_no_database(cli: Cli, greeting: Path) -> None:
    cli.write("notes.txt", "these are my notes, not a database\n" * 10)
    said = cli("run", "greeting.py", "-i", "name=Ada", "--store", "notes.txt")
    refused(cli, said, "notes.txt", "not a database")
    assert (cli.folder / "notes.txt").read_text().startswith("these are my notes")


def test_a_store_that_another_process_has_locked(cli: Cli, greeting: Path) -> None:
    assert cli("run", "greeting.py", "-i", "name=Ada").code == 0
    database = sqlite3.connect(cli.folder / ".foretell" / "foretell.db", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    try:
        said = cli("run", "greeting.py", "-i", "name=Bob")
    finally:
        database.close()
    assert said.code == 2, said
    assert "locked by another process" in said.err
    assert [run["output"] for run in cli("runs", "--json").json] == ["hello Ada"]


def test_the_store_can_be_named_by_option_or_environment(cli: Cli, greeting: Path) -> None:
    elsewhere = {"FORETELL_STORE": "env.db"}
    assert cli("run", "greeting.py", "-i", "name=Ada", env=elsewhere).code == 0
    said = cli("run", "greeting.py", "-i", "name=Bob", "--store", "opt.db", env=elsewhere)
    assert said.code == 0
    assert [run["output"] for run in cli("runs", "--json", env=elsewhere).json] == ["hello Ada"]
    assert [run["output"] for run in cli("runs", "--json", "--store", "opt.db").json] == [
        "hello Bob"
    ]
    assert not (cli.folder / ".foretell" / "foretell.db").exists()


PROMISES = """
from foretell import Count, promise, task, workflow

@task
def leaf(n: int) -> int:
    return n

@workflow
def short() -> int:
    promise(Count(leaf, exactly=3))
    return leaf(1)

@workflow
def typo() -> int:
    return leaf(m=1)

@workflow
def sound() -> int:
    return leaf(1)
"""


def test_check_tells_of_every_workflow_also_of_those_after_a_wrong_one(cli: Cli) -> None:
    cli.write("many.py", PROMISES)
    said = cli("check", "many.py")
    assert said.code == 3, said
    assert "Count(leaf, exactly=3)" in said.err
    assert "many.py:15: task 'leaf': input 'm'" in said.err
    assert said.out.startswith("sound: ok\n")
    assert "1 node will have run" in said.out


def test_check_in_json_has_an_object_for_every_workflow(cli: Cli) -> None:
    cli.write("many.py", PROMISES)
    short, typo, sound = cli("check", "many.py", "--json").json
    assert (short["workflow"], typo["workflow"], sound["workflow"]) == ("short", "typo", "sound")
    assert "1 such node exists" in short["error"]
    assert "many.py:15" in typo["error"]
    assert "error" not in sound


def test_a_mistake_made_while_a_file_is_imported_is_told_with_its_line(cli: Cli) -> None:
    cli.write("odd.py", GREETING.replace("@task", "@task(retry=3)"))
    said = cli("run", "odd.py")
    refused(cli, said, "odd.py cannot be imported", "odd.py:4", "unknown option 'retry'")
    assert "foretell.errors" not in said.err


def test_a_module_name_is_answered_with_its_file(cli: Cli) -> None:
    cli.write("parts/flow.py", GREETING)
    refused(cli, cli("run", "parts.flow"), "no file parts.flow", "did you mean 'parts/flow.py'?")


def test_an_input_file_that_is_not_there(cli: Cli, greeting: Path) -> None:
    said = cli("run", "greeting.py", "-i", "name=@nobody.json")
    refused(cli, said, "-i name=@nobody.json: cannot be read: No such file")
    assert "Errno" not in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("run", "idle.py", "-i", "name=you"),
        ("draw", "idle.py", "--format", "dot"),
        ("compile", "idle.py"),
        ("diff", "idle.py", "idle.py"),
    ],
    ids=lambda words: words[0],
)
def test_a_promise_about_nodes_that_can_never_be_is_told(cli: Cli, words: tuple[str, ...]) -> None:
    vow = "@task\ndef shout() -> None: ...\n\n@workflow"
    body = "    promise(Count(shout, at_most=1))\n    return greet("
    text = GREETING.replace("import task", "import Count, promise, task")
    cli.write("idle.py", text.replace("@workflow", vow).replace("    return greet(", body))
    said = cli(*words)
    assert said.code == 0
    why = "no node can ever be of task 'shout'"
    assert f"Warning: promise Count(shout, at_most=1) (idle.py:13): {why}" in said.err
    assert "Warning" not in said.out


def test_what_cannot_be_run_as_it_is_can_be_compiled_and_that_is_told(cli: Cli) -> None:
    text = GREETING.replace("import task", "import Count, promise, task")
    cli.write(
        "never.py", text.replace("    return", "    promise(Count(greet, at_least=2))\n    return")
    )
    said = cli("compile", "never.py")
    assert said.code == 0
    assert (
        "Warning: as it is, it cannot be run: 'greeting' cannot keep what it promises" in said.err
    )
    assert json.loads(said.out)["promises"]
