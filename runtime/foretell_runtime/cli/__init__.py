"""The command line. `main` is the console script; everything else is imported when it is needed."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """Runs the command that `sys.argv` names and exits with its code."""
    from foretell_runtime.cli import app

    app.main()
