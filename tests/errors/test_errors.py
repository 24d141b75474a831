"""Every public error has a golden text, and every place that raises one has a mistake that gets
there.

A mistake is a line in the table of a topic beside this file (`wiring.py`, `growth.py` ...), made
by one of the ways of `making.py`. Its text is written with `pytest tests/errors --rewrite-golden`,
and is to be read as a stranger would: what is wrong, where, why, and what can be done?
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from foretell.errors import ForetellError
from tests.errors.excused import EXCUSED
from tests.errors.making import Make
from tests.errors.sites import Site, hit_by, sites
from tests.support import ROOT

GOLDEN = ROOT / "tests/golden/errors"
TOPICS = (
    "tasks", "wiring", "streaming", "control", "growth", "loops", "running", "promises", "documents", "commands",
    "python", "stores", "answers", "restarts", "programs", "orders", "queue", "values", "events",
    "interchange",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What the mistakes of a topic came to: their texts, and the places that raised."""

    texts: dict[str, str] = field(default_factory=dict)
    hit: set[tuple[str, int]] = field(default_factory=set)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mistakes")


@cache
def told(topic: str, folder: Path) -> Told:
    mistakes: Mapping[str, Make] = import_module(f"tests.errors.{topic}").MISTAKES
    found = Told()
    for number, (title, make) in enumerate(mistakes.items()):
        home = folder / topic / str(number)
        home.mkdir(parents=True)
        error = _made(make, home)
        found.texts[title] = _text(error, home)
        found.hit.update(hit_by(error))
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_each_mistake_is_told_as_it_was(topic: str, folder: Path, rewrite_golden: bool) -> None:
    texts = told(topic, folder).texts
    page = "".join(f"{title}\n{text}\n\n" for title, text in texts.items())
    golden = GOLDEN / f"{topic}.txt"
    if rewrite_golden:
        golden.write_text(page)
    assert page == golden.read_text(), "if that is better: pytest tests/errors --rewrite-golden"


@pytest.mark.parametrize("topic", TOPICS)
def test_each_mistake_is_told_as_somebodys(topic: str, folder: Path) -> None:
    """One that raises nothing, or an error that nobody meant for people, is none for the corpus."""
    strange = [text for text in told(topic, folder).texts.values() if text.startswith("    (")]
    assert not strange


def test_no_place_raises_that_no_mistake_gets_to(folder: Path) -> None:
    hit = {place for topic in TOPICS for place in told(topic, folder).hit}
    missed = [site for site in sites() if not _is_hit(site, hit)]
    lacking = [_lacks(site) for site in missed if not _excuses(site)]
    assert not lacking, "\n\n" + "\n\n".join(lacking)


def test_what_is_excused_is_there_and_is_not_reached(folder: Path) -> None:
    hit = {place for topic in TOPICS for place in told(topic, folder).hit}
    missed = [site for site in sites() if not _is_hit(site, hit)]
    for file, words in EXCUSED:
        found = [site for site in missed if (file, words) in _excuses(site)]
        assert len(found) == 1, f"take ({file!r}, {words!r}) out of tests/errors/excused.py"


def _made(make: Make, home: Path) -> BaseException | None:
    modules, path = set(sys.modules), [*sys.path]
    try:
        make(home)
    except Exception as error:  # noqa: BLE001 - which errors are right is asked below
        return error
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if name.startswith("foretell_file_"):
                del sys.modules[name]
    return None


def _text(error: BaseException | None, home: Path) -> str:
    if error is None:
        return "    (nothing was raised)"
    kind = type(error).__name__
    public = isinstance(error, ForetellError) or type(error).__module__.startswith("click")
    said = str(error).replace(f"{home}/", "").replace(str(home), "<folder>").replace(f"{ROOT}/", "")
    said = re.sub(
        r" at 0x[0-9a-f]+", " at 0x...", re.sub(r"(foretell_file_\w+)_[0-9a-f]{8}", r"\1", said)
    )
    said = re.sub(r"\b(demo|flow)-[a-z0-9]{4}\b", r"\1-1a2b", said)
    said = re.sub(r"process [0-9]+", "process 1234", said)
    text = f"{kind}: {said}" if public else f"(not a public error: {kind}: {said})"
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def _is_hit(site: Site, hit: set[tuple[str, int]]) -> bool:
    file = str(ROOT / site.file)
    return any((file, line) in hit for line in range(site.first, site.last + 1))


def _excuses(site: Site) -> list[tuple[str, str]]:
    return [(file, words) for file, words in EXCUSED if file == site.file and words in site.code]


def _lacks(site: Site) -> str:
    return (
        f"{site.file}:{site.first} ({site.within}) raises, and no mistake in tests/errors gets "
        f"there:\n    {site.code:.300}\n"
        f'Add one to a topic there, such as "a title": body("square(...)"), and write its text '
        f"with --rewrite-golden. If no test can make that mistake, say why in "
        f"tests/errors/excused.py."
    )
