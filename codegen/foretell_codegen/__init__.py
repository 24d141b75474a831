"""Graphs to Python source and back: `writing`, `reading`, `updating`, and `interchange` with other systems.
Nothing here runs what it reads or writes."""
