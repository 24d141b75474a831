"""Draws the README's three pictures from a real run of the workflow that the README shows.

.venv/bin/python docs/tour_pictures.py
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SNIPPET = re.compile(r"<!-- file: squares.py -->\n```python\n(.*?)^```$", re.M | re.S)


def foretell(folder: Path, *args: str) -> str:
    command = [sys.executable, "-m", "foretell_runtime.cli", *args]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def midway(folder: Path) -> int:
    """The event after which `plan` has grown two nodes and is still running."""
    events = json.loads(foretell(folder, "log", "last", "--json"))["events"]
    growths = [event["seq"] for event in events if event["kind"] == "changed"]
    return int(growths[1])


def main() -> None:
    found = SNIPPET.search((ROOT / "README.md").read_text())
    if found is None:
        raise SystemExit("README.md no longer shows squares.py")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "squares.py").write_text(found[1])
        foretell(folder, "run", "squares.py", "-i", "size=4")
        moments = {"before": ["--at", "0"], "midway": ["--at", str(midway(folder))], "after": []}
        for moment, at in moments.items():
            target = PICTURES / f"squares-{moment}.svg"
            foretell(folder, "draw", "last", *at, "-o", str(target))


if __name__ == "__main__":
    main()
