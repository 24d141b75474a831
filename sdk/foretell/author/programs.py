"""Tasks that are programs: `@task(runs=command("wc", "-l", "{path}"))`.

The decorated function declares the inputs and the result, and is not what runs. Where an input goes
is said by its name in braces, in a word of its own for the program: no shell reads it, so no value can
be more than a value. This file says what is to be run; whoever runs it is the runtime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from foretell.author.names import caller_frame, say_place
from foretell.errors import WiringError

if TYPE_CHECKING:
    from foretell.author.tasks import Task, Workflow
    from foretell.document.model import TaskSpec
    from foretell.document.programs import Container, Program, Stdout

SHELL = "/bin/sh"

_LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a program's own file that are compared to tell whether it has changed."""
_TAKEN = frozenset({"PATH", "IFS", "ENV", "BASH_ENV", "LD_PRELOAD", "LD_LIBRARY_PATH"})
"""Variables by which the value of an input would decide what a shell runs."""


class Runs:
    """What a task runs: made by `command`, `shell` or `program`."""

    # No dataclass: every child that imports a file with such a task would pay for it.
    __slots__ = ("fields", "made_by")

    def __init__(self, made_by: str, fields: dict[str, Any]) -> None:
        self.made_by = made_by
        self.fields = fields

    @property
    def speaks(self) -> bool:
        return self.made_by == "program"

    def __repr__(self) -> str:
        return f"<{self.made_by} {' '.join(self.fields['words'])}>"


class Box:
    """Where a program runs: made by `container`."""

    __slots__ = ("fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def __repr__(self) -> str:
        return f"<container {self.fields['image']}>"


def command(
    *words: str,
    stdin: str = "",
    stdout: Stdout | None = None,
    ok: int | Iterable[int] = 0,
    permanent: int | Iterable[int] = (),
    env: Mapping[str, str] | None = None,
    folder: str = "",
    container: Box | None = None,
) -> Runs:
    """A program and its arguments, as they are: `command("sort", "-r", stdin="{text}")`.

    In all of these `{name}` is an input, `{name*}` as many words as it has items, `{*}` all inputs as
    JSON, `{{` a brace. `stdout` says how the result is read: as `json`, as `text`, as `lines`, as
    `bytes`, or not at all (`log`); unless said, by the type of the result. `ok` are the good exit codes; after those
    that are `permanent` no retry follows. `folder` is where it runs, seen from the workflow's file.
    """
    fields = {"words": words, **_plain(stdin, stdout, ok, permanent)}
    return _runs("command", {**fields, **_common(env, folder, container)})


def shell(
    script: str,
    *args: str,
    interpreter: str = SHELL,
    stdin: str = "",
    stdout: Stdout | None = None,
    ok: int | Iterable[int] = 0,
    permanent: int | Iterable[int] = (),
    env: Mapping[str, str] | None = None,
    folder: str = "",
    container: Box | None = None,
) -> Runs:
    """A script for a shell: `shell('sort "$path" | head -n "$most"')`.

    The inputs are variables with their names, and `args` are `$1`, `$2` ...; nothing is ever put into
    the text itself. It ends at the first command that fails, and at a variable that is not set. The rest is as
    in `command`.
    """
    fields = {
        "words": (interpreter, "-eu", "-c"), "script": script, "args": ("sh", *args),
        **_plain(stdin, stdout, ok, permanent),
    }  # fmt: skip
    return _runs("shell", {**fields, **_common(env, folder, container)})


def program(
    *words: str,
    env: Mapping[str, str] | None = None,
    folder: str = "",
    container: Box | None = None,
) -> Runs:
    """A program that speaks foretell's protocol, one JSON object a line on stdin and stdout. It may do
    all that a task may: report, emit, and grow what the task declares that it `grows`."""
    return _runs("program", {"words": words, "speaks": True, **_common(env, folder, container)})


def container(
    image: str,
    *,
    mounts: Mapping[str, str] | None = None,
    writable: Mapping[str, str] | None = None,
    network: bool = False,
    cpus: float | None = None,
    memory: str | int = "",
    folder: str = "",
    user: str = "",
) -> Box:
    """Where a program runs that is not to run here: in a container made from `image`.

    `mounts` are folders and files of this machine, seen from the workflow's file, and where they are
    seen in the container; what is in `writable` can be changed there. Without `network` it reaches
    nobody. `cpus` and `memory` (`"512m"`) are limits. `folder` is where in the container it begins.
    """
    shared = [
        (str(source), str(target), may)
        for given, may in ((mounts, False), (writable, True))
        for source, target in (given or {}).items()
    ]
    return Box(
        {
            "image": image, "mounts": shared, "network": network, "cpus": cpus, "memory": str(memory),
            "folder": folder, "user": user,
        }
    )  # fmt: skip


def program_of(runs: Runs, task: Task[..., Any]) -> Program:
    """What `task` runs, as a graph document says it."""
    from foretell.document.programs import Program

    fields = dict(runs.fields)
    if not runs.speaks:
        _refuse_streams(runs, task)
    if fields.get("stdout", "") is None:
        fields["stdout"] = _stdout_for(task.result)
    if runs.made_by == "shell":
        fields["env"] = {**_variables(task), **fields["env"]}
    box = fields.pop("container")
    return Program(**fields, container=None if box is None else _container_of(box))


def check_runs(spec: TaskSpec) -> None:
    """Raises `WiringError` for what is wrong with the program of a task."""
    from foretell.document.running import running_fault

    at, why = running_fault(spec)
    if why:
        raise WiringError(f"{at.removeprefix('.').removeprefix('program.')}: {why}")


_SHELLS = frozenset(
    {
        f"{folder}/{name}"
        for folder in ("/bin", "/usr/bin")
        for name in ("sh", "bash", "dash", "zsh")
    }
)


def identity_of(runs: Runs, task: Task[..., Any] | Workflow[..., Any]) -> Iterable[str]:
    """Texts that are others when what `task` runs is something else: the program, and those of its
    words that are files beside the workflow.

    Where a source is only read, no file outside of its folder is opened but a shell, whatever it
    names. The digest of a task that names one is then another than in a run."""
    from foretell.author.entry import base_of
    from foretell.author.names import reader
    from foretell.document.programs import fingerprint

    found = program_of(runs, task)
    yield fingerprint(found)
    if found.container is not None:
        return
    base = base_of(task).resolve()
    folder = base / found.folder
    is_read = reader.get() is not None
    for word in found.words:
        path = folder / word
        try:
            if is_read and word not in _SHELLS and not path.resolve().is_relative_to(base):
                continue
            if path.is_file() and path.stat().st_size <= _LARGEST_FILE:
                yield sha256(path.read_bytes()).hexdigest()
        except (OSError, ValueError):
            continue


def _runs(made_by: str, fields: dict[str, Any]) -> Runs:
    for name, value in fields.items():
        for text in value if isinstance(value, tuple) else (value,):
            if name in ("words", "args", "script", "stdin", "folder") and not isinstance(text, str):
                raise WiringError(
                    f"{say_place(caller_frame())}: {made_by}(...) is made of texts, each of them one "
                    f"word; {text!r:.80} is none"
                )
    return Runs(made_by, fields)


def _plain(
    stdin: str, stdout: Stdout | None, ok: int | Iterable[int], permanent: int | Iterable[int]
) -> dict[str, Any]:
    return {
        "stdin": stdin,
        "stdout": stdout,
        "ok": (ok,) if isinstance(ok, int) else tuple(ok),
        "permanent": (permanent,) if isinstance(permanent, int) else tuple(permanent),
    }


def _common(env: Mapping[str, str] | None, folder: str, container: Box | None) -> dict[str, Any]:
    if container is not None and not isinstance(container, Box):
        raise WiringError(
            f"{say_place(caller_frame())}: container= takes a container(...), not {container!r:.80}"
        )
    env = {str(name): str(text) for name, text in (env or {}).items()}
    return {"env": env, "folder": str(folder), "container": container}


def _container_of(box: Box) -> Container:
    from foretell.document.programs import Container, Mount

    mounts = tuple(Mount(*one) for one in box.fields["mounts"])
    return Container(**{**box.fields, "mounts": mounts})


def _stdout_for(result: Any) -> Stdout:
    """How a result of this type is written, if nobody says it."""
    if result is None or result is type(None):
        return "log"
    return "text" if result is str else "bytes" if result is bytes else "json"


def _refuse_streams(runs: Runs, task: Task[..., Any]) -> None:
    from foretell.author.streams import is_stream

    for port in task.ports.inputs.values():
        if is_stream(port.hint):
            raise WiringError(
                f"the input {port.name!r} is a Stream, of which {runs.made_by}(...) can read nothing while "
                f"it is written; take a list, or let a program(...) read it"
            )


def _variables(task: Task[..., Any]) -> dict[str, str]:
    names = list(task.ports.inputs)
    for name in names:
        if name in _TAKEN:
            raise WiringError(
                f"the input {name!r} would be the variable of that name, by which a shell finds what it "
                f"runs; call it something else"
            )
    return {name: f"{{{name}}}" for name in names}
