"""How a secret stands in the inputs of a node: `{"$secret": "API_KEY"}`, its name and no value.

Every child process imports this, so it imports next to nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

KEY = "$secret"
"""The one key of a JSON object that stands for a secret."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def secrets_in(value: Any) -> Iterator[str]:
    """The names of the secrets somewhere in a JSON value."""
    if isinstance(value, dict):
        name = value.get(KEY)
        if len(value) == 1 and isinstance(name, str) and NAME.fullmatch(name):
            yield name
            return
        for item in value.values():
            yield from secrets_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from secrets_in(item)
