"""What the tests of executors share: each is tried with every kind."""

from __future__ import annotations

import pytest

from tests.integration.executors.talking import EXECUTORS


@pytest.fixture(params=sorted(EXECUTORS))
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
