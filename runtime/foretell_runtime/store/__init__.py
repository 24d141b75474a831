"""Where runs are kept: an append-only journal per run, and the lines its tasks wrote."""
