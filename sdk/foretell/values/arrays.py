"""The codecs of numpy's arrays and of pandas' frames and series.

Loaded once somebody has such a value or wants one; then whoever defines its type is imported already,
or is about to be. Nothing that is read is ever executed: no pickles.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any, BinaryIO

from foretell.values.codecs import register_codec


def register(kind: type[Any]) -> None:
    """Registers the codec of `kind`, which is one of those that are shipped."""
    if kind.__name__ == "ndarray":
        register_codec(kind, name="numpy", dump=_save, load=_load)
    else:
        _register_pandas(kind)


def register_called(name: str) -> None:
    """Registers the codec of that name, where what it is for is installed."""
    package, _, kind = name.partition(".")
    try:
        found = import_module(package)
    except ImportError:
        return
    register(getattr(found, kind or "ndarray"))


def _save(array: Any, file: BinaryIO) -> None:
    import_module("numpy").save(file, array, allow_pickle=False)


def _load(file: BinaryIO) -> Any:
    return import_module("numpy").load(file, allow_pickle=False)


def _register_pandas(kind: type[Any]) -> None:
    pandas: Any = import_module("pandas")

    def read(file: BinaryIO) -> Any:
        return pandas.read_parquet(io.BytesIO(file.read()))

    if kind.__name__ == "DataFrame":
        register_codec(kind, name="pandas.DataFrame", dump=_write_frame, load=read)
    else:
        register_codec(
            kind,
            name="pandas.Series",
            dump=lambda series, file: _write_frame(
                series.to_frame("0" if series.name is None else series.name),
                file,
                named=series.name is not None,
            ),
            load=lambda file: _series(read(file)),
        )


_NAMELESS = "foretell.nameless"


def _write_frame(frame: Any, file: BinaryIO, *, named: bool = True) -> None:
    """As Parquet, which keeps types, index and names; pandas needs pyarrow for that."""
    if not named:
        frame = frame.set_axis([_NAMELESS], axis="columns")
    inner = io.BytesIO()  # writers of Parquet close what they are given
    inner_close, inner.close = inner.close, lambda: None  # type: ignore[method-assign]
    frame.to_parquet(inner)
    file.write(inner.getbuffer())
    inner_close()


def _series(frame: Any) -> Any:
    series = frame.iloc[:, 0]
    return series.rename(None) if series.name == _NAMELESS else series
