"""Words that belong to one product, and to one rail."""

from typing import Any

import pytest

from functions.escrow.decide import decide
from shared.errors import Problem
from tests.world.decisions.asks import Ask
from tests.world.decisions.snapshots import NOW, snapshot

NOTE: dict[str, Any] = {"note": "See the log.", "files": ["ab" * 32]}


def _outcome(word: str, payload: dict[str, Any], role: str, state: str, **changes: Any) -> str:
    try:
        given = snapshot(state, "", role, **changes)
        decision = decide(given, Ask(word, payload).command(), NOW)
    except Problem as problem:
        return problem.slug
    assert decision.payload == payload
    return decision.event


@pytest.mark.parametrize(
    ("product", "word", "outcome"),
    [("p2p", "mark-paid", "perform"), ("p2p", "deliver", "illegal_move"),
     ("market", "mark-paid", "illegal_move"), ("market", "deliver", "perform")],
)  # fmt: skip
def test_each_product_performs_in_its_own_word(product: str, word: str, outcome: str) -> None:
    payload: dict[str, Any] = NOTE if word == "deliver" else {"reference": "HF-1"}
    assert _outcome(word, payload, "payee", "funded", product=product) == outcome


@pytest.mark.parametrize(
    ("rail", "outcome"),
    [("internal", "fund"), ("stripe", "other_rail"), ("base", "other_rail")],
)
def test_only_the_internal_rail_is_paid_from_the_balance(rail: str, outcome: str) -> None:
    assert _outcome("fund", {}, "payer", "awaiting_funds", rail=rail) == outcome
