"""Tasks that are programs: what is run for a node, as plain data that any machine can read.

A `Program` stands in a task's spec in the place of a Python function. Its words are templates
(`foretell.document.templates`), each of which becomes one argument: no shell reads them. What
happens in a process is not known here, only what is to be started, what it is given, and what of it
counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from foretell.document.templates import Place, parts_of, template_fault
from foretell.graph.model import STRICT
from foretell.graph.plain import encode

Stdout: TypeAlias = Literal["json", "text", "lines", "bytes", "log"]
"""What a plain program's stdout is: its result as JSON, as one text, as a list of its lines, as bytes
whatever they are; or only something to be kept in the log, and there is no result."""

MOST_WORDS = 10_000
LONGEST = 1_000_000
"""Characters of a word, a script, or what is written to stdin before inputs are put into it."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]{0,500}")
_MEMORY = re.compile(r"[1-9][0-9]{0,8}[bkmg]?")
_PINNED = re.compile(r"(sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Mount:
    """The folder or file `source` of the host, relative to the graph's folder, is seen at `target` in
    a container. Only if it is `writable` can it be changed there."""

    __pydantic_config__: ClassVar[Any] = STRICT

    source: str
    target: str
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """The program runs in a container made from `image`, and is gone with it.

    `pinned` is the id of the image that the run began with, which is then the one that is used,
    whatever the name means later. `cpus` and `memory` (bytes, or `512m`) are limits, `folder` is where
    in the container it begins, `user` as whom. Without `network` it reaches nobody.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    image: str
    pinned: str = ""
    mounts: tuple[Mount, ...] = ()
    network: bool = False
    cpus: float | None = None
    memory: str = ""
    folder: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """What is started for each trial.

    `words` are the program and its arguments; in a container they may be none, or what comes after
    the image. A `script` is given to it as one more argument, exactly as written, and after it the
    words of `args`. `env` is added to its environment, `folder` (relative to the graph's) is where it
    begins.

    Who `speaks` foretell's protocol says everything itself. Of others the exit code is asked: those in
    `ok` are good, those in `permanent` would come again in another trial. `stdin` is what they are
    given to read.
    """

    __pydantic_config__: ClassVar[Any] = STRICT

    words: tuple[str, ...] = ()
    script: str | None = None
    args: tuple[str, ...] = ()
    speaks: bool = False
    stdin: str = ""
    stdout: Stdout = "json"
    ok: tuple[int, ...] = (0,)
    permanent: tuple[int, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    container: Container | None = None

    def __str__(self) -> str:
        """In a line, for people."""
        script = () if self.script is None else ("<script>",)
        line = " ".join((*self.words, *script, *self.args))
        where = f"[{self.container.image}] " if self.container else ""
        shown = (where + line).strip()
        return shown if len(shown) <= 80 else shown[:77] + "..."


def fingerprint(program: Program) -> str:
    """The same for programs that do the same, as far as this file can know."""
    box = program.container
    free = program if box is None else replace(program, container=replace(box, pinned=""))
    return sha256(json.dumps(encode(free), sort_keys=True).encode()).hexdigest()


def program_fault(program: Program, inputs: Iterable[str] | None = None) -> tuple[str, str]:
    """The field of `program` that is wrong, and why, for a task with these `inputs` (None: nobody
    knows them); twice nothing if none is."""
    known = None if inputs is None else list(inputs)
    return next(filter(None, _faults(program, known)), ("", ""))


def _faults(program: Program, inputs: list[str] | None) -> Iterator[tuple[str, str] | None]:
    yield _count_fault(program)
    for name, word in (
        *(("words", w) for w in program.words),
        *(("args", a) for a in program.args),
    ):
        yield _long(name, word) or _told(name, template_fault(word, inputs, word=True))
    yield _long("stdin", program.stdin) or _told("stdin", template_fault(program.stdin, inputs))
    for name, text in program.env.items():
        if not _VARIABLE.fullmatch(name):
            yield "env", f"{name!r:.80} is no name of a variable: letters, digits and underscores"
        yield _long("env", text) or _told("env", template_fault(text, inputs))
    if program.script is not None:
        yield _long("script", program.script)
        if "\0" in program.script:
            yield "script", "it holds a null character, which no program can be given"
    if "\0" in program.folder:
        yield "folder", "it holds a null character"
    if program.stdout not in (ways := get_args(Stdout)):
        yield "stdout", f"it is one of {', '.join(ways)}, not {program.stdout!r:.80}"
    yield _codes_fault(program)
    if program.speaks and (program.stdin or program.stdout != "json" or program.permanent):
        yield (
            "speaks",
            "who speaks the protocol is given its inputs by it, and says its result itself",
        )
    if program.container is not None:
        if program.folder:
            yield "folder", "where it begins in a container is said by the container's own folder"
        yield from _container_faults(program.container)


def _count_fault(program: Program) -> tuple[str, str] | None:
    if len(program.words) + len(program.args) > MOST_WORDS:
        return "words", f"more than {MOST_WORDS:,} of them"
    if program.container is None and not program.words:
        return "words", "there must be a program to run"
    if program.args and program.script is None:
        return "args", "they come after a script, and there is none"
    first = program.words[0] if program.words else ""
    if program.words and not first:
        return "words", "the program to run has no name"
    try:
        chosen = any(isinstance(part, Place) for part in parts_of(first))
    except ValueError:
        return None  # told of the word itself
    if chosen and program.container is None:
        return "words", f"{first!r:.80}: which program is run may not depend on an input"
    return None


def _codes_fault(program: Program) -> tuple[str, str] | None:
    for name, codes in (("ok", program.ok), ("permanent", program.permanent)):
        for code in codes:
            if type(code) is not int or not 0 <= code <= 255:
                return name, f"an exit code is from 0 to 255, not {code!r:.80}"
    if not program.ok:
        return "ok", "no exit code would be a good one"
    both = sorted(set(program.ok) & set(program.permanent))
    return ("permanent", f"the exit code {both[0]} is said to be a good one") if both else None


def _container_faults(container: Container) -> Iterator[tuple[str, str] | None]:
    if not _IMAGE.fullmatch(container.image):
        yield "container.image", f"{container.image!r:.80} is not the name of an image"
    if container.pinned and not _PINNED.fullmatch(container.pinned):
        yield "container.pinned", f"{container.pinned!r:.80} is not the id of an image"
    if container.memory and not _MEMORY.fullmatch(container.memory):
        yield "container.memory", f"{container.memory!r:.80} is not like '512m' or '2g'"
    cpus = container.cpus
    if cpus is not None and (type(cpus) not in (int, float) or not 0 < cpus <= 10_000):
        yield "container.cpus", f"it must be a number greater than 0, not {cpus!r:.80}"
    for mount in container.mounts:
        # A comma or a colon would end the place in what container engines are told.
        if not mount.source or any(sign in mount.source for sign in "\0\n,"):
            yield "container.mounts", f"{mount.source!r:.80} is no path that can be mounted"
        if not mount.target.startswith("/") or any(sign in mount.target for sign in "\0\n,:"):
            yield "container.mounts", f"{mount.target!r:.80} is no absolute path in the container"
    if container.folder and not container.folder.startswith("/"):
        yield "container.folder", f"{container.folder!r:.80} is no absolute path in the container"
    for name, text in (("folder", container.folder), ("user", container.user)):
        if not text.isprintable() or text.startswith("-"):
            yield f"container.{name}", f"{text!r:.80} cannot be one"


def _told(name: str, why: str) -> tuple[str, str] | None:
    return (name, why) if why else None


def _long(name: str, text: str) -> tuple[str, str] | None:
    return (name, f"it is longer than {LONGEST:,} characters") if len(text) > LONGEST else None
