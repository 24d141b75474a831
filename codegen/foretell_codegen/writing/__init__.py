"""From graphs to Python source."""

from __future__ import annotations

from foretell_codegen.writing.flows import written as write

__all__ = ["write"]
