"""Loading what references stand for, and seeing that it is what was kept.

What comes back is JSON in which a value that JSON has no word for stands as `Held`; whoever reads it
by its type takes it out.
"""

from __future__ import annotations

import io
import json
from base64 import b64decode
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from foretell.errors import CodecError, ValueLost
from foretell.graph.pointers import get
from foretell.graph.references import JSON, KEY, Held, is_reference, say_reference
from foretell.values.codecs import Codec, codec_called
from foretell.values.ground import Ground
from foretell.values.places import Place, digest_of


class Loader:
    """Loads from a `ground`; without one only what stands in its reference. Where `only` some codecs
    are named, what others wrote stays as it is."""

    def __init__(self, ground: Ground | None, only: Collection[str] = ()) -> None:
        self._ground = ground
        self._only = only
        self._place: Place | None = None

    def loaded(self, value: Any) -> Any:
        """`value` with everything in its place. Raises `ValueLost` where it is missing or is not what
        was kept, `CodecError` where it cannot be read, `NoSuchPlace` where a reference leads nowhere.
        """
        if type(value) is dict:
            if is_reference(value):
                known = not self._only or value[KEY]["codec"] in self._only
                return self._load(value) if known else value
            return {key: self.loaded(item) for key, item in value.items()}
        if type(value) is list:
            return [self.loaded(item) for item in value]
        return value

    @contextmanager
    def opened(self, value: Any) -> Iterator[BinaryIO]:
        """What a reference stands for, as the bytes that were kept. Raises `ValueLost`."""
        record = value[KEY]
        if "data" in record:
            yield io.BytesIO(b64decode(record["data"]))
            return
        with ExitStack() as stack:
            with _Lost(value, self._at, self._ground):
                file = stack.enter_context(self._at.fetched(record["digest"]))
                _check_digest(file, value, self._at, self._ground)
                found = stack.enter_context(file.open("rb"))
            yield found

    def as_kept(self, value: Any) -> Any:
        """The JSON that a reference stands for, with the references in it. Raises `ValueLost`."""
        return self._json(value)

    def check(self, value: Any) -> None:
        """Reads, and forgets, what a reference stands for. Raises `ValueLost`."""
        record = value[KEY]
        if "digest" in record:
            with self.opened(value):
                pass

    def _load(self, value: Any) -> Any:
        record = value[KEY]
        if record["codec"] == JSON:
            return self._part(value, self._json(value))
        codec = codec_called(record["codec"], record.get("version", 1))
        with self.opened(value) as file:
            return Held(codec.name, _decoded(codec, file), value)

    def _json(self, value: Any) -> Any:
        record = value[KEY]
        with _Lost(value, self._at, self._ground), self._at.fetched(record["digest"]) as file:
            data = file.read_bytes()
        if sha256(data).hexdigest() != record["digest"]:
            raise _not_what_it_was(value, self._at, self._ground)
        return json.loads(data)

    def _part(self, value: Any, whole: Any) -> Any:
        record = value[KEY]
        found = get(whole, record.get("at", ""))
        return self.loaded(found) if record.get("deep") else found

    @property
    def _at(self) -> Place:
        if self._ground is None:
            raise CodecError(JSON, "it is kept in a file, and nothing says where files are kept")
        if self._place is None:
            self._place = self._ground.place
        return self._place


class _Lost:
    """Turns what the place complains about into what it means for the value."""

    def __init__(self, value: Any, place: Place, ground: Ground | None) -> None:
        self._said = (value, place, ground)

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, FileNotFoundError):
            raise _lost(*self._said, "is gone") from None
        if isinstance(error, OSError):
            why = error.strerror or str(error)
            raise _lost(*self._said, f"cannot be read: {why}", permanent=False) from error


def _check_digest(file: Path, value: Any, place: Place, ground: Ground | None) -> None:
    if digest_of(file) != value[KEY]["digest"]:
        raise _not_what_it_was(value, place, ground)


def _not_what_it_was(value: Any, place: Place, ground: Ground | None) -> ValueLost:
    return _lost(value, place, ground, "is not what was kept there: it was changed or damaged")


def _lost(
    value: Any, place: Place, ground: Ground | None, why: str, *, permanent: bool = True
) -> ValueLost:
    record = value[KEY]
    return ValueLost(
        place.address(record["digest"]),
        why,
        record.get("by", ""),
        say_reference(value),
        ground.run if ground else "",
        permanent=permanent,
    )


def _decoded(codec: Codec, file: Any) -> Any:
    try:
        return codec.load(file)
    except OSError:
        raise
    except Exception as error:
        raise CodecError(
            codec.name, f"it cannot read what it wrote: {type(error).__name__}: {error}"
        ) from error
