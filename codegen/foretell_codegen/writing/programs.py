"""Programs, as `command(...)`, `shell(...)` and `program(...)`."""

from __future__ import annotations

from collections.abc import Iterable

from foretell.author.programs import SHELL
from foretell.document.programs import Container, Program
from foretell_codegen.errors import WriteError
from foretell_codegen.writing.layout import Expr, call, listed, mapped
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.module import Module

_STRICT = ("-eu", "-c")


def runs(program: Program, inputs: Iterable[str], where: str, module: Module) -> Expr:
    """What a task with these inputs is declared to run. Raises `WriteError`."""
    named: dict[str, Expr] = {}
    if program.script is not None:
        if program.words[1:] != _STRICT or program.args[:1] != ("sh",):
            raise WriteError(
                where,
                "a script is given to a shell as `SHELL -eu -c SCRIPT sh ...`; this one is given to "
                "something else, for which the SDK has no word",
            )
        word, words = "shell", [text(program.script), *map(text, program.args[1:])]
        if program.words[0] != SHELL:
            named["interpreter"] = text(program.words[0])
    else:
        word = "program" if program.speaks else "command"
        words = [text(one) for one in program.words]
    if not program.speaks:
        if program.stdin:
            named["stdin"] = text(program.stdin)
        named["stdout"] = text(program.stdout)
        if program.ok != (0,):
            named["ok"] = _codes(program.ok)
        if program.permanent:
            named["permanent"] = _codes(program.permanent)
    env = dict(program.env)
    if program.script is not None:
        for name in inputs:
            if env.get(name) == f"{{{name}}}":
                del env[name]
    if env:
        named["env"] = mapped([(text(name), text(env[name])) for name in sorted(env)])
    if program.folder:
        named["folder"] = text(program.folder)
    if program.container is not None:
        named["container"] = _container(program.container, where, module)
    return call(module.word(word), *words, **named)


def _container(box: Container, where: str, module: Module) -> Expr:
    if box.pinned:
        raise WriteError(where, "an image is pinned by a run, and not in a workflow; leave it out")
    named: dict[str, Expr] = {}
    for name, may in (("mounts", False), ("writable", True)):
        mounts = [(text(m.source), text(m.target)) for m in box.mounts if m.writable is may]
        if len({source for source, _ in mounts}) < len(mounts):
            raise WriteError(where, "one folder is mounted twice, for which the SDK has no word")
        if mounts:
            named[name] = mapped(mounts)
    for name in ("network", "cpus", "memory", "folder", "user"):
        value = getattr(box, name)
        if value not in (False, None, ""):
            named[name] = literal(value)
    return call(module.word("container"), text(box.image), **named)


def _codes(codes: tuple[int, ...]) -> Expr:
    return literal(codes[0]) if len(codes) == 1 else listed(map(literal, codes))
