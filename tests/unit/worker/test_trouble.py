"""An exception reaches the user as they would have seen it, without our lines around theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foretell import Permanent, RetryAfter
from foretell.author.entry import load_file
from foretell.errors import LawBroken
from foretell.worker.trouble import failure


def failing(do: Callable[[], object], retry_on: list[str] | None = None) -> dict[str, Any]:
    try:
        do()
    except BaseException as error:  # noqa: BLE001
        return failure(error, retry_on)
    raise AssertionError("it did not fail")


def test_the_trace_begins_at_the_users_line_and_the_error_is_one_line() -> None:
    def theirs() -> None:
        raise KeyError("first\nsecond")

    said = failing(theirs)
    assert said["kind"] == "fail"
    assert said["error"] == "KeyError: 'first\\nsecond'"
    assert said["trace"].splitlines()[1].strip().startswith(f'File "{__file__}"')
    assert "theirs" in said["trace"]


def test_of_many_lines_the_first_is_the_error() -> None:
    assert failing(lambda: _raise(ValueError("one\ntwo")))["error"] == "ValueError: one"


def test_errors_of_ours_need_no_class_name_and_end_at_the_users_line() -> None:
    def theirs(path: Path) -> None:
        load_file(path)

    said = failing(lambda: theirs(Path("/no/such/file.py")))
    assert said["error"] == "/no/such/file.py: there is no such file"
    assert "load_file(path)" in said["trace"]
    assert "entry.py" not in said["trace"]


def test_an_error_of_ours_with_no_line_of_theirs_has_no_trace() -> None:
    assert failure(LawBroken("a cycle")) == {"kind": "fail", "error": "a cycle", "trace": ""}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SystemExit(3), "the task called sys.exit(3)"),
        (SystemExit(), "the task called sys.exit()"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (RuntimeError(), "RuntimeError"),
        (RecursionError("too deep"), "RecursionError: too deep"),
    ],
)
def test_whatever_is_raised_has_a_line(error: BaseException, says: str) -> None:
    assert failing(lambda: _raise(error))["error"] == says


def test_a_syntax_error_says_where(tmp_path: Path) -> None:
    flow = tmp_path / "flow.py"
    flow.write_text("def f(:\n")
    said = failing(lambda: load_file(flow))
    assert said["error"] == f"SyntaxError: invalid syntax ({flow}, line 1)"


def test_an_exception_that_cannot_be_shown_is_still_told() -> None:
    class Evil(Exception):
        def __str__(self) -> str:
            raise ValueError("no")

    class Worse(Exception):
        __module__ = 3  # type: ignore[assignment] # pyright: ignore

    assert "Evil" in failing(lambda: _raise(Evil()))["error"]
    assert "Worse" in failing(lambda: _raise(Worse()))["error"]


class Flaky(ConnectionError): ...


class Rotten(Permanent): ...


HERE = f"{__name__}:Flaky"

WHAT_FOLLOWS: dict[str, tuple[BaseException, list[str] | None, dict[str, Any]]] = {
    "anything": (ValueError(), None, {}),
    "one that is named": (ValueError(), ["ValueError"], {}),
    "one above it is named": (Flaky(), ["OSError"], {}),
    "one of ours is named": (Flaky(), [HERE], {}),
    "by its file": (Flaky(), ["test_trouble.py:Flaky"], {}),
    "another is named": (Flaky(), ["ValueError", "other:Flaky"], {"permanent": True}),
    "permanent": (Permanent("no"), None, {"permanent": True}),
    "a kind of permanent": (Rotten(), ["Exception"], {"permanent": True}),
    "later": (RetryAfter(7), None, {"after": 7.0}),
    "later whatever is named": (RetryAfter(7), ["ValueError"], {"after": 7.0}),
    "much later": (RetryAfter(1e15), None, {"after": 1e9}),
    "a group": (ExceptionGroup("g", [ValueError(), Flaky()]), ["OSError", "ValueError"], {}),
    "a group with another": (ExceptionGroup("g", [ValueError(), Flaky()]), ["OSError"],
                             {"permanent": True}),
    "a group with a permanent one": (
        ExceptionGroup("g", [RetryAfter(3), ExceptionGroup("h", [Rotten()])]), None,
        {"permanent": True},
    ),
    "a group with several later ones": (
        ExceptionGroup("g", [RetryAfter(3), RetryAfter(9), Flaky()]), None, {"after": 9.0}),
    "the task ended its process": (SystemExit(1), ["Exception"], {"permanent": True}),
}  # fmt: skip


@pytest.mark.parametrize("name", WHAT_FOLLOWS)
def test_what_follows_a_failure_is_told_with_it(name: str) -> None:
    error, retry_on, follows = WHAT_FOLLOWS[name]
    said = failing(lambda: _raise(error), retry_on)
    assert {key: said[key] for key in said if key not in ("kind", "error", "trace")} == follows


def test_of_an_odd_class_nothing_is_known() -> None:
    class Odd(RetryAfter):
        def __init__(self) -> None: ...

    assert "after" not in failing(lambda: _raise(Odd()))
    assert failing(lambda: _raise(Odd()), ["ValueError"])["permanent"]


def test_nothing_grows_without_bound_and_everything_can_be_sent() -> None:
    said = failing(lambda: _raise(ValueError("\ud800" + "x" * 10_000_000)))
    assert len(said["error"]) < 5_000
    assert len(said["trace"]) < 200_000
    assert said["error"].encode("utf-8").startswith(b"ValueError: \\ud800xxx")


def _raise(error: BaseException) -> None:
    raise error
