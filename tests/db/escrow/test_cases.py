"""After the end: claims, late money, reversals. Nothing reopens."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.world.escrow import Escrow
from tests.world.rails import payments
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.world import OUTSIDE, PLATFORM, World

USDC = "USDC_BASE"


def _claim(escrow: Escrow, **changes: Any) -> dict[str, Any]:
    command = {"escrow_id": escrow.id, "actor_id": escrow.payer, "reason": "broken",
               "description": "It broke."} | changes  # fmt: skip
    answer: dict[str, Any] = escrow.world.command("escrow_claim", **command)
    return answer


def _close(escrow: Escrow, case: Any, **changes: Any) -> dict[str, Any]:
    command = {"case_id": case, "event": "uphold", "actor_id": escrow.world.operator,
               "aal": "aal2", "amount": "30", "resolution": "A refund."} | changes  # fmt: skip
    answer: dict[str, Any] = escrow.world.command("escrow_case_close", **command)
    return answer


@pytest.mark.parametrize("scene", ["released", "refunded", "split"])
@pytest.mark.parametrize("role", ["payer", "payee"])
def test_a_party_claims_inside_the_window_once(world: World, scene: str, role: str) -> None:
    escrow = ONCE[scene](world, "market_service")
    before = escrow.facts()[0]
    party = escrow.actor(role)[1]
    world.advance(days=13)
    _claim(escrow, actor_id=party)
    with refused(world.connection, "escrow_cases_one_claim_idx", "claim_exists"):
        _claim(escrow, actor_id=party)
    world.advance(days=2)
    with refused(world.connection, "deadline_passed"):
        _claim(escrow, actor_id=escrow.payer if role == "payee" else escrow.payee)
    assert escrow.facts()[0] == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"reason": ""}, "reason_required"), ({"reason": None}, "reason_required"),
     ({"escrow_id": uuid4()}, "escrow_not_found"), ({"actor_id": uuid4()}, "not_your_move"),
     ({"idempotency_key": None}, "idempotency_key_required"),
     ({"actor_id": None}, "idempotency_key_required")],
)  # fmt: skip
def test_a_wrong_claim_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    escrow = ONCE["released"](world, "market_service")
    with refused(world.connection, code):
        _claim(escrow, **changes)


def test_only_an_end_is_claimed_against(world: World) -> None:
    with refused(world.connection, "illegal_move"):
        _claim(EVERY_POLICY["performed"](world, "market_service"))
    with refused(world.connection, "deadline_passed", "illegal_move"):
        _claim(CONTRACTS["void"](world, "market_service"))


def test_an_upheld_claim_is_paid_from_the_loss_account(world: World) -> None:
    escrow = ONCE["released"](world, "market_service")
    case = _claim(escrow)["case_id"]
    before = world.balance(escrow.payer, USDC)[0]
    lost = world.balance(PLATFORM, USDC, "losses")[0]
    payee = world.balance(escrow.payee, USDC)
    assert _close(escrow, case)["state"] == "upheld"
    assert world.balance(escrow.payer, USDC)[0] == before + 30
    assert world.balance(PLATFORM, USDC, "losses")[0] == lost - 30
    assert world.balance(escrow.payee, USDC) == payee
    assert escrow.place == ("released", "")
    for event in ("uphold", "dismiss"):
        with refused(world.connection, "illegal_move"):
            _close(escrow, case, event=event)
    assert world.problems() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"amount": "-1"}, "bad_amount"), ({"amount": "100.000001"}, "bad_amount"),
     ({"amount": "0.0000001"}, "bad_amount"), ({"amount": "NaN"}, "bad_type"),
     ({"event": "reopen"}, "illegal_move"), ({"event": "timeout_dismiss"}, "illegal_move"),
     ({"event": None}, "illegal_move"), ({"case_id": uuid4()}, "case_not_found"),
     ({"aal": "aal1"}, "step_up_required"), ({"actor_id": uuid4()}, "operator_only"),
     ({"idempotency_key": None}, "idempotency_key_required")],
)  # fmt: skip
def test_a_wrong_end_of_a_case_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    escrow = ONCE["released"](world, "market_service")
    case = _claim(escrow)["case_id"]
    with refused(world.connection, code):
        _close(escrow, case, **changes)
    assert world.one("select state::text from public.escrow_cases") == "review"


def test_an_operator_does_not_close_a_case_of_the_own_trade(world: World) -> None:
    escrow = ONCE["released"](world, "market_service")
    case = _claim(escrow)["case_id"]
    world.join(escrow.payer, world.operator, "owner")
    with refused(world.connection, "not_your_move"):
        _close(escrow, case)


def test_a_dismissed_claim_pays_nothing(world: World) -> None:
    escrow = ONCE["released"](world, "market_service")
    case = _claim(escrow)["case_id"]
    before = world.balance(escrow.payer, USDC)
    assert _close(escrow, case, event="dismiss", amount=None)["state"] == "dismissed"
    assert world.balance(escrow.payer, USDC) == before


def test_a_claim_that_nobody_looks_at_is_dismissed(world: World) -> None:
    escrow = ONCE["released"](world, "market_service")
    _claim(escrow)
    world.advance(days=13)
    for wanted in (0, 1, 0):
        with world.acting("service_role"):
            assert world.one("select service.escrow_cases_expire(500)") == wanted
        world.advance(days=2 if wanted == 0 else 0)
    assert world.rows("select state::text, last_event from public.escrow_cases") == [
        ("dismissed", "timeout_dismiss")
    ]


def _rail(escrow: Escrow, kind: str, event: str | None, **changes: Any) -> dict[str, Any]:
    command = {"escrow_id": escrow.id, "kind": kind, "amount": "100",
               "provider_event_id": event} | changes  # fmt: skip
    answer: dict[str, Any] = escrow.world.command("escrow_rail_case", **command)
    return answer


def test_money_for_a_void_escrow_goes_back_once_per_event(world: World) -> None:
    escrow = CONTRACTS["void"](world, "market_service")
    first = _rail(escrow, "late_funds", "event-1")
    assert _rail(escrow, "late_funds", "event-1") == {
        "case_id": first["case_id"], "replayed": True,
    }  # fmt: skip
    _rail(escrow, "late_funds", "event-2", amount="1", currency="USDBC_BASE")
    assert payments(world, escrow) == [
        ("return", escrow.payer, USDC, 100, "created"),
        ("return", escrow.payer, "USDBC_BASE", 1, "created"),
    ]
    assert world.balance(escrow.payer, USDC) == (300, 100, 0)
    assert escrow.place == ("void", "")
    assert world.problems() == []


@pytest.mark.parametrize(
    ("scene", "amount", "payer", "payee", "fee", "loss"),
    [("released", "100", "0", "95", "5", "0"), ("released", "40", "0", "40", "0", "0"),
     ("released", "97.5", "0", "95", "2.5", "0"), ("released", "104.5", "0", "95", "5", "4.5"),
     ("refunded", "100", "100", "0", "0", "0"), ("refunded", "100.01", "100", "0", "0", "0.01"),
     ("split", "100", "75", "23.75", "1.25", "0"), ("split", "80", "75", "5", "0", "0"),
     ("split", "60", "60", "0", "0", "0"), ("split", "140", "75", "23.75", "1.25", "40")],
)  # fmt: skip
def test_a_reversal_after_the_end_is_borne_by_whoever_was_paid(
    world: World, scene: str, amount: str, payer: str, payee: str, fee: str, loss: str
) -> None:
    """Once per event; first by the payer, up to what was given back. What had not been sent yet
    is not sent any more."""
    # A chain has no margin, as cards have.
    world.run("update public.rails set margin_amount = 40 where id = 'base'")
    escrow = ONCE[scene](world, "market_service")
    before = escrow.facts()[0]
    parties = (escrow.payer, escrow.payee)
    own = [world.balance(PLATFORM, USDC, kind)[0] for kind in ("fees", "losses")]
    outside = world.balance(OUTSIDE, USDC, "clearing")[0]
    had = [sum(world.balance(party, USDC)) for party in parties]
    for _ in range(3):
        _rail(escrow, "rail_reversal", "chargeback-1", amount=amount)
    bears = [Decimal(payer), Decimal(payee)]
    assert [world.balance(party, USDC) for party in parties] == [
        (has - part, 0, 0) for has, part in zip(had, bears, strict=True)
    ]
    assert [world.balance(PLATFORM, USDC, kind)[0] for kind in ("fees", "losses")] == [
        own[0] - Decimal(fee), own[1] - Decimal(loss),
    ]  # fmt: skip
    assert world.balance(OUTSIDE, USDC, "clearing")[0] == outside + Decimal(amount)
    assert {row[4] for row in payments(world, escrow)} == {"kept"}
    assert escrow.facts()[0] == before
    assert world.rows("select kind, amount::numeric, state from public.escrow_cases "
                      "order by kind") == [
        *([("discrepancy", Decimal(loss), "review")] if Decimal(loss) else []),
        ("rail_reversal", Decimal(amount), "review"),
    ]  # fmt: skip
    assert world.problems() == []


def test_a_rail_names_its_event(world: World) -> None:
    escrow = ONCE["released"](world, "market_service")
    for event in (None, ""):
        with refused(world.connection, "event_id_required"):
            _rail(escrow, "rail_reversal", event)


@pytest.mark.parametrize(
    ("scene", "kind"),
    [("awaiting_funds", "late_funds"), ("proposed", "late_funds"),
     ("funding_exception", "late_funds"), ("performed", "rail_reversal"),
     ("decided", "rail_reversal"), ("awaiting_funds", "rail_reversal"), ("released", "claim"),
     ("void", "claim"), ("released", "gift")],
)  # fmt: skip
def test_a_rail_case_fits_the_end(world: World, scene: str, kind: str) -> None:
    escrow = (ONCE | CONTRACTS | EVERY_POLICY)[scene](world, "market_service")
    with refused(world.connection, "illegal_move"):
        _rail(escrow, kind, "event-1")


@pytest.mark.parametrize(
    ("amount", "code"),
    [("0", "funds_not_exact"), ("-1", "funds_not_exact"), ("NaN", "bad_type"),
     (None, "funds_not_exact"), ("0.0000001", "funds_not_exact")],
)  # fmt: skip
def test_a_rail_case_is_about_an_amount(world: World, amount: str | None, code: str) -> None:
    escrow = ONCE["released"](world, "market_service")
    with refused(world.connection, code):
        _rail(escrow, "rail_reversal", "event-1", amount=amount)
