"""An escrow in every situation that its rules tell apart, reached by commands only."""

from collections.abc import Callable

from tests.world.escrow import Escrow
from tests.world.trades import contract, funded, signed
from tests.world.world import World

POLICIES = ("p2p_crypto", "market_goods", "market_service")
MARKET = POLICIES[1:]

Builder = Callable[[World, str], Escrow]


def _proposed(world: World, policy: str) -> Escrow:
    return contract(world, policy)


def _half_signed(world: World, policy: str) -> Escrow:
    made = contract(world, policy)
    made.commit("sign", "payer")
    return made


def _exception(world: World, policy: str) -> Escrow:
    made = signed(world, policy)
    made.commit("funds_mismatch", "rail")
    return made


def _partial_by(role: str) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = _exception(world, policy)
        made.commit("propose_partial", role)
        return made

    return build


def _performed(world: World, policy: str) -> Escrow:
    made = funded(world, policy)
    made.commit("perform", "payee")
    return made


def _performed_for_a_while(world: World, policy: str) -> Escrow:
    made = _performed(world, policy)
    world.advance(minutes=16)
    return made


def _revised_out(world: World, policy: str) -> Escrow:
    made = _performed(world, policy)
    for _ in range(2):
        made.commit("request_revision", "payer")
        made.commit("perform", "payee")
    return made


def _with_offers(before: Builder) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = before(world, policy)
        made.commit("offer_split", "payer")
        made.commit("offer_split", "payee")
        return made

    return build


def _disputed(world: World, policy: str) -> Escrow:
    made = _performed(world, policy)
    made.commit("dispute", "payer")
    return made


def _one_statement(world: World, policy: str) -> Escrow:
    made = _disputed(world, policy)
    made.commit("statement", "payer")
    return made


def _acknowledge(world: World, policy: str) -> Escrow:
    made = _one_statement(world, policy)
    made.commit("statement_reply", "payee")
    return made


def _out_of_arbiters(world: World, policy: str) -> Escrow:
    made = _acknowledge(world, policy)
    for _ in range(3):
        made.expire()
        made.commit("timeout_acknowledge", "timer")
    return made


def _then_acknowledged(before: Builder) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = before(world, policy)
        made.commit("acknowledge", "arbiter")
        return made

    return build


def _above_the_limit(before: Builder) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = before(world, policy)
        world.run(
            "update public.escrow_approval_limits set above = 0.01 where policy_id = %s", policy
        )
        return made

    return build


def _proposed_decision(before: Builder) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = _above_the_limit(before)(world, policy)
        made.commit("propose_decision", "arbiter")
        return made

    return build


def _decided(payee_share: int) -> Builder:
    """Decided with a share for the payee, in percent."""

    def build(world: World, policy: str) -> Escrow:
        made = _decide(world, policy)
        row = made.row()
        payee = row.amount * payee_share / 100
        ruling = made.payload("decide", "arbiter", row)
        ruling |= {"payee_amount": payee, "payer_amount": row.amount - payee}
        made.commit("decide", "arbiter", payload=ruling)
        return made

    return build


def _accepted_by(role: str) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = _decided(25)(world, policy)
        made.commit("accept_decision", role)
        return made

    return build


def _decided_again(world: World, policy: str) -> Escrow:
    made = _decided(25)(world, policy)
    made.commit("appeal", "payee")
    made.commit("acknowledge", "arbiter")
    made.commit("decide", "arbiter")
    return made


def _ended(before: Builder, event: str, role: str) -> Builder:
    def build(world: World, policy: str) -> Escrow:
        made = before(world, policy)
        made.commit(event, role)
        return made

    return build


def _frozen(before: Builder) -> Builder:
    return _ended(before, "freeze", "operator")


_decide = _then_acknowledged(_acknowledge)
_decide_out = _then_acknowledged(_out_of_arbiters)
_approve = _proposed_decision(_decide)

# Situations that every policy has, and those that only a contract passes through.
EVERY_POLICY: dict[str, Builder] = {
    "funded": funded,
    "performed": _performed,
    "performed_for_a_while": _performed_for_a_while,
    "statements": _disputed,
    "one_statement": _one_statement,
    "acknowledge": _acknowledge,
    "decide": _decide,
    "decided": _decided(25),
}
CONTRACTS: dict[str, Builder] = {
    "proposed": _proposed,
    "half_signed": _half_signed,
    "awaiting_funds": signed,
    "funding_exception": _exception,
    "void": _ended(_proposed, "cancel", "payee"),
}
# Rules that do not differ between policies need one.
ONCE: dict[str, Builder] = {
    "partial_by_payer": _partial_by("payer"),
    "partial_by_payee": _partial_by("payee"),
    "funded_with_offers": _with_offers(funded),
    "performed_with_offers": _with_offers(_performed),
    "statements_with_offers": _with_offers(_disputed),
    "acknowledge_with_offers": _with_offers(_acknowledge),
    "decide_with_offers": _with_offers(_decide),
    "approve_with_offers": _with_offers(_approve),
    "revised_out": _revised_out,
    "acknowledge_out_of_arbiters": _out_of_arbiters,
    "decide_out_of_arbiters": _decide_out,
    "decide_above_the_limit": _above_the_limit(_decide),
    "approve": _approve,
    "approve_out_of_arbiters": _proposed_decision(_decide_out),
    "decided_for_payer": _decided(0),
    "decided_for_payee": _decided(100),
    "accepted_by_payer": _accepted_by("payer"),
    "accepted_by_payee": _accepted_by("payee"),
    "decided_again": _decided_again,
    "released": _ended(funded, "accept", "payer"),
    "refunded": _ended(funded, "concede", "payee"),
    "split": _ended(_with_offers(funded), "accept_split", "payer"),
    "frozen_proposed": _frozen(_proposed),
    "frozen_awaiting_funds": _frozen(signed),
    "frozen_funding_exception": _frozen(_partial_by("payer")),
    "frozen_funded": _frozen(_with_offers(funded)),
    "frozen_performed": _frozen(_with_offers(_performed)),
    "frozen_statements": _frozen(_disputed),
    "frozen_acknowledge": _frozen(_acknowledge),
    "frozen_decide": _frozen(_decide),
    "frozen_approve": _frozen(_approve),
    "frozen_decided": _frozen(_decided(25)),
}

SCENES: tuple[tuple[str, str, Builder], ...] = (
    *((name, policy, build) for name, build in EVERY_POLICY.items() for policy in POLICIES),
    *((name, policy, build) for name, build in CONTRACTS.items() for policy in MARKET),
    *((name, "market_service", build) for name, build in ONCE.items()),
)
