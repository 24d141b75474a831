"""From Python source to a graph, without importing or running any of it."""
