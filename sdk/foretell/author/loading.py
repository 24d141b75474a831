"""Finding the function of an entry point again, in whatever process.

Every child begins with this, so it knows strings rather than `Path`s, which would cost it a
quarter of its own start. How entry points come to be is `foretell.author.entry`.
"""

# ruff: noqa: PTH109, PTH113, PTH118, PTH119, PTH120, PTH122

from __future__ import annotations

import importlib
import os
import sys
from binascii import crc32
from os.path import basename, dirname, isfile, realpath, splitext
from types import ModuleType
from typing import Any

from foretell.author.tasks import Task
from foretell.errors import UserError, nearest

given_path = tuple(sys.path)
"""The import path before this process added anything to it."""

_by_file: dict[str, ModuleType] = {}
_from_file: dict[str, str] = {}
"""Module name -> file, for modules loaded by `load_file` under a name of ours."""

_loading: list[str] = []
"""What of the user's this process is importing right now, outermost first."""

_base: list[str] = []
"""The base folder of the graph whose entries this process loads, once it has loaded one."""


def load_file(path: str | os.PathLike[str]) -> ModuleType:
    """The module in a Python file, loaded once; its `__name__` is never `"__main__"`.

    A file inside a package is imported as part of it. Raises `UserError` if there is no such file;
    what the module itself raises is passed on.
    """
    file = realpath(path)
    found = _by_file.get(file) or _already_imported(file)
    if found is not None:
        return found
    if not isfile(file):
        raise UserError(f"{os.fspath(path)}: there is no such file")
    root, name = _package_root(file)
    see_folder(root)
    _loading.append(file)
    try:
        module = importlib.import_module(name) if root != dirname(file) else _execute(file)
    finally:
        _loading.pop()
    _by_file[file] = module
    return module


def load_entry(entry: str, base: str | os.PathLike[str]) -> Task[..., Any]:
    """The task (or workflow) that `entry` names. Raises `UserError` if it is not there."""
    home, qualname = _split(entry)
    see_folder(base)
    work_for(base)
    module = _module_at(home, entry, base)
    found: Any = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
        if found is None:
            raise UserError(f"{entry}: {home} has no {qualname!r}{nearest(part, vars(module))}")
    if not isinstance(found, Task):
        raise UserError(f"{entry}: it is {type(found).__name__} {qualname!r}, not a task")
    return found


def work_for(base: str | os.PathLike[str]) -> None:
    """From now on this process works for the graph whose base folder this is."""
    _base[:] = [realpath(base)]


def base_folder() -> str:
    """The base folder of the graph that this process works for."""
    return _base[0] if _base else os.getcwd()


def being_loaded() -> str | None:
    """The file or module of the user's that this process is importing right now."""
    return _loading[0] if _loading else None


def has_name_of_ours(module: str) -> bool:
    """Whether a module was loaded by `load_file` under a name that only this process knows."""
    return module in _from_file


def file_of_ours(module: str) -> str | None:
    """The file of a module that has such a name."""
    return _from_file.get(module)


def base_of_file(file: str | os.PathLike[str]) -> str:
    """The folder from which a file's module is found."""
    return _package_root(realpath(file))[0]


def named_after(file: str | os.PathLike[str]) -> str:
    """The name of the module in a file, as `load_file` would import it; nothing is imported."""
    path = realpath(file)
    root, name = _package_root(path)
    if root != dirname(path):
        return name
    name = _name_of_ours(path)
    _from_file[name] = path
    return name


def see_folder(folder: str | os.PathLike[str]) -> None:
    """Puts `folder` on the import path."""
    path = realpath(folder)
    if path not in sys.path:
        sys.path.insert(0, path)


def resolved_file(module: ModuleType) -> str | None:
    """The file of a module, without symbolic links."""
    file = getattr(module, "__file__", None)
    return realpath(file) if file else None


def _module_at(home: str, entry: str, base: str | os.PathLike[str]) -> ModuleType:
    if home.endswith(".py"):
        return load_file(os.path.join(base, home))
    _loading.append(home)
    try:
        return importlib.import_module(home)
    except ModuleNotFoundError as error:
        if error.name and (home == error.name or home.startswith(error.name + ".")):
            raise UserError(f"{entry}: there is no module {home!r} here") from None
        raise
    finally:
        _loading.pop()


def _split(entry: str) -> tuple[str, str]:
    home, colon, qualname = entry.rpartition(":")
    if not colon or not home or not all(part.isidentifier() for part in qualname.split(".")):
        raise UserError(f"{entry!r} is not an entry point (package.module:name or file.py:name)")
    return home, qualname


def _execute(file: str) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    name = _name_of_ours(file)
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UserError(f"{file}: this is not a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    _from_file[name] = file
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        del _from_file[name]
        raise
    return module


def _name_of_ours(file: str) -> str:
    return f"foretell_file_{_stem(file)}_{crc32(file.encode('utf-8', 'surrogateescape')):08x}"


def _already_imported(file: str) -> ModuleType | None:
    """The module of a file that was imported by name, so that it is not executed twice."""
    for name in (_package_root(file)[1], _stem(file)):
        module = sys.modules.get(name)
        if module is not None and name != "__main__" and resolved_file(module) == file:
            return module
    return None


def _package_root(file: str) -> tuple[str, str]:
    """The folder from which a file would be imported, and as what."""
    stem, folder = _stem(file), dirname(file)
    parts = [] if stem == "__init__" else [stem]
    while isfile(f"{folder}/__init__.py"):
        parts.insert(0, basename(folder))
        folder = dirname(folder)
    return folder, ".".join(parts)


def _stem(file: str) -> str:
    return splitext(basename(file))[0]
