"""Editing sources: an edited graph put back into the Python that it was read from."""
