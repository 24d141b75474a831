"""L10: what is read from a source is what running its registration compiles, to the last field."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from foretell.author.entry import load_file, workflows_in
from foretell.document import jsonform
from foretell_codegen.reading import read_file
from tests.support import ROOT

HOME = ROOT / "examples"
EXAMPLES = sorted(
    path.relative_to(HOME).as_posix()
    for path in HOME.rglob("*.py")
    if "@workflow" in path.read_text()
)


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples in a folder from which nothing was ever imported."""
    return Path(shutil.copytree(HOME, tmp_path_factory.mktemp("read") / "examples"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_read_as_it_is_compiled(name: str, copies: Path) -> None:
    path = copies / name
    flows = re.findall(r"^@workflow.*\n+def (\w+)", path.read_text(), re.MULTILINE)
    read = {flow: read_file(path, workflow=flow, strict=True) for flow in flows}
    compiled = workflows_in(load_file(path))
    assert sorted(compiled) == sorted(read)
    for flow, workflow in compiled.items():
        assert jsonform.dumps(read[flow].graph) == jsonform.dumps(workflow.compile())
        assert set(read[flow].provenance.nodes) == {node.id for node in read[flow].graph.nodes}
