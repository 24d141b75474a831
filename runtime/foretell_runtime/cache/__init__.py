"""What tasks came to, kept for equal nodes of later runs."""
