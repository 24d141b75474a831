"""The module that is being written: its imports, its names, and its declarations in order.

A name is only ever written that was given here. What a name stands for is known to the plan, by which
the gate then reads the finished text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from foretell_codegen.names import BUILTINS, Namespace
from foretell_codegen.writing.layout import WIDTH, Expr, columns, statement

_WORD = re.compile(r"\w+")
STANDARD = frozenset({"datetime", "pathlib", "typing", "uuid"})
"""Modules of Python that a flow may need."""


@dataclass(slots=True)
class Module:
    """What was written so far. `blocks` are declarations, each a text of whole lines."""

    names: Namespace = field(default_factory=lambda: Namespace(BUILTINS))
    imports: dict[str, dict[str, str]] = field(default_factory=dict)
    """Module -> what is imported from it -> as what."""
    blocks: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    """Statements of one line or a few, which stand together above the declarations."""

    def word(self, name: str, home: str = "foretell") -> str:
        """The name under which `name` of the module `home` is known here."""
        known = self.imports.setdefault(home, {})
        found = known.get(name)
        if found is None:
            found = known[name] = self.names.fresh(name)
        return found

    def text(self) -> str:
        said = "".join(self.aliases) + "".join(self.blocks)
        used = frozenset(_WORD.findall(said))
        imports = {
            home: {name: own for name, own in names.items() if own in used}
            for home, names in self.imports.items()
        }
        parts: list[str] = []
        groups = (
            sorted(home for home, names in imports.items() if names and home in STANDARD),
            sorted(home for home, names in imports.items() if names and home not in STANDARD),
        )
        for group in groups:
            if group:
                parts.append("\n" * bool(parts) + "".join(_import(h, imports[h]) for h in group))
        if self.aliases:
            parts.append("\n" + "".join(self.aliases))
        return "".join(parts) + "".join(f"\n\n{block}" for block in self.blocks)

    def alias(self, name: str, expr: Expr) -> None:
        from foretell_codegen.writing.layout import Prefixed

        self.aliases.append(statement(Prefixed(f"{name} = ", expr), 0))


def _import(home: str, names: dict[str, str]) -> str:
    words = [f"{n} as {a}" if a != n else n for n, a in sorted(names.items(), key=_in_order)]
    line = f"from {home} import {', '.join(words)}"
    if columns(line) <= WIDTH:
        return line + "\n"
    return f"from {home} import (\n" + "".join(f"    {word},\n" for word in words) + ")\n"


def _in_order(item: tuple[str, str]) -> tuple[int, str]:
    """Constants, then classes, then the rest: as import sorters have it."""
    name = item[0]
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)


def indented(lines: Iterable[str]) -> str:
    return "".join(f"    {line}\n" for line in lines)
