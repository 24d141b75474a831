"""From graphs to Python source."""

from __future__ import annotations

from foretell_codegen.writing.writer import write

__all__ = ["write"]
