"""Keeping what is too large for a message, or no JSON: as files, with references in their places.

Of a large value the smallest large parts are kept, if it has few parts: so a field of a result stands
in a file of its own, and whoever wants another field need not read it. What fills with the results of
nodes later, and secrets, stay where they can be seen.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from foretell.errors import CodecError, StoreError, UserError
from foretell.graph.pointers import escape
from foretell.graph.references import (
    BYTES,
    JSON,
    Held,
    is_reference,
    reference,
    references_in,
    small,
    text_of_bytes,
)
from foretell.graph.secrets import secrets_in
from foretell.values.codecs import Codec, codec_of
from foretell.values.ground import Ground
from foretell.values.places import Place, digest_of, draft_in

FEW = 50
"""Parts that a value may have for being taken apart."""
_OF_A_REFERENCE = 200
"""About how many bytes one has."""
_SMALLEST = 1024
"""Bytes that stand in a message even where everything else is to go into files."""


class Keeper:
    """Keeps values on a `ground`; without one, everything stands where it is. `by` is the node that
    writes, `hidden` what must never be written."""

    def __init__(
        self, ground: Ground | None, by: str = "", hidden: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self._ground = ground
        self._by = by
        self._hidden = hidden
        self._place: Place | None = None
        self._written: dict[str, int] = {}
        self._sizes: dict[int, int] = {}
        """Of the parts of the value that is looked at, by their ids."""
        self._encode = json.JSONEncoder(
            separators=(",", ":"), allow_nan=False, default=self._default
        ).encode

    @property
    def inline(self) -> int:
        """Bytes of JSON that stand where they are."""
        return self._ground.inline if self._ground else 1 << 62

    def lightened(self, value: Any, open_at: Iterable[str] = ()) -> Any:
        """`value` as JSON in which all that is large or no JSON is a reference. Nothing is kept that
        has one of the places `open_at` in it.

        Raises `StoreError` where it cannot be kept, `CodecError` where a codec fails.
        """
        text = self._encode(value)
        whole = value if _is_json(value) else json.loads(text)
        if len(text) <= self.inline:
            return whole
        self._sizes = {id(whole): len(text)}
        return self._split(whole, tuple(open_at))

    def part(self, key: Any, item: Any, open_at: Iterable[str] = ()) -> Any:
        """`lightened` for what stands under `key` in a value that has the places `open_at`."""
        inner = _below(key, open_at)
        return item if "" in inner else self.lightened(item, inner)

    def _split(self, value: Any, open_at: tuple[str, ...]) -> Any:
        if self._size(value) <= self.inline or is_reference(value):
            return value
        settled = not open_at and not any(secrets_in(value))
        if settled and self._rest(value) == _OF_A_REFERENCE:
            return self._keep_json(value)
        if isinstance(value, dict):
            return {key: self._part(key, item, open_at) for key, item in value.items()}
        if isinstance(value, list):
            return [self._part(key, item, open_at) for key, item in enumerate(value)]
        return value

    def _part(self, key: Any, item: Any, open_at: tuple[str, ...]) -> Any:
        inner = _below(key, open_at)
        return item if "" in inner else self._split(item, inner)

    def _rest(self, value: Any) -> int:
        """About how many bytes of a value stay where it stands: with its parts elsewhere, if these
        are few and that is enough, or all of it."""
        size = self._size(value)
        if size <= self.inline or is_reference(value):
            return size
        if isinstance(value, (dict, list)) and len(value) <= FEW:
            items = value.items() if isinstance(value, dict) else enumerate(value)
            rest = sum(len(str(key)) + 4 + self._rest(item) for key, item in items)
            if rest <= max(self.inline, _SMALLEST):
                return rest
        return _OF_A_REFERENCE

    def _size(self, value: Any) -> int:
        size = self._sizes.get(id(value))
        if size is None:
            size = self._sizes[id(value)] = len(self._encode(value))
        return size

    def _keep_json(self, value: Any) -> Any:
        data = self._encode(value).encode("ascii")
        deep = any(True for _ in references_in(value)) if b'"$value"' in data else False
        self._refuse_hidden(data)
        digest = self._keep(data)
        return reference(JSON, digest, len(data), by=self._by, deep=deep)

    def _default(self, value: Any) -> Any:
        """The JSON of what has none by itself."""
        if not isinstance(value, Held):
            raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
        if value.record is None:
            value.record = self._recorded(value)
        return value.record

    def _recorded(self, held: Held) -> Any:
        if held.codec == BYTES and len(held.value) * 4 // 3 <= max(self.inline, _SMALLEST):
            return text_of_bytes(held.value)
        codec = codec_of(type(held.value))
        assert codec is not None
        scratch = self._at.scratch if self._ground else None
        if scratch is None:
            return small(codec.name, b64encode(_dumped(codec, held.value)).decode(), codec.version)
        with self._explained(), draft_in(scratch) as draft:
            _dump(codec, held.value, draft)
            size = draft.stat().st_size
            if size * 4 // 3 <= max(self.inline, _SMALLEST):
                data = b64encode(draft.read_bytes()).decode()
                return small(codec.name, data, codec.version)
            if any(self._hidden()):
                self._refuse_hidden(draft.read_bytes())
            digest = digest_of(draft)
            self._put(draft, digest, size)
        return reference(codec.name, digest, size, codec.version, self._by)

    def _keep(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        if self._written.get(digest) != len(data):
            with self._explained(), draft_in(self._at.scratch) as draft:
                draft.write_bytes(data)
                self._put(draft, digest, len(data))
        return digest

    def _put(self, draft: Path, digest: str, size: int) -> None:
        assert self._ground is not None
        with self._ground.pinned(digest):
            self._at.put(draft, digest)
        self._written[digest] = size

    def _refuse_hidden(self, data: bytes) -> None:
        if any(
            one.encode() in data or json.dumps(one)[1:-1].encode() in data for one in self._hidden()
        ):
            raise UserError(
                "a large value holds the value of a secret, and would be kept in a file; hand on the Secret "
                "itself, or what was done with it"
            )

    @property
    def _at(self) -> Place:
        assert self._ground is not None
        if self._place is None:
            self._place = self._ground.place
        return self._place

    def _explained(self) -> _Explained:
        return _Explained(self._ground)


class _Explained:
    """Turns what the place complains about into a sentence."""

    def __init__(self, ground: Ground | None) -> None:
        self._where = (ground.where or ground.home) if ground else ""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, OSError):
            why = error.strerror or str(error)
            raise StoreError(
                f"a large value cannot be kept at {self._where}: {why}. Make room there, or choose "
                f"another place with FORETELL_VALUES."
            ) from error


def _below(key: Any, open_at: Iterable[str]) -> tuple[str, ...]:
    """Of these places of a value, those of the part under `key`, as seen from there."""
    start = f"/{escape(str(key))}"
    return tuple(at[len(start) :] for at in open_at if at == start or at.startswith(f"{start}/"))


def _dump(codec: Codec, value: Any, draft: Path) -> None:
    with draft.open("r+b") as file:
        try:
            codec.dump(value, file)
        except OSError:
            raise
        except Exception as error:
            raise CodecError(
                codec.name, f"it cannot write this {type(value).__name__}: {type(error).__name__}: {error}"
            ) from error  # fmt: skip


def _dumped(codec: Codec, value: Any) -> bytes:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        _dump(codec, value, Path(file.name))
        return Path(file.name).read_bytes()


def _is_json(value: Any) -> bool:
    """Whether nothing in it is `Held`, or a tuple."""
    todo = [value]
    while todo:
        one = todo.pop()
        kind = type(one)
        if kind is dict:
            todo += one.values()
        elif kind is list:
            todo += one
        elif kind is Held or kind is tuple:
            return False
    return True
