"""The child side of a trial: one process, one task, and JSON lines to whoever started it."""
