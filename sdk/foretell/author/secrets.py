"""`secret("API_KEY")`: a value that only the runner knows and no record ever holds.

A `Secret` is its name. It travels through the graph as `{"$secret": "API_KEY"}`; the process of a
trial is told the values of the secrets in its inputs, and `reveal()` looks there. Elsewhere (in
ordinary Python, in tests) it looks into the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from foretell.errors import UserError
from foretell.graph.secrets import KEY, NAME

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {KEY: {"type": "string"}},
    "required": [KEY],
    "additionalProperties": False,
    "title": "Secret",
}

_given: dict[str, str] = {}
"""The values that the runner gave to this process."""


class Secret:
    """A value that is known only where it is revealed. Shown, compared and stored by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise UserError(
                f"secret({name!r:.60}): a secret has the name of an environment variable: letters, "
                f"digits and underscores"
            )
        self.name = name

    def reveal(self) -> str:
        """The value itself. Raises `UserError` if nobody has given one."""
        value = _given.get(self.name, os.environ.get(self.name))
        if value is None:
            raise UserError(
                f"the secret {self.name!r} is not there: set the environment variable {self.name}"
            )
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.name == self.name

    def __hash__(self) -> int:
        return hash((Secret, self.name))

    def __repr__(self) -> str:
        return f"<secret {self.name}>"


def secret(name: str) -> Secret:
    """The secret of that name: whoever runs the workflow supplies its value, as an environment
    variable or otherwise. It appears in no journal, log, drawing or error."""
    return Secret(name)


def given() -> tuple[str, ...]:
    """The values that were given to this process."""
    return tuple(_given.values())


def give(values: Mapping[str, str]) -> None:
    """From now on these are the values in this process."""
    _given.update(values)
