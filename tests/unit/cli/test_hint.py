"""A run that has started many new interpreters says that there is a quicker way."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretell_runtime.cli import running
from foretell_runtime.cli.app import foretell

FLOW = """
from foretell import task, workflow

@task
def add(n: int) -> int:
    return n + 1

@workflow
def flow(n: int = 0) -> int:
    return add(add(n))
"""


@pytest.mark.parametrize(
    ("words", "many", "told"),
    [
        ((), 2, True),
        ((), 3, False),
        (("--start", "fresh"), 2, False),
        (("--start", "forked"), 2, False),
        (("--json",), 2, False),
    ],
)
def test_who_has_not_chosen_is_told(
    words: tuple[str, ...],
    many: int,
    told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "flow.py").write_text(FLOW)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "MANY", many)
    with pytest.raises(SystemExit) as ended:
        foretell.main(["run", "flow.py", *words], prog_name="foretell")
    assert not ended.value.code
    said = capsys.readouterr().err
    assert ("2 tasks were started, each in a new Python interpreter" in said) == told
