"""What the documents say is executed: files written, commands run, answers compared.

In a document, `<!-- file: NAME -->` before a Python block writes it to a file. In a `console` block
a line after `$` is run by a shell; the lines below are what it prints on stdout (and, where it
fails, on stderr), `...` standing for anything, and `[exit code N]` for how it ended. A Python
block with `>>>` is a doctest. `<!-- from: PATH -->` before a Python block says that the file of the
project holds these lines. Commands find the folders `examples` and `docs` where they run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import get_args

import pytest

from foretell.promises import language, selectors, shapes
from tests.support import ROOT

BLOCK = re.compile(
    r"(?:<!-- (?P<how>file|from): (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.M | re.S,
)
PROGRESS = re.compile(r"^ *\d+\.\d s  .*\n", re.M)
"""What a slow machine says besides, once a second."""
DOCUMENTS = [
    "README.md",
    "docs/quickstart.md",
    "docs/asking.md",
    "docs/codegen.md",
    "docs/control.md",
    "docs/examples.md",
    "docs/failures.md",
    "docs/programs.md",
    "docs/promises.md",
    "docs/questions.md",
    "docs/retries.md",
    "docs/steering.md",
    "docs/limits.md",
    "docs/inside.md",
    "docs/loops.md",
    "docs/inputs.md",
    "docs/testing.md",
    "docs/types.md",
    "docs/queues.md",
    "docs/values.md",
    "docs/cache.md",
    "docs/events.md",
]


@dataclass
class Step:
    command: str
    expected: list[str] = field(default_factory=list)


def steps(block: str) -> Iterator[Step]:
    step: Step | None = None
    for line in block.splitlines():
        if line.startswith("$ "):
            if step is not None:
                yield step
            step = Step(line[2:])
        elif step is not None:
            step.expected.append(line)
    if step is not None:
        yield step


def matches(expected: list[str], said: str) -> bool:
    lines = [re.escape(line).replace(r"\.\.\.", ".*") for line in expected]
    pattern = "".join("(?:.*\n)*" if line == ".*" else f"{line}\n" for line in lines)
    return re.fullmatch(pattern, said) is not None


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FORETELL_")}
    here = str(Path(sys.executable).parent)
    return {**kept, "PATH": here + os.pathsep + kept.get("PATH", ""), "NO_COLOR": "1"}


def check_console(step: Step, folder: Path) -> None:
    done = subprocess.run(
        step.command,
        shell=True,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = done.stdout
    if done.returncode:
        said += f"{PROGRESS.sub('', done.stderr)}[exit code {done.returncode}]\n"
    assert matches(step.expected, said), f"$ {step.command}\n{said}{done.stderr}"


def check_doctest(text: str, folder: Path) -> None:
    (folder / "snippet.txt").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "doctest", "-o", "ELLIPSIS", "snippet.txt"],
        cwd=folder,
        env={**environment(), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_does_what_it_says(name: str, tmp_path: Path) -> None:
    for folder in ("examples", "docs"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    executed = 0
    for block in BLOCK.finditer((ROOT / name).read_text()):
        if block["how"] == "from":
            assert block["text"] in (ROOT / block["file"]).read_text(), block["file"]
        elif block["how"] == "file":
            (tmp_path / block["file"]).write_text(block["text"])
        elif block["kind"] == "python" and ">>>" in block["text"]:
            check_doctest(block["text"], tmp_path)
            executed += 1
        elif block["kind"] == "console":
            for step in steps(block["text"]):
                check_console(step, tmp_path)
                executed += 1
    assert executed >= 4


def test_the_comparison_itself_can_fail() -> None:
    assert matches(["a", "...", "b ... d"], "a\nx\ny\nb c d\n")
    assert matches(["..."], "")
    assert not matches(["a"], "b\n")
    assert not matches(["a"], "a\nb\n")


def test_links_and_pictures_of_the_documents_are_there() -> None:
    missing = []
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
            if "://" not in target and not (document.parent / target).exists():
                missing.append(f"{document.relative_to(ROOT)}: {target}")
    assert not missing, "\n".join(missing)


def test_the_readme_leads_to_every_document() -> None:
    readme = (ROOT / "README.md").read_text()
    led_to = {target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", readme)}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= led_to


def test_the_page_about_promises_names_every_kind_of_them() -> None:
    page = (ROOT / "docs" / "promises.md").read_text()
    kinds = {
        field.default
        for union in (language.Promise, selectors.Selector, shapes.Shape)
        for kind in get_args(union)
        for field in fields(kind)
        if field.name == "kind"
    }
    assert len(kinds) > 25
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()


def test_the_files_that_the_architecture_names_are_there() -> None:
    rooms = (ROOT / "sdk" / "foretell", ROOT / "runtime" / "foretell_runtime", ROOT / "sdk", ROOT)
    text = (ROOT / "docs" / "architecture.md").read_text()
    named = set(re.findall(r"`((?:\w+/)*\w+\.(?:py|md))`", text))
    assert len(named) > 25
    assert {name for name in named if not any((room / name).is_file() for room in rooms)} == set()


def test_the_continuous_check_runs_the_readmes_second_command() -> None:
    first, second = re.findall(r"^```sh\n(.+)\n```$", (ROOT / "README.md").read_text(), re.M)
    assert "foretell run examples/stdlib_census.py" in first
    assert second in (ROOT / ".ci" / "run").read_text()
