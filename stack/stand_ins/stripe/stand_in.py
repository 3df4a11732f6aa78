"""Stripe on loopback: keeps its own books, remembers keys, and fails as it is told."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from stack.stand_ins.loopback import Loopback, Received, Wire
from stack.stand_ins.stripe.accounts import Accounts
from stack.stand_ins.stripe.books import Books
from stack.stand_ins.stripe.charges import Card, Charges
from stack.stand_ins.stripe.disputes import Disputes
from stack.stand_ins.stripe.errors import ApiError, unauthorized
from stack.stand_ins.stripe.faults import Fault, Faults
from stack.stand_ins.stripe.form import Params, parse
from stack.stand_ins.stripe.idempotency import Kept, Keys
from stack.stand_ins.stripe.intents import Intents
from stack.stand_ins.stripe.refunds import Refunds
from stack.stand_ins.stripe.routes import Routes
from stack.stand_ins.stripe.transfers import Transfers
from stack.stand_ins.stripe.webhooks import Webhooks
from stack.stand_ins.stripe.world import API_VERSION, Clock, Object, World, by_hand

API_KEY = "sk_test_holdfast"
WEBHOOK_SECRET = "whsec_standin0123456789abcdef"

Answer = tuple[int, bytes]


class StripeStandIn(Loopback):
    """One platform account at Stripe. Serves the API inside its block.

    Tests reach its parts: intents (pay, prove), accounts, refunds, disputes, webhooks, faults,
    books.
    """

    def __init__(
        self,
        clock: Clock = lambda: datetime.now(UTC),
        *,
        api_key: str = API_KEY,
        webhook_secrets: tuple[str, ...] = (WEBHOOK_SECRET,),
        webhook_url: str | None = None,
        settles_after: timedelta = timedelta(days=2),
    ) -> None:
        """clock: what Stripe takes for now; a stack's own when that is moved."""
        super().__init__()
        self.api_key = api_key
        self.world = World(clock)
        self.books = Books(self.world)
        self.world.sweeps.append(self.books.settle)
        self.accounts = Accounts(self.world)
        self.disputes = Disputes(self.world, self.books)
        charges = Charges(self.world, self.books, settles_after)
        self.intents = Intents(self.world, charges, self.disputes.begin)
        self.refunds = Refunds(self.world, self.books)
        transfers = Transfers(self.world, self.books, self.accounts)
        self.webhooks = Webhooks(self.world, webhook_secrets, webhook_url)
        self.faults = Faults()
        self._keys = Keys(self.world)
        self.routes = Routes(
            self.world, self.books, self.intents, transfers, self.refunds, self.disputes
        )

    def pay(self, intent_id: str, card: Card = Card.GOOD) -> Object:
        """The payer's browser confirms an intent with a card; the intent as it is then."""
        return self.intents.pay(intent_id, card)

    @by_hand
    def objects(self, kind: str) -> list[Object]:
        """Everything of a kind, such as "transfer", oldest first."""
        return self.world.of(kind)

    @by_hand
    def balance(self) -> dict[str, int]:
        """The platform's balance by currency in minor units, pending and available together."""
        return self.books.totals()

    @by_hand
    def tick(self) -> None:
        """Let the clock do its work now; each call does this first, too."""

    def variables(self) -> dict[str, str]:
        """The environment of functions that call here, but for the secret with the key."""
        return {"HOLDFAST_STRIPE_API_BASE": self.url}

    def answer(self, wire: Wire, request: Received) -> None:
        fault = self.faults.take(request.method, request.path)
        if fault.instead:
            fault.instead(wire, request)
            return
        request_id = self.world.new_id("req")
        replayed: dict[str, str] = {}
        try:
            self._admit(request, fault)
            text = request.body.decode() if request.method == "POST" else urlencode(request.query)
            status, body = self._once(wire, request, parse(text), fault, request_id, replayed)
        except ApiError as error:
            status, body = error.status, _encoded(error.body)
        if fault.after:
            fault.after(wire, request)
            return
        headers = {
            "content-type": "application/json",
            "request-id": request_id,
            "stripe-version": API_VERSION,
        }
        wire.reply(status, body, headers | replayed)

    def _admit(self, request: Received, fault: Fault) -> None:
        given = request.headers.get("authorization", "")
        if given != f"Bearer {self.api_key}":
            raise unauthorized(given.removeprefix("Bearer "))
        if fault.refusal:
            raise fault.refusal()

    def _once(
        self,
        wire: Wire,
        request: Received,
        params: Params,
        fault: Fault,
        request_id: str,
        replayed: dict[str, str],
    ) -> Answer:
        """The answer, of the first time if this is not it."""
        key = request.headers.get("idempotency-key")
        if request.method != "POST" or not key:
            return self._done(wire, request, params, fault, request_id)[0]
        kept = self._keys.take(key, request.path, params, request_id)
        if kept.answer is not None:
            replayed |= {"idempotent-replayed": "true", "original-request": kept.request_id}
            return kept.answer
        return self._kept(wire, request, params, fault, key, kept)

    def _kept(
        self, wire: Wire, request: Received, params: Params, fault: Fault, key: str, kept: Kept
    ) -> Answer:
        answer, keep = None, False
        try:
            answer, keep = self._done(wire, request, params, fault, kept.request_id)
            return answer
        finally:
            self._keys.finish(key, kept, answer if keep else None)

    def _done(
        self, wire: Wire, request: Received, params: Params, fault: Fault, request_id: str
    ) -> tuple[Answer, bool]:
        """The answer and whether it is kept under its key."""
        if fault.wait:
            fault.wait(wire)
        with self.world.lock:
            key = request.headers.get("idempotency-key")
            self.world.request = {"id": request_id, "idempotency_key": key}
            try:
                if fault.crash and not fault.crash_after:
                    raise fault.crash()
                told = self.routes.call(request.method, request.path, params)
                if fault.crash:
                    raise fault.crash()
                return (200, _encoded(told)), True
            except ApiError as error:
                return (error.status, _encoded(error.body)), error.kept
            finally:
                self.world.request = {"id": None, "idempotency_key": None}


def _encoded(told: Object) -> bytes:
    return json.dumps(told, indent=2, ensure_ascii=False).encode()
