"""Drawings of horizons: DOT, Mermaid, SVG, PNG, a page of one file, JSON.

    render(horizon, "svg", "picture.svg")      # or what comes nearest on this machine
    dot(horizon, fold=None)                    # text, without stacks
    parse(dot(horizon, fold=None)).horizon     # the horizon again

A drawing reads the plain data of `foretell.horizon.model` and nothing else of a run.
"""

from foretell_runtime.drawing.dot_text import dot
from foretell_runtime.drawing.folding import Folding, Picture, picture_of
from foretell_runtime.drawing.mermaid_text import mermaid
from foretell_runtime.drawing.output import FORMATS, Drawing, Format, as_json, format_of, render
from foretell_runtime.drawing.reading import parse
from foretell_runtime.drawing.renderers import image_of

__all__ = [
    "FORMATS",
    "Drawing",
    "Folding",
    "Format",
    "Picture",
    "as_json",
    "dot",
    "format_of",
    "image_of",
    "mermaid",
    "parse",
    "picture_of",
    "render",
]
