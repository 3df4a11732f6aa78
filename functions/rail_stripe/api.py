"""Calls to Stripe, each with our own idempotency key and without retries of its own.

Only functions that call out import this: the library is large.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import requests
import stripe

from . import parse
from .amounts import to_minor
from .objects import Account, Dispute, Event, Intent, Movement, Refund, Transfer
from .outcome import Answer, Outcome, command, listing, question

# Seconds to connect, and between two bytes of the answer.
TIMEOUT = (2.0, 20.0)

_MOST = 100
_CHARGE = ["latest_charge.balance_transaction"]
_POSTING = ["balance_transaction"]
_REFUND = ["balance_transaction", "failure_balance_transaction"]

# It would write a file and report how long calls took.
stripe.enable_telemetry = False


class StripeApi:
    """The platform's account. Amounts are Decimal in units of the currency ("USD").

    Every command takes the key under which it is done at most once in a day. Amounts that
    Stripe cannot move exactly raise ValueError before anything is sent.
    """

    def __init__(
        self, key: str, base: str | None = None, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        session = requests.Session()
        # No proxy and no .netrc of the surroundings; a redirect is not followed.
        session.trust_env = False
        session.max_redirects = 0
        client = stripe.StripeClient(
            key,
            base_addresses={"api": base} if base else None,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=timeout, session=session),
        )
        self._api = client.v1

    def create_intent(
        self, reference_id: str, amount: Decimal, currency: str, *, key: str
    ) -> Outcome[Intent]:
        """Ask for a payment by card that is authorised first and captured later."""
        params: stripe.params.PaymentIntentCreateParams = {
            "amount": to_minor(amount, currency),
            "currency": currency.lower(),
            "capture_method": "manual",
            "allowed_payment_method_types": ["card"],
            "metadata": {"reference_id": reference_id},
            "transfer_group": reference_id,
            "expand": _CHARGE,
        }
        return command(
            lambda under: self._api.payment_intents.create(params, under), parse.intent, key
        )

    def intent(self, intent_id: str) -> Answer[Intent]:
        """How it stands now."""
        return question(
            lambda: self._api.payment_intents.retrieve(intent_id, {"expand": _CHARGE}),
            parse.intent,
        )

    def capture(
        self, intent_id: str, amount: Decimal, currency: str, *, key: str
    ) -> Outcome[Intent]:
        """Take an authorised amount; what is not taken goes back to the payer."""
        params: stripe.params.PaymentIntentCaptureParams = {
            "amount_to_capture": to_minor(amount, currency),
            "expand": _CHARGE,
        }
        return command(
            lambda under: self._api.payment_intents.capture(intent_id, params, under),
            parse.intent,
            key,
        )

    def cancel(self, intent_id: str, *, key: str) -> Outcome[Intent]:
        """Let it go; the payer is never charged."""
        params: stripe.params.PaymentIntentCancelParams = {
            "cancellation_reason": "abandoned",
            "expand": _CHARGE,
        }
        return command(
            lambda under: self._api.payment_intents.cancel(intent_id, params, under),
            parse.intent,
            key,
        )

    def transfer(
        self,
        group_id: str,
        amount: Decimal,
        currency: str,
        *,
        account: str,
        charge_id: str | None,
        key: str,
    ) -> Outcome[Transfer]:
        """Send money to a payee's account: of a charge, or of what the platform can spend."""
        params: stripe.params.TransferCreateParams = {
            "amount": to_minor(amount, currency),
            "currency": currency.lower(),
            "destination": account,
            "transfer_group": group_id,
            "metadata": {"group_id": group_id, "key": key},
            "expand": _POSTING,
        }
        if charge_id:
            params["source_transaction"] = charge_id
        return command(lambda under: self._api.transfers.create(params, under), parse.transfer, key)

    def transfers(self, group_id: str) -> Answer[tuple[Transfer, ...]]:
        """Every transfer of a group: what to poll when a transfer is unknown."""
        params: stripe.params.TransferListParams = {
            "transfer_group": group_id,
            "limit": _MOST,
            "expand": ["data.balance_transaction"],
        }
        return listing(lambda: self._api.transfers.list(params), parse.transfer)

    def find_transfer(self, transfer_id: str) -> Answer[Transfer]:
        """How a transfer stands now."""
        return question(
            lambda: self._api.transfers.retrieve(transfer_id, {"expand": _POSTING}), parse.transfer
        )

    def refund(
        self, intent_id: str, amount: Decimal, currency: str, *, key: str
    ) -> Outcome[Refund]:
        """Send captured money back to the payer. Done does not say that it has arrived."""
        params: stripe.params.RefundCreateParams = {
            "payment_intent": intent_id,
            "amount": to_minor(amount, currency),
            "metadata": {"key": key},
            "expand": _REFUND,
        }
        return command(lambda under: self._api.refunds.create(params, under), parse.refund, key)

    def refunds(self, intent_id: str) -> Answer[tuple[Refund, ...]]:
        """Every refund of an intent: what to poll when a refund is unknown."""
        params: stripe.params.RefundListParams = {
            "payment_intent": intent_id,
            "limit": _MOST,
            "expand": [f"data.{each}" for each in _REFUND],
        }
        return listing(lambda: self._api.refunds.list(params), parse.refund)

    def events_since(
        self, since: datetime, until: datetime | None = None, *, types: Iterable[str] = ()
    ) -> Answer[tuple[Event, ...]]:
        """What happened in a time, oldest first. types: at most 20, all if none are named.

        Stripe keeps events for 30 days. Overlap the times asked for: an event may be listed
        a little after the second that it bears.
        """
        created = {"gte": int(since.timestamp())}
        if until:
            created["lte"] = int(until.timestamp())
        params: dict[str, Any] = {"created": created, "limit": _MOST}
        if wanted := list(types):
            params["types"] = wanted
        return listing(
            lambda: self._api.events.list(cast("stripe.params.EventListParams", params)),
            parse.event,
        )

    def dispute(self, dispute_id: str) -> Answer[Dispute]:
        """How a chargeback stands now."""
        return question(lambda: self._api.disputes.retrieve(dispute_id), parse.dispute)

    def submit_evidence(
        self, dispute_id: str, evidence: Mapping[str, str], *, key: str
    ) -> Outcome[Dispute]:
        """Answer a chargeback, once and for all. evidence: by Stripe's names of its fields."""
        params: Any = {"evidence": dict(evidence), "submit": True}
        return command(
            lambda under: self._api.disputes.update(dispute_id, params, under), parse.dispute, key
        )

    def account(self, account_id: str) -> Answer[Account]:
        """Whether a payee's account can be paid now."""
        return question(lambda: self._api.accounts.retrieve(account_id), parse.account)

    def balance(self) -> Answer[dict[str, Decimal]]:
        """What the platform has at Stripe by currency, pending and available together."""
        return question(lambda: self._api.balance.retrieve(), parse.balance)

    def movements_since(self, since: datetime) -> Answer[tuple[Movement, ...]]:
        """Everything that changed the balance since a time."""
        return self._movements({"created": {"gte": int(since.timestamp())}})

    def movements_of(self, reference: str) -> Answer[tuple[Movement, ...]]:
        """Everything that a refund or a transfer did to the balance."""
        return self._movements({"source": reference})

    def _movements(self, wanted: Mapping[str, Any]) -> Answer[tuple[Movement, ...]]:
        params = {**wanted, "limit": _MOST, "expand": ["data.source"]}
        asked = cast("stripe.params.BalanceTransactionListParams", params)
        return listing(lambda: self._api.balance_transactions.list(asked), parse.movement)
