"""Entry points: how a graph names a function, so that another process can find it.

`package.module:qualname` for what can be imported, `file.py:qualname` (relative to the graph's
base folder) for scripts. The base folder is put on the import path, as Python does for scripts.
Finding a function by its entry point is `foretell.author.loading`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from foretell.author.loading import (
    base_folder,
    given_path,
    has_name_of_ours,
    load_entry,
    load_file,
    resolved_file,
)
from foretell.author.source import module_of
from foretell.author.tasks import Workflow
from foretell.errors import WiringError

_given_path = frozenset(p for p in given_path if p and Path(p).resolve() != Path.cwd())
"""The import path that any process of this installation has."""


def workflows_in(module: ModuleType) -> dict[str, Workflow[..., Any]]:
    """The workflows that a module defines or imports, its own first."""
    found = {k: v for k, v in vars(module).items() if isinstance(v, Workflow)}
    own = {k: v for k, v in found.items() if v.__module__ == module.__name__}
    return own or found


def base_of(fn: Any) -> Path:
    """The base folder of a graph made from `fn`: the folder from which its module is found."""
    module, file = _module_and_file(fn)
    return _import_root(module, file) or file.parent


def entry_of(fn: Any, base: str | Path) -> str:
    """The entry point of a task or function, seen from the folder `base`.

    Raises `WiringError` for what another process could not find: tasks in functions, lambdas,
    notebook cells.
    """
    qualname = _findable_name(fn)
    module, file = _module_and_file(fn)
    root = _import_root(module, file)
    here = Path(base).resolve()
    if root is not None and (root == here or str(root) in _given_path):
        return f"{module.__name__}:{qualname}"
    return f"{Path(os.path.relpath(file, here)).as_posix()}:{qualname}"


def current_base() -> Path:
    """The base folder of the graph that this process works for."""
    return Path(base_folder())


def is_entry_of(entry: str, fn: Any) -> bool:
    """Whether `entry` names the task or function `fn`, however this process came to load it."""
    home, _, qualname = entry.rpartition(":")
    if (extern := getattr(fn, "_extern", None)) is not None:
        return bool(entry == extern)
    inner = getattr(fn, "_fn", fn)
    if qualname != inner.__qualname__:
        return False
    file = Path(file_of(fn)).resolve()
    if home.endswith(".py"):
        return (current_base() / home).resolve() == file
    tail = Path(*home.split("."))
    return home == inner.__module__ or any(
        file.parts[-len(end.parts) :] == end.parts
        for end in (tail.with_suffix(".py"), tail / "__init__.py")
    )


def file_of(fn: Any) -> str:
    """The source file of a task or function."""
    code = getattr(fn, "_fn", fn).__code__
    return str(code.co_filename)


def _module_and_file(fn: Any) -> tuple[ModuleType, Path]:
    module = module_of(fn)
    file = resolved_file(module) if module is not None else None
    if module is None or file is None or not file.endswith(".py"):
        raise WiringError(
            f"{fn.__name__!r} is defined in {fn.__module__!r}, which is not a Python file, so the "
            f"process that runs it could not import it; put it into a module"
        )
    return module, Path(file)


def _import_root(module: ModuleType, file: Path) -> Path | None:
    """The folder from which `module` is importable by its name; None if it is not."""
    name = module.__name__
    if name == "__main__" or has_name_of_ours(name):
        return None
    tail = Path(*name.split("."))
    module_file = tail / "__init__.py" if file.name == "__init__.py" else tail.with_suffix(".py")
    depth = len(module_file.parts)
    if file.parts[-depth:] != module_file.parts:
        return None
    return Path(*file.parts[:-depth])


def _findable_name(fn: Any) -> str:
    """The dotted name under which `fn` is found in its module."""
    inner: Callable[..., Any] = getattr(fn, "_fn", fn)
    qualname = inner.__qualname__
    if "<" in qualname:
        what = "a lambda" if "<lambda>" in qualname else "defined inside a function"
        raise WiringError(
            f"it is {what}, so the process that runs it could not import it; define it at the top of "
            f"a module"
        )
    mine = getattr(fn, "_origin", fn)
    module = module_of(inner)
    if module is None or _look_up(module, qualname) is mine:
        return qualname
    for name, value in vars(module).items():
        if value is mine:
            return name
    raise WiringError(
        f"it is not found as {qualname!r} in its module {inner.__module__!r}: something else has "
        f"taken that name; give it one of its own"
    )


def _look_up(module: ModuleType, qualname: str) -> Any:
    found: Any = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


__all__ = [
    "base_of",
    "current_base",
    "entry_of",
    "file_of",
    "is_entry_of",
    "load_entry",
    "load_file",
    "workflows_in",
]
