"""A drawing reaches its file, with whatever renderer there is, and never at the cost of a run."""

from __future__ import annotations

import json
import os
import shutil
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

from foretell.errors import UserError
from foretell.graph.plain import decode
from foretell.horizon.model import Horizon, NodeClass, SeenEdge, SeenNode
from foretell_runtime.drawing import FORMATS, Format, as_json, dot, mermaid, render, renderers
from foretell_runtime.drawing.output import format_of
from foretell_runtime.drawing.renderers import Failed, image_of

HORIZON = Horizon(
    "example",
    nodes=(SeenNode("plan", "plan", "running"), SeenNode("total", "total")),
    classes=(NodeClass("plan/square", "square", 0, None, "plan"),),
    edges=(SeenEdge("plan", "plan/square", "will"), SeenEdge("plan/square", "total", "will")),
)

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="the command 'dot' is missing")


@pytest.fixture
def no_renderer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(renderers, "find_spec", lambda name: None)


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A stand-in for `dot`, and no other renderer."""
    path = folder / "dot"
    path.write_text(f"#!{sys.executable}\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(renderers, "find_spec", lambda name: None)


def test_what_cannot_be_laid_out_frame_by_frame_is_laid_out_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(
        tmp_path,
        monkeypatch,
        "import sys\n"
        "if '-Gnewrank=true' not in sys.argv: sys.exit('Error: lost a b edge')\n"
        "print('<svg></svg>')",
    )
    assert image_of("digraph { a }", "svg") == b"<svg></svg>\n"


@needs_dot
def test_svg_stands_alone(tmp_path: Path) -> None:
    drawing = render(HORIZON, None, tmp_path / "new" / "example.svg")
    text = drawing.path.read_text()
    assert (drawing.format, drawing.note) == ("svg", None)
    assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert text.startswith("<svg") and "DOCTYPE" not in text and "Generated" not in text
    assert "square" in text and "×0..∞" in text


@needs_dot
def test_png_is_an_image_with_a_size(tmp_path: Path) -> None:
    data = render(HORIZON, "png", tmp_path / "example.png").path.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert width > 100 and height > 50


def test_texts_need_no_renderer(tmp_path: Path, no_renderer: None) -> None:
    wanted: dict[Format, str] = {
        "dot": dot(HORIZON),
        "mermaid": mermaid(HORIZON),
        "json": as_json(HORIZON),
    }
    for fmt, text in wanted.items():
        drawing = render(HORIZON, fmt, tmp_path / f"example.{fmt}")
        assert (drawing.path.read_text(), drawing.note) == (text, None)


@pytest.mark.parametrize("name", ["\ud800", "\0\x1b[2J", "\u202egnp", "", "node", "a" * 20_000])
def test_no_name_keeps_a_drawing_from_its_file(name: str, tmp_path: Path) -> None:
    odd = Horizon(name, nodes=(SeenNode(name, name, label=name),), why=(name,), exact=False)
    for fmt in FORMATS:
        drawing = render(odd, fmt, tmp_path / f"odd.{fmt}")
        assert drawing.path.stat().st_size > 0
        assert drawing.note is None or shutil.which("dot") is None, drawing.note


def test_json_is_the_horizon() -> None:
    assert decode(Horizon, json.loads(as_json(HORIZON))) == HORIZON


@pytest.mark.parametrize("fmt", ["svg", "png"])
def test_without_a_renderer_a_page_is_written_and_the_cure_told(
    fmt: Format, tmp_path: Path, no_renderer: None
) -> None:
    drawing = render(HORIZON, fmt, tmp_path / f"example.{fmt}")
    assert drawing.path == tmp_path / "example.html" and drawing.format == "html"
    assert drawing.note is not None
    assert str(drawing.path) in drawing.note and "pip install 'foretell[draw]'" in drawing.note
    assert sorted(path.name for path in tmp_path.iterdir()) == ["example.html"]


def test_a_renderer_that_crashes_costs_only_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert image_of("digraph {}", "svg") == [Failed("dot", "signal 11")]
    note = render(HORIZON, "svg", tmp_path / "example.svg").note
    assert note is not None and "dot: signal 11" in note


def test_a_renderer_that_refuses_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "import sys; sys.exit('no plugin for svg')")
    assert image_of("digraph {}", "svg") == [Failed("dot", "no plugin for svg (exit code 1)")]


def test_a_renderer_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "import threading; threading.Event().wait()")
    assert image_of("digraph {}", "svg", 0.2) == [Failed("dot", "took longer than 0.2 s")]


def test_a_renderer_that_makes_nonsense_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, monkeypatch, "print('hello')")
    assert image_of("digraph {}", "svg") == [Failed("dot", "made no svg")]
    assert image_of("digraph {}", "png") == [Failed("dot", "made no png")]


def test_where_dot_is_missing_pygraphviz_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pygraphviz", reason="the extra 'draw' is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    for fmt in ("svg", "png"):
        assert isinstance(image_of(dot(HORIZON), fmt), bytes)


def test_a_picture_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    old = render(HORIZON, "dot", tmp_path / "old.dot").path.read_text()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        render(HORIZON, "mermaid", tmp_path / "old.dot")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old.dot": old}


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.dot"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as other:
        read = other.submit(pipe.read_text)
        render(HORIZON, "dot", pipe)
        assert read.result(timeout=60) == dot(HORIZON)
    assert pipe.is_fifo()


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        render(HORIZON, "dot", tmp_path)


@pytest.mark.parametrize(
    ("name", "fmt"), [("a.svg", "svg"), ("a.PNG", "png"), ("a.gv", "dot"), ("a.mmd", "mermaid")]
)
def test_the_ending_says_the_format(name: str, fmt: str) -> None:
    assert format_of(name) == fmt


def test_an_unknown_ending_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"'\.svgg' names no picture format; did you mean '\.svg'"):
        format_of("picture.svgg")
