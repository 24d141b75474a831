"""Programs that make SVG or PNG of DOT text: `dot` on the PATH, else pygraphviz in a child process.

Each runs in a process of its own with a deadline, so that a crash or a hang of native code, or a
layout that would take hours, costs us nothing but the picture. Nothing here writes files.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal, TypeAlias

ImageFormat: TypeAlias = Literal["svg", "png"]

TIMEOUT_S = 60.0

LARGE_DOT = 400_000
"""From so many characters on, layout is done in a cheaper way."""

_CHEAP = ("-Gsplines=line", "-Gnslimit=2", "-Gnslimit1=2", "-Gmclimit=0.3")

_FLAT = "-Gnewrank=true"
"""Places boxes without heed to their frames. Graphviz fails at times where a frame is left and
entered again, unless it is told this; most drawings are better without it."""

_STARTS: dict[ImageFormat, bytes] = {"svg": b"<svg", "png": b"\x89PNG"}

_PYGRAPHVIZ = """
import sys, warnings
warnings.simplefilter("ignore")
import pygraphviz
text = sys.stdin.buffer.read().decode()
graph = pygraphviz.AGraph(string=text)
image = graph.draw(format=sys.argv[1], prog="dot", args=" ".join(sys.argv[2:]))
sys.stdout.buffer.write(image)
"""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a renderer made no image."""

    renderer: str
    why: str
    late: bool = field(default=False, compare=False)
    """Whether it was stopped because it took too long."""


def image_of(dot_text: str, fmt: ImageFormat, timeout_s: float = TIMEOUT_S) -> bytes | list[Failed]:
    """The image, or why each renderer of this machine did not make it (none: there is none)."""
    failures: list[Failed] = []
    for name, command in _renderers(fmt):
        options = [*command, *_options(dot_text, fmt)]
        made = _run(name, options, dot_text, timeout_s)
        if isinstance(made, Failed) and not made.late:
            again = _run(name, [*options, _FLAT], dot_text, timeout_s)
            made = made if isinstance(again, Failed) else again
        if isinstance(made, Failed):
            failures.append(made)
        elif _STARTS[fmt] not in made[:1000]:
            failures.append(Failed(name, f"made no {fmt}"))
        else:
            return _tidy(made) if fmt == "svg" else made
    return failures


def _renderers(fmt: ImageFormat) -> Iterator[tuple[str, Sequence[str]]]:
    program = shutil.which("dot")
    if program is not None:
        yield "dot", [program, f"-T{fmt}", "-q"]
    if find_spec("pygraphviz") is not None:
        yield "pygraphviz", [sys.executable, "-P", "-c", _PYGRAPHVIZ, fmt]


def _options(dot_text: str, fmt: ImageFormat) -> list[str]:
    sharp = ["-Gdpi=144"] if fmt == "png" else []
    return [*sharp, *_CHEAP] if len(dot_text) > LARGE_DOT else sharp


def _run(name: str, command: Sequence[str], dot_text: str, timeout_s: float) -> bytes | Failed:
    try:
        done = subprocess.run(
            command,
            input=dot_text.encode(),
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Failed(name, f"took longer than {timeout_s:g} s", late=True)
    except OSError as error:
        return Failed(name, str(error))
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip().splitlines()
    ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    return Failed(name, f"{said[-1][:300]} ({ended})" if said else ended)


def _tidy(svg: bytes) -> bytes:
    """The SVG alone: no outside document type, no version of the renderer, fonts with a substitute.

    So it may stand in a page, and changes only where the drawing does.
    """
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<!-- .*? -->\n", "", text, flags=re.DOTALL)
    return text.replace('"DejaVu Sans"', '"DejaVu Sans,Verdana,sans-serif"').encode()
