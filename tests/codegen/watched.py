"""Reads sources under an audit hook, and prints what Python was asked to do meanwhile.

    python -m tests.codegen.watched FOLDER

The sources lie in `FOLDER`, and each trap is put there as `flow.py`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from foretell.errors import ForetellError
from foretell_codegen.reading import read, read_file
from tests.codegen.traps import TRAPS

HARMLESS = frozenset(
    [
        "object.__getattr__",
        "object.__setattr__",
        "object.__delattr__",
        "sys._getframe",
        "code.__new__",
        "compile",
        "os.listdir",
        "os.scandir",
        "builtins.id",
        "sys.setprofile",
        "marshal.loads",
        "sys._getframemodulename",
        "function.__new__",
        "gc.get_objects",
        "sys._current_frames",
        "monitoring",
    ]
)


def main(folder: Path) -> None:
    seen: dict[str, list[str]] = {}
    watching = False

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if watching and event not in HARMLESS:
            seen.setdefault(event, []).append(_said(event, args))

    sys.addaudithook(hook)
    os.chdir(folder)
    outcomes: dict[str, str] = {}
    modules = set(sys.modules)
    paths = sorted(folder.rglob("*.py"))
    watching = True
    for path in paths:
        outcomes[path.name] = _outcome(lambda path=path: read_file(path, workflow=path.stem))
    for name, source in TRAPS.items():
        outcomes[name] = _outcome(lambda source=source: read(source, path=folder / "flow.py"))
    watching = False
    files = {n: str(getattr(sys.modules[n], "__file__", "")) for n in set(sys.modules) - modules}
    print(json.dumps({"outcomes": outcomes, "seen": seen, "loaded": files}))


def _outcome(act: Any) -> str:
    try:
        found = act()
    except ForetellError as error:
        return f"{type(error).__name__}: {error}"
    list(found.provenance.nodes.values())
    return "frozen" if found.provenance.frozen else "read"


def _said(event: str, args: tuple[Any, ...]) -> str:
    if event == "exec" and isinstance(args[0], CodeType):
        return f"{args[0].co_filename} {' '.join(_names(args[0]))}"
    return " ".join(str(arg)[:200] for arg in args[:2])


def _names(code: CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return {*code.co_names, *(name for one in inner for name in _names(one))}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
