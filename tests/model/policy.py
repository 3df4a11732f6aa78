"""What silence means and how long each duty lasts, as the documentation says it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Policy:
    """One row of escrow_policies; bps are basis points."""

    id: str
    fee_bps: int
    sign: timedelta
    fund: timedelta
    perform: timedelta
    grace: timedelta
    accept: timedelta
    payee_silent: str
    payer_silent: str
    payee_may_dispute_when: str
    payee_dispute_wait: timedelta
    statement: timedelta
    acknowledge: timedelta
    decide: timedelta
    appeal: timedelta
    claim: timedelta
    revisions: int
    undecided_bps: int
    exception: timedelta = timedelta(hours=72)
    offer: timedelta = timedelta(hours=24)
    review: timedelta = timedelta(days=14)
    reassignments: int = 3
    bond_bps: int = 200
    attests: bool = False
    second_above: Decimal = Decimal(1_000_000)


def _minutes(amount: float) -> timedelta:
    return timedelta(minutes=amount)


def _hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


def _days(amount: float) -> timedelta:
    return timedelta(days=amount)


P2P = Policy(
    "p2p_crypto", 50, _hours(72), _hours(0), _minutes(30), _minutes(10), _hours(24),
    "timeout_refund", "timeout_dispute", "performed", _minutes(15),
    _hours(24), _hours(2), _hours(48), _hours(24), _hours(72), 0, 5000, attests=True,
)  # fmt: skip
GOODS = Policy(
    "market_goods", 500, _hours(72), _minutes(60), _days(14), _hours(48), _hours(72),
    "timeout_refund", "timeout_release", "funded", _hours(0),
    _hours(72), _hours(4), _days(5), _hours(48), _days(7), 0, 0,
)  # fmt: skip
SERVICE = Policy(
    "market_service", 500, _hours(72), _hours(24), _days(30), _hours(72), _days(7),
    "timeout_dispute", "timeout_release", "funded", _hours(0),
    _hours(72), _hours(4), _days(5), _hours(48), _days(14), 2, 5000,
)  # fmt: skip

# Policies of the tests' own: every knob away from its usual place.
STRICT = replace(
    SERVICE, id="model_strict", fee_bps=333, grace=_hours(0), payee_may_dispute_when="performed",
    payee_dispute_wait=_hours(5), revisions=1, undecided_bps=2500, reassignments=1,
    bond_bps=1000, second_above=Decimal("0.3"), attests=True,
)  # fmt: skip
FREE = replace(
    GOODS, id="model_free", fee_bps=0, payee_silent="timeout_dispute",
    payer_silent="timeout_dispute", undecided_bps=10_000, reassignments=0, bond_bps=0,
    second_above=Decimal(0),
)  # fmt: skip


@dataclass(frozen=True)
class Method:
    """Time to pay and time to confirm of a payment method."""

    pay: timedelta
    accept: timedelta


METHODS = {
    "sepa": Method(_minutes(30), _hours(24)),
    "sepa_instant": Method(_minutes(15), _hours(1)),
    "wise": Method(_minutes(30), _hours(1)),
}

# Least amount of a trade.
LEAST = {"BTC": Decimal("0.00001"), "USDT_TRON": Decimal("0.001")}

POLICIES = {policy.id: policy for policy in (P2P, GOODS, SERVICE, STRICT, FREE)}
OWN = (STRICT, FREE)
