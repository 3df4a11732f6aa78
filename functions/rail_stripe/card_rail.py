"""The way out over cards: a transfer to a payee's account, or a refund to the payer's card."""

from shared.errors import Unavailable
from shared.payouts import Outcome as Recorded
from shared.payouts import Payout
from shared.settings import SettingsError

from .api import StripeApi
from .connection import Connection
from .objects import Refund, Transfer
from .outcome import Done, Later, Outcome, Refused, Unknown

# Refusals that pass by themselves, and seconds until it is worth asking again.
_PASSING = {
    "balance_insufficient": 900,
    "insufficient_funds": 900,
    "charge_disputed": 21_600,
    "lock_timeout": 30,
}
# A chargeback may never pass, and who waits without knowing waits without a deadline.
_PASSING_FOR_ALL = _PASSING.keys() - {"charge_disputed"}
_BUSY = 60
_UNSETTLED = 600


class CardRail:
    """Rail of shared.payouts. A payment is found at Stripe by its key, in the metadata."""

    def __init__(self, stripe: Connection) -> None:
        self._stripe = stripe

    def send(self, payout: Payout) -> Recorded:
        """Pay, once: with the idempotency key of this claim."""
        try:
            api = self._stripe.api
        except (SettingsError, Unavailable) as error:
            return Recorded("postpone", reason=type(error).__name__, next_in=_BUSY)
        outcome = self._ordered(api, payout)
        if isinstance(outcome, Done):
            return _of(outcome.value)
        if isinstance(outcome, Refused):
            wait = _PASSING.get(outcome.code or "")
            event = "fail" if wait is None else "postpone"
            return Recorded(event, reason=_reason(outcome), next_in=wait)
        if isinstance(outcome, Later):
            return Recorded("postpone", reason=outcome.reason, next_in=_BUSY)
        return Recorded("lose", reason=outcome.reason)

    def poll(self, payout: Payout) -> Recorded:
        """Ask Stripe for all that was sent from this escrow, and find ours among it.

        What is not there was not sent. It is sent again, within a day under the same idempotency
        key: should the first call still be on its way, both are one.
        """
        api = self._stripe.api
        answer = (
            api.refunds(payout.destination) if payout.to_source else api.transfers(payout.group_id)
        )
        if not isinstance(answer, Done):
            return Recorded("poll", reason=_reason(answer))
        for sent in answer.value:
            if sent.key == payout.key:
                return _of(sent, submitted=payout.state == "submitted")
        if payout.state == "submitted":
            return Recorded("poll", reason="Stripe does not list it", next_in=_UNSETTLED)
        outcome = self._ordered(api, payout)
        if isinstance(outcome, Done):
            return _of(outcome.value)
        if isinstance(outcome, Refused) and outcome.code not in _PASSING_FOR_ALL:
            return Recorded("fail", reason=_reason(outcome))
        return Recorded("poll", reason=_reason(outcome))

    def _ordered(self, api: StripeApi, payout: Payout) -> Outcome[Refund] | Outcome[Transfer]:
        if payout.to_source:
            return api.refund(payout.destination, payout.amount, payout.currency, key=payout.key)
        charge_id = None
        # Money that was reinstated is the platform's own: the charge it came by may be used up.
        if payout.kind == "release" and payout.source_reference:
            paid = api.intent(payout.source_reference)
            if not isinstance(paid, Done):
                return Later(_reason(paid))
            charge_id = paid.value.charge.id if paid.value.charge else None
        return api.transfer(
            payout.group_id, payout.amount, payout.currency, account=payout.destination,
            charge_id=charge_id, key=payout.key,
        )  # fmt: skip


def _of(sent: Refund | Transfer, *, submitted: bool = False) -> Recorded:
    """What is recorded of a payment that Stripe has. submitted: it was before."""
    if isinstance(sent, Transfer):
        if sent.amount_reversed == sent.amount:
            return Recorded("fail", sent.id, "reversed")
        return Recorded("confirm", sent.id)
    if sent.status == "succeeded":
        return Recorded("confirm", sent.id)
    if sent.status in ("failed", "canceled"):
        return Recorded("fail", sent.id, sent.failure_reason or sent.status)
    return Recorded("poll" if submitted else "submit", sent.id, sent.status, _UNSETTLED)


def _reason(answer: Refused | Later | Unknown) -> str:
    if isinstance(answer, Refused):
        return f"{answer.code or answer.status}: {answer.message}"
    return answer.reason
