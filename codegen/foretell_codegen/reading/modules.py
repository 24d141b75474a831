"""What a source imports: words of `foretell`, types that are known, and other sources beside it,
which are read in their turn. Nothing is ever imported for it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from foretell.author.loading import named_after
from foretell.author.tasks import Task
from foretell_codegen.errors import ReadError, Unreadable
from foretell_codegen.reading import allowed
from foretell_codegen.reading.annotations import Annotations
from foretell_codegen.reading.definitions import Definitions
from foretell_codegen.reading.expressions import Expressions
from foretell_codegen.reading.functions import EVALUATE, LOCALS
from foretell_codegen.reading.scopes import Module, Unknown
from foretell_codegen.reading.session import Home, Session
from foretell_codegen.reading.statements import Statements
from foretell_codegen.reading.text import Source, read_bytes

MOST_MODULES = 1_000


def quietly(*args: object, **kwargs: object) -> None:
    """`print`, as far as it matters: its arguments are shown to nobody."""
    for arg in args:
        str(arg)


def _modules_of(manifest: Mapping[str, Task[..., Any]]) -> dict[str, Module]:
    """The modules in which tasks of a manifest are, and those around them."""
    tasks: dict[str, dict[str, Any]] = {}
    for entry, task in manifest.items():
        home, _, name = entry.rpartition(":")
        module = home.removesuffix(".py").replace("/", ".")
        tasks.setdefault(module, {})[name] = task
        while "." in module:
            module = module.rpartition(".")[0]
            tasks.setdefault(module, {})
    return {
        name: Module(name, SimpleNamespace(**own), frozenset(own)) for name, own in tasks.items()
    }


class Modules:
    """Those of one session. `root` is the folder from which sources are imported, `manifest` knows
    tasks of others by their entry points."""

    def __init__(
        self, session: Session, root: Path, manifest: Mapping[str, Task[..., Any]]
    ) -> None:
        self.session = session
        self.root = root
        self.declared = _modules_of(manifest)
        self.homes: dict[Path, Home] = {}
        self._known: dict[str, Module] = {}
        self.ground = {**allowed.BUILTINS, "print": quietly}
        session.known[id(quietly)] = quietly

    def read(self, source: Source, name: str) -> Home:
        """A source as a module, its top level followed."""
        if len(self.homes) >= MOST_MODULES:
            raise ReadError(source.name, 0, f"more than {MOST_MODULES:,} modules are imported")
        module = ModuleType(name)
        module.__file__ = str(source.path)
        home = Home(source, module, self, self.ground, self.session)
        self.homes[source.path] = home
        home.expressions = Expressions(home, self.session)
        home.annotations = Annotations(home)
        home.definitions = Definitions(home, self.session)
        home.statements = Statements(home, self.session)
        for lost in ("__loader__", "__spec__", "__builtins__"):
            module.__dict__.pop(lost, None)
        module.__dict__.update({EVALUATE: home.statements.called, LOCALS: locals})
        module.__dict__["__builtins__"] = {}
        around = self.session.enter(None)
        self.session.file = str(source.path)
        home.statements.module(source.tree, home.scope)
        self.session.leave(around)
        return home

    # --- names --------------------------------------------------------------------------------

    def missing(self, home: Home, name: str, line: int) -> Any:
        if home.anything:
            raise Unreadable(f"{name!r} may come from {home.anything}, which is not read", line)
        if hasattr(builtins, name):
            raise Unreadable(f"what {name!r} does is not known", line)
        raise NameError(f"name {name!r} is not defined")

    def lent(self, module: Module, name: str, line: int) -> Any:
        """What a known module lends."""
        whole = f"{module.name}.{name}"
        if whole in self.declared:
            return self.declared[whole]
        if whole in allowed.MODULES:
            return self._of_ours(whole)
        if name not in module.names or not hasattr(module.home, name):
            raise Unreadable(f"what {whole!r} does is not known", line)
        found = getattr(module.home, name)
        if isinstance(found, ModuleType):
            return self._of_ours(found.__name__.replace("posixpath", "os.path"))
        if module.name == "pydantic":
            self.session.known[id(found)] = found
        return found

    def submodule(self, of: ModuleType, name: str, line: int) -> Any:
        folder = next(h.source.path.parent for h in self.homes.values() if h.module is of)
        found = self._read_beside(folder, [name])
        if found is None:
            raise Unreadable(f"{of.__name__!r} has no {name!r} that is known", line)
        return found

    # --- imports ------------------------------------------------------------------------------

    def module(self, home: Home, name: str, level: int, line: int) -> Any:
        """The module that `import name` means."""
        if not level:
            known = self._of_ours(name)
            if known is not None:
                return known
            if name == "logging":
                return Unknown("logging", line, quiet=True)
        folder = self.root
        if level:
            folder = home.source.path.parent
            for _ in range(level - 1):
                folder = folder.parent
        found = self._read_beside(folder, name.split(".") if name else [])
        if found is not None:
            return found
        if not level and name in self.declared:
            return self.declared[name]
        return Unknown(f"the module {'.' * level + name!r} is not read", line)

    def name(self, home: Home, node: ast.ImportFrom, name: str) -> Any:
        """What `from module import name` binds."""
        line = node.lineno
        whole = self.module(home, node.module or "", node.level, line)
        if isinstance(whole, Module):
            try:
                return self.lent(whole, name, line)
            except Unreadable as fault:
                return Unknown(fault.why, line)
        if isinstance(whole, Unknown):
            if whole.quiet:
                return whole
            return Unknown(f"{name!r} comes from {node.module!r}, which is not read", line)
        if name in whole.__dict__:
            return whole.__dict__[name]
        try:
            return self.submodule(whole, name, line)
        except Unreadable as fault:
            return Unknown(fault.why, line)

    def everything(self, home: Home, node: ast.ImportFrom) -> dict[str, Any]:
        """What `from module import *` binds."""
        whole = self.module(home, node.module or "", node.level, node.lineno)
        if isinstance(whole, Module):
            public = getattr(whole.home, "__all__", ())
            found = {name: self.name(home, node, name) for name in public}
            return {name: value for name, value in found.items() if type(value) is not Unknown}
        if isinstance(whole, Unknown):
            home.anything = f"{node.module!r}"
            return {}
        names = whole.__dict__.get("__all__")
        if not isinstance(names, (list, tuple)):
            names = [name for name in whole.__dict__ if not name.startswith(("_", "<"))]
        return {str(name): whole.__dict__[name] for name in names if name in whole.__dict__}

    def _of_ours(self, name: str) -> Module | None:
        if name == "pydantic":
            import pydantic

            return self._keep(Module(name, pydantic, allowed.PYDANTIC))
        found = allowed.MODULES.get(name)
        if found is None:
            return None
        return self._keep(Module(name, *found))

    def _keep(self, module: Module) -> Module:
        return self._known.setdefault(module.name, module)

    def _read_beside(self, folder: Path, parts: list[str]) -> ModuleType | None:
        """The module of a source in `folder`, or below it."""
        if not all(part.isidentifier() for part in parts):
            return None
        base = folder.joinpath(*parts)
        choices = [base / "__init__.py"]
        if parts:
            choices.append(base.with_name(base.name + ".py"))
        for path in choices:
            if not path.resolve().is_relative_to(self.root):
                continue  # a source may be read, and what lies beside it, and nothing else
            if path in self.homes:
                return self.homes[path].module
            if path.is_file():
                return self._read_file(path, parts)
        return None

    def _read_file(self, path: Path, parts: list[str]) -> ModuleType:
        inside = path.is_relative_to(self.root)
        relative = path.relative_to(self.root).with_suffix("") if inside else Path(*parts)
        names = [part for part in relative.parts if part != "__init__"]
        name = ".".join(names) or named_after(path)
        home = self.read(Source(read_bytes(path), path), name)
        home.annotations.finish()
        return home.module
