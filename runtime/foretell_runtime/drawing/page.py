"""A page of one file that shows a drawing without any network: the image, a legend, the DOT text.

Where no image could be made here, the page carries Graphviz itself, built for the browser, and
draws when it is opened. What comes from the workflow is text in it, never markup; and only the
scripts that were written into the page may run.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

from foretell_runtime.drawing.folding import Picture
from foretell_runtime.drawing.words import title

_PLACE = re.compile(r"@([a-z]+)@")


def page(picture: Picture, dot_text: str, svg: str | None = None, *, live: bool = False) -> str:
    """The page's text. Without `svg` it brings the renderer along (1.3 MB) and draws `dot_text`.
    `live`: it looks every second whether it was written anew."""
    scripts = [_asset("page.js")] if svg else [_asset("viz/viz-global.js"), _asset("page.js")]
    css = _asset("page.css")
    name, _, moment = title(picture.horizon, picture.hidden).partition("\n")
    values = {
        "csp": _policy(css, scripts),
        "name": escape(name),
        "moment": escape(moment.replace("\n", " · ")),
        "css": css,
        "live": "yes" if live else "no",
        "svg": svg or "",
        "state": "" if svg else "Drawing … (this needs JavaScript)",
        "dot": escape(dot_text),
        "scripts": "".join(f"<script>{script}</script>\n" for script in scripts),
    }
    return _PLACE.sub(lambda place: values[place[1]], _asset("page.html"))


@cache
def _asset(name: str) -> str:
    return files("foretell_runtime.drawing").joinpath("assets", name).read_text("utf-8")


def _policy(css: str, scripts: list[str]) -> str:
    """A policy under which nothing is loaded, and nothing runs but what its digest names."""
    allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; style-src '{'sha256-' + _digest(css)}'; "
        f"script-src {allowed} 'wasm-unsafe-eval'"
    )


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
