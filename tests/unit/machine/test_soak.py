"""A small soak; the large one is `python benchmarks/soak.py`, and with `--long`."""

from __future__ import annotations

import pytest

from benchmarks import soak


def test_a_run_with_much_trouble_ends_and_its_journal_leads_to_the_same() -> None:
    found = soak.soak(1_000, 20)
    assert found["nodes"] == 1_010
    assert found["events"] > 3_000
    assert found["pauses"] > 0


@pytest.mark.long
def test_a_run_of_100_000_nodes_loses_no_memory_once_it_has_grown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = soak.soak(100_000, 200)
    with capsys.disabled():
        print("\n", {name: round(number, 1) for name, number in found.items()})
    assert found["bytes lost an event, afterwards"] < soak.MOST_BYTES_AN_EVENT
