"""What the unit tests share: none leaves its graph to the next."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process works for one graph; the tests of one process for many."""
    monkeypatch.setattr("foretell.author.loading._base", [])
