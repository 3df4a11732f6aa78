"""Every payment was made once, or not at all, as the rails have it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from functions.rail_evm.logs import TRANSFER_TOPIC
from stack.stand_ins.chain import BRIDGED_USDC, USDC
from tests.rails_day.day import Day

OVER = ("confirmed", "kept", "failed_final", "created")


def differences(day: Day) -> list[str]:
    """Payments that were made twice, lost, or by nobody; empty is good."""
    return [*_of_cards(day), *_of_chain(day)]


def _payouts(day: Day, rail: str) -> dict[str, tuple[str, int]]:
    """State and amount in hundredths or units, of payments that we make."""
    return {
        row[0]: (row[1], int(row[2]))
        for row in day.rows(
            "select id::text, state::text, amount * %s from public.payouts"
            " where rail = %s and kind <> 'rail_return'",
            100 if rail == "stripe" else 10**6, rail,
        )
    }  # fmt: skip


def _compared(
    known: dict[str, tuple[str, int]], made: dict[str, list[int]], returned: set[str]
) -> Iterator[str]:
    """made: amounts that left, by payment. returned: payments that came back afterwards."""
    for payment in made.keys() - known.keys():
        yield f"paid without a payout: {payment} {made[payment]}"
    for payment, (state, amount) in known.items():
        sums = made.get(payment, [])
        wanted = [amount] if state == "confirmed" and payment not in returned else []
        if state not in OVER:
            yield f"payment {payment} is {state}"
        if sums != wanted:
            yield f"payment {payment} is {state}, and {sums} left for it, not {wanted}"


def _of_cards(day: Day) -> Iterator[str]:
    made: dict[str, list[int]] = defaultdict(list)
    for kind in ("transfer", "refund"):
        for each in day.stripe.objects(kind):
            key = next((v for v in each["metadata"].values() if v.startswith("payout:")), None)
            left = each["amount"] - each.get("amount_reversed", 0)
            if key and left and each.get("status", "succeeded") == "succeeded":
                made[key.split(":")[1]].append(left)
    returned = {
        row[0]
        for row in day.rows(
            "select i.id::text from public.payouts as i"
            " join public.escrow_cases as c on c.escrow_id = private.escrow_of_payout(i)"
            " and c.reference = i.provider_reference and c.reason = 'payout_returned'"
        )
    }
    yield from _compared(_payouts(day, "stripe"), made, returned)


def _of_chain(day: Day) -> Iterator[str]:
    whose = dict(
        day.rows(
            "select t.transaction_hash, p.payout_id::text from public.chain_transactions as t"
            " join public.chain_payouts as p on p.id = t.chain_payout_id"
        )
    )
    made: dict[str, list[int]] = defaultdict(list)
    for log in _sent(day):
        hash_ = log["transactionHash"]
        made[whose.get(hash_, hash_)].append(int(log["data"], 16))
    yield from _compared(_payouts(day, "base"), made, set())
    nonce = int(
        day.chain.anvil.ask("eth_getTransactionCount", day.chain.hot_wallet.address, "latest"), 16
    )
    given = Counter(nonce for (nonce,) in day.rows("select nonce from public.chain_payouts"))
    if sorted(given) != list(range(nonce)):
        yield f"the chain has counted {nonce} transactions, we {sorted(given)}"


def _sent(day: Day) -> list[dict[str, Any]]:
    """Transfers that left the hot wallet."""
    sender = "0x" + day.chain.hot_wallet.address[2:].lower().rjust(64, "0")
    asked = {
        "fromBlock": "0x0", "toBlock": "latest", "address": [USDC, BRIDGED_USDC],
        "topics": [TRANSFER_TOPIC, sender],
    }  # fmt: skip
    return list(day.chain.anvil.ask("eth_getLogs", asked))
