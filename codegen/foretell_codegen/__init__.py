"""Graphs to Python source and back. Arrives with the codegen work; see docs/decisions."""
