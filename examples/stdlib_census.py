"""A census of Python's own standard library: how big is it, and where is its longest function?

`discover` finds the modules of the Python that runs it (several hundred files) and grows one
`analyse` node for each; `report` adds up. Before the run the picture says `analyse ×0..∞`, for
nobody has counted yet.

    foretell run examples/stdlib_census.py --jobs 2 --start forked
    foretell run examples/stdlib_census.py -i package=json
"""

from __future__ import annotations

import ast
import sysconfig
import tokenize
from pathlib import Path
from typing import Any

from foretell import Grow, many, task, workflow

Facts = dict[str, Any]
NOT_SHIPPED_TO_USERS = {
    "site-packages",
    "dist-packages",
    "test",
    "tests",
    "idle_test",
    "__pycache__",
}


def library() -> Path:
    return Path(sysconfig.get_path("stdlib"))


@task
def analyse(module: str) -> Facts:
    """Parses one file of the library, named relative to it."""
    with tokenize.open(library() / module) as file:
        text = file.read()
    nodes = list(ast.walk(ast.parse(text)))
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = [(1 + (f.end_lineno or f.lineno) - f.lineno, f.name, f.lineno) for f in functions]
    longest, name, line = max(lengths, default=(0, "", 0))
    return {
        "module": module,
        "lines": text.count("\n"),
        "functions": len(functions),
        "classes": sum(isinstance(n, ast.ClassDef) for n in nodes),
        "longest": longest,
        "where": f"{name} ({module}:{line})",
    }


class Modules(Grow):
    analyse = many(analyse)


@task(grows=Modules)
def discover(grow: Modules, package: str) -> list[Facts]:
    """All modules below `package` (a folder of the library; empty: the whole of it)."""
    root = library()
    found = sorted(
        path.relative_to(root)
        for path in (root / package).rglob("*.py")
        if not NOT_SHIPPED_TO_USERS & set(path.relative_to(root).parts)
    )
    return [grow.analyse(path.as_posix()) for path in found]


@task
def report(census: list[Facts]) -> str:
    """The census as text, longest functions first."""
    total = {key: sum(facts[key] for facts in census) for key in ("lines", "functions", "classes")}
    longest = sorted(census, key=lambda facts: (-facts["longest"], facts["where"]))[:10]
    table = [f"{facts['longest']:>7}  {facts['where']}" for facts in longest if facts["longest"]]
    summary = (
        f"{len(census)} modules: {total['lines']:,} lines, "
        f"{total['functions']:,} functions, {total['classes']:,} classes"
    )
    return "\n".join([summary, "", "  lines  longest functions", *table])


@workflow
def stdlib_census(package: str = "") -> str:
    return report(discover(package))
