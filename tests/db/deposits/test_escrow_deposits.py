"""How the payer of an escrow on an outside rail learns where to pay: once, and for good."""

from typing import Any

import pytest

from tests.world.escrow import Escrow
from tests.world.rails import ADDRESS, FINGERPRINT, awaiting, destination
from tests.world.refused import refused
from tests.world.world import World


def _begin(escrow: Escrow, kind: str = "evm", **fields: Any) -> dict[str, Any]:
    command = {"escrow_id": escrow.id, "actor_id": escrow.payer, "address_kind": kind,
               "key_fingerprint": FINGERPRINT} | fields  # fmt: skip
    answer: dict[str, Any] = escrow.world.command("escrow_deposit_begin", **command)
    return answer


def _attach(escrow: Escrow, **fields: Any) -> dict[str, Any]:
    command = {"escrow_id": escrow.id, "actor_id": escrow.payer, "chain_id": 8453,
               "key_fingerprint": FINGERPRINT, "address_index": 0, "token": ADDRESS,
               "client_secret": "s"} | fields  # fmt: skip
    answer: dict[str, Any] = escrow.world.command("escrow_deposit_place", **command)
    return answer


def payable(world: World) -> Escrow:
    made = awaiting(world)
    destination(world, made.payer)
    return made


def test_each_escrow_has_an_address_of_its_own(world: World) -> None:
    one, other = payable(world), payable(world)
    first = _begin(one)
    own = {"address_index": first["address_index"]}
    assert (first["currency"], first["amount"], first["address"]) == ("USDC_BASE", "100", None)
    assert _begin(one)["address_index"] == first["address_index"]
    theirs = {"address_index": _begin(other)["address_index"]}
    assert theirs["address_index"] > first["address_index"]
    _attach(one, address=ADDRESS, **own)
    assert _begin(one)["address"] == ADDRESS
    with refused(world.connection, "deposit_requests_address_key", "duplicate"):
        _attach(other, address=ADDRESS, **theirs)
    with refused(world.connection, "deposit_requests_index_once", "duplicate"):
        _attach(other, address=ADDRESS[:-1] + "0", **own)


def test_where_an_escrow_is_paid_never_changes(world: World) -> None:
    escrow = payable(world)
    _begin(escrow)
    _attach(escrow, address=ADDRESS)
    for change in ({"address": ADDRESS[:-1] + "0"}, {"provider_reference": "pi_1"}):
        change = {"address": ADDRESS} | change
        with refused(
            world.connection, "deposit_request_fixed", "deposit_requests_at_one_place"
        ):  # fmt: skip
            _attach(escrow, **change)
    with refused(world.connection, "append_only"):
        world.run("delete from public.deposit_requests")


def test_a_repeated_key_has_the_answer_it_had(world: World) -> None:
    escrow = awaiting(world, "stripe")
    key = {"idempotency_key": "k", "request_hash": "h"}
    assert "answer" not in _begin(escrow, "stripe_account", **key)
    said = _attach(escrow, provider_reference="pi_1", client_secret="s", **key)
    assert (said["provider_reference"], said["replayed"]) == ("pi_1", False)
    assert _begin(escrow, "stripe_account", **key) == {"answer": said | {"replayed": True}}
    assert _attach(escrow, provider_reference="pi_2", **key) == said | {"replayed": True}


def test_whoever_attaches_is_the_payer_and_says_all_of_it(world: World) -> None:
    escrow, card = payable(world), awaiting(world, "stripe")
    with refused(world.connection, "not_awaiting_funds"):
        _attach(escrow, address=ADDRESS)
    _begin(escrow)
    _begin(card, "stripe_account")
    with refused(world.connection, "not_your_move"):
        _attach(escrow, address=ADDRESS, actor_id=escrow.payee)
    for made, fields in (
        (escrow, {"provider_reference": "pi_1"}), (escrow, {"address": ADDRESS, "token": None}),
        (escrow, {"address": ADDRESS, "chain_id": None}), (card, {"address": ADDRESS}),
        (card, {"provider_reference": "pi_1", "client_secret": None}),
    ):  # fmt: skip
        with refused(world.connection, "reference_required"):
            _attach(made, **fields)


def test_who_asks_how_to_pay(world: World) -> None:
    escrow = payable(world)
    for who in (escrow.payee, escrow.stranger, world.operator):
        with refused(world.connection, "not_your_move", "escrow_not_found"):
            _begin(escrow, actor_id=who)
    with refused(world.connection, "other_rail"):
        _begin(escrow, "stripe_account")


def test_money_of_a_chain_has_somewhere_to_go_back_to(world: World) -> None:
    escrow = awaiting(world)
    with refused(world.connection, "destination_required"):
        _begin(escrow)
    _begin(awaiting(world, "stripe"), "stripe_account")


@pytest.mark.parametrize("why", ["over", "paid", "late", "mismatched", "frozen"])
def test_only_an_escrow_that_waits_for_money_is_paid(world: World, why: str) -> None:
    escrow = payable(world)
    code = "not_awaiting_funds"
    if why == "over":
        escrow.commit("cancel", "payer")
    elif why == "paid":
        escrow.commit("funds_confirmed", "rail")
    elif why == "late":
        escrow.expire()
    elif why == "frozen":
        escrow.commit("freeze", "operator")
        code = "escrow_frozen"
    else:
        escrow.commit("funds_mismatch", "rail")
    with refused(world.connection, code):
        _begin(escrow)


def test_a_rail_watches_what_is_not_over(world: World) -> None:
    escrow = payable(world)
    _begin(escrow)
    _attach(escrow, address=ADDRESS)

    request = world.one("select id from public.deposit_requests where reference_id = %s", escrow.id)

    def look() -> tuple[str, str, bool]:
        found = world.one("select service.deposit_read(%s)", request)
        return found["address"], found["standing"], found["closed"]

    assert look() == (ADDRESS, "wanted", False)
    escrow.commit("funds_confirmed", "rail")
    assert look() == (ADDRESS, "over", False)
    assert [world.one("select service.deposit_close(%s)", request) for _ in range(2)] == [
        True, False,
    ]  # fmt: skip
    assert look() == (ADDRESS, "over", True)
    assert world.one("select service.deposit_read(provider_reference => 'pi_9')") is None
