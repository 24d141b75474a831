"""What no type checker sees is refused at registration, at its line."""

from __future__ import annotations

import inspect
import re

import pytest

from foretell import ForetellError, Workflow
from tests.typing import unseen

FLOWS = {name: flow for name, flow in vars(unseen).items() if isinstance(flow, Workflow)}


@pytest.mark.parametrize("name", FLOWS)
def test_it_is_refused_at_registration_at_its_line(name: str) -> None:
    lines, first = inspect.getsourcelines(FLOWS[name].fn)
    ((at, words),) = [
        (first + i, found[1])
        for i, line in enumerate(lines)
        if (found := re.search(r"# ! (?:neither|mypy|pyright): (.*)", line))
    ]
    with pytest.raises(ForetellError) as caught:
        FLOWS[name].compile()
    assert words in str(caught.value)
    assert f"unseen.py:{at}" in str(caught.value)
