"""Codecs: how values of a type become bytes, and bytes such values again.

    register_codec(Image, name="png", dump=lambda image, file: image.save(file, "PNG"), load=Image.open)

A codec is known by its name and version, which stand in every reference to what it wrote. Bytes have
one from the start; arrays of numpy and frames of pandas have one where these are installed, and
neither is imported before somebody else has.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, NamedTuple, TypeVar

from foretell.errors import CodecError, UserError
from foretell.graph.references import BYTES, JSON

T = TypeVar("T")

_JSONS_OWN = frozenset((str, int, float, bool, list, tuple, dict, type(None)))
_LONGEST_NAME = 100

_SHIPPED = {
    "numpy.ndarray": "numpy",
    "pandas.DataFrame": "pandas.DataFrame",
    "pandas.core.frame.DataFrame": "pandas.DataFrame",
    "pandas.Series": "pandas.Series",
    "pandas.core.series.Series": "pandas.Series",
}
"""Types of others, by their names, and what their codecs are called."""
_SHIPPED_IN = "foretell.values.arrays"


class Codec(NamedTuple):
    """`dump` writes a value to a file that is open for writing, `load` reads one from a file."""

    name: str
    version: int
    kind: type[Any]
    dump: Callable[[Any, BinaryIO], object]
    load: Callable[[BinaryIO], Any]


_by_kind: dict[type[Any], Codec | None] = {}
"""None: it was looked for, and there is none."""
_by_name: dict[tuple[str, int], Codec] = {}


def register_codec(
    kind: type[T],
    /,
    *,
    name: str,
    dump: Callable[[T, BinaryIO], object],
    load: Callable[[BinaryIO], T],
    version: int = 1,
) -> None:
    """From now on, values of `kind` go between tasks by this codec.

    Every process that runs tasks must come by this line: write it at the top of the module that
    defines them, or of one that it imports. Raise `version` when what is written changes; to go on
    reading what an older one wrote, register that one first.
    """
    if not isinstance(kind, type) or kind in _JSONS_OWN:
        raise UserError(
            f"register_codec({kind!r:.80}): it takes a class, and none of those that JSON has words for"
        )
    good = isinstance(name, str) and name.isprintable() and 0 < len(name) <= _LONGEST_NAME
    if not good or name in (JSON, BYTES):
        raise UserError(
            f"register_codec({kind.__name__}): name={name!r:.80} must be 1 to {_LONGEST_NAME} visible "
            f"characters, and not {JSON!r} or {BYTES!r}, which are taken"
        )
    if type(version) is not int or version < 1:
        raise UserError(
            f"register_codec({kind.__name__}): version={version!r:.80} must be a whole number from 1"
        )
    _add(Codec(name, version, kind, dump, load))


def _add(codec: Codec) -> None:
    for known in [kind for kind, found in _by_kind.items() if found is None]:
        del _by_kind[known]  # it may derive from this one
    _by_kind[codec.kind] = _by_name[codec.name, codec.version] = codec


def codec_of(kind: Any) -> Codec | None:
    """The codec of a class: its own, or that of the nearest class that it derives from."""
    try:
        return _by_kind[kind]
    except (KeyError, TypeError):
        pass
    if not isinstance(kind, type) or kind in _JSONS_OWN:
        return None
    found = next(filter(None, (_own(one) for one in kind.__mro__[:-1])), None)
    _by_kind[kind] = found
    return found


def _own(kind: type[Any]) -> Codec | None:
    if kind not in _by_kind and f"{kind.__module__}.{kind.__qualname__}" in _SHIPPED:
        import_module(_SHIPPED_IN).register(kind)
    return _by_kind.get(kind)


def codec_called(name: str, version: int) -> Codec:
    """The codec that wrote something. Raises `CodecError` if it is not known here."""
    if (name, version) not in _by_name and name in _SHIPPED.values():
        import_module(_SHIPPED_IN).register_called(name)
    try:
        return _by_name[name, version]
    except KeyError:
        others = sorted(have for known, have in _by_name if known == name)
        known = f" (only version {', '.join(map(str, others))})" if others else ""
        raise CodecError(
            name, f"version {version} of it is not known here{known}; import the module that calls "
            f"register_codec(..., name={name!r}) where the tasks are defined",
        ) from None  # fmt: skip


def _write_bytes(value: bytes, file: BinaryIO) -> None:
    file.write(value)


_add(Codec(BYTES, 1, bytes, _write_bytes, lambda file: file.read()))
