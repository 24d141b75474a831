"""Mistakes in tasks that are programs: what they run, and what of it cannot go together."""

from __future__ import annotations

from typing import Any

from tests.errors.making import Make, document, file, text

IMPORTS = "from foretell import command, container, program, shell\n\n"


def runs(
    how: str,
    *,
    takes: str = "text: str, many: list[str] = []",
    gives: str = "str",
    also: str = "",
) -> Make:
    """A task that runs this, in a workflow that is registered."""
    return file(
        f"{IMPORTS}@task(runs={how}{also})\ndef tool({takes}) -> {gives}:\n    raise NotImplementedError\n\n"
        f"@workflow\ndef flow() -> object:\n    return tool('x')\n\nflow.compile()"
    )


def written(program: dict[str, Any], **spec: Any) -> Make:
    """A document whose task `total` is this program."""
    return document(
        "tasks", "total", to={"output": {"type": "integer"}, **spec, "program": program}
    )


def boxed(**said: Any) -> Make:
    return written({"words": ["a"], "container": {"image": "alpine", **said}})


MISTAKES = {
    "a program that is a text": runs("'sort'"),
    "a command that is a list": runs("command(['sort', '-r'])"),
    "a command that grows": runs(
        "command('sort')", also=", grows=Squares", takes="grow: Squares, text: str"
    ),
    "a command that emits": runs(
        "shell('sort')",
        also=", ports=[Port('rows', int)]",
    ),
    "a container that is a text": runs("command('sort', container='alpine')"),
    "a command without words": runs("command()"),
    "a command without a name": runs("command('', '-r')"),
    "an input that a command names wrongly": runs("command('sort', '{txet}')"),
    "a single brace": runs("command('awk', '{ print $1 }')"),
    "an input that decides what is run": runs("command('{text}', '-r')"),
    "several words within one": runs("command('cat', '--files={many*}')"),
    "a text for a number": runs("command('wc', stdout='text')", gives="int"),
    "a way to read a result that is none": runs("command('sort', stdout='xml')"),
    "an exit code that is none": runs("command('sort', ok=256)"),
    "an exit code that is good and permanent": runs("command('sort', permanent=(0, 2))"),
    "no good exit code": runs("command('sort', ok=())"),
    "a variable with a strange name": runs("command('sort', env={'A-B': '1'})"),
    "an input of a shell with a name that has a meaning": runs(
        "shell('ls')", takes="PATH: str", gives="str"
    ),
    "a command that reads a stream": file(
        f"{IMPORTS}rows = Port('rows', str)\n\n@task(ports=[rows])\ndef tells() -> None: ...\n\n"
        "@task(runs=command('cat'))\ndef tool(rows: Stream[str]) -> str: ...\n\n"
        "@workflow\ndef flow() -> str:\n    return tool(rows.stream(tells.node()))\n\nflow.compile()"
    ),
    "an image with a space": runs("command('sort', container=container('al pine'))"),
    "a mount of nothing": runs("command('sort', container=container('alpine', mounts={'': '/a'}))"),
    "a mount to a relative place": runs(
        "command('sort', container=container('alpine', mounts={'a': 'b'}))"
    ),
    "a limit of memory that is none": runs(
        "command('sort', container=container('alpine', memory='much'))"
    ),
    "a folder beside a container": runs(
        "command('sort', folder='here', container=container('alpine'))"
    ),
    "a limit of no processor": runs("command('sort', container=container('alpine', cpus=0))"),
    "a program called in ordinary Python": file(
        f"{IMPORTS}@task(runs=command('sort'))\ndef tool(text: str) -> str:\n    raise NotImplementedError\n\n"
        "tool('x')"
    ),
    "a task of a document that is nothing": document("tasks", "total", to={}),
    "a program of a document without words": written({}),
    "a program of a document that names an input wrongly": written(
        {"words": ["a", "{b}"]}, inputs={"type": "object", "properties": {"c": {}}}
    ),
    "a plain program of a document that grows": written(
        {"words": ["a"]}, grows={"kind": "anything"}
    ),
    "a plain program of a document that emits": written({"words": ["a"]}, ports={"rows": {}}),
    "a plain program of a document that reads early": text(
        '{"name": "a", "tasks": {"tells": {"entry": "a.py:tells", "ports": {"rows": {}}},'
        ' "reads": {"program": {"words": ["cat"]}}},'
        ' "nodes": [{"id": "one", "task": "tells"}, {"id": "two", "task": "reads"}],'
        ' "edges": [{"source": "one", "target": "two", "kind": "data", "output": "", "input": "/rows",'
        ' "port": "rows", "early": true}]}'
    ),
    "arguments of no script": written({"words": ["a"], "args": ["b"]}),
    "a null character": written({"words": ["a\0b"]}),
    "a script with a null character": written({"words": ["sh"], "script": "a\0b"}),
    "a folder with a null character": written({"words": ["sh"], "folder": "a\0b"}),
    "too many words": written({"words": ["a"] * 10_001}),
    "a script that is too long": written({"words": ["sh"], "script": "x" * 1_000_001}),
    "a program that speaks and is read": written(
        {"words": ["a"], "speaks": True, "stdout": "text"}
    ),
    "an image that is none": boxed(image="--privileged"),
    "an image pinned to nothing": boxed(pinned="latest"),
    "a mount that says more": boxed(mounts=[{"source": "a,readonly=false", "target": "/b"}]),
    "a place in a container that is relative": boxed(folder="work"),
    "a user that is an option": boxed(user="--privileged"),
}
