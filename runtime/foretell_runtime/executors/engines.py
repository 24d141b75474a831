"""The command line of a container engine: podman, docker, or whatever takes the same words.

An engine is asked by starting it. What it says no to is a `UserError` with its own last words. Which
one it is, and what else it wants to be told on this machine, is a setting; here nothing is guessed but
its name.
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foretell.document.programs import Container, Mount
from foretell.errors import UserError

KNOWN = ("podman", "docker")
"""Looked for on the PATH, in this order."""
LABEL = "foretell.run"
"""By which the containers of a run are known, whoever started them."""

_ANSWER_S = 120.0
"""How long an engine may take to answer. Only a pull may take as long as it likes."""
_HERE = "localhost/"
"""How the names of images begin that come from nowhere else."""
_OWN = ("LD_", "XDG_", "DOCKER_", "CONTAINER", "PODMAN", "REGISTRY_")
_ITS_OWN = frozenset({"PATH", "HOME", "USER", "TMPDIR"})


@dataclass(frozen=True, slots=True)
class Contained:
    """What is to be run in a container: the words after the image, and its environment, of which what
    is `hidden` is not to be seen on a command line."""

    words: Sequence[str]
    env: Mapping[str, str]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Engine:
    """`command` is how it is called, `flags` are further ones for each container."""

    command: tuple[str, ...]
    flags: tuple[str, ...] = ()

    def run_words(
        self, container: Container, name: str, mark: str, base: Path, inner: Contained
    ) -> list[str]:
        """The command line of a container. Raises `UserError` for what cannot be told to an engine."""
        words = [*self.command, "run", "-i", "--rm", "--name", name, "--label", f"{LABEL}={mark}"]
        words += ["--pull", "never", "--log-driver", "none"]
        words += [] if container.network else ["--network", "none"]
        words += [] if container.cpus is None else ["--cpus", f"{container.cpus:g}"]
        words += ["--memory", container.memory] if container.memory else []
        words += ["--workdir", container.folder] if container.folder else []
        words += ["--user", container.user] if container.user else []
        for mount in container.mounts:
            words += ["--mount", _mounted(mount, base)]
        for variable, text in inner.env.items():
            words += ["--env", variable if variable in inner.hidden else f"{variable}={text}"]
        return [*words, *self.flags, container.pinned or container.image, *inner.words]

    def environment(self, inner: Contained) -> dict[str, str]:
        """What the engine itself is given in its environment, so that nobody sees it in a word."""
        for name in inner.hidden:
            if name in _ITS_OWN or name.startswith(_OWN):
                raise UserError(
                    f"a secret cannot be the variable {name} of a container: the container engine "
                    f"would take it for its own"
                )
        return {name: inner.env[name] for name in inner.hidden}

    async def image_id(self, image: str) -> str | None:
        """The id of an image that is here; None if it is not."""
        code, said, _ = await self._ask("image", "inspect", "--format", "{{.Id}}", image)
        found = said.strip().removeprefix("sha256:")
        return found if code == 0 and found else None

    async def pull(self, image: str) -> None:
        """Gets an image from where its name says. Raises `UserError`."""
        if image.startswith(_HERE):
            raise UserError(
                f"the image {image!r} is not here: {self} knows none of that name, and it is one that "
                f"is made on this machine"
            )
        code, _, why = await self._ask("pull", "--quiet", image, patience=None)
        if code:
            raise UserError(
                f"the image {image!r} is not here, and {self} could not get it: {_last(why)}"
            )

    async def signal(self, name: str, number: int) -> bool:
        """Whether a container was told; not if it does not run."""
        code, _, _ = await self._ask("kill", "--signal", str(number), name)
        return code == 0

    async def remove(self, name: str) -> None:
        """Ends a container, if it is there."""
        await self._ask("kill", "--signal", "KILL", name)
        await self._ask("rm", "--force", name)

    async def containers(self, mark: str) -> list[str]:
        """Those of a run that are there, in whatever state."""
        code, said, _ = await self._ask(
            "ps", "-aq", "--no-trunc", "--filter", f"label={LABEL}={mark}"
        )
        return said.split() if code == 0 else []

    async def check(self) -> None:
        """Raises `UserError` unless it answers."""
        code, _, why = await self._ask("ps", "-q")
        if code:
            raise UserError(f"{self} does not work on this machine: {_last(why)}")

    async def _ask(self, *words: str, patience: float | None = _ANSWER_S) -> tuple[int, str, str]:
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command, *words, start_new_session=True, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise UserError(f"{self} cannot be started: {error.strerror}") from None
        try:
            out, err = await asyncio.wait_for(process.communicate(), patience)
        except TimeoutError:
            raise UserError(f"{self} {words[0]} gave no answer for {patience:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def __str__(self) -> str:
        return shlex.join(self.command)


def find_engine(command: str = "", flags: str = "") -> Engine:
    """The engine to use. `command` is its name or path, with options of its own; without one it is
    looked for. Raises `UserError` if there is none."""
    words = _split("the container engine", command)
    if not words:
        words = [name for name in KNOWN if shutil.which(name)][:1]
    if not words:
        raise UserError(
            "no container engine was found: install podman or docker, or say which one to use "
            "(--engine, FORETELL_ENGINE)"
        )
    if shutil.which(words[0]) is None:
        raise UserError(f"the container engine {words[0]!r} is not there, or may not be executed")
    return Engine(tuple(words), tuple(_split("the flags for containers", flags)))


def _split(what: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UserError(f"{what}: {text!r:.80} cannot be read: {error}") from None


def _mounted(mount: Mount, base: Path) -> str:
    try:
        source = (base / Path(mount.source).expanduser()).resolve()
    except RuntimeError as error:  # nobody's home, or links that lead round
        raise UserError(f"{mount.source} cannot be mounted: {error}") from None
    if not source.exists():
        raise UserError(f"{source} is to be mounted in the container, and is not there")
    if "," in str(source):
        raise UserError(f"{source} cannot be mounted: its path holds a comma")
    said = f"type=bind,source={source},target={mount.target}"
    return said if mount.writable else f"{said},readonly"


def _last(said: str) -> str:
    """The last line that says something, of what an engine had to say."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
