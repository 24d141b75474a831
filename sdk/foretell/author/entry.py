"""Entry points: how a graph names a function, and how a process finds it again.

`package.module:qualname` for what can be imported, `file.py:qualname` (relative to the graph's
base folder) for scripts. The base folder is put on the import path, as Python does for scripts.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from foretell.author.tasks import Task, Workflow
from foretell.errors import UserError, WiringError, nearest

_by_file: dict[str, ModuleType] = {}
_from_file: dict[str, str] = {}
"""Module name -> file, for modules loaded by `load_file` under a name of ours."""

_base: list[Path] = []
"""The base folder of the graph whose entries this process loads, once it has loaded one."""

_given_path = frozenset(p for p in sys.path if p and Path(p).resolve() != Path.cwd())
"""The import path that any process of this installation has."""


def load_file(path: str | Path) -> ModuleType:
    """The module in a Python file, loaded once; its `__name__` is never `"__main__"`.

    A file inside a package is imported as part of it. Raises `UserError` if there is no such file;
    what the module itself raises is passed on.
    """
    file = Path(path).resolve()
    found = _by_file.get(str(file)) or _already_imported(file)
    if found is not None:
        return found
    if not file.is_file():
        raise UserError(f"{path}: there is no such file")
    if (file.parent / "__init__.py").is_file():
        root, name = _package_root(file)
        see_folder(root)
        module = importlib.import_module(name)
    else:
        see_folder(file.parent)
        module = _execute(file)
    _by_file[str(file)] = module
    return module


def load_entry(entry: str, base: str | Path) -> Task[..., Any]:
    """The task (or workflow) that `entry` names. Raises `UserError` if it is not there."""
    home, qualname = _split(entry)
    see_folder(Path(base))
    _base[:] = [Path(base).resolve()]
    if home.endswith(".py"):
        module = load_file(Path(base) / home)
    else:
        try:
            module = importlib.import_module(home)
        except ModuleNotFoundError as error:
            if error.name and (home == error.name or home.startswith(error.name + ".")):
                raise UserError(f"{entry}: there is no module {home!r} here") from None
            raise
    found: Any = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
        if found is None:
            raise UserError(f"{entry}: {home} has no {qualname!r}{nearest(part, vars(module))}")
    if not isinstance(found, Task):
        raise UserError(f"{entry}: it is {type(found).__name__} {qualname!r}, not a task")
    return found


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
    return _base[0] if _base else Path.cwd()


def is_entry_of(entry: str, fn: Any) -> bool:
    """Whether `entry` names the task or function `fn`, however this process came to load it."""
    home, _, qualname = entry.rpartition(":")
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


def see_folder(folder: Path) -> None:
    """Puts `folder` on the import path."""
    path = str(folder.resolve())
    if path not in sys.path:
        sys.path.insert(0, path)


def file_of(fn: Any) -> str:
    """The source file of a task or function."""
    code = getattr(fn, "_fn", fn).__code__
    return str(code.co_filename)


def _split(entry: str) -> tuple[str, str]:
    home, colon, qualname = entry.rpartition(":")
    if not colon or not home or not all(part.isidentifier() for part in qualname.split(".")):
        raise UserError(f"{entry!r} is not an entry point (package.module:name or file.py:name)")
    return home, qualname


def _execute(file: Path) -> ModuleType:
    digest = sha256(str(file).encode()).hexdigest()[:8]
    name = f"foretell_file_{file.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UserError(f"{file}: this is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _from_file[name] = str(file)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        del _from_file[name]
        raise
    return module


def _already_imported(file: Path) -> ModuleType | None:
    """The module of a file that was imported by name, so that it is not executed twice."""
    for name in (_package_root(file)[1], file.stem):
        module = sys.modules.get(name)
        if module is not None and name != "__main__" and _resolved_file(module) == file:
            return module
    return None


def _package_root(file: Path) -> tuple[Path, str]:
    parts = [] if file.stem == "__init__" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(parts)


def _resolved_file(module: ModuleType) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file).resolve() if file else None


def _module_and_file(fn: Any) -> tuple[ModuleType, Path]:
    module = sys.modules.get(fn.__module__)
    file = _resolved_file(module) if module is not None else None
    if module is None or file is None or file.suffix != ".py":
        raise WiringError(
            f"{fn.__name__!r} is defined in {fn.__module__!r}, which is not a Python file, so the "
            f"process that runs it could not import it; put it into a module"
        )
    return module, file


def _import_root(module: ModuleType, file: Path) -> Path | None:
    """The folder from which `module` is importable by its name; None if it is not."""
    name = module.__name__
    if name == "__main__" or name in _from_file:
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
            f"task {inner.__name__!r} ({file_of(fn)}:{inner.__code__.co_firstlineno}) is {what}, "
            f"so the process that runs it could not import it; define it at the top of a module"
        )
    mine = getattr(fn, "_origin", fn)
    module = sys.modules.get(inner.__module__)
    if module is None or _look_up(module, qualname) is mine:
        return qualname
    for name, value in vars(module).items():
        if value is mine:
            return name
    raise WiringError(
        f"task {inner.__name__!r} is not found as {qualname!r} in its module "
        f"{inner.__module__!r}: something else has taken that name; give it one of its own"
    )


def _look_up(module: ModuleType, qualname: str) -> Any:
    found: Any = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found
