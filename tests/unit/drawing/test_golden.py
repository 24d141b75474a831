"""Every element of the notation, drawn as it was drawn before. `--rewrite-golden` draws anew."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from foretell.horizon.model import Horizon, SeenEdge, SeenNode
from foretell_runtime.drawing import dot, mermaid

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "drawing"


def _samples() -> dict[str, Horizon]:
    spec = spec_from_file_location("notation_samples", ROOT / "docs" / "notation_samples.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    samples: dict[str, Horizon] = {**module.SAMPLES, "ruled_out": module.RULED_OUT}
    return samples


SAMPLES = _samples()


def _same(path: Path, text: str, rewrite: bool) -> None:
    if rewrite:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} has changed; if meant: --rewrite-golden"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_dot_text_is_as_before(name: str, rewrite_golden: bool) -> None:
    everything = name == "ruled_out"
    text = dot(SAMPLES[name], ruled_out=everything, retired=everything)
    _same(GOLDEN / f"{name}.dot", text, rewrite_golden)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_mermaid_text_is_as_before(name: str, rewrite_golden: bool) -> None:
    _same(GOLDEN / f"{name}.mmd", mermaid(SAMPLES[name]), rewrite_golden)


def test_nothing_golden_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SAMPLES)


def test_every_picture_of_the_page_is_there_and_shown() -> None:
    page = (ROOT / "docs" / "notation.md").read_text()
    shown = set(re.findall(r"\(pictures/notation/(\w+)\.svg\)", page))
    drawn = {path.stem for path in (ROOT / "docs" / "pictures" / "notation").iterdir()}
    assert shown == drawn == set(SAMPLES)


def test_two_drawings_differ_only_where_the_workflow_does() -> None:
    before = SAMPLES["midway"]
    grown = SeenNode("plan.square_5", "square", maker="plan")
    after = replace(
        before,
        nodes=(*before.nodes[:-1], grown, before.nodes[-1]),
        edges=(*before.edges, SeenEdge("plan", grown.id)),
    )
    for draw in (dot, mermaid):
        old, new = draw(before).splitlines(), draw(after).splitlines()
        assert [line for line in new if "square_5" not in line] == old


def test_a_long_reason_does_not_make_the_picture_wide() -> None:
    why = ("which of several ways a promise is kept is not followed: AnyOf(Count(a), Count(b))",)
    (heading,) = re.findall(r'label="(.*?)"', dot(Horizon("h", exact=False, why=why)))[:1]
    assert heading.replace("\\n", " ").endswith(why[0])
    assert max(map(len, heading.split("\\n"))) <= 70
