"""Where runs are kept and how they are run, unless somebody says otherwise. Imports nothing heavy:
the command line reads it before it knows what it will do."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias, get_args

DEFAULT_STORE = Path(".foretell", "foretell.db")

STORE_VARIABLE = "FORETELL_STORE"
"""The environment variable that names another store."""

ENGINE_VARIABLE = "FORETELL_ENGINE"
"""The environment variable that says how the container engine is called."""
ENGINE_FLAGS_VARIABLE = "FORETELL_ENGINE_FLAGS"
"""The one with further flags for each container."""
SETTINGS_FILE = Path("foretell.toml")
"""Where settings of a project are kept, in the folder from which it is run."""


def pictures_of(store: Path) -> Path:
    """The folder in which runs are drawn when they are over."""
    return store.parent / "pictures"


VALUES_VARIABLE = "FORETELL_VALUES"
"""The environment variable that names another place for large values: a folder, or an address that
fsspec reaches."""

CACHE_VARIABLE = "FORETELL_CACHE"
"""The environment variable that names another cache than the one beside the store: a folder or an
address that fsspec reaches; or `off`."""

INLINE_VARIABLE = "FORETELL_INLINE"
"""The environment variable that says how many bytes of JSON a value may have that stands in the journal
itself."""


How: TypeAlias = Literal["fresh", "forked"]
"""How the processes of trials are made."""

WAYS: tuple[How, ...] = get_args(How)
