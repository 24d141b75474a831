"""Who may know whom: the arrows between the rooms of the house point down only.

Reads the imports of every source file (also those inside functions) and names file and line of
each that points the wrong way. Also holds the heart to its vocabulary: the orchestrator and the
machine know nodes, edges, promises and limits, and no execution pattern.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "sdk", ROOT / "runtime", ROOT / "codegen")

BELOW_DOCUMENT = ("foretell.errors", "foretell.graph", "foretell.promises")
VALUES = "foretell.values"
BELOW_PROTOCOL = (*BELOW_DOCUMENT, "foretell.document")
PURE = (*BELOW_PROTOCOL, "foretell.horizon", "foretell.protocol.messages")

ARROWS: dict[str, tuple[str, ...]] = {
    "foretell.errors": (),
    "foretell.graph": ("foretell.errors",),
    "foretell.promises": ("foretell.errors", "foretell.graph"),
    VALUES: ("foretell.errors", "foretell.graph"),
    "foretell.document": BELOW_DOCUMENT,
    "foretell.horizon": BELOW_DOCUMENT,
    "foretell.admits": ("foretell.horizon.model",),
    "foretell.protocol": (*BELOW_PROTOCOL, "foretell.values.ground"),
    "foretell.author": (*BELOW_PROTOCOL, "foretell.protocol.messages", VALUES),
    "foretell.bodies": (*BELOW_DOCUMENT, "foretell.author"),
    "foretell.worker": (*BELOW_PROTOCOL, "foretell.protocol", "foretell.author", VALUES),
    "foretell": ("foretell",),
    "foretell_runtime.machine": PURE,
    "foretell_runtime.store": (*PURE, "foretell_runtime.machine.events"),
    "foretell_runtime.executors": (
        *BELOW_PROTOCOL,
        "foretell.protocol",
        VALUES,
        "foretell_runtime.inputs",
    ),
    "foretell_runtime.cache": ("foretell.errors", "foretell.graph", VALUES),
    "foretell_runtime.drawing": ("foretell.errors", "foretell.graph", "foretell.horizon"),
    "foretell_runtime.orchestrator": (
        *PURE,
        "foretell.protocol",
        VALUES,
        "foretell_runtime.cache.protocol",
        "foretell_runtime.machine",
        "foretell_runtime.store",
        "foretell_runtime.executors",
    ),
    "foretell_runtime.fuzzing": (
        *PURE,
        "foretell.admits",
        "foretell_runtime.machine",
        "foretell_runtime.drawing",
        "foretell_runtime.inputs",
    ),
    "foretell_runtime.cli": ("foretell", "foretell_runtime", "foretell_codegen"),
    "foretell_runtime": ("foretell", "foretell_runtime"),
    "foretell_codegen": ("foretell", "foretell_codegen"),
}
"""Each room, and what it may import besides itself. The longest matching name counts.

`foretell.admits` judges drawings, so it and what makes them share the records of a drawing alone.
"""

NEVER: dict[str, frozenset[str]] = {
    "foretell_runtime.machine": frozenset({"asyncio", "sqlite3", "subprocess", "time", "random"}),
    "foretell.graph": frozenset({"asyncio", "sqlite3", "subprocess", "time", "random"}),
    "foretell.promises": frozenset({"asyncio", "sqlite3", "subprocess", "time", "random"}),
    "foretell.horizon": frozenset({"asyncio", "sqlite3", "subprocess", "time", "random"}),
}
"""What the pure rooms may not import from anywhere: no clock, no chance, no input or output."""

HEART = ("foretell_runtime.orchestrator", "foretell_runtime.machine")
PATTERNS = frozenset(
    {
        "branch",
        "branches",
        "branching",
        "map",
        "maps",
        "mapped",
        "mapping",
        "loop",
        "loops",
        "looping",
        "join",
        "joins",
        "joined",
        "fork",
        "forks",
        "conditional",
        "switch",
        "foreach",
        "fanout",
        "reduce",
        "reducer",
        "tasktype",
    }
)
PYTHONS_OWN = frozenset({"get_running_loop", "get_event_loop", "Mapping", "MutableMapping"})
"""Names from Python itself that happen to hold such a word."""
SHAPES = frozenset({"Seq", "Par", "Alt", "Many", "Loop", "Section", "Free", "Leaf"})
"""The shapes: the judge knows them, the heart does not."""


def modules() -> Iterator[tuple[str, Path]]:
    for root in SOURCES:
        for path in sorted(root.rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported, anywhere in the file."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def room_of(module: str, rooms: dict[str, tuple[str, ...]]) -> str:
    return max((room for room in rooms if within(module, room)), key=len)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_every_import_points_down() -> None:
    wrong = []
    for module, path in modules():
        room = room_of(module, ARROWS)
        allowed = (room, *ARROWS[room])
        for line, name in imports(module, path):
            if name.split(".")[0] not in {"foretell", "foretell_runtime", "foretell_codegen"}:
                continue
            if not any(within(name, low) for low in allowed):
                wrong.append(f"{place(path, line)}: {room} must not know {name}")
    assert not wrong, "\n".join(wrong)


def test_the_sdk_never_imports_the_runtime_or_the_generator() -> None:
    wrong = [
        f"{place(path, line)}: imports {name}"
        for module, path in modules()
        if within(module, "foretell")
        for line, name in imports(module, path)
        if name.split(".")[0] in {"foretell_runtime", "foretell_codegen"}
    ]
    assert not wrong, "\n".join(wrong)


def test_the_pure_rooms_have_no_clock_no_chance_and_no_input_or_output() -> None:
    wrong = [
        f"{place(path, line)}: {room} must not import {name}"
        for module, path in modules()
        for room, banned in NEVER.items()
        if within(module, room)
        for line, name in imports(module, path)
        if name.split(".")[0] in banned
    ]
    assert not wrong, "\n".join(wrong)


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of everything that is named or looked up; text and comments are free."""
    spoken = {id(function) for node in ast.walk(tree) if (function := _joins_text(node))}
    for node in ast.walk(tree):
        if id(node) in spoken:
            continue
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.alias(name=name, asname=asname):
                yield node.lineno, asname or name


def _joins_text(node: ast.AST) -> ast.expr | None:
    """The `", ".join` of `", ".join(words)`: the only joining the heart does."""
    match node:
        case ast.Call(func=ast.Attribute(attr="join", value=ast.Constant(value=str())) as function):
            return function
    return None


def words(identifier: str) -> set[str]:
    spaced = "".join(f"_{c.lower()}" if c.isupper() else c for c in identifier)
    return set(spaced.replace(".", "_").split("_"))


def heart() -> Iterator[tuple[str, Path]]:
    for module, path in modules():
        if any(within(module, room) for room in HEART):
            yield module, path


def test_the_heart_has_no_word_for_any_execution_pattern() -> None:
    wrong = [
        f"{place(path, line)}: {name}"
        for _, path in heart()
        for line, name in identifiers(ast.parse(path.read_text()))
        if name.split(".")[-1] not in PYTHONS_OWN and words(name) & PATTERNS
    ]
    assert not wrong, "\n".join(wrong)


def test_the_heart_takes_no_shape_apart() -> None:
    wrong = [
        f"{place(path, line)}: {name}"
        for module, path in heart()
        for line, name in imports(module, path)
        if name.startswith("foretell.promises.shapes.") and name.rpartition(".")[2] in SHAPES
    ]
    assert not wrong, "\n".join(wrong)


def test_the_orchestrator_never_imports_what_people_write_with() -> None:
    wrong = [
        f"{place(path, line)}: {name}"
        for module, path in heart()
        for line, name in imports(module, path)
        if within(name, "foretell.author") or within(name, "foretell.control")
    ]
    assert not wrong, "\n".join(wrong)


def test_control_is_written_with_what_everybody_has() -> None:
    import foretell

    path = ROOT / "sdk" / "foretell" / "control.py"
    for line, name in imports("foretell.control", path):
        if within(name, "foretell"):
            assert name.removeprefix("foretell.") in foretell.__all__, place(path, line)


def test_nothing_that_runs_workflows_has_heard_of_control() -> None:
    import foretell.control

    names = {"control", "when", "given", "switch", "repeat", "reduce", "fallback"}
    assert names <= {"control", *foretell.control.__all__}
    wrong = [
        f"{place(path, line)}: {name}"
        for module, path in modules()
        if within(module, "foretell_runtime.machine")
        or within(module, "foretell_runtime.orchestrator")
        for line, name in identifiers(ast.parse(path.read_text()))
        if name.split(".")[-1] in names
    ]
    wrong += [
        f"{place(path, line)}: imports {name}"
        for module, path in modules()
        if module != "foretell.control" and not within(module, "foretell_codegen")
        for line, name in imports(module, path)
        if within(name, "foretell.control")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "line",
    [
        "import foretell",
        "import foretell_runtime",
        "import foretell.worker.main",
        "import foretell_runtime.orchestrator",
        "import foretell_runtime.cli.run",
    ],
)
def test_pydantic_and_rich_stay_out_of_the_start_path(line: str) -> None:
    code = f"{line}\nimport sys\nprint(*sorted({{'pydantic', 'rich', 'jsonschema', 'libcst'}} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


def test_help_imports_no_more_than_click() -> None:
    code = (
        "import sys, runpy\n"
        "sys.argv = ['foretell', '--help']\n"
        "try:\n    runpy.run_module('foretell_runtime.cli', run_name='__main__')\n"
        "except SystemExit:\n    pass\n"
        "print('loaded:', *sorted({'asyncio', 'sqlite3', 'aiosqlite', 'pydantic', 'rich', 'graphviz'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "loaded:"
