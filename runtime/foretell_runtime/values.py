"""Where the large values of a store's runs are, and having them back.

Beside the store, unless somebody names another place. In one that several stores may use, each has a
folder of its own there, so that no store ever clears away what another one keeps.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foretell.errors import StoreError, UserError
from foretell.graph.model import Json
from foretell.graph.references import BYTES, INLINE, JSON, KEY, Held, references_in
from foretell.values.ground import Ground, alone
from foretell.values.keeping import Keeper
from foretell.values.loading import Loader
from foretell.values.places import NEW, draft_in, is_remote
from foretell_runtime.settings import INLINE_VARIABLE, VALUES_VARIABLE


def home_of(store: Path) -> Path:
    """The folder beside a store where its large values are."""
    store = store.absolute()
    return store.with_name(f"{store.name}-values")


def ground_of(store: Path, where: str | Path | None = None, inline: int | None = None) -> Ground:
    """Where a new run keeps what is large, by what was said or by the environment."""
    said = str(where) if where is not None else os.environ.get(VALUES_VARIABLE, "")
    home = home_of(store)
    return Ground(str(home), _own(home, said) if said else "", _inline(inline))


def ground_at(store: Path, values: str, run: str = "", inline: int | None = None) -> Ground:
    """Where a run has kept what is large, by what its journal says."""
    return Ground(str(home_of(store)), values, _inline(inline), run=run)


def _own(home: Path, said: str) -> str:
    """The part of a place that is this store's own."""
    file = home / "name"
    try:
        name = _read(file)
        if not name:
            with alone(home), draft_in(home / NEW) as draft:
                if not _read(file):  # of two at a time, one wins
                    draft.write_text(f"{home.name.removesuffix('-values')}-{os.urandom(6).hex()}")
                    draft.replace(file)
            name = _read(file)
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from error
    root = (
        said.rstrip("/") if is_remote(said) else str(Path(said.removeprefix("file://")).absolute())
    )
    return f"{root}/{name}"


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return ""


def _inline(said: int | None) -> int:
    text = os.environ.get(INLINE_VARIABLE, "") if said is None else str(said)
    if not text:
        return INLINE
    if not text.isdecimal() or not text.isascii():
        raise UserError(
            f"{INLINE_VARIABLE}={text!r:.40}: how many bytes a value may have that stands in the journal "
            f"itself must be a whole number from 0"
        )
    return min(int(text), 8 * 1024 * 1024)


def outlined(value: Json) -> Json:
    """A value as its JSON Schema sees it, with nothing written anywhere."""
    if type(value) is dict:
        return {key: outlined(item) for key, item in value.items()}
    if type(value) is list:
        return [outlined(item) for item in value]
    if type(value) is Held:
        return "" if value.codec == BYTES else {KEY: {"codec": value.codec}}
    return value


def kept_inputs(ground: Ground, inputs: Mapping[str, Json]) -> dict[str, Json]:
    """Inputs of a run with references for what is large in them."""
    keeper = Keeper(ground)
    return {name: keeper.lightened(value) for name, value in inputs.items()}


async def loaded(ground: Ground, value: Json) -> Any:
    """A value with everything in its place; what JSON has no word for as `Held`. Raises `ValueLost`."""
    if not any(references_in(value)):
        return value
    return await asyncio.to_thread(Loader(ground).loaded, value)


def shown(ground: Ground, value: Json) -> Json:
    """A value as JSON for people and programs: what JSON has words for is in its place, other things
    stay references. Raises `ValueLost`."""
    return Loader(ground, only=(JSON,)).loaded(value)
