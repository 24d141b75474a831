"""A secret is where it is needed and nowhere else: no file and no line of output ever holds it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from foretell_runtime.executors.discreet import Vault
from tests.support import Cli

VALUE = "sesame-open-42"
FLOW = """
import logging, os, sys
from foretell import Grow, Secret, many, progress, secret, task, workflow

@task
def use(key: Secret, n: int) -> int:
    return len(key.reveal()) * n

@task
def talk(key: Secret, how: str) -> str:
    value = key.reveal()
    if how == "print":
        print("the key is", value, key)
        os.system(f"echo from a shell {value}")
    if how == "log":
        logging.warning("the key is %s", value)
    if how == "progress":
        progress(1, 2, f"with {value}")
    if how == "raise":
        raise ValueError(f"bad {value}")
    if how == "die":
        os.write(2, f"dying with {value}".encode())
        os._exit(3)
    return value if how == "return" else "ok"

class Uses(Grow):
    use = many(use)
    talk = many(talk)

@task(grows=Uses)
def plan(grow: Uses, key: Secret, how: str) -> list[int]:
    if how == "grow":
        grow.talk.options(label=f"it is {key.reveal()}")(key, "x")
    if how == "ask":
        grow.talk.would(key, key.reveal())
    return [grow.use(key, n) for n in range(3)]

@workflow
def flow(how: str) -> list[int]:
    key = secret("DOOR_KEY")
    return plan.after(talk(key, how))(key, how)
"""
HIDDEN = "<secret DOOR_KEY>"
ENDS = {
    "print": (0, f"the key is {HIDDEN} {HIDDEN}"),
    "log": (0, f"the key is {HIDDEN}"),
    "progress": (0, "[0, 14, 28]"),
    "raise": (1, f"ValueError: bad {HIDDEN}"),
    "die": (1, f"dying with {HIDDEN}"),
    "return": (1, "its output holds the value of the secret 'DOOR_KEY'"),
    "grow": (1, "its change holds the value of the secret 'DOOR_KEY'"),
    "ask": (1, "its change holds the value of the secret 'DOOR_KEY'"),
}


def holds(folder: Path) -> list[Path]:
    """The files anywhere in `folder` that hold the value."""
    return [p for p in folder.rglob("*") if p.is_file() and VALUE.encode() in p.read_bytes()]


@pytest.mark.parametrize("start", ["fresh", "forked"])
@pytest.mark.parametrize("how", ENDS)
def test_no_trace_of_a_secret_is_left(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, start: str
) -> None:
    monkeypatch.setenv("DOOR_KEY", VALUE)
    cli.write("flow.py", FLOW)
    code, words = ENDS[how]
    done = cli("run", "flow.py", "-i", f"how={how}", "--start", start)
    assert done.code == code, done
    said = [done, *(cli(*asked, "last") for asked in (["show"], ["log"], ["log", "--json"]))]
    said.append(cli("draw", "last", "--format", "dot"))
    told = "\n".join(f"{one.out}\n{one.err}" for one in said)
    assert words in told
    assert VALUE not in told
    assert holds(tmp_path) == []


def test_a_value_may_come_from_a_file_and_a_missing_one_is_told_before_anything_runs(
    cli: Cli, tmp_path: Path
) -> None:
    assert "DOOR_KEY" not in os.environ
    cli.write("flow.py", FLOW)
    missing = cli("run", "flow.py", "-i", "how=print")
    assert missing.code == 2
    assert "the secret 'DOOR_KEY' is not there: set the environment variable" in missing.err
    assert cli("runs", "--json").json == []
    (tmp_path / "key").write_text(f"{VALUE}\n")
    done = cli("run", "flow.py", "-i", "how=print", "--secret", "DOOR_KEY=@key")
    assert done.code == 0
    assert holds(tmp_path) == [tmp_path / "key"]
    for wrong, words in {
        f"DOOR_KEY={VALUE}": "--secret takes NAME=@FILE",
        "DOOR_KEY=@nowhere": "--secret DOOR_KEY: nowhere cannot be read",
    }.items():
        refused = cli("run", "flow.py", "-i", "how=print", "--secret", wrong)
        assert refused.code == 2
        assert words in refused.err
        assert VALUE not in refused.err


def test_a_value_that_a_message_cuts_short_is_hidden_as_far_as_it_goes() -> None:
    value = "0123456789abcdef" * 10
    vault = Vault({"LONG": value})
    said = f"expected int, got str {value[:57]}... and again {value[:20]}"
    assert vault.hide(said) == "expected int, got str <secret LONG>... and again <secret LONG>"
    assert vault.hide(value[:15]) == value[:15]


def test_values_are_hidden_whole_however_they_overlap() -> None:
    vault = Vault({"SHORT": "abcd", "LONG": "abcdefgh"})
    assert vault.hide("an abcdefgh and an abcd") == "an <secret LONG> and an <secret SHORT>"
    assert vault.betrayed_by({"a": [1, {"xabcdx": None}]}) == "SHORT"
    assert vault.betrayed_by({"a": [1, {"x": "abc"}]}) is None


AWKWARD = {
    "quotes and backslashes": """it's "so\\to\tsay\"""",
    "other letters": "pässwörd-ключ",
    "several lines": "-----BEGIN-----\nQUJDREVGR0g\nSUpLTE1OT1A\n-----END-----\n",
}


@pytest.mark.parametrize("value", AWKWARD.values(), ids=AWKWARD)
def test_a_value_is_known_again_where_python_or_json_quotes_it(value: str) -> None:
    vault = Vault({"KEY": value})
    shown = [f"KeyError: {value!r}", str({"key": value}), json.dumps({"key": value})]
    assert [vault.hide(one) for one in shown] == [
        f"KeyError: {repr(value)[0]}<secret KEY>{repr(value)[0]}",
        f"{{'key': {repr(value)[0]}<secret KEY>{repr(value)[0]}}}",
        '{"key": "<secret KEY>"}',
    ]
    assert vault.betrayed_by({"nested": json.dumps([value])}) == "KEY"


def test_a_value_of_several_lines_is_hidden_in_each_of_them() -> None:
    vault = Vault({"PEM": AWKWARD["several lines"], "JSON": '{\n  "key": "abcdefgh"\n}'})
    printed = ["key: -----BEGIN-----", "QUJDREVGR0g", "SUpLTE1OT1A", '  "key": "abcdefgh"', "}"]
    assert [vault.hide(line) for line in printed] == [
        "key: <secret PEM>",
        "<secret PEM>",
        "<secret PEM>",
        "  <secret JSON>",
        "}",
    ]
    assert vault.betrayed_by("-----BEGIN-----") is None
