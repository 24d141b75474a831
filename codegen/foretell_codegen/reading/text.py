"""A source as bytes, as text, and as a syntax tree. Nothing is known here of workflows."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
import warnings
from pathlib import Path

from foretell_codegen.errors import ReadError
from foretell_codegen.provenance import BOM, Lines

LARGEST = 64 * 1024 * 1024
"""Bytes of a source that is read at all."""


def read_bytes(path: Path) -> bytes:
    """A source file, of which no more is read than shows that it is too large."""
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


class Source:
    """One file. `data` is its text as UTF-8, with its byte order mark and its line ends."""

    def __init__(self, source: bytes | str, path: Path) -> None:
        self.path = path
        self.name = path.name
        if len(source) > LARGEST:
            raise ReadError(self.name, 0, f"it is larger than {LARGEST // 2**20} MiB")
        text = source if isinstance(source, str) else self._decoded(source)
        try:
            self.data = text.encode()
        except UnicodeEncodeError as error:
            raise ReadError(self.name, 0, f"it holds what is no text ({error.reason})") from None
        self._text = text.removeprefix("\ufeff")
        self.tree = self._parsed()
        self.lines = Lines(self.data)
        self._as_read: list[str] = []

    def _decoded(self, source: bytes) -> str:
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
            text = source.removeprefix(BOM).decode(encoding)
        except (SyntaxError, UnicodeDecodeError, LookupError) as error:
            raise ReadError(
                self.name, 0, f"it cannot be decoded ({error})", "save it as UTF-8"
            ) from None
        return "\ufeff" + text if source.startswith(BOM) else text

    def _parsed(self) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what is odd in a source is told by who runs it
                return ast.parse(self._text, self.name)
        except SyntaxError as error:
            why = f"it is no Python: {error.msg}"
            raise ReadError(
                self.name, error.lineno or 0, why, column=error.offset or None
            ) from None
        except ValueError as error:
            raise ReadError(self.name, 0, f"it is no Python: {error}") from None
        except (RecursionError, MemoryError):
            raise ReadError(self.name, 0, "it is nested too deeply to be read") from None

    def definition(self, first_line: int) -> str:
        """The source of the function whose first line that is, as `inspect` gives it."""
        if not self._as_read:
            lines = io.StringIO(self._text, newline=None).readlines()
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            self._as_read = lines
        return "".join(inspect.getblock(self._as_read[first_line - 1 :]))
