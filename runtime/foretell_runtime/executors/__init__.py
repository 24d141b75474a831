"""Ways to start trials, each in a process of its own."""
