"""Places that raise and that no mistake in the corpus gets to: file, words of the statement, and
why no test can make that mistake."""

from __future__ import annotations

EXCUSED: dict[tuple[str, str], str] = {
    ("runtime/foretell_runtime/cli/output.py", "this is no text"): "needs a terminal",
    ("runtime/foretell_runtime/telemetry.py", "OpenTelemetry is not installed"): (
        "needs a computer without it, and the tests use it"
    ),
    (
        "runtime/foretell_runtime/cli/fuzz.py",
        "cannot be written to",
    ): "needs a drawing that is wrong",
    ("runtime/foretell_runtime/cli/targets.py", "cannot be read"): (
        "needs a file that may not be read, and whoever runs the tests may read all"
    ),
    ("runtime/foretell_runtime/cli/update.py", "cannot be read"): (
        "needs a file that may not be read, and whoever runs the tests may read all"
    ),
    ("runtime/foretell_runtime/cli/update.py", "cannot be written"): (
        "needs a folder that may not be written to, and whoever runs the tests may write to all"
    ),
    ("runtime/foretell_runtime/store/sqlite.py", "holds the lock of a new run"): (
        "needs a lock on a number that the database has never given"
    ),
    ("runtime/foretell_runtime/store/sqlite.py", "no free run id"): "needs all ids taken",
    ("sdk/foretell/author/growing.py", "PromiseBroken(f'{say_place(frame)}: {fault}')"): (
        "needs a graph that was registered before its source was changed"
    ),
    ("sdk/foretell/document/checks.py", "more than {MOST:,} of them"): "needs a million nodes",
    ("sdk/foretell/document/jsonform.py", "the document is larger than"): "needs 256 MiB",
    ("sdk/foretell/promises/refining.py", "speaks of an unknown task"): (
        "documents are refused for it when they are read; registration writes down what it names"
    ),
}
