"""Templates put values in the places of names, and never read what they have put there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.templates import (
    filled,
    names_in,
    template_fault,
    words_of,
)
from tests.integration.programs.foreign import verbatim

ANY = st.text(alphabet=st.sampled_from("ab{}* $;'\"\\\n") | st.characters(codec="utf-8"))


@given(ANY)
def test_a_verbatim_text_comes_to_itself(text: str) -> None:
    assert filled(verbatim(text), {"a": "b"}) == text


@given(ANY, ANY, ANY)
def test_a_value_stands_between_its_texts_as_it_is(before: str, value: str, after: str) -> None:
    template = f"{verbatim(before)}{{a}}{verbatim(after)}"
    assert filled(template, {"a": value}) == before + value + after
    assert words_of(template, {"a": value}) == [before + value + after]


@given(st.lists(ANY))
def test_a_list_becomes_a_word_an_item(values: list[str]) -> None:
    assert words_of("{a*}", {"a": values}) == values


@given(st.text("ab{}*", max_size=8))
def test_what_has_no_fault_can_be_filled(template: str) -> None:
    if not template_fault(template, ["a", "b", "ab"], word=True):
        names = names_in(template)
        assert names <= {"*", "a", "b", "ab"}
        words_of(template, dict.fromkeys(names, "x"))


def test_other_values_are_json() -> None:
    assert filled("{a} {b} {c}", {"a": True, "b": [1, "é"], "c": None}) == 'true [1,"é"] null'
    assert json.loads(filled("{*}", {"a": "x", "b": {}})) == {"a": "x", "b": {}}


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{", "a single '{'"),
        ("a}", "a single '}'"),
        ("{a b}", "'{a b}', which names no input"),
        ("{}", "'{}', which names no input"),
        ("{c}", "names an input 'c' that is not there; there is a, b"),
        ("x{a*}", "several words can only stand where {a*} is the whole word"),
        ("\0", "holds a null character"),
    ],
)
def test_faults_are_named(template: str, why: str) -> None:
    assert why in template_fault(template, ["a", "b"], word=True)


def test_nobody_knows_what_a_task_takes_that_takes_anything() -> None:
    assert template_fault("{whatever}", None) == ""
