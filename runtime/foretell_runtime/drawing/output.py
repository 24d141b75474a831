"""A drawing written to a file, in the format asked for or the nearest that this machine can make.

A missing renderer is no failure: then a page that draws itself is written beside, and the answer
says so. Knows files and formats; how a renderer is found and run is in `renderers`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, Unpack, assert_never, get_args

from foretell.errors import UserError, nearest
from foretell.graph.plain import encode
from foretell.horizon.model import Horizon
from foretell_runtime.drawing.dot_text import Direction, dot, picture_dot
from foretell_runtime.drawing.folding import Folding, Picture, picture_of
from foretell_runtime.drawing.mermaid_text import mermaid
from foretell_runtime.drawing.page import page
from foretell_runtime.drawing.renderers import TIMEOUT_S, Failed, image_of

Format: TypeAlias = Literal["svg", "png", "dot", "mermaid", "html", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)

SUFFIXES: dict[str, Format] = {
    ".svg": "svg",
    ".png": "png",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was written. `note` says why it is not what was asked for, and what to do."""

    path: Path
    format: Format
    note: str | None = None


def as_json(horizon: Horizon, *, indent: int | None = 1) -> str:
    """The horizon itself as JSON text, whole; on one line if it is not to be indented."""
    return json.dumps(encode(horizon), indent=indent) + "\n"


def format_of(path: str | Path) -> Format:
    """The format that a file's name asks for. Raises `UserError` if it asks for none we have."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        hint = nearest(suffix, SUFFIXES)
        raise UserError(f"{path}: the ending {suffix!r} names no picture format{hint} ({known})")
    return SUFFIXES[suffix]


def render(
    horizon: Horizon,
    fmt: Format | None,
    path: str | Path,
    *,
    direction: Direction = "LR",
    timeout_s: float = TIMEOUT_S,
    live: bool = False,
    **folding: Unpack[Folding],
) -> Drawing:
    """Draw `horizon` into the file `path` (`fmt` None: what its ending asks for). `live`: it will be
    drawn again soon, which a page that somebody has open is to show.

    Where an image is asked for and this machine cannot make it, the self-drawing page is written
    beside it instead. Raises `OSError` if the file cannot be written.
    """
    target = Path(path)
    wanted = format_of(target) if fmt is None else fmt
    match wanted:
        case "json":
            return _written(target, as_json(horizon), wanted)
        case "mermaid":
            return _written(target, mermaid(horizon, **folding), wanted)
        case "dot":
            return _written(target, dot(horizon, direction=direction, **folding), wanted)
        case "html" | "svg" | "png":
            picture = picture_of(horizon, **folding)
            text = picture_dot(picture, direction=direction)
            return _image(picture, text, wanted, target, timeout_s, live)
        case _:
            assert_never(wanted)


def _image(
    picture: Picture,
    text: str,
    wanted: Literal["html", "svg", "png"],
    target: Path,
    timeout_s: float,
    live: bool,
) -> Drawing:
    made = image_of(text, "png" if wanted == "png" else "svg", timeout_s)
    if wanted == "html":
        svg = made.decode() if isinstance(made, bytes) else None
        return _written(target, page(picture, text, svg, live=live), wanted)
    if isinstance(made, bytes):
        return _written(target, made, wanted)
    beside = target.with_suffix(".html")
    content = page(picture, text, live=live)
    return _written(beside, content, "html", _instead(wanted, beside, made))


def _instead(wanted: str, beside: Path, failures: Sequence[Failed]) -> str:
    """What a person is told who wanted an image and gets a page."""
    wrote = f"wrote {beside} instead of {wanted.upper()}: a page that draws itself in a browser."
    if failures:
        why = "; ".join(f"{failure.renderer}: {failure.why}" for failure in failures)
        return f"{wrote} The renderer failed ({why})."
    return (
        f"{wrote} No renderer was found on this machine; to get one, install Graphviz "
        "(the command 'dot'), or: pip install 'foretell[draw]'"
    )


def _written(target: Path, content: str | bytes, fmt: Format, note: str | None = None) -> Drawing:
    """Write all or nothing: an old picture stays until the new one is whole."""
    data = content.encode() if isinstance(content, str) else content
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and not target.is_file():  # a pipe, a terminal: nothing to keep there
        target.write_bytes(data)
        return Drawing(target, fmt, note)
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return Drawing(target, fmt, note)
