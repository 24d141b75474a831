"""What is printed becomes lines, whole, in order, and bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foretell_runtime.executors.printed import LONGEST_LINE, Printed


@given(st.lists(st.binary()))
def test_lines_do_not_depend_on_how_they_came(pieces: list[bytes]) -> None:
    whole: list[str] = []
    parts: list[str] = []
    for lines, chunks in ((whole, [b"".join(pieces)]), (parts, pieces)):
        printed = Printed(lines.append)
        for chunk in chunks:
            printed.feed(chunk)
        printed.end()
    assert parts == whole


def test_the_last_line_needs_no_newline_and_odd_bytes_do_not_hurt() -> None:
    lines: list[str] = []
    printed = Printed(lines.append)
    printed.feed(b"one\r\n\ntw\xffo")
    assert lines == ["one", ""]
    printed.end()
    printed.end()
    assert lines == ["one", "", "tw�o"]
    assert printed.tail == "one\n\ntw�o"


def test_a_line_without_an_end_is_handed_on_in_pieces() -> None:
    lines: list[str] = []
    printed = Printed(lines.append)
    for _ in range(10):
        printed.feed(b"x" * LONGEST_LINE)
    printed.end()
    assert len(lines) == 10
    assert max(map(len, lines)) == LONGEST_LINE
    assert sum(map(len, lines)) == 10 * LONGEST_LINE


def test_the_tail_is_short_however_much_was_printed() -> None:
    printed = Printed(lambda line: None)
    for i in range(1000):
        printed.feed(f"line {i} {'x' * 10_000}\n".encode())
    assert "line 999" in printed.tail
    assert "line 900" not in printed.tail
    assert len(printed.tail) < 10_000
