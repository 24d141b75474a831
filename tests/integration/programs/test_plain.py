"""Programs that know nothing of us: what they are given, what is made of what they write, and how each
way to go wrong is told."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from foretell.document.programs import Program
from foretell.document.running import BYTES
from foretell.graph.references import text_of_bytes
from foretell.protocol.messages import Fail, Finish
from foretell_runtime.executors import child as child_module
from foretell_runtime.executors import plain as plain_module
from tests.integration.executors.talking import open_fds
from tests.integration.programs.foreign import (
    ARGUMENTS,
    dumped,
    failure,
    output,
    python,
    ran,
    takes,
    word,
)

NASTY = [
    "", " ", "two words", "a'b", 'a"b', "`id`", "$(id)", "$HOME", ";rm -rf /", "&& false", "| cat",
    "> file", "\n", "line\nline\n", "\t", "\\", "\\n", "{name}", "{{", "}", "{*}", "*", "~", "-rf", "--",
    "%s", "!!", "é ✓ 𝔘", "\x01\x7f", "a" * 5000,
]  # fmt: skip
"""Values that a shell, a template or a parser would make something else of."""


def test_every_argument_is_one_word_whatever_it_holds() -> None:
    program = python(ARGUMENTS, "{all*}", "<{one}>", "{number}", "{flag}", "{thing}")
    given = {"all": NASTY, "one": "{all*} ;", "number": 1.5, "flag": True, "thing": {"a": [1]}}
    assert output(ran(program, given)) == [*NASTY, "<{all*} ;>", "1.5", "true", '{"a":[1]}']


@pytest.mark.parametrize("given", [[], None])
def test_a_list_of_no_items_is_no_word(given: Any) -> None:
    assert output(ran(python(ARGUMENTS, "a", "{all*}", "b"), {"all": given})) == ["a", "b"]


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_a_shell_never_reads_a_value(shell: str, tmp_path: Path) -> None:
    values = {f"v{i}": nasty for i, nasty in enumerate(NASTY)}
    script = "".join(f'printf "%s\\0" "$v{i}"\n' for i in range(len(NASTY))) + 'printf "%s" "$1"'
    program = Program(
        (shell, "-eu", "-c"), script=script, args=("sh", "{v0}{v4}"), stdout="text",
        env={name: f"{{{name}}}" for name in values},
    )  # fmt: skip
    said = output(ran(program, values, base=tmp_path))
    assert said.split("\0") == [*NASTY, NASTY[0] + NASTY[4]]
    assert list(tmp_path.iterdir()) == []


def test_stdin_holds_what_is_said_and_then_ends() -> None:
    echo = python("import sys; sys.stdout.write(sys.stdin.read())", stdin="{*}")
    given = {"text": "$(id)\n", "n": 1}
    assert output(ran(echo, given)) == given
    text = python("import sys; sys.stdout.write(sys.stdin.read())", stdin="[{text}]", stdout="text")
    assert output(ran(text, given)) == "[$(id)\n]"
    nothing = python("import sys; print(len(sys.stdin.read()))")
    assert output(ran(nothing, given)) == 0


@pytest.mark.parametrize(
    ("stdout", "written", "result"),
    [
        ("json", ' {"a": [1, null]}\n', {"a": [1, None]}),
        ("json", "3", 3),
        ("text", "one\ntwo\n", "one\ntwo"),
        ("text", "one\n\n", "one\n"),
        ("text", "", ""),
        ("lines", "one\n\ntwo\n", ["one", "", "two"]),
        ("lines", "", []),
        ("log", "hello\nthere", None),
    ],
)
def test_stdout_is_read_as_was_said(stdout: Any, written: str, result: Any) -> None:
    heard = ran(python(f"import sys; sys.stdout.write({written!r})", stdout=stdout))
    assert output(heard) == result
    assert heard.said("output") == (["hello", "there"] if stdout == "log" else [])
    assert heard.end.over


def test_bytes_go_through_as_they_are() -> None:
    every = bytes(range(256))
    schema = takes(data=dict(BYTES))
    program = Program(("cat",), stdin="{data}", stdout="bytes")
    given = {"data": text_of_bytes(every)}
    assert output(ran(program, given, inputs=schema, output=BYTES)) == text_of_bytes(every)
    assert "is not bytes as base64" in failure(ran(program, {"data": "x"}, inputs=schema))
    among_others = Program(("cat",), stdin="<{data}>", stdout="text")
    assert output(ran(among_others, given, inputs=schema)) == f"<{text_of_bytes(every)}>"


def test_stderr_is_log_and_never_result() -> None:
    heard = ran(python("import sys; print(1); print('by the way', file=sys.stderr)"))
    assert output(heard) == 1
    assert heard.said("output") == ["by the way"]


@pytest.mark.parametrize(
    ("code", "output", "why"),
    [
        ("print('hello')", {}, "not its result as JSON (line 1, column 1: this is not JSON"),
        ("", {}, "wrote nothing to its stdout, where its result was to come as JSON"),
        ("print('[1, 2')", {}, "looks truncated"),
        ("print('NaN')", {}, "NaN is not a JSON number"),
        ("print('[' * 500)", {}, "nested more than 200 levels deep"),
        ('print(\'{"a": 1, "a": 2}\')', {}, "holds the key 'a' twice"),
        ("import os; os.write(1, b'\\xff')", {}, "not UTF-8 (byte 0): b'\\xff'"),
        (
            "print('\"three\"')",
            {"type": "integer"},
            'says it returns integer, but wrote string "three" to its stdout',
        ),
    ],
)
def test_a_result_that_is_none_is_told(code: str, output: Any, why: str) -> None:
    heard = ran(python(code + "\nimport sys; print('tail', file=sys.stderr)"), output=output)
    said = word(heard)
    assert isinstance(said, Fail)
    assert why in said.error
    assert said.error.endswith("the last it printed:\ntail")
    assert not said.permanent
    narrow = ran(python(code), output=output, start={"retry_on": ("ValueError",)})
    assert word(narrow).permanent


def test_exit_codes_are_good_or_permanent_or_may_be_tried_again() -> None:
    def ended(code: int) -> Any:
        heard = ran(python(f"print(1); exit({code})", ok=(0, 3), permanent=(4,)))
        return heard.messages, heard.end.over, heard.end.why

    assert ended(0)[0] == ended(3)[0] == [Finish(1)]
    assert ended(4)[0] == [Fail("exited with code 4", permanent=True)]
    assert ended(5) == ([], False, "exited with code 5")


def test_a_signal_is_told_with_the_last_that_was_printed() -> None:
    code = "import os, sys; print('so far', file=sys.stderr, flush=True); os.kill(os.getpid(), 11)"
    heard = ran(python(code))
    assert failure(heard) == (
        "was killed by SIGSEGV (a crash in native code); the last it printed:\nso far"
    )
    assert heard.end.signal == 11


def test_too_much_is_not_kept_and_the_program_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_module, "LARGEST", 1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = ran(python("while True: print('x' * 10000)", stdout="text"))
    assert "bytes to its stdout; large results belong in a file" in failure(heard)
    assert word(heard).permanent
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80_000  # KB


def test_a_flood_of_logs_is_handed_on_and_not_kept() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = ran(python("for _ in range(200): print('x' * 100_000)", stdout="log"))
    assert sum(map(len, heard.said("output"))) == 20_000_000
    assert output(heard) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000  # KB


@pytest.mark.parametrize(
    "code",
    [
        "print(1)",
        "import os; os.close(0); print(1)",
        "import sys; sys.stdin.read(1); print(1)",
    ],
)
def test_who_does_not_read_its_stdin_is_no_trouble(code: str) -> None:
    assert output(ran(python(code, stdin="{big}"), {"big": "x" * 3_000_000})) == 1


def test_who_closes_its_stdout_early_may_go_on() -> None:
    code = "import os, sys; os.write(1, b'1'); os.close(1); os.close(2); sys.stdin.read()"
    assert output(ran(python(code, stdin="{big}"), {"big": "x" * 1_000_000})) == 1


def test_what_it_leaves_behind_is_ended_and_not_waited_for() -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '1000']); print(1)"
    assert output(ran(python(code))) == 1


def test_who_has_gone_elsewhere_and_writes_for_ever_is_not_waited_for() -> None:
    code = (
        "import subprocess, sys; p = subprocess.Popen(['yes'], start_new_session=True)\n"
        "print(p.pid, file=sys.stderr)"
    )
    heard = ran(python(code, stdout="lines"))
    try:
        assert output(heard)[0] == "y"
    finally:
        with suppress(ProcessLookupError):  # nobody reads it any more
            os.kill(int(heard.said("output")[0]), 9)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nosuchprogram",), "there is no program 'nosuchprogram': a bare name is looked for"),
        (("./nosuch",), "a path from <base>"),
        (("./folder",), "'./folder' may not be executed"),
        (("./plain.txt",), "'./plain.txt' may not be executed: is it a folder, or not marked"),
        (("./nothing",), "'./nothing' is no program that this machine can run"),
        (("./plain.txt/x",), "lies in what is no folder"),
        (("./lost.sh",), "it is a script, and what its first line names is not there"),
        ((sys.executable, "-c", "", "{big}"), "longer than the system allows; pass large values"),
    ],
)
def test_what_cannot_be_started_is_told_and_not_tried_again(
    words: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    for name, text, mode in (
        ("plain.txt", "text", 0o644),
        ("nothing", "\0\1\2", 0o755),
        ("lost.sh", "#!/no/such/interpreter\n", 0o755),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    heard = ran(Program(words), {"big": "x" * 3_000_000}, base=tmp_path)
    said = failure(heard).replace(str(tmp_path), "<base>")
    assert said.startswith("cannot be started: ")
    assert why in said
    assert word(heard).permanent


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    heard = ran(Program(("true",), folder="later"), base=tmp_path)
    assert f"the folder {tmp_path}/later that it is to run in is not there" in failure(heard)


def test_a_program_runs_in_the_folder_of_its_workflow(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/tool").write_text("#!/bin/sh\npwd")
    (tmp_path / "sub/tool").chmod(0o755)
    for words, folder in ((("./tool",), "sub"), (("sub/tool",), "")):
        program = Program(words, folder=folder, stdout="text")
        assert output(ran(program, base=tmp_path)) == str(tmp_path / folder)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"n": "three"}, "input 'n': expected integer, got string \"three\""),
        ({}, "input 'n' is missing"),
        ({"n": 1, "m": 2}, "there is no input 'm'"),
        ({"n": 1, "text": "a\0b"}, "no program can be given a null character"),
    ],
)
def test_inputs_are_checked_before_anything_is_started(given: Any, why: str) -> None:
    schema = {**takes(n="integer", text="string"), "required": ["n"]}
    heard = ran(Program(("true", "{n}", "{text}")), given, inputs=schema)
    assert why in failure(heard)
    assert word(heard).permanent


def test_defaults_are_filled_in() -> None:
    schema = takes(n={"type": "integer", "default": 7})
    assert output(ran(python(ARGUMENTS, "{n}"), inputs=schema)) == ["7"]


def test_a_secret_goes_into_the_environment_and_stdin_but_never_into_a_word() -> None:
    key = {"key": {"$secret": "KEY"}}
    code = "import json, os, sys; print(json.dumps([os.environ['K'], sys.stdin.read()]))"
    program = python(code, env={"K": "<{key}>"}, stdin="{*}")
    assert output(ran(program, key)) == ["<the KEY>", '{"key":"the KEY"}']
    for template in ("{key}", "--key={key}", "{*}"):
        heard = ran(python(code, template), key)
        assert "the secret 'KEY' would be an argument of the program" in failure(heard)


def test_a_program_knows_its_node_and_trial() -> None:
    names = ["NODE", "TASK", "TRIAL", "ITERATION"]
    code = f"import json, os; print(json.dumps([os.environ['FORETELL_' + n] for n in {names}]))"
    assert output(ran(python(code))) == ["node", "tool", "1", "1"]


def test_a_program_is_given_no_words_but_its_own() -> None:
    assert output(ran(python(ARGUMENTS))) == []


def test_nothing_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "LINGER_S", 0.01)
    ran(python("print(1)"))
    before = open_fds()
    for program in (python("print(1)"), Program(("nosuch",)), python("exit(3)")):
        ran(program, {"text": "x"})
    assert open_fds() == before


def test_a_stream_that_is_still_written_cannot_be_read() -> None:
    heard = ran(python(ARGUMENTS, "{rows}"), start={"streams": ("rows",)})
    assert "while that is still being written" in failure(heard)


def test_what_it_says_in_json_is_what_comes() -> None:
    value = {"text": "é\n", "numbers": [1, 2.5, -3e10, None, True], "": {}}
    assert output(ran(python(f"print({dumped(value)!r})"))) == value
