"""Payments on the chain: each is made once, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise

import pytest

from functions.rail_evm.signer import SigningFailed
from tests.world.http.chain import CURRENCY, FLOAT, Escrow, Scene
from tests.world.http.chain_worker import Killed, Step, Worker


def states(scene: Scene, made: Escrow) -> list[str]:
    return [payment[3] for payment in scene.payments(made)]


def assert_paid_once(scene: Scene, made: Escrow, amount: str = "95") -> None:
    """Confirmed, one nonce in all, and the payee has it once."""
    assert scene.payments(made) == [("release", CURRENCY, amount, "confirmed")]
    assert scene.chain.balance_of(made.seller_account.address) == Decimal(amount)
    assert len(scene.nonces(made)) == 1
    assert_no_gaps(scene)
    scene.check_books()


def assert_no_gaps(scene: Scene) -> None:
    """Every nonce up to the next was given to one attempt, and something was signed with it."""
    wallet = scene.chain.hot_wallet.address
    found = scene.rows(
        "select p.nonce from public.chain_payouts as p where exists (select from "
        "public.chain_transactions as t where t.chain_payout_id = p.id) order by p.nonce"
    )
    (first, after) = scene.rows(
        "select first_nonce, next_nonce from public.chain_wallets where address = %s", wallet
    )[0]
    given = [nonce for (nonce,) in found]
    assert given == [nonce for nonce in range(first, after) if nonce not in scene.taken]


def retry(scene: Scene, made: Escrow) -> None:
    payout = scene.one("select id from public.payouts where reference_id = %s", made.id)
    scene.desk.done(made.seller, f"/payouts/{payout}/retry")


def die() -> None:
    raise Killed


@pytest.mark.parametrize(
    "step", ["before_signing", "before_sending", "after_sending", "before_recording"]
)
def test_incident_7_a_worker_that_dies_anywhere_pays_once(scene: Scene, step: Step) -> None:
    made = scene.released()
    assert Worker(scene, {step: die}).run() == {"killed": 1}
    assert states(scene, made) == ["claimed"]
    # Nobody touches what another may still have in hand.
    scene.pay()
    assert states(scene, made) == ["claimed"]
    scene.advance(minutes=3)
    scene.paid_out()
    assert_paid_once(scene, made)
    assert scene.nonces(made)[0][2] == 1


def test_incident_7_an_answer_that_is_lost_is_no_failure(scene: Scene) -> None:
    made = scene.released()
    scene.chain.node.drop_after_forwarding("eth_sendRawTransaction")
    scene.pay()
    assert states(scene, made) == ["unknown"]
    assert scene.chain.balance_of(made.seller_account.address) == 95
    scene.chain.node.behave()
    scene.chain.mine(5)
    scene.advance(minutes=5)
    scene.pay()
    assert_paid_once(scene, made)
    assert scene.nonces(made)[0][2] == 1


@pytest.mark.parametrize("fault", ["drop", "limit", "fail", "refuse"])
def test_a_node_that_does_not_take_it_gets_the_same_bytes_again(scene: Scene, fault: str) -> None:
    made = scene.released()
    node = scene.chain.node
    if fault == "refuse":
        node.refuse("eth_sendRawTransaction", -32000, "transaction underpriced")
    else:
        getattr(node, fault)("eth_sendRawTransaction")
    scene.pay()
    assert states(scene, made) == ["unknown"]
    assert scene.chain.balance_of(made.seller_account.address) == 0
    node.behave()
    scene.advance(minutes=1, seconds=30)
    scene.pay()
    assert states(scene, made) == ["submitted"]
    scene.paid_out()
    assert_paid_once(scene, made)
    assert scene.nonces(made)[0][2] == 1


def test_incident_1_a_worker_that_wakes_up_late_sends_nothing(scene: Scene) -> None:
    """While it slept another took the payment on, and finished it."""
    made = scene.released()

    def sleep() -> None:
        scene.advance(minutes=3)
        scene.paid_out()

    late = Worker(scene, {"before_signing": sleep}).run()
    assert late["lost"] == 1
    assert_paid_once(scene, made)
    assert scene.nonces(made)[0][2] == 1


def test_incident_1_two_workers_at_the_same_time(scene: Scene) -> None:
    escrows = [scene.released("10") for _ in range(6)]
    with ThreadPoolExecutor(2) as threads:
        ran = list(threads.map(lambda worker: worker.run(), [Worker(scene), Worker(scene)]))
    assert sum(each["submitted"] + each["postponed"] for each in ran) >= 6
    scene.advance(minutes=2)
    scene.paid_out()
    for made in escrows:
        assert_paid_once(scene, made, "9.5")


def test_incident_3_a_new_address_does_not_meet_a_payment_under_way(scene: Scene) -> None:
    made = scene.released()
    scene.pay()
    other = scene.chain.person()
    scene.name_destination(made.seller, other.address)
    scene.paid_out()
    assert_paid_once(scene, made)
    assert scene.chain.balance_of(other.address) == 0


def test_a_payee_without_an_address_is_paid_when_there_is_one(scene: Scene) -> None:
    made = scene.released(seller=False)
    scene.pay()
    assert states(scene, made) == ["created"]
    scene.name_destination(made.seller, made.seller_account.address)
    scene.paid_out()
    assert_paid_once(scene, made)


def test_a_blocked_address_ends_in_a_case_and_another_is_paid_once(scene: Scene) -> None:
    made = scene.released()
    scene.chain.block(made.seller_account.address)
    scene.pay()
    assert states(scene, made) == ["failed_final"]
    assert scene.payments(made) == [("release", CURRENCY, "95", "failed_final")]
    # It was tried without sending: no nonce is used up, no gas.
    assert scene.nonces(made) == []
    kinds = "select kind, state from public.escrow_cases where escrow_id = %s"
    assert scene.rows(kinds, made.id) == [("payout", "review")]
    scene.advance(hours=1)
    scene.pay()
    assert states(scene, made) == ["failed_final"]
    other = scene.chain.person()
    scene.name_destination(made.seller, other.address)
    scene.advance(hours=24)
    retry(scene, made)
    scene.paid_out()
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    assert scene.chain.balance_of(other.address) == 95
    assert scene.chain.balance_of(made.seller_account.address) == 0
    assert [attempt for attempt, _, _ in scene.nonces(made)] == [2]
    assert scene.state(made) == "released"
    assert_no_gaps(scene)
    scene.check_books()


def test_an_address_blocked_on_the_way_ends_in_a_case(scene: Scene) -> None:
    """Mined and reverted: the nonce is used, nothing was paid, nothing is tried in a loop."""
    made = scene.released()
    scene.pay()
    (payment,) = scene.chain.reorg(1)
    scene.chain.block(made.seller_account.address)
    scene.chain.send(payment.raw)
    scene.chain.mine(5)
    scene.advance(minutes=5)
    scene.pay()
    assert states(scene, made) == ["failed_final"]
    assert scene.payments(made) == [("release", CURRENCY, "95", "failed_final")]
    assert scene.chain.balance_of(made.seller_account.address) == 0
    kinds = "select kind, reference from public.escrow_cases where escrow_id = %s"
    assert scene.rows(kinds, made.id) == [("payout", payment.hash)]
    scene.chain.block(made.seller_account.address, blocked=False)
    retry(scene, made)
    scene.paid_out()
    first, second = scene.nonces(made)
    assert (first[0], second[0], second[1]) == (1, 2, first[1] + 1)
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    assert scene.chain.balance_of(made.seller_account.address) == 95
    assert_no_gaps(scene)
    scene.check_books()


def test_a_reorganisation_unmakes_a_payment_and_it_is_sent_again(scene: Scene) -> None:
    made = scene.released()
    scene.pay()
    assert len(scene.chain.reorg(1)) == 1
    assert scene.chain.balance_of(made.seller_account.address) == 0
    scene.advance(seconds=70)
    scene.pay()
    assert scene.chain.balance_of(made.seller_account.address) == 95
    scene.paid_out()
    assert_paid_once(scene, made)
    assert scene.nonces(made)[0][2] == 1


def test_a_stuck_payment_bids_more_for_the_same_nonce(scene: Scene) -> None:
    made = scene.released()
    scene.chain.pause()
    scene.pay()
    for number in (2, 3):
        scene.desk.stack.clock.advance(minutes=6)
        scene.pay()
        assert scene.nonces(made)[0][2] == number
    bids = scene.rows(
        "select t.max_fee, t.max_priority_fee from public.chain_transactions as t "
        "join public.chain_payouts as p on p.id = t.chain_payout_id "
        "join public.payouts as i on i.id = p.payout_id "
        "where i.id in (select private.payouts_of(%s)) order by t.number", made.id,
    )  # fmt: skip
    for (fee, tip), (next_fee, next_tip) in pairwise(bids):
        assert (next_fee >= fee * 9 / 8, next_tip >= tip * 9 / 8) == (True, True)
    assert states(scene, made) == ["submitted"]
    scene.chain.advance(720)
    scene.chain.resume()
    scene.paid_out()
    assert_paid_once(scene, made)


def test_whichever_of_its_transactions_was_mined_pays(scene: Scene) -> None:
    """The first is mined after all, when a second has been signed and lost."""
    made = scene.released()
    scene.pay()
    (first,) = scene.chain.reorg(1)
    scene.chain.node.drop("eth_sendRawTransaction")
    scene.advance(minutes=6)
    scene.pay()
    assert scene.nonces(made)[0][2] == 2
    scene.chain.node.behave()
    scene.chain.send(first.raw)
    scene.paid_out()
    assert_paid_once(scene, made)
    reference = "select provider_reference from public.payouts where reference_id = %s"
    assert scene.one(reference, made.id) == first.hash


def test_gas_that_costs_too_much_is_waited_for(scene: Scene) -> None:
    made = scene.released()
    scene.change("update public.chain_rules set least_tip = 0, fee_ceiling = 1")
    scene.pay()
    assert states(scene, made) == ["created"]
    assert (states(scene, made), scene.nonces(made)) == (["created"], [])
    scene.change("update public.chain_rules set fee_ceiling = 200000000000")
    scene.advance(minutes=2)
    scene.paid_out()
    assert_paid_once(scene, made)


def test_a_wallet_without_money_or_gas_waits_and_uses_no_nonce(scene: Scene) -> None:
    wallet = scene.chain.hot_wallet.address
    made = scene.released("60000")
    scene.pay()
    assert states(scene, made) == ["created"]
    scene.fill(Decimal(20_000))
    scene.chain.give_ether(wallet, 1)
    scene.advance(minutes=2)
    scene.pay()
    assert states(scene, made) == ["created"]
    scene.chain.give_ether(wallet, 10**20)
    # The issuer stops the wallet itself: that is no fault of the payee.
    scene.chain.block(wallet)
    scene.advance(minutes=2)
    scene.pay()
    assert states(scene, made) == ["created"]
    scene.chain.block(wallet, blocked=False)
    assert (states(scene, made), scene.nonces(made)) == (["created"], [])
    scene.advance(minutes=2)
    scene.paid_out()
    assert_paid_once(scene, made, "57000")
    scene.fill(FLOAT)


def test_what_the_wallet_has_promised_is_not_promised_again(scene: Scene) -> None:
    """Two payments, each of which it could make, and money for one: the second waits."""
    first, second = scene.released("40000"), scene.released("40000")
    scene.chain.pause()
    scene.pay()
    assert sorted(states(scene, first) + states(scene, second)) == ["created", "submitted"]
    scene.chain.resume()
    scene.chain.mine(5)
    scene.fill(FLOAT)
    scene.advance(minutes=5)
    scene.paid_out()
    for made in (first, second):
        assert_paid_once(scene, made, "38000")


def test_a_key_that_is_not_opened_signs_nothing_and_loses_nothing(scene: Scene) -> None:
    made = scene.released()

    def refuse() -> None:
        raise SigningFailed("KMS did not open the key")

    assert Worker(scene, {"before_signing": refuse}).run()["postponed"] == 1
    assert (states(scene, made), scene.nonces(made)) == (["created"], [])
    scene.advance(minutes=2)
    scene.paid_out()
    assert_paid_once(scene, made)


def test_a_wallet_that_somebody_else_uses_is_told_of_and_pays_nothing(scene: Scene) -> None:
    scene.released()
    scene.paid_out()
    made = scene.released()
    scene.misuse()
    scene.pay()
    assert states(scene, made) == ["created"]
    alarms = "select count(*) from public.security_events where kind = 'chain_nonce_taken'"
    assert scene.one(alarms) >= 1
    assert scene.chain.balance_of(made.seller_account.address) == 0
    # What an operator does once it is clear who it was.
    scene.rows("update public.chain_wallets set next_nonce = next_nonce + 1 returning 1")
    scene.advance(minutes=2)
    scene.paid_out()
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    scene.check_books()


def test_a_nonce_that_something_else_has_used_leaves_the_payment_unknown(scene: Scene) -> None:
    """Nobody can tell what others know: an operator looks, nothing is paid again."""
    made = scene.released()
    scene.chain.node.drop("eth_sendRawTransaction")
    scene.pay()
    assert states(scene, made) == ["unknown"]
    scene.chain.node.behave()
    scene.misuse()
    scene.chain.mine(5)
    for _ in range(2):
        scene.advance(minutes=5)
        scene.pay()
        assert states(scene, made) == ["unknown"]
    assert scene.chain.balance_of(made.seller_account.address) == 0
    # What an operator does once it is clear that it was not paid, as the runbook says.
    scene.rows(
        "select service.payout_record(jsonb_build_object('id', id, 'version', version, 'event', "
        "'fail', 'reason', 'its nonce was used by another transaction')) "
        "from public.payouts where reference_id = %s", made.id,
    )  # fmt: skip
    retry(scene, made)
    scene.paid_out()
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    assert scene.chain.balance_of(made.seller_account.address) == 95
    scene.check_books()


def test_nothing_goes_to_an_address_that_is_not_clear(scene: Scene) -> None:
    made = scene.released()
    warned = scene.chain.person()
    scene.screening.warn_of(warned.address)
    scene.name_destination(made.seller, warned.address)
    scene.advance(hours=24)
    scene.paid_out()
    assert [state for *_, state in scene.payments(made)] == ["created"]
    assert scene.chain.balance_of(warned.address) == 0
    scene.name_destination(made.seller, made.seller_account.address)
    scene.paid_out()
    assert [state for *_, state in scene.payments(made)] == ["confirmed"]
    assert scene.chain.balance_of(made.seller_account.address) == 95
    scene.check_books()


def test_nothing_goes_out_while_the_provider_is_silent(scene: Scene) -> None:
    made = scene.released()
    scene.screening.fail()
    scene.name_destination(made.seller, scene.chain.person().address)
    scene.advance(hours=24)
    scene.paid_out()
    assert [state for *_, state in scene.payments(made)] == ["created"]
    scene.screening.behave()
    scene.advance(hours=1)
    scene.pay()
    scene.paid_out()
    assert [state for *_, state in scene.payments(made)] == ["confirmed"]
    scene.check_books()
