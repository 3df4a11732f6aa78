"""Who may give which command, and a thing to give it about: so that bad input gets as far
into the product as it can."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.world.bad_input.right_commands import COMMANDS
from tests.world.market import accepted, guild, listing, offer
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.trades import draft, payable, sell_order
from tests.world.webhooks import URL, new_endpoint
from tests.world.world import World

_SCENES = {
    "mark-paid": ("funded", "payee"),
    "deliver": ("funded", "payee"),
    "request-revision": ("performed", "payer"),
    "concede": ("funded", "payee"),
    "cancel": ("funded", "payer"),
    "offer-split": ("funded", "payer"),
    "freeze": ("funded", "operator"),
    "unfreeze": ("frozen_funded", "operator"),
    "withdraw-offer": ("funded_with_offers", "payer"),
    "accept-split": ("funded_with_offers", "payer"),
    "release": ("performed", "payer"),
    "dispute": ("performed", "payer"),
    "statement": ("statements", "payer"),
    "evidence": ("statements", "payer"),
    "evidence-uploads": ("statements", "payer"),
    "evidence-downloads": ("statements", "payer"),
    "asset-proofs": ("funded", "payee"),
    "acknowledge": ("acknowledge", "arbiter"),
    "assign": ("acknowledge", "operator"),
    "decide": ("decide", "arbiter"),
    "approve-decision": ("decide", "other_arbiter"),
    "reject-decision": ("decide", "other_arbiter"),
    "accept-decision": ("decided", "payee"),
    "appeal": ("decided", "payee"),
    "claim": ("refunded", "payer"),
    "accept-partial": ("partial_by_payer", "payee"),
    "propose-partial": ("funding_exception", "payer"),
    "return-funds": ("funding_exception", "payer"),
    "top-up": ("funding_exception", "payer"),
    "card-payment": ("awaiting_funds", "payer"),
    "deposit-address": ("awaiting_funds", "payer"),
    "bitcoin-address": ("awaiting_funds", "payer"),
    "litecoin-address": ("awaiting_funds", "payer"),
}
# Words of the other product.
_POLICIES = {
    "accept-partial": "market_goods",
    "propose-partial": "market_goods",
    "return-funds": "market_goods",
    "top-up": "market_goods",
    "card-payment": "market_goods",
    "deposit-address": "market_goods",
    "bitcoin-address": "market_goods",
    "litecoin-address": "market_goods",
    "deliver": "market_goods",
    "asset-proofs": "market_goods",
    "request-revision": "market_service",
}
_KINDS = {
    "webhook-endpoints": "webhook",
    "webhook-deliveries": "message",
    "asset-snapshots": "alone",
    "image-uploads": "alone",
    "images": "alone",
    "payout-destinations": "alone",
    "deposit-addresses": "alone",
    "bitcoin-addresses": "alone",
    "litecoin-addresses": "alone",
    "withdrawal-requests": "alone",
    "unmatched-deposits": "unmatched",
    "operator-requests": "requests",
    "recovery-codes": "alone",
    "api-keys": "api_keys",
    "api-tokens": "alone",
    "erasure-requests": "erasure",
    "data-exports": "alone",
    "factor-resets": "factor_resets",
    "fiat-rates": "deposits",
    "setbacks": "deposits",
    "refused-reports": "refused_reports",
    "rail-differences": "rail_differences",
    "invoice-payments": "invoice_payments",
    "invoice-refunds": "invoice_refunds",
}


@dataclass(frozen=True)
class Part:
    """who gives the command, about: the id in its path, fields: what only this thing needs."""

    who: UUID
    about: object
    fields: dict[str, Any] = field(default_factory=dict)


# All of the money of the trade.
_FIELDS = {"decide": {"payer_amount": "0.04", "payee_amount": "0.06"}}


class Cast:
    """Makes a scene for each route: bad input leaves it as it is."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, path: str) -> Part:
        """The part to try a route with. Raises KeyError for a route it does not know."""
        what, _, word = path.strip("/").partition("/")
        word = word.rpartition("/")[2]
        with self._world.connection.transaction():
            return getattr(self, f"_{_KINDS.get(what, what)}")(word)  # type: ignore[no-any-return]

    def _escrows(self, word: str) -> Part:
        name, role = _SCENES[word]
        build = (EVERY_POLICY | CONTRACTS | ONCE)[name]
        escrow = build(self._world, _POLICIES.get(word, "p2p_crypto"))
        who = escrow.actor(role)[1]
        assert who is not None
        return Part(who, escrow.id, _FIELDS.get(word, {}))

    def _orders(self, word: str) -> Part:
        if word == "publish":
            maker = self._world.user("maker")
            self._world.deposit(maker, "2")
            order = draft(self._world, maker)
            payable(self._world, order, "maker", maker)
            return Part(maker, order)
        order, maker = sell_order(self._world)
        if word == "resume":
            self._world.command("order_pause", order_id=order, actor_id=maker)
        return Part(self._world.user("taker") if word == "take" else maker, order)

    def _listings(self, word: str) -> Part:
        buyer = self._world.user("buyer")
        listed = listing(self._world, self._world.user("seller"))
        return Part(buyer, listed, {"party_id": str(buyer)})

    def _offers(self, word: str) -> Part:
        buyer, seller = self._world.user("buyer"), self._world.user("seller")
        made = offer(self._world, buyer, listing(self._world, seller))
        return Part(buyer if word == "withdraw" else seller, made)

    def _contracts(self, word: str) -> Part:
        buyer, seller = self._world.user("buyer"), self._world.user("seller")
        milestone = accepted(self._world, buyer, seller, listing(self._world, seller))
        contract = self._world.one(
            "select contract_id from public.contract_milestones where id = %s", milestone.id
        )
        return Part(buyer, contract)

    def _cases(self, word: str) -> Part:
        command = COMMANDS["escrow_case_close"](self._world)
        return Part(self._world.operator, command["case_id"])

    def _webhook(self, word: str) -> Part:
        owner = self._world.user("owner")
        endpoint = new_endpoint(self._world, owner)
        return Part(owner, endpoint, {"url": URL} if not word else {})

    def _message(self, word: str) -> Part:
        owner = self._world.user("owner")
        pinged = self._world.command(
            "webhook_ping", endpoint_id=new_endpoint(self._world, owner), actor_id=owner
        )
        return Part(owner, pinged["delivery_id"])

    def _sessions(self, word: str) -> Part:
        command = COMMANDS["session_revoke"](self._world)
        return Part(command["actor_id"], command["session_id"])

    def _devices(self, word: str) -> Part:
        command = COMMANDS["device_name"](self._world)
        return Part(command["actor_id"], command["device_id"])

    def _erasure(self, word: str) -> Part:
        command = COMMANDS[f"erasure_{word or 'ask'}"](self._world)
        return Part(command["actor_id"], command.get("erasure_id"))

    def _factor_resets(self, word: str) -> Part:
        command = COMMANDS[f"factor_reset_{word or 'ask'}"](self._world)
        return Part(command["actor_id"], command.get("reset_id", uuid4()))

    def _api_keys(self, word: str) -> Part:
        command = COMMANDS[f"api_key_{word or 'create'}"](self._world)
        fields = {name: command[name] for name in ("scopes",) if name in command}
        return Part(command["actor_id"], command.get("key_id"), fields)

    def _guilds(self, word: str) -> Part:
        return Part(self._world.operator, guild(self._world, self._world.user("owner")))

    def _alone(self, word: str) -> Part:
        return Part(self._world.user("seller"), uuid4())

    def _payouts(self, word: str) -> Part:
        command = COMMANDS[f"payout_{word}"](self._world)
        return Part(command["actor_id"], command["payout_id"])

    def _unmatched(self, word: str) -> Part:
        command = COMMANDS[f"unmatched_deposit_{word.replace('-', '_')}"](self._world)
        return Part(command["actor_id"], command["deposit_id"])

    def _screenings(self, word: str) -> Part:
        command = COMMANDS["screening_clear"](self._world)
        return Part(self._world.operator, command["screening_id"])

    def _quarantines(self, word: str) -> Part:
        command = COMMANDS["quarantine_accept"](self._world)
        return Part(self._world.operator, command["quarantine_id"])

    def _receivables(self, word: str) -> Part:
        command = COMMANDS[f"receivable_{word.replace('-', '_')}"](self._world)
        return Part(self._world.operator, command["receivable_id"])

    def _refused_reports(self, word: str) -> Part:
        command = COMMANDS["refused_report_close"](self._world)
        return Part(self._world.operator, command["refused_report_id"])

    def _rail_differences(self, word: str) -> Part:
        command = COMMANDS["rail_difference_close"](self._world)
        return Part(self._world.operator, command["rail_difference_id"])

    def _requests(self, word: str) -> Part:
        command = COMMANDS[f"operator_request_{word}"](self._world)
        return Part(command["actor_id"], command["request_id"])

    def _transfers(self, word: str) -> Part:
        return Part(self._world.operator, self._world.deposit(self._world.user(), "1"))

    def _parties(self, word: str) -> Part:
        name = "factor_reset_agree" if word == "reset-factors" else f"party_{word}"
        command = COMMANDS[name.replace("-", "_")](self._world)
        return Part(self._world.operator, command["party_id"])

    def _halts(self, word: str) -> Part:
        command = COMMANDS["halt_lift" if word else "halt"](self._world)
        return Part(self._world.operator, command.get("halt_id", uuid4()), {"name": "LTC/IDR"})

    def _staff(self, word: str) -> Part:
        command = COMMANDS[f"staff_{word}"](self._world)
        return Part(self._world.operator, command["user_id"], {"role": command["role"]})

    def _settings(self, word: str) -> Part:
        right = COMMANDS["setting_change"](self._world)
        return Part(self._world.operator, uuid4(), {n: right[n] for n in ("row", "values")})

    def _merchants(self, word: str) -> Part:
        names = {
            "": "create",
            "verification": "verify",
            "invitations": "invite",
            "remove-member": "member_remove",
        }
        command = COMMANDS[f"merchant_{names.get(word, word)}"](self._world)
        return Part(command["actor_id"], command.get("merchant_id", uuid4()))

    def _invoices(self, word: str) -> Part:
        names = {"": "create", "refunds": "refund_make"}
        command = COMMANDS[f"invoice_{names.get(word, word)}"](self._world)
        fields = {} if word else {"merchant_id": str(command["merchant_id"]), "currency": "USD"}
        return Part(command["actor_id"], command.get("invoice_id", uuid4()), fields)

    def _invoice_payments(self, word: str) -> Part:
        command = COMMANDS[f"invoice_payment_{word}"](self._world)
        return Part(command["actor_id"], command["payment_id"])

    def _invoice_refunds(self, word: str) -> Part:
        command = COMMANDS[f"invoice_refund_{word}"](self._world)
        return Part(command["actor_id"], command["refund_id"])

    def _profiles(self, word: str) -> Part:
        return Part(self._world.operator, self._world.user())

    def _deposits(self, word: str) -> Part:
        return Part(self._world.operator, uuid4())

    _withdrawals = _deposits
    _outages = _deposits
