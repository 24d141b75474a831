"""From Python source to a graph, without importing or running any of it."""

from foretell_codegen.reading.reader import Reading, read, read_file

__all__ = ["Reading", "read", "read_file"]
