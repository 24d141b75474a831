"""Where runs are kept and how they are run, unless somebody says otherwise. Imports nothing heavy:
the command line reads it before it knows what it will do."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias, get_args

DEFAULT_STORE = Path(".foretell", "foretell.db")

STORE_VARIABLE = "FORETELL_STORE"
"""The environment variable that names another store."""

How: TypeAlias = Literal["fresh", "forked"]
"""How the processes of trials are made."""

WAYS: tuple[How, ...] = get_args(How)
