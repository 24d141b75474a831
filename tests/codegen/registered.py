"""Running registration over a source: what a graph is compared with that was read or written."""

from __future__ import annotations

import itertools
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from foretell import Graph, Workflow
from foretell.author.compiling import compile_workflow
from foretell.author.loading import load_file
from foretell.document import jsonform

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(ROOT.glob("examples/*.py")) + sorted(ROOT.glob("examples/[cp]*/*.py"))

_count = itertools.count()


def registered(
    source: str, folder: Path, name: str | None = None, base: Path | None = None
) -> Graph:
    """The graph of the workflow `name` (else of the last one) in a source, written into `folder`; its
    entry points are relative to `base`."""
    path = folder / f"flow_{next(_count)}.py"
    path.write_bytes(source.encode())
    spec = spec_from_file_location(f"written_{path.parent.name}_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        flows = [one for one in vars(module).values() if isinstance(one, Workflow)]
        flow = next(f for f in reversed(flows) if name is None or f.__name__ == name)
        return jsonform.loads(compile_workflow(flow, base).to_json())
    finally:
        del sys.modules[spec.name]


@cache
def graph_of_example(path: Path) -> Graph:
    """The graph document of an example, whose workflow is called as its file."""
    flows = [one for one in vars(load_file(str(path))).values() if isinstance(one, Workflow)]
    flow = next(f for f in flows if f.__name__ == path.stem)
    return jsonform.loads(flow.compile().to_json())
