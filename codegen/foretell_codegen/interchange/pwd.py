"""The Python Workflow Definition (PWD): what its documents look like, for the reader and the writer.

A node is a Python function, an input or an output, with a number; an edge goes from a port to a port.
Here a function becomes a program that calls it, so a PWD workflow runs as it is, beside its modules.
Lists and objects are made by helper functions there, and are nothing but places of a value here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from foretell.document.model import TaskSpec
from foretell.document.programs import Program
from foretell_codegen.interchange.names import Free

NAME = "the Python Workflow Definition"
VERSION = "0.1.0"
"""Of the documents that are written. Read is what begins with a number of `READ`."""
READ = ((0, 0), (0, 1))

HELPERS = "python_workflow_definition.shared"
LIST, OBJECT = f"{HELPERS}.get_list", f"{HELPERS}.get_dict"

CALL = (
    "import importlib, json, sys; out, sys.stdout = sys.stdout, sys.stderr; "
    "sys.path.insert(0, ''); "
    "call = getattr(importlib.import_module(sys.argv[1]), sys.argv[2]); "
    "json.dump(call(**json.load(sys.stdin)), out)"
)
"""Calls a function with what stdin holds, and prints what it returns; all else that it prints is log."""

_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def is_function(value: str) -> bool:
    """Whether it reads as `module.function`."""
    return _FUNCTION.fullmatch(value) is not None


def program_of(value: str) -> Program:
    """What calls the function `module.function`."""
    module, _, function = value.rpartition(".")
    return Program(("python3", "-c", CALL, module, function), stdin="{*}")


def function_of(spec: TaskSpec) -> str | None:
    """The function that a task is, as `module.function`; None if it is none."""
    program = spec.program
    if program is not None:
        plain = program.words[:3] == ("python3", "-c", CALL) and len(program.words) == 5
        value = ".".join(program.words[3:]) if plain else ""
    else:
        home, _, name = spec.entry.rpartition(":")
        value = f"{home.removesuffix('.py').replace('/', '.')}.{name}"
    return value if is_function(value) else None


def names_of(functions: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """What the task of each function is called, and the node of each call: like the function. A task is
    called with its module where two would be called alike, a node gets a number."""
    calls = list(functions)
    short = Counter(name.rpartition(".")[2] for name in dict.fromkeys(calls))
    tasks = {}
    for name in calls:
        last = name.rpartition(".")[2]
        tasks[name] = last if short[last] == 1 else name
    free = Free()
    return tasks, [free.take(name.rpartition(".")[2]) for name in calls]
