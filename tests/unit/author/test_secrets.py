from __future__ import annotations

import copy
import pickle

import pytest

from foretell import Secret, secret, task, workflow
from foretell.errors import UserError
from foretell.graph.secrets import secrets_in


@task
def call(key: Secret, keys: list[Secret | None], n: int = 1) -> int:
    return n * len(key.reveal()) + sum(1 for k in keys if k is not None)


@workflow
def calls() -> int:
    return call(secret("KEY_A"), [secret("KEY_B"), None])


def test_a_graph_holds_names_of_secrets_only() -> None:
    graph = calls.compile()
    (node,) = graph.nodes
    assert node.inputs == {"key": {"$secret": "KEY_A"}, "keys": [{"$secret": "KEY_B"}, None]}
    assert list(secrets_in(node.inputs)) == ["KEY_A", "KEY_B"]


def test_in_ordinary_python_a_secret_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_A", "12345")
    assert calls() == 6
    monkeypatch.delenv("KEY_A")
    with pytest.raises(UserError, match="set the environment variable KEY_A"):
        calls()


def test_whatever_is_done_with_a_secret_shows_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_A", "12345")
    key = secret("KEY_A")
    assert {str(key), repr(key), f"{key}", f"{key!s:>16}"} == {"<secret KEY_A>", "  <secret KEY_A>"}
    assert b"12345" not in pickle.dumps(key)
    assert copy.deepcopy([key]) == [secret("KEY_A")]
    assert key != secret("KEY_B")
    assert len({key, secret("KEY_A")}) == 1


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "a=b", 3])
def test_a_secret_is_named_like_a_variable(name: str) -> None:
    with pytest.raises(UserError, match="the name of an environment variable"):
        secret(name)


def test_other_values_are_no_secrets() -> None:
    assert list(secrets_in({"$secret": "A", "more": 1})) == []
    assert list(secrets_in({"a": [{"$secret": 3}, {"$secret": "no name"}]})) == []
    with pytest.raises(UserError, match="expected a secret"):
        call.ports.load_inputs({"key": "12345", "keys": []})
