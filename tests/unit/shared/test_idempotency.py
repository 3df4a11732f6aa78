"""The request hash stands for what was asked, not for how it was written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.idempotency import answer, request_hash

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values))
def test_order_and_spacing_do_not_matter(body: dict[str, Any]) -> None:
    turned = dict(reversed(json.loads(json.dumps(body, indent=2)).items()))

    assert request_hash("POST", "/a", turned) == request_hash("POST", "/a", body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/a", {"x": "1"}),
        ("POST", "/b", {"x": "1"}),
        ("POST", "/a", {"x": "2"}),
        ("POST", "/a", {"x": 1}),
        ("POST", "/a", {"x": "1", "y": None}),
        ("POST", "/a", None),
    ],
)
def test_what_is_asked_matters(method: str, path: str, body: Any) -> None:
    assert request_hash(method, path, body) != request_hash("POST", "/a", {"x": "1"})


def test_the_hash_never_changes_between_releases() -> None:
    assert (
        request_hash("POST", "/trades/1/release", {"b": "é", "a": [1, None]})
        == "622256df67ba24b8feac00636611342dce4d100a5541b07494a245201516509d"
    )


def test_replayed_moves_from_the_body_into_a_header() -> None:
    again = answer({"state": "released", "replayed": True}, status=201)

    assert (again.status_code, again.body) == (201, {"state": "released"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in answer({"replayed": False}).headers
