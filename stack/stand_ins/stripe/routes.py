"""Which path does what, and which parameters it knows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from stack.stand_ins.stripe.books import Books
from stack.stand_ins.stripe.disputes import Disputes
from stack.stand_ins.stripe.errors import ApiError
from stack.stand_ins.stripe.form import Fields, Params, checked
from stack.stand_ins.stripe.intents import Intents
from stack.stand_ins.stripe.lists import expanded, listed
from stack.stand_ins.stripe.refunds import Refunds
from stack.stand_ins.stripe.transfers import Transfers
from stack.stand_ins.stripe.world import Object, World

_LIST: Fields = {
    "limit": int, "starting_after": str, "ending_before": str, "created": dict,
}  # fmt: skip
# What each list can be searched for.
_LISTS: dict[str, tuple[str, Fields]] = {
    "payment_intents": ("payment_intent", {}),
    "charges": ("charge", {"payment_intent": str, "transfer_group": str}),
    "balance_transactions": (
        "balance_transaction", {"type": str, "source": str, "currency": str},
    ),
    "transfers": ("transfer", {"transfer_group": str, "destination": str}),
    "refunds": ("refund", {"charge": str, "payment_intent": str}),
    "disputes": ("dispute", {"charge": str, "payment_intent": str}),
    "events": ("event", {"type": str, "types": list, "delivery_success": bool}),
    "accounts": ("account", {}),
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One endpoint; the groups of its path come first in what `do` is given."""

    method: str
    path: str
    do: Callable[..., Object]
    fields: Fields = field(default_factory=dict)
    required: tuple[str, ...] = ()


class Routes:
    def __init__(
        self,
        world: World,
        books: Books,
        intents: Intents,
        transfers: Transfers,
        refunds: Refunds,
        disputes: Disputes,
    ) -> None:
        self.world = world
        self.all = [
            *_commands(intents, transfers, refunds, disputes),
            Route("GET", "/v1/balance", lambda params: books.balance()),
            *self._reading(),
        ]

    def call(self, method: str, path: str, given: Params) -> Object:
        """Do what is asked. Raises ApiError."""
        for route in self.all:
            match = re.fullmatch(route.path, path)
            if match and route.method == method:
                params = checked(given, {**route.fields, "expand": list}, route.required)
                paths = params.pop("expand", [])
                self.world.sweep()
                return expanded(self.world, route.do(*match.groups(), params), paths)
        message = f"Unrecognized request URL ({method}: {path})."
        raise ApiError(404, message, kept=False)

    def _reading(self) -> Iterator[Route]:
        for name, (kind, fields) in _LISTS.items():
            yield Route("GET", f"/v1/({name})", self._list(kind), {**_LIST, **fields})
            yield Route("GET", f"/v1/{name}/([^/]+)", self._one(kind))

    def _list(self, kind: str) -> Callable[[str, Params], Object]:
        return lambda name, params: listed(self.world, kind, f"/v1/{name}", params)

    def _one(self, kind: str) -> Callable[[str, Params], Object]:
        return lambda identifier, params: self.world.find(kind, identifier)


def _commands(
    intents: Intents, transfers: Transfers, refunds: Refunds, disputes: Disputes
) -> Iterator[Route]:
    intent = "/v1/payment_intents"
    yield Route(
        "POST", intent, intents.create,
        {
            "amount": int, "currency": str, "capture_method": str, "confirm": bool,
            "description": str, "metadata": dict, "payment_method": str,
            "allowed_payment_method_types": list, "transfer_group": str,
        },
        ("amount", "currency"),
    )  # fmt: skip
    yield Route("POST", f"{intent}/([^/]+)/confirm", intents.confirm, {"payment_method": str})
    yield Route("POST", f"{intent}/([^/]+)/capture", intents.capture, {"amount_to_capture": int})
    yield Route("POST", f"{intent}/([^/]+)/cancel", intents.cancel, {"cancellation_reason": str})
    yield Route(
        "POST", "/v1/transfers", transfers.create,
        {
            "amount": int, "currency": str, "destination": str, "description": str,
            "metadata": dict, "source_transaction": str, "transfer_group": str,
        },
        ("amount", "currency", "destination"),
    )  # fmt: skip
    yield Route(
        "POST", "/v1/transfers/([^/]+)/reversals", transfers.reverse,
        {"amount": int, "description": str, "metadata": dict},
    )  # fmt: skip
    yield Route(
        "POST", "/v1/refunds", refunds.create,
        {
            "amount": int, "charge": str, "metadata": dict, "payment_intent": str, "reason": str,
        },
    )  # fmt: skip
    yield Route(
        "POST", "/v1/disputes/([^/]+)", disputes.update,
        {"evidence": dict, "metadata": dict, "submit": bool},
    )  # fmt: skip
    yield Route("POST", "/v1/disputes/([^/]+)/close", disputes.close)
