"""Commands as their clients give them, through the functions' own code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from aws_lambda_powertools.event_handler import Response

from functions.escrow import bodies
from functions.escrow.execute import execute
from functions.p2p import order_routes as orders
from functions.p2p.bodies import Reprice, Take
from shared.body import Nothing
from shared.caller import CallerToken
from shared.errors import Problem, Unavailable
from shared.idempotency import REPLAYED_HEADER, CommandKey, request_hash
from tests.world.races.direct_db import Door

PRICE = "50000"

_BODIES: Mapping[str, type[bodies.TradeBody]] = {
    "mark-paid": bodies.MarkPaid,
    "release": bodies.Release,
    "offer-split": bodies.OfferSplit,
    "accept-split": bodies.AcceptSplit,
    "dispute": bodies.RaiseDispute,
    "statement": bodies.Statement,
}


@dataclass(frozen=True)
class Said:
    """What came back: a body, or the code of a refusal."""

    body: Mapping[str, Any]
    code: str = ""
    replayed: bool = False

    @property
    def done(self) -> bool:
        return not self.code


@dataclass(frozen=True)
class Line:
    """One command with its key: saying it again is repeating it."""

    who: UUID
    path: str
    body: Mapping[str, Any]
    key: str

    def __call__(self, door: Door) -> Said:
        """Give it. Raises Unavailable when nobody knows whether it was done, and Surfaced."""
        kind, object_id, word = self.path.strip("/").split("/")
        caller = CallerToken(str(self.who))
        key = CommandKey(self.key, request_hash("POST", self.path, self.body))
        if kind == "escrows":
            body = _BODIES.get(word, bodies.TradeBody).model_validate(self.body)
            return answered(lambda: execute(door, caller, key, UUID(object_id), word, body))
        if word == "take":
            taken = Take.model_validate(self.body)
            return answered(lambda: orders.take(UUID(object_id), taken, caller, key, door))
        if word == "reprice":
            said = Reprice.model_validate(self.body)
            return answered(lambda: orders.reprice(UUID(object_id), said, caller, key, door))
        command = {"publish": orders.publish, "cancel": orders.cancel}[word]
        return answered(lambda: command(UUID(object_id), Nothing(), caller, key, door))


def trade(who: UUID, trade_id: UUID, word: str, key: str | None = None, **body: Any) -> Line:
    return Line(who, f"/escrows/{trade_id}/{word}", body, key or str(uuid4()))


def take(who: UUID, order_id: UUID, amount: str, key: str | None = None) -> Line:
    body = {"amount": amount, "expected_price": PRICE}
    return Line(who, f"/orders/{order_id}/take", body, key or str(uuid4()))


def order(who: UUID, order_id: UUID, word: str, key: str | None = None) -> Line:
    return Line(who, f"/orders/{order_id}/{word}", {}, key or str(uuid4()))


def reprice(who: UUID, order_id: UUID, version: int, **changes: str) -> Line:
    body = {"expected_version": version, **changes}
    return Line(who, f"/orders/{order_id}/reprice", body, str(uuid4()))


def service(door: Door, name: str, **command: Any) -> Said:
    """A command of schema service itself; a field named decision is its decision."""
    parameter = "decision" if name == "escrow_commit" else "command"

    def run() -> Response[Any]:
        body = dict(door.service_rpc(name, {parameter: command}))
        headers = {REPLAYED_HEADER: "true"} if body.pop("replayed") else {}
        return Response(200, "application/json", body, headers)

    return answered(run)


def answered(run: Callable[[], Response[Any]]) -> Said:
    """The answer of a command, or its refusal. Raises Unavailable, Surfaced."""
    try:
        response = run()
    except Unavailable:
        raise
    except Problem as problem:
        return Said({}, problem.slug)
    body = response.body
    assert isinstance(body, dict)
    return Said(body, replayed=REPLAYED_HEADER in response.headers)
